// What a batch comes to: messages by result, signatures by reason, signing domain and selector.

import { RESULT_ORDER } from '../../core/dkim/result.js'
import { visible } from '../text/style.js'
import { type Entry, isFailed } from './format.js'

/** Names are chosen by strangers, and so is how many there are: those beyond this are counted as one. */
const MAX_NAMES = 10_000
const OTHERS = '(others)'
/** Rows of each table that a person is shown. */
const MAX_ROWS = 20

/** Plain data, which can be sent to another thread, written to a file and added up. */
export interface SummaryData {
  readonly messages: number
  readonly results: readonly Count[]
  readonly reasons: readonly Count[]
  readonly domains: readonly Share[]
  readonly selectors: readonly Share[]
}

export type Count = readonly [name: string, count: number]
/** How many signatures, and how many of them passed. */
export type Share = readonly [name: string, signatures: number, passed: number]

/** Adds up reports, and the summaries of others. */
export class Summary {
  #messages = 0
  readonly #results = new Map<string, number>()
  readonly #reasons = new Map<string, number>()
  readonly #domains = new Map<string, [number, number]>()
  readonly #selectors = new Map<string, [number, number]>()

  add(report: Entry['report']): void {
    this.#messages += 1
    count(this.#results, isFailed(report) ? 'unreadable' : report.result, 1)
    if (isFailed(report)) return
    for (const { result, reason, domain, selector } of report.signatures) {
      const passed = result === 'pass' ? 1 : 0
      if (reason !== null) count(this.#reasons, reason, 1)
      if (domain !== null) share(this.#domains, domain, 1, passed)
      if (domain !== null && selector !== null) share(this.#selectors, `${selector}._domainkey.${domain}`, 1, passed)
    }
  }

  merge({ messages, results, reasons, domains, selectors }: SummaryData): void {
    this.#messages += messages
    for (const [name, number] of results) count(this.#results, name, number)
    for (const [name, number] of reasons) count(this.#reasons, name, number)
    for (const [name, signatures, passed] of domains) share(this.#domains, name, signatures, passed)
    for (const [name, signatures, passed] of selectors) share(this.#selectors, name, signatures, passed)
  }

  get messages(): number {
    return this.#messages
  }

  /** Results in their order, all else the most frequent first. */
  get data(): SummaryData {
    return {
      messages: this.#messages,
      results: [...this.#results].sort((one, other) => rankOf(one[0]) - rankOf(other[0])),
      reasons: byCount([...this.#reasons]),
      domains: byCount(
        Array.from(this.#domains, ([name, [signatures, passed]]) => [name, signatures, passed] as const),
      ),
      selectors: byCount(
        Array.from(this.#selectors, ([name, [signatures, passed]]) => [name, signatures, passed] as const),
      ),
    }
  }
}

function count(counts: Map<string, number>, name: string, number: number): void {
  const key = counts.has(name) || counts.size < MAX_NAMES ? name : OTHERS
  counts.set(key, (counts.get(key) ?? 0) + number)
}

function share(shares: Map<string, [number, number]>, name: string, signatures: number, passed: number): void {
  const before = shares.get(name)
  if (before !== undefined) {
    before[0] += signatures
    before[1] += passed
    return
  }
  if (shares.size >= MAX_NAMES && name !== OTHERS) share(shares, OTHERS, signatures, passed)
  // A name that was cut out of a field would keep all of that field in memory.
  else shares.set(Buffer.from(name).toString(), [signatures, passed])
}

/** Best first, then what has no result at all. */
const RANKS: readonly string[] = [...RESULT_ORDER, 'unreadable', 'none']

function rankOf(result: string): number {
  return RANKS.indexOf(result)
}

function byCount<Row extends readonly [string, number, ...unknown[]]>(rows: Row[]): Row[] {
  return rows.sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1))
}

/** The summary as an object of its own. */
export function summaryJson(data: SummaryData): object {
  const counts = (rows: readonly Count[]) => rows.map(([name, number]) => ({ name, count: number }))
  const shares = (rows: readonly Share[]) => rows.map(([name, signatures, passed]) => ({ name, signatures, passed }))
  return {
    schema: 'dkim.summary/1',
    messages: data.messages,
    results: counts(data.results),
    reasons: counts(data.reasons),
    domains: shares(data.domains),
    selectors: shares(data.selectors),
  }
}

/** `3 messages: 2 pass, 1 fail` */
export function summaryLine({ messages, results }: SummaryData): string {
  const parts = results.map(([result, number]) => `${number} ${result}`)
  return `${messages} message${messages === 1 ? '' : 's'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}\n`
}

/** Tables for people. */
export function summaryText(data: SummaryData): string {
  const counts = (rows: readonly Count[]) => rows.map(([name, number]) => [name, String(number)] as const)
  const shares = (rows: readonly Share[]) =>
    rows.map(([name, signatures, passed]) => [name, `${signatures} signed, ${passed} passed`] as const)
  return [
    summaryLine(data),
    table('Results', counts(data.results)),
    table('Reasons', counts(data.reasons)),
    table('Signing domains', shares(data.domains)),
    table('Selectors', shares(data.selectors)),
  ].join('')
}

function table(title: string, rows: readonly (readonly [name: string, value: string])[]): string {
  if (rows.length === 0) return ''
  const shown = rows.slice(0, MAX_ROWS).map(([name, value]) => [visible(name), value] as const)
  const width = Math.max(...shown.map(([name]) => name.length))
  const lines = shown.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
  const rest = rows.length - shown.length
  return `\n${title}\n${[...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n')}\n`
}
