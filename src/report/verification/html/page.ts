// Verification reports as one page: the verdict of a message first, or what a batch looks like as a whole.

import type { VerificationReport } from '../../../core/dkim/result.js'
import { htmlDocument } from '../../html/document.js'
import { escapeMarkup } from '../../rotation/markup.js'
import { type Entry, type Format, isFailed, type Settings } from '../format.js'
import { charts } from './charts.js'
import { messageCards } from './message.js'
import { RESULT_COLOURS, resultOf } from './result.js'

/** Messages that are shown whole; those that did not pass come first. All are in the table, up to its limit. */
const SHOWN_WHOLE = 100
const LISTED = 2000

export const HTML = { whole: toHtml, headers: SHOWN_WHOLE } as const satisfies Format

function toHtml(entries: readonly Entry[], settings: Settings): string {
  const single = settings.single && entries.length === 1
  const title = single ? `DKIM: ${nameOf(entries[0]!)}` : `DKIM: ${entries.length} messages`
  return htmlDocument(title, settings.now, single ? messageCards(entries[0]!, 2) : batch(entries))
}

function nameOf({ report }: Entry): string {
  return report.input === '-' ? 'standard input' : report.input
}

function batch(entries: readonly Entry[]): string[] {
  const numbered = entries.map((entry, index) => ({ entry, id: `m${index + 1}` }))
  const failing = numbered.filter(({ entry }) => entry.report.result !== 'pass')
  const passing = numbered.filter(({ entry }) => entry.report.result === 'pass')
  const whole = [...failing, ...passing].slice(0, SHOWN_WHOLE)
  const shown = new Set(whole.map(({ id }) => id))
  const readable = entries.flatMap(({ report }) => (isFailed(report) ? [] : [report]))
  return [
    ...charts(entries, readable),
    '<h2 id="list">All messages</h2>',
    limitNote(entries.length, LISTED, 'listed'),
    '<table><thead><tr><th scope="col">Result</th><th scope="col">Message</th><th scope="col">Signed by</th></tr></thead><tbody>',
    ...numbered.slice(0, LISTED).map(({ entry, id }) => listRow(entry, shown.has(id) ? id : null)),
    '</tbody></table>',
    '<h2>Details</h2>',
    limitNote(entries.length, SHOWN_WHOLE, 'shown in full, failures first'),
    ...whole.map(({ entry, id }) => oneOfMany(entry, id)),
  ]
}

function limitNote(count: number, limit: number, what: string): string {
  return count <= limit ? '' : `<p class="soft">${limit} of ${count} messages are ${what}.</p>`
}

function listRow(entry: Entry, id: string | null): string {
  const name = escapeMarkup(nameOf(entry))
  const { word, mark } = resultOf(entry.report)
  const domains = isFailed(entry.report) ? '' : escapeMarkup(domainsOf(entry.report))
  return `<tr style="--mark:${RESULT_COLOURS[word]}"><td><span class="badge">${mark} ${word}</span></td><td>${id === null ? name : `<a href="#${id}">${name}</a>`}</td><td>${domains}</td></tr>`
}

function domainsOf({ signatures }: VerificationReport): string {
  return [...new Set(signatures.map(({ domain }) => domain ?? 'unknown domain'))].join(', ')
}

function oneOfMany(entry: Entry, id: string): string {
  const { word, mark } = resultOf(entry.report)
  return [
    `<details id="${id}"${word === 'pass' ? '' : ' open'} style="--mark:${RESULT_COLOURS[word]}">`,
    `<summary><span class="badge">${mark} ${word}</span> ${escapeMarkup(nameOf(entry))}</summary>`,
    ...messageCards(entry, 3),
    '</details>',
  ].join('\n')
}
