// Lookup reports as one page: what stands at each name, what is wrong with it, and how it should read.

import type { Finding, Severity } from '../../core/lookup/findings.js'
import { card, factList, htmlDocument } from '../html/document.js'
import { escapeMarkup } from '../rotation/markup.js'
import { keyTagMeaning } from '../verification/tag-meanings.js'
import { correctedTexts, matchText, nextStep, providerText } from './text.js'
import { type LookupReport, lookupVerdict } from './verdict.js'

const COLOURS = { good: 'var(--done)', bad: 'var(--bad)', open: 'var(--due)' } as const

const SEVERITIES = {
  critical: { mark: '✗', colour: 'var(--bad)' },
  error: { mark: '✗', colour: 'var(--bad)' },
  warning: { mark: '!', colour: 'var(--due)' },
  info: { mark: '–', colour: 'var(--soft)' },
} as const satisfies Record<Severity, { mark: string; colour: string }>

export function lookupHtml(reports: readonly LookupReport[], now: Date): string {
  const title = reports.length === 1 ? `DKIM key ${reports[0]!.name}` : `${reports.length} DKIM keys`
  return htmlDocument(
    title,
    now,
    reports.flatMap(report => section(report, reports.length > 1)),
  )
}

function section(report: LookupReport, titled: boolean): string[] {
  const { mark, tone, text } = lookupVerdict(report)
  return [
    titled ? `<h2>${escapeMarkup(report.name)}</h2>` : '',
    card(
      COLOURS[tone],
      `<p><span class="badge">${mark} ${report.result}</span> ${escapeMarkup(text)}</p>${report.detail === null ? '' : `<p>${escapeMarkup(report.detail)}</p>`}${facts(report)}${nextLine(report)}`,
    ),
    ...report.findings.map(findingCard),
    ...correctedTexts(report).map(
      record => `<p>The record as it should read:</p><p><code>${escapeMarkup(record)}</code></p>`,
    ),
    tagTable(report),
    ...report.records.map(({ text: record }) => `<p>As published:</p><p><code>${escapeMarkup(record)}</code></p>`),
    serverTable(report),
  ]
}

function facts(report: LookupReport): string {
  const { key, match, chain, dnssec, server, agreement } = report
  return factList([
    ['Key', key === null ? null : `${key.type}, ${key.bits} bits, ${key.fingerprint}`],
    ['Your key', match === null ? null : `${match.file} ${matchText(report, match)}`],
    [
      'Alias',
      chain.length === 0 ? null : chain.map(({ name, type, target }) => `${name} ${type} ${target}`).join(' → '),
    ],
    ['Provider', providerText(report)],
    ['DNSSEC', dnssec === null ? null : dnssec ? 'authenticated' : 'not authenticated'],
    ['Answered by', server],
    ['Name servers', agreement?.authoritative ?? null],
    ['Resolvers', agreement?.recursive ?? null],
  ])
}

function nextLine(report: LookupReport): string {
  const next = nextStep(report)
  return next === null ? '' : `<p>Next: ${escapeMarkup(next)}</p>`
}

function findingCard({ severity, code, text, fix }: Finding): string {
  const { mark, colour } = SEVERITIES[severity]
  return card(
    colour,
    `<p><span class="badge">${mark} ${severity}</span> <strong>${escapeMarkup(text)}</strong> <code>${code}</code></p><p>Fix: ${escapeMarkup(fix)}</p>`,
  )
}

function tagTable({ tags }: LookupReport): string {
  if (tags.length === 0) return ''
  const rows = tags.map(
    ({ name, value }) =>
      `<tr><th scope="row">${escapeMarkup(name)}=</th><td class="mono">${escapeMarkup(value)}</td><td>${escapeMarkup(keyTagMeaning(name, value, tags))}</td></tr>`,
  )
  return `<table class="fields tags"><caption>Tags</caption><tbody>${rows.join('')}</tbody></table>`
}

function serverTable({ servers }: LookupReport): string {
  if (servers.length === 0) return ''
  const rows = servers.map(
    ({ host, server, state, detail }) =>
      `<tr><th scope="row">${escapeMarkup(host ?? server)}</th><td>${escapeMarkup(server)}</td><td>${state}${detail === null ? '' : `: ${escapeMarkup(detail)}`}</td></tr>`,
  )
  return `<table class="fields"><caption>Servers</caption><tbody>${rows.join('')}</tbody></table>`
}
