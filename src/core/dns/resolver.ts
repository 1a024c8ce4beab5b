// The interface between the engine and DNS: what was asked, what came back, and what kind of "no" a "no" is.

/** One link of an alias chain, names in lower case A-label form without the final dot. `ttl` in seconds. */
export interface ChainLink {
  readonly name: string
  readonly type: 'CNAME' | 'DNAME'
  readonly target: string
  readonly ttl: number
}

/** One TXT record: its character-strings joined as bytes (§3.6.2.2). `ttl` in seconds, null where the source knows none. */
export interface TxtRecord {
  readonly data: Uint8Array
  readonly ttl: number | null
  /** How many character-strings it was made of. */
  readonly strings: number
  /** How many bytes each of them has, where there are several. */
  readonly lengths?: readonly number[]
}

/**
 * What the answer was.
 * found: at least one TXT record · nodata: the name exists without TXT · nxdomain: the name does not exist ·
 * the others are temporary: servfail, refused, timeout, network (no server could be reached), malformed (nothing that could be trusted came back);
 * cname-loop: the chain ends nowhere, or is longer than the limit: permanent.
 */
export type AnswerStatus =
  | 'found'
  | 'nodata'
  | 'nxdomain'
  | 'cname-loop'
  | 'servfail'
  | 'refused'
  | 'timeout'
  | 'network'
  | 'malformed'

export const TEMPORARY_STATUSES: ReadonlySet<AnswerStatus> = new Set([
  'servfail',
  'refused',
  'timeout',
  'network',
  'malformed',
])

export interface TxtAnswer {
  /** The name as asked. */
  readonly name: string
  readonly status: AnswerStatus
  /** From the asked name to the owner of the records; empty without aliases. */
  readonly chain: readonly ChainLink[]
  readonly records: readonly TxtRecord[]
  /** The AD flag of the answering server; null where the source cannot know it. Only worth something from a trusted resolver. */
  readonly authenticated: boolean | null
  /** min(SOA TTL, SOA MINIMUM) of a negative answer in seconds (RFC 2308 §5), null where none was given. */
  readonly negativeTtl: number | null
  /** `IP:port` or URL of the server that gave this answer, or the name of the file. */
  readonly server: string | null
  /** For people: what exactly went wrong. */
  readonly detail: string | null
  /** The records were made from a wildcard, where the source can tell. */
  readonly wildcard?: boolean
  /** What is odd about the source of the answer, and how to mend it. */
  readonly remark?: string
  /** The owner of the records is an alias at the same time, which RFC 1034 §3.6.2 forbids. */
  readonly besideAlias?: boolean
  /** The server fails because the signatures of the zone do not validate: without checking it answers. */
  readonly bogus?: boolean
}

/** An answer without records. */
export function noAnswer(
  name: string,
  status: AnswerStatus,
  detail: string | null,
  server: string | null = null,
): TxtAnswer {
  return { name, status, chain: [], records: [], authenticated: null, negativeTtl: null, server, detail }
}

/** Answers never reject: what went wrong is in the status. Local sources answer at once, others with a promise. */
export interface Resolver {
  txt(name: string, signal?: AbortSignal): TxtAnswer | Promise<TxtAnswer>
  /** The answer where no question to the network is needed for it, undefined where one is; the same object each time where it is kept. */
  atHand?(name: string): TxtAnswer | undefined
}
