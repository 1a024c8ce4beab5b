// From a key's name to the keys that may verify (§3.6.2, §6.1.2): DNS answers become keys or a reason, parsed keys are cached by their text.

import type { AnswerStatus, Resolver, TxtAnswer } from '../dns/resolver.js'
import { LIMITS } from '../limits.js'
import { FieldLists } from './field-lists.js'
import { type KeyRecord, looksLikeKeyRecord, parseKeyRecord } from './key-record.js'
import { publicKeyOfRecord, type RecordKey } from './record-key.js'
import { Rejection } from './rejection.js'
import type { Reason } from './result.js'

/** One key record, with its key or the reason why that cannot be used. */
export interface KeyCandidate {
  readonly record: KeyRecord | null
  readonly key: RecordKey | null
  readonly rejection: Rejection | null
}

/** What DNS said about a key name, and the keys in it. */
export interface KeyLookup {
  readonly answer: TxtAnswer
  /** In the order of the answer; empty where `rejection` tells why there is none. */
  readonly candidates: readonly KeyCandidate[]
  readonly rejection: Rejection | null
}

const STATUS_REASONS = {
  found: null,
  nodata: 'no-key-for-signature',
  nxdomain: 'no-key-for-signature',
  'cname-loop': 'no-key-for-signature',
  servfail: 'key-unavailable',
  refused: 'key-unavailable',
  timeout: 'key-unavailable',
  network: 'key-unavailable',
  malformed: 'key-unavailable',
} as const satisfies Record<AnswerStatus, Reason | null>

const STATUS_TEXT = {
  found: '',
  nodata: 'the name exists, but has no TXT record',
  nxdomain: 'the name does not exist',
  'cname-loop': 'the CNAME chain loops or is too long',
  servfail: 'the server failed (SERVFAIL)',
  refused: 'the server refused (REFUSED)',
  timeout: 'timed out',
  network: 'no server could be reached',
  malformed: 'no trustworthy answer',
} as const satisfies Record<AnswerStatus, string>

/** Parsed records by their text: importing a key costs as much as ten verifications. Shared between messages, bounded. */
export class KeyCache {
  /** What else is the same in all mail of a signer. */
  readonly fieldLists = new FieldLists()
  readonly #candidates = new Map<string, KeyCandidate>()
  /** A resolver that keeps its answers gives the same object again. */
  readonly #lookups = new WeakMap<TxtAnswer, KeyLookup>()
  readonly #limit: number

  constructor(limit = 1000) {
    this.#limit = limit
  }

  /** What an answer means. */
  lookup(answer: TxtAnswer): KeyLookup {
    let lookup = this.#lookups.get(answer)
    if (lookup === undefined) {
      lookup = keysOf(answer, this)
      this.#lookups.set(answer, lookup)
    }
    return lookup
  }

  /** True of what was found to be a key record before. */
  knows(text: string): boolean {
    return this.#candidates.has(text)
  }

  candidate(text: string): KeyCandidate {
    const cached = this.#candidates.get(text)
    if (cached !== undefined) return cached
    const candidate = parseCandidate(text)
    if (this.#candidates.size >= this.#limit) this.#candidates.clear()
    this.#candidates.set(text, candidate)
    return candidate
  }
}

/** Of those who name no cache: a resolver has one of its own, which goes when it goes. */
const OWN_CACHES = new WeakMap<Resolver, KeyCache>()

export function keyCacheOf(resolver: Resolver): KeyCache {
  let cache = OWN_CACHES.get(resolver)
  if (cache === undefined) {
    cache = new KeyCache()
    OWN_CACHES.set(resolver, cache)
  }
  return cache
}

function parseCandidate(text: string): KeyCandidate {
  let record: KeyRecord | null = null
  try {
    record = parseKeyRecord(text)
    return { record, key: publicKeyOfRecord(record), rejection: null }
  } catch (error) {
    if (error instanceof Rejection) return { record, key: null, rejection: error }
    throw error
  }
}

/** Asks for the keys at a name. Never rejects; answers at once where the resolver does. */
export function lookUpKeys(
  resolver: Resolver,
  name: string,
  cache: KeyCache,
  signal?: AbortSignal,
): KeyLookup | Promise<KeyLookup> {
  const answer = resolver.txt(name, signal)
  return answer instanceof Promise ? answer.then(found => cache.lookup(found)) : cache.lookup(answer)
}

/** The same without a question to the network; undefined where that needs one. */
export function keysAtHand(resolver: Resolver, name: string, cache: KeyCache): KeyLookup | undefined {
  const answer = resolver.atHand?.(name)
  return answer === undefined ? undefined : cache.lookup(answer)
}

/** What is said of more text at one name than is read; null where it is within the limits. */
export function excessOf(texts: readonly string[]): string | null {
  const octets = texts.reduce((sum, text) => sum + text.length, 0)
  if (texts.length <= LIMITS.txtRecords && octets <= LIMITS.txtBytes) return null
  return `${texts.length} TXT records of ${octets} bytes exceed the limit`
}

/** Where the source itself explains why a record is broken, that is said with it. */
function remarked(candidate: KeyCandidate, { remark }: TxtAnswer): KeyCandidate {
  if (candidate.rejection === null || remark === undefined) return candidate
  const { reason, detail } = candidate.rejection
  return { ...candidate, rejection: new Rejection(reason, `${detail}; ${remark}`) }
}

function keysOf(answer: TxtAnswer, cache: KeyCache): KeyLookup {
  const reason = STATUS_REASONS[answer.status]
  const alias = answer.chain.at(-1)
  const asked =
    alias === undefined || answer.status === 'cname-loop' ? answer.name : `${answer.name}, an alias of ${alias.target}`
  if (reason !== null) {
    const detail = `${asked}: ${answer.detail ?? STATUS_TEXT[answer.status]}`
    return { answer, candidates: [], rejection: new Rejection(reason, detail) }
  }
  const texts = answer.records.map(record => Buffer.from(record.data).toString('latin1'))
  const excess = excessOf(texts)
  if (excess !== null) {
    return { answer, candidates: [], rejection: new Rejection('key-syntax-error', `${asked}: ${excess}`) }
  }
  // SPF and other text at the same name, often from a wildcard, is not for us.
  const keyTexts = texts.filter(text => cache.knows(text) || looksLikeKeyRecord(text))
  if (keyTexts.length === 0) {
    const detail = `${asked}: the TXT record is not a key record`
    return { answer, candidates: [], rejection: new Rejection('no-key-for-signature', detail) }
  }
  return {
    answer,
    candidates: keyTexts.slice(0, LIMITS.keysPerName).map(text => remarked(cache.candidate(text), answer)),
    rejection: null,
  }
}
