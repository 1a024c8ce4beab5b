// Verification reports as one page: verdict first, readable on a phone and on paper, light and dark, no scripts, nothing from elsewhere.

import type { VerificationReport } from '../../../core/index.js'
import { colourRules, FONT } from '../../rotation/colours.js'
import { escapeMarkup } from '../../rotation/markup.js'
import { type Entry, isFailed, type Settings } from '../format.js'
import { charts } from './charts.js'
import { messageCards } from './message.js'
import { RESULT_COLOURS, resultOf } from './result.js'

const STYLE = [
  colourRules(':root'),
  '*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}',
  `body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 ${FONT}}`,
  'main{max-width:62rem;margin:0 auto;padding:1rem}',
  'h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0}',
  'h1,h2,h3,p,li,td,th,dd,summary{overflow-wrap:anywhere}',
  'a{color:var(--now)}.soft{color:var(--soft)}code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87em}',
  '.card{border:1px solid var(--line);border-left:.35rem solid var(--mark);background:var(--card);border-radius:.4rem;padding:.7rem 1rem;margin:.7rem 0}',
  '.card p{margin:.25rem 0}.badge{color:var(--mark);font-weight:700;white-space:nowrap}',
  'dl{margin:.4rem 0 0;display:grid;grid-template-columns:9rem minmax(0,1fr);gap:.15rem .8rem}dt{color:var(--soft)}dd{margin:0;min-width:0}',
  'ol.path{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem;padding:0;margin:.6rem 0}',
  'ol.path li{border:1px solid var(--line);border-bottom:.2rem solid var(--mark);border-radius:.3rem;padding:.2rem .6rem;background:var(--paper)}',
  'table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;font-weight:700;padding:.3rem 0}',
  'td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}th[scope=row]{font-weight:600;white-space:nowrap}',
  '.bar{display:grid;grid-template-columns:minmax(6rem,14rem) minmax(0,1fr) 4.5rem;gap:.6rem;align-items:center;font-size:.9rem;padding:.1rem 0}',
  '.bar span{overflow-wrap:anywhere}.bar i{display:block;height:.9rem;border-radius:.2rem;background:var(--mark);min-width:2px}.bar b{font-weight:400;text-align:right;font-variant-numeric:tabular-nums}',
  'summary{cursor:pointer;padding:.3rem 0}:focus-visible{outline:2px solid var(--now);outline-offset:2px}',
  '@media(max-width:45rem){dl{grid-template-columns:minmax(0,1fr);gap:0}dt{margin-top:.35rem}.fields thead{display:none}.fields tr,.fields td,.fields th{display:block;border:0;padding:0}.fields tr{padding:.45rem 0;border-bottom:1px solid var(--line)}.bar{grid-template-columns:minmax(0,1fr) 4.5rem}.bar i{grid-column:1/-1;grid-row:2}}',
  '@media print{body{font-size:11pt}main{max-width:none;padding:0}.card{break-inside:avoid}details:not([open])>*{display:block}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}',
].join('\n')

/** Messages that are shown whole; those that did not pass come first. All are in the table, up to its limit. */
export const SHOWN_WHOLE = 100
const LISTED = 2000

export function toHtml(entries: readonly Entry[], settings: Settings): string {
  const single = settings.single && entries.length === 1
  const title = single ? `DKIM: ${nameOf(entries[0]!)}` : `DKIM: ${entries.length} messages`
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<style>\n${STYLE}\n</style></head><body><main>`,
    `<h1>${escapeMarkup(title)}</h1>`,
    `<p class="soft">Judged at ${settings.now.toISOString().replace('T', ' ').slice(0, 19)} UTC by dkim, for RFC 6376.</p>`,
    ...(single ? messageCards(entries[0]!) : batch(entries)),
    '</main></body></html>',
    '',
  ].join('\n')
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
    '<h2>One by one</h2>',
    limitNote(entries.length, SHOWN_WHOLE, 'shown whole, those that did not pass first'),
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
    ...messageCards(entry),
    '</details>',
  ].join('\n')
}
