// From DNS answers to what each server says of a key record.

import { type KeyRecord, looksLikeKeyRecord, parseKeyRecord } from '../dkim/key-record.js'
import { publicKeyOfRecord } from '../dkim/record-key.js'
import { Rejection } from '../dkim/rejection.js'
import type { TxtAnswer } from '../dns/resolver.js'
import type { Instant } from './calendar.js'
import { type Observation, type ServerAnswer, viewRecord } from './evidence.js'
import type { KeyFacts, RotationRequest } from './settings.js'

/** One server's answers: the record, and the name that cannot exist, which only a wildcard answers. */
export interface WitnessAnswers {
  readonly server: string
  readonly record: TxtAnswer
  readonly impossible: TxtAnswer | null
  /** The server was asked for what it holds itself: a refusal then means that it does not serve the zone. */
  readonly authoritative: boolean
}

export function readServerAnswer({ server, record, impossible, authoritative }: WitnessAnswers): ServerAnswer {
  const alias = record.chain.at(-1)?.target ?? null
  const aliasTtl = alias === null ? null : Math.max(...record.chain.map(({ ttl }) => ttl))
  const nothing = { fingerprint: null, revoked: false, ttl: null, text: null }
  const base = { server, ...nothing, aliasTtl, alias, detail: record.detail }
  switch (record.status) {
    case 'found':
      if (isFromWildcard(record, impossible))
        return { ...base, status: 'absent', wildcard: true, detail: 'answered by a wildcard' }
      return { ...base, status: 'found', ...readRecords(record) }
    case 'nodata':
    case 'nxdomain':
    case 'cname-loop':
      return { ...base, status: 'absent' }
    case 'refused':
      return { ...base, status: authoritative ? 'lame' : 'temporary' }
    default:
      return { ...base, status: 'temporary' }
  }
}

/** A wildcard's answer for a name that cannot exist is the same as for this one. */
export function isFromWildcard(record: TxtAnswer, impossible: TxtAnswer | null): boolean {
  if (record.wildcard === true) return true
  return impossible?.status === 'found' && recordTexts(impossible).join('\n') === recordTexts(record).join('\n')
}

function recordTexts({ records }: TxtAnswer): string[] {
  return records.map(({ data }) => Buffer.from(data).toString('latin1')).sort()
}

type Content = Pick<ServerAnswer, 'fingerprint' | 'revoked' | 'ttl' | 'text'>

/** Several records under one name leave the verifier to guess (§3.6.2.2): that is no usable key. */
function readRecords(answer: TxtAnswer): Content {
  const ttls = answer.records.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]))
  const ttl = ttls.length === 0 ? null : Math.max(...ttls)
  const texts = recordTexts(answer)
  const keys = texts.filter(looksLikeKeyRecord)
  const [text, another] = keys.length > 0 ? keys : texts
  if (text === undefined || another !== undefined) return { fingerprint: null, revoked: false, ttl, text: null }
  return { ...readKey(text), ttl, text }
}

function readKey(text: string): { fingerprint: string | null; revoked: boolean } {
  try {
    const record = parseKeyRecord(text)
    if (record.publicKey === '') return { fingerprint: null, revoked: true }
    if (!isForMail(record)) return { fingerprint: null, revoked: false }
    return { fingerprint: publicKeyOfRecord(record).key.fingerprint, revoked: false }
  } catch (error) {
    if (error instanceof Rejection) return { fingerprint: null, revoked: false }
    throw error
  }
}

/** The right key in a record that verifiers must not use it from is of no use (h= and s= of §3.6.1). */
function isForMail({ services, hashes }: KeyRecord): boolean {
  const hasService = services.length === 0 || services.includes('*') || services.includes('email')
  return hasService && (hashes === null || hashes.includes('sha256'))
}

/** All answers about both records as one look. */
export function observationOf(
  { kind, new: fresh, zone }: RotationRequest,
  answers: { readonly new: readonly ServerAnswer[]; readonly old: readonly ServerAnswer[] },
  at: Instant,
): Observation {
  // Behind a pair of aliases the new name still offers its last key, or an empty p=, until the change.
  const isLeftover = ({ status, fingerprint, revoked }: ServerAnswer): boolean =>
    kind === 'flip' && status === 'found' && (revoked || fingerprint === zone.previousFingerprint)
  const fromNew = answers.new.map(answer =>
    isLeftover(answer) ? { ...answer, status: 'absent' as const, fingerprint: null, revoked: false } : answer,
  )
  return { at, newRecord: viewRecord(fromNew, fresh.fingerprint), oldRecord: viewRecord(answers.old, null) }
}

/** What a plan wants to know of the key in a record. */
export function keyFactsOf(selector: string, { text, alias }: Pick<ServerAnswer, 'text' | 'alias'>): KeyFacts {
  const nothing = { selector, type: null, bits: null, fingerprint: null, record: oneLine(text), alias }
  if (text === null) return nothing
  try {
    const { key } = publicKeyOfRecord(parseKeyRecord(text))
    return { ...nothing, type: key.type, bits: key.bits, fingerprint: key.fingerprint }
  } catch (error) {
    if (error instanceof Rejection) return nothing
    throw error
  }
}

/** The record as it can be published again: folding is spaces, and what holds other control characters is not repeated. */
function oneLine(text: string | null): string | null {
  const line = text?.replace(/[ \t\r\n]+/g, ' ') ?? null
  return line === null || /[\0-\x1f\x7f]/.test(line) ? null : line
}

/** A name under which nobody publishes a key: only a wildcard answers for it. */
export function impossibleSelector(selector: string): string {
  return `no-such-selector-${selector.length}-${[...selector].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1e6, 7)}`
}
