// What is known of the world at one moment: answers of name servers, received messages, aggregate reports, and what a person confirmed.

import type { Instant } from './calendar.js'

/**
 * What one authoritative server says of one key record.
 * lame: the server answers, but not for this zone (REFUSED, no AA, an upward referral); temporary: no answer, or SERVFAIL.
 */
export interface ServerAnswer {
  readonly server: string
  readonly status: 'found' | 'absent' | 'lame' | 'temporary'
  /** Fingerprint of the one usable key; null where there is none. */
  readonly fingerprint: string | null
  /** An empty p= (§3.6.1). */
  readonly revoked: boolean
  /** Seconds. */
  readonly ttl: number | null
  /** The longest TTL of the aliases on the way, null without any. */
  readonly aliasTtl: number | null
  /** Where the alias chain ended, null without one. */
  readonly alias: string | null
  /** The record as text, null where there is none. */
  readonly text: string | null
  readonly detail: string | null
  /** Only a wildcard answers: the name itself has no record. */
  readonly wildcard?: true
}

/** What a name is, over all the servers that count. */
export type RecordState = 'live' | 'partial' | 'absent' | 'revoked' | 'wrong-key' | 'unknown'

export interface RecordView {
  readonly state: RecordState
  /** Server names by what they say; lame ones stand apart because resolvers step over them as well. */
  readonly live: readonly string[]
  readonly absent: readonly string[]
  readonly revoked: readonly string[]
  readonly wrong: readonly string[]
  readonly temporary: readonly string[]
  readonly lame: readonly string[]
  /** Those among `absent` where a wildcard answers in place of a record. */
  readonly wildcard: readonly string[]
  /** Seconds, by server. */
  readonly ttls: ReadonlyMap<string, number>
  /** The longest TTL seen, in seconds. */
  readonly ttl: number | null
  readonly alias: string | null
  readonly fingerprint: string | null
}

export const UNKNOWN_RECORD: RecordView = {
  state: 'unknown',
  live: [],
  absent: [],
  revoked: [],
  wrong: [],
  temporary: [],
  lame: [],
  wildcard: [],
  ttls: new Map(),
  ttl: null,
  alias: null,
  fingerprint: null,
}

/** `expected` is the fingerprint that must be there; with null every usable key counts as live. */
export function viewRecord(answers: readonly ServerAnswer[], expected: string | null): RecordView {
  const lists: Record<Says, string[]> = { live: [], absent: [], revoked: [], wrong: [], temporary: [], lame: [] }
  for (const answer of answers) lists[classify(answer, expected)].push(answer.server)
  const ttls = new Map<string, number>()
  for (const { server, ttl, status } of answers) if (ttl !== null && status === 'found') ttls.set(server, ttl)
  return {
    ...lists,
    state: overall(lists),
    wildcard: answers.flatMap(({ server, wildcard }) => (wildcard ? [server] : [])),
    ttls,
    ttl: ttls.size === 0 ? null : Math.max(...ttls.values()),
    alias: answers.find(({ alias }) => alias !== null)?.alias ?? null,
    fingerprint: answers.find(({ fingerprint }) => fingerprint !== null)?.fingerprint ?? null,
  }
}

type Says = 'live' | 'absent' | 'revoked' | 'wrong' | 'temporary' | 'lame'

function classify(answer: ServerAnswer, expected: string | null): Says {
  if (answer.status !== 'found') return answer.status
  if (answer.revoked) return 'revoked'
  if (answer.fingerprint === null) return 'wrong'
  return expected === null || answer.fingerprint === expected ? 'live' : 'wrong'
}

/** One server that cannot be read is enough for `unknown`: silence proves nothing. A wrong key is known whatever the others say. */
function overall({ live, absent, revoked, wrong, temporary }: Record<Says, string[]>): RecordState {
  if (wrong.length > 0) return 'wrong-key'
  const answered = live.length + absent.length + revoked.length
  if (temporary.length > 0 || answered === 0) return 'unknown'
  if (live.length === answered) return 'live'
  if (absent.length === answered) return 'absent'
  if (live.length === 0) return 'revoked'
  return 'partial'
}

/** One signature of a received message. */
export interface Sample {
  readonly source: string
  readonly selector: string
  /** no-key: the signature fails only because its key is not, or no longer, published. */
  readonly outcome: 'pass' | 'no-key' | 'fail' | 'temporary'
  /** t= of the signature or the Date of the message, null where neither is usable. */
  readonly signedAt: Instant | null
}

/** What one aggregate report says of one selector of the domain. */
export interface ReportedUse {
  readonly source: string
  readonly selector: string
  readonly begin: Instant
  readonly end: Instant
  readonly messages: number
  readonly pass: boolean
  /** The organization that reports. */
  readonly reporter?: string
  /** The source address with the most of these messages. */
  readonly address?: string
}

/** A signed and verified test message, made with the new private key against live DNS. */
export interface Probe {
  readonly pass: boolean
  readonly detail: string
}

/** What one check saw. */
export interface Observation {
  readonly at: Instant
  readonly newRecord: RecordView
  readonly oldRecord: RecordView
}
