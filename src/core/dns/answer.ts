// Answers to questions of any type, what a source of them is, and how long one may be kept.

import { LIMITS } from '../limits.js'
import { negativeTtl, type RecordType, type ResourceRecord } from './record.js'
import type { AnswerStatus, ChainLink, Resolver, TxtAnswer, TxtRecord } from './resolver.js'

/** More than key records: what lookups need beside them. */
export interface DnsSource extends Resolver {
  /** Any type. Only a name made of letters, digits, hyphens and underscores reaches the wire. Never rejects. */
  query(name: string, type: RecordType, signal?: AbortSignal): Promise<Answer>
}

/** An answer to a question of any type; TXT answers are made from it. */
export interface Answer {
  readonly name: string
  readonly status: AnswerStatus
  readonly chain: readonly ChainLink[]
  /** Of the asked type, owned by the end of the chain. */
  readonly records: readonly ResourceRecord[]
  /** The name that has the records, or lacks them. */
  readonly owner: string
  readonly besideAlias: boolean
  /** Made from a wildcard; null where the source cannot tell. */
  readonly wildcard: boolean | null
  readonly authenticated: boolean | null
  readonly authoritative: boolean
  readonly recursionAvailable: boolean
  readonly soa: ResourceRecord | null
  /** NS records of the authority section: a referral, where nothing else answers. */
  readonly referral: readonly ResourceRecord[]
  readonly server: string | null
  readonly detail: string | null
  /** Extended errors of the server (RFC 8914), as text. */
  readonly extendedError?: string | null
  /** What the extended error blames; undefined where it leaves that open. */
  readonly failedFor?: 'dnssec' | 'policy'
  /** SERVFAIL, and an answer with CD=1: the signatures of the zone do not validate. */
  readonly bogus?: boolean
  /** A and AAAA records of the additional section: the addresses of a referral's servers. */
  readonly glue?: readonly ResourceRecord[]
  /** See TxtAnswer. */
  readonly remark?: string
}

export function emptyAnswer(name: string, status: AnswerStatus, detail: string | null, server: string | null): Answer {
  return {
    name,
    status,
    chain: [],
    records: [],
    owner: name,
    besideAlias: false,
    wildcard: null,
    authenticated: null,
    authoritative: false,
    recursionAvailable: false,
    soa: null,
    referral: [],
    server,
    detail,
  }
}

function toTxtRecord(strings: readonly Uint8Array[], ttl: number | null): TxtRecord {
  const record = { data: Buffer.concat(strings), ttl, strings: strings.length }
  return strings.length < 2 ? record : { ...record, lengths: strings.map(({ length }) => length) }
}

/** The view of it that keys are made from. */
export function toTxtAnswer(name: string, answer: Answer): TxtAnswer {
  return {
    name,
    status: answer.status,
    chain: answer.chain,
    records: answer.records.flatMap(({ data, ttl }) => (data.type === 'TXT' ? [toTxtRecord(data.strings, ttl)] : [])),
    authenticated: answer.authenticated,
    negativeTtl: answer.soa === null ? null : negativeTtl(answer.soa),
    server: answer.server,
    detail: answer.detail,
    besideAlias: answer.besideAlias,
    ...(answer.bogus ? { bogus: true } : {}),
    ...(answer.wildcard === null ? {} : { wildcard: answer.wildcard }),
    ...(answer.remark === undefined ? {} : { remark: answer.remark }),
  }
}

/** How long an answer may be kept, in seconds: the smallest TTL on the way; 0 for what must not be kept (RFC 2308 §5, §7). */
export function timeToLive(answer: Answer): number {
  const chain = answer.chain.map(({ ttl }) => ttl)
  switch (answer.status) {
    case 'found':
      return Math.min(...chain, ...answer.records.map(({ ttl }) => ttl ?? 0))
    case 'nxdomain':
    case 'nodata':
      return Math.min(...chain, answer.soa === null ? 0 : (negativeTtl(answer.soa) ?? 0))
    case 'cname-loop':
      return Math.min(...chain)
    default:
      return 0
  }
}

export const TOO_LONG = `more than ${LIMITS.aliases} aliases in a row`

export interface ChainFault {
  readonly status: 'cname-loop' | 'malformed'
  readonly detail: string
}

/** Why a chain must not be followed further; null where it may. A loop has no end; what stands at an end that was not read, nobody knows. */
export function chainFault(chain: readonly ChainLink[], seen: ReadonlySet<string>, target: string): ChainFault | null {
  if (seen.has(target)) return { status: 'cname-loop', detail: `the aliases lead back to ${target}` }
  return chain.length > LIMITS.aliases ? { status: 'malformed', detail: TOO_LONG } : null
}
