// Resource records as plain data: what a zone holds, what an answer carried (RFC 1035 §3.3).

export interface Soa {
  readonly type: 'SOA'
  readonly primary: string
  readonly mailbox: string
  readonly serial: number
  readonly refresh: number
  readonly retry: number
  readonly expire: number
  readonly minimum: number
}

export type RecordData =
  | { readonly type: 'TXT'; readonly strings: readonly Uint8Array[] }
  | { readonly type: 'CNAME' | 'DNAME' | 'NS'; readonly target: string }
  | { readonly type: 'A' | 'AAAA'; readonly address: string }
  | { readonly type: 'MX'; readonly preference: number; readonly target: string }
  | Soa
  /** A type we have no use for: that it is there decides between "no such name" and "no such data". */
  | { readonly type: 'OTHER'; readonly code: number }

/** Names are lower case text as in name.ts; `ttl` in seconds, null where a zone file states none. */
export interface ResourceRecord {
  readonly name: string
  readonly ttl: number | null
  readonly data: RecordData
}

/** The types we can ask for, with their codes (RFC 1035 §3.2.2, RFC 3596, RFC 6672). */
export const RECORD_TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  DNAME: 39,
} as const satisfies Record<Exclude<RecordData['type'], 'OTHER'>, number>

export type RecordType = keyof typeof RECORD_TYPES

/** "a minimum value of 0, and a maximum value of 2147483647. That is, a maximum of 2^31 - 1" seconds (RFC 2181 §8). */
export const MAX_TTL = 0x7fff_ffff

/** min(SOA TTL, SOA MINIMUM): how long "no" may be remembered (RFC 2308 §5). */
export function negativeTtl(soa: ResourceRecord): number | null {
  if (soa.data.type !== 'SOA') return null
  return Math.min(soa.ttl ?? soa.data.minimum, soa.data.minimum)
}
