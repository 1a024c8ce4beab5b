// What is wrong beyond the text of one record: aliases, neighbours at the name, and records that landed elsewhere.

import { randomBytes } from 'node:crypto'
import type { DnsSource } from '../dns/answer.js'
import type { TxtAnswer } from '../dns/resolver.js'
import { excessOf } from '../key-lookup.js'
import { type Finding, finding } from './findings.js'
import { type Judged, rejectionOf } from './judgement.js'
import type { KeyName } from './key-name.js'

export type Found = Omit<Finding, 'record'> & { readonly record?: string | null }

/** What the answer says beyond the text of one record. */
export function* answerFindings(answer: TxtAnswer, judged: Judged): Generator<Found> {
  const { texts, lintOf } = judged
  const last = answer.chain.at(-1)
  if (answer.bogus) yield finding('dnssec-bogus', answer.detail ?? undefined)
  if (answer.status === 'cname-loop') yield finding('cname-loop', answer.detail ?? undefined)
  // Without a server that says so, as for a zone file of another zone, nothing is known of the target.
  if (answer.status === 'nxdomain' && last !== undefined && answer.server !== null)
    yield finding('dangling-cname', last.target)
  if (answer.besideAlias) yield finding('cname-beside-txt')
  if (answer.wildcard) yield finding('wildcard')
  if (answer.status !== 'found') return
  if (lintOf.size === 0) yield finding('no-key-record', `"${texts[0]!.slice(0, 60)}"`)
  const excess = excessOf(texts)
  if (excess !== null) yield finding('too-much-text', excess)
  const whole = joinedRecord(texts)
  if (whole !== null) yield { ...finding('split-into-records', `${texts.length} of them`), record: whole }
  else if (lintOf.size > 1) yield finding('several-records', `${lintOf.size} of them`)
  else if (lintOf.size === 1 && texts.length > 1) {
    // The same text twice is one record (RFC 2181 §5).
    const other = texts.find(text => !lintOf.has(text))
    if (other !== undefined) yield finding('other-text', `"${other.slice(0, 60)}"`)
  }
}

/** Records that make one sound key only when joined, in whatever order they came. */
function joinedRecord(texts: readonly string[]): string | null {
  if (texts.length < 2 || texts.length > 4 || texts.some(text => rejectionOf(text) === null)) return null
  const start = texts.find(text => /^[ \t]*v[ \t]*=/.test(text))
  if (start === undefined) return null
  for (const order of orders(texts.filter(text => text !== start))) {
    const joined = [start, ...order].join('')
    if (rejectionOf(joined) === null) return joined
  }
  return null
}

function orders(texts: readonly string[]): string[][] {
  if (texts.length < 2) return [[...texts]]
  return texts.flatMap((first, index) => orders(texts.toSpliced(index, 1)).map(rest => [first, ...rest]))
}

/** Where records land by mistake, and whether any other selector is answered just the same. */
export async function probe(
  source: DnsSource,
  { name, domain, selector }: KeyName,
  answer: TxtAnswer,
  signal?: AbortSignal,
): Promise<Found[]> {
  if (answer.status === 'nxdomain' || (answer.status === 'nodata' && answer.chain.length === 0)) {
    const doubled = `${name}.${domain}`
    const bare = `${selector}.${domain}`
    const [atDoubled, atBare] = await Promise.all([
      source.query(doubled, 'TXT', signal),
      source.query(bare, 'TXT', signal),
    ])
    const found: Found[] = []
    if (atDoubled.status === 'found') found.push(finding('doubled-domain', doubled))
    const texts = atBare.records.flatMap(({ data }) =>
      data.type === 'TXT' ? [Buffer.concat(data.strings).toString('latin1')] : [],
    )
    if (texts.some(text => /DKIM1/.test(text))) found.push(finding('record-at-domain', bare))
    return found
  }
  if (answer.status !== 'found' || answer.wildcard !== undefined) return []
  const elsewhere = await source.txt(`${randomSelector()}._domainkey.${domain}`, signal)
  return elsewhere.status === 'found' ? [finding('wildcard')] : []
}

/** A selector that nobody uses. */
export function randomSelector(): string {
  return `probe-${randomBytes(8).toString('hex')}`
}
