// One name looked up: what stands there, what a verifier makes of it, and what is wrong with it.

import { randomBytes } from 'node:crypto'
import { latin1ToUtf8 } from '../abnf.js'
import type { DnsSource } from '../dns/answer.js'
import { type AnswerStatus, type ChainLink, TEMPORARY_STATUSES, type TxtAnswer } from '../dns/resolver.js'
import { Rejection } from '../errors.js'
import { looksLikeKeyRecord, parseKeyRecord } from '../key-record.js'
import { providerOf } from '../providers.js'
import { type PublicKey, publicKeyOfRecord } from '../public-key.js'
import type { Reason } from '../result.js'
import { bySeverity, type Finding, finding } from './findings.js'
import type { KeyName } from './key-name.js'
import { lintRecord, type RecordLint } from './lint.js'

export type LookupResult = 'found' | 'not-found' | 'revoked' | 'invalid' | 'unavailable'

export interface KeyFacts {
  readonly type: 'rsa' | 'ed25519'
  readonly bits: number
  readonly fingerprint: string
}

export interface LookedUpRecord {
  /** The strings joined; bytes that are no UTF-8 as latin1. */
  readonly text: string
  readonly ttl: number | null
  readonly strings: number
  /** What it should read, where it has faults that can be corrected. */
  readonly corrected: string | null
}

export interface KeyReport {
  readonly schema: 'dkim.lookup/1'
  readonly name: string
  readonly domain: string
  readonly selector: string
  readonly result: LookupResult
  /** Why a verifier does not take it; null where it does. */
  readonly reason: Reason | null
  readonly detail: string | null
  readonly status: AnswerStatus
  readonly chain: readonly ChainLink[]
  readonly records: readonly LookedUpRecord[]
  /** The tags of the key record in its order, as published. */
  readonly tags: readonly { readonly name: string; readonly value: string }[]
  readonly key: KeyFacts | null
  readonly findings: readonly Finding[]
  readonly provider: { readonly name: string; readonly confidence: string } | null
  /** AD of the server that answered; null where there is none, as in a zone file. */
  readonly dnssec: boolean | null
  readonly negativeTtl: number | null
  readonly server: string | null
}

/** The report together with what it was made from. */
export interface LookedUp {
  readonly report: KeyReport
  readonly answer: TxtAnswer
  /** The key that counts; null where there is none. */
  readonly key: PublicKey | null
}

export interface LookUpOptions {
  /** Ask also where people put records by mistake, and for wildcards: up to three more questions. */
  readonly probe?: boolean
  readonly signal?: AbortSignal
}

/** Looks one key up. Never rejects: what went wrong is in the report. */
export async function lookUpKey(source: DnsSource, name: KeyName, options: LookUpOptions = {}): Promise<LookedUp> {
  const answer = await source.txt(name.name, options.signal)
  const judged = judge(answer)
  const neighbourhood = [...answerFindings(answer, judged)]
  if (options.probe !== false) neighbourhood.push(...(await probe(source, name, answer, options.signal)))
  // What is wrong with the pieces of a cut record is of no interest once they are joined.
  const pieces = neighbourhood.some(({ code }) => code === 'split-into-records')
  const own = pieces ? [] : judged.lint.flatMap(lint => lint.findings)
  const findings = bySeverity([...own, ...neighbourhood.map(alone)])
  const main = judged.main
  const report: KeyReport = {
    schema: 'dkim.lookup/1',
    ...name,
    result: judged.result,
    reason: judged.rejection?.reason ?? null,
    detail: judged.rejection?.detail ?? answer.detail,
    status: answer.status,
    chain: answer.chain,
    records: answer.records.map(({ ttl, strings }, index) => {
      const text = judged.texts[index]!
      const corrected = judged.lintOf.get(text)?.corrected ?? null
      return { text: latin1ToUtf8(text) ?? text, ttl, strings, corrected }
    }),
    tags: main === null ? [] : [...(main.record?.tags.values() ?? [])].map(({ name, value }) => ({ name, value })),
    key: main?.key == null ? null : { type: main.key.type, bits: main.key.bits, fingerprint: main.key.fingerprint },
    findings,
    provider: providerFor(name, answer),
    dnssec: answer.authenticated,
    negativeTtl: answer.negativeTtl,
    server: answer.server,
  }
  return { report, answer, key: main?.key ?? null }
}

function alone(found: Omit<Finding, 'record'> & { record?: string | null }): Finding {
  return { ...found, record: found.record ?? null }
}

interface Judged {
  readonly result: LookupResult
  readonly rejection: Rejection | null
  readonly texts: readonly string[]
  /** The lint of every text that means to be a key record. */
  readonly lint: readonly RecordLint[]
  readonly lintOf: ReadonlyMap<string, RecordLint>
  /** The one that a verifier would take, else the first. */
  readonly main: RecordLint | null
}

function judge(answer: TxtAnswer): Judged {
  const texts = answer.records.map(({ data }) => Buffer.from(data).toString('latin1'))
  const lintOf = new Map(texts.filter(meansToBeKey).map(text => [text, lintRecord(text)] as const))
  const lint = [...lintOf.values()]
  const base = { texts, lint, lintOf }
  if (TEMPORARY_STATUSES.has(answer.status)) {
    return { ...base, result: 'unavailable', rejection: null, main: null }
  }
  const outcomes = [...lintOf].map(([text, record]) => ({ record, rejection: rejectionOf(text) }))
  const good = outcomes.find(({ rejection }) => rejection === null)
  if (good !== undefined) return { ...base, result: 'found', rejection: null, main: good.record }
  const [first] = outcomes
  if (first === undefined) return { ...base, result: 'not-found', rejection: null, main: null }
  const result = first.rejection!.reason === 'key-revoked' ? 'revoked' : 'invalid'
  return { ...base, result, rejection: first.rejection, main: first.record }
}

/** Also what no verifier recognizes any more, such as a record with its quotes escaped. */
function meansToBeKey(text: string): boolean {
  return looksLikeKeyRecord(text) || /DKIM1/i.test(text) || /\bp[ \t]*=[ \t]*[A-Za-z0-9+/]{40}/.test(text)
}

function rejectionOf(text: string): Rejection | null {
  try {
    publicKeyOfRecord(parseKeyRecord(text))
    return null
  } catch (error) {
    if (error instanceof Rejection) return error
    throw error
  }
}

type Found = Omit<Finding, 'record'> & { readonly record?: string | null }

/** What the answer says beyond the text of one record. */
function* answerFindings(answer: TxtAnswer, judged: Judged): Generator<Found> {
  const { texts, lintOf } = judged
  const last = answer.chain.at(-1)
  if (answer.status === 'cname-loop') yield finding('cname-loop', answer.detail ?? undefined)
  // Without a server that says so, as for a zone file of another zone, nothing is known of the target.
  if (answer.status === 'nxdomain' && last !== undefined && answer.server !== null)
    yield finding('dangling-cname', last.target)
  if (answer.besideAlias) yield finding('cname-beside-txt')
  if (answer.wildcard) yield finding('wildcard')
  if (answer.status !== 'found') return
  if (lintOf.size === 0) yield finding('no-key-record', `"${texts[0]!.slice(0, 60)}"`)
  const whole = joinedRecord(texts)
  if (whole !== null) yield { ...finding('split-into-records', `${texts.length} of them`), record: whole }
  else if (lintOf.size > 1) yield finding('several-records', `${lintOf.size} of them`)
  else if (lintOf.size === 1 && texts.length > 1) {
    const other = texts.find(text => !lintOf.has(text)) ?? ''
    yield finding('other-text', `"${other.slice(0, 60)}"`)
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
async function probe(
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

function providerFor({ selector }: KeyName, answer: TxtAnswer): KeyReport['provider'] {
  const target = answer.chain[0]?.target
  if (target === undefined && answer.status !== 'found') return null
  const match = providerOf(target === undefined ? { selector } : { selector, target })
  return match === undefined ? null : { name: match.provider.name, confidence: match.confidence }
}
