// What a rotation is asked to do: its kind, its keys, its waits, with the defaults and the reason for each.

import type { Instant } from './calendar.js'
import { DAY, HOUR } from './calendar.js'

/**
 * replace: a new key under a new selector, the old one retired · emergency: the same for a leaked key, without the waits ·
 * add: a second algorithm beside the first (RFC 8463 §3), nothing retired · flip: the pair of aliases changes roles ·
 * provider: the selector is an alias into a provider's zone, and the provider rotates.
 */
export type RotationKind = 'replace' | 'emergency' | 'add' | 'flip' | 'provider'

export interface KeyFacts {
  readonly selector: string
  readonly type: 'rsa' | 'ed25519' | null
  readonly bits: number | null
  /** `SHA256:…` of the SubjectPublicKeyInfo. */
  readonly fingerprint: string | null
  /** The record to publish, or the one that was seen; null where unknown. */
  readonly record: string | null
  /** Where the alias chain of this selector ends. */
  readonly alias: string | null
}

export const CADENCES = { monthly: 1, quarterly: 3, semiannual: 6, annual: 12 } as const satisfies Record<
  string,
  number
>

export type Cadence = keyof typeof CADENCES

export interface Settings {
  readonly cadence: Cadence
  /** How long the old key stays after the last signer has left it, in milliseconds as all waits here. */
  readonly overlap: number
  /** How long a mail queue keeps trying (RFC 5321 §4.5.4.1: at least 4 to 5 days). */
  readonly queueLifetime: number
  /** x= minus t= of our signatures, 0 where they do not expire. */
  readonly signatureLifetime: number
  /** The shortest propagation wait. */
  readonly minimumPropagation: number
  /** Added to what DNS asks for. */
  readonly safety: number
  /** What the DNS or mail provider asks for (Microsoft 365: 96 h). */
  readonly providerMinimum: number
  /** TTL of the new record, and of the old one before its revocation, in seconds. */
  readonly ttl: number
  readonly loweredTtl: number
  /** How long the empty p= stays before the record goes. */
  readonly revokedFor: number
  readonly disclose: boolean
  readonly discloseAfter: number
  readonly timeZone: string
  readonly businessDays: boolean
  readonly holidays: readonly string[]
}

export const DEFAULT_SETTINGS = {
  // M3AAWG's rotation advice: at least every six months.
  cadence: 'semiannual',
  overlap: 14 * DAY,
  // Postfix's maximal_queue_lifetime and the upper figure of RFC 5321 §4.5.4.1.
  queueLifetime: 5 * DAY,
  signatureLifetime: 0,
  minimumPropagation: 24 * HOUR,
  safety: HOUR,
  providerMinimum: HOUR,
  ttl: 3600,
  loweredTtl: 300,
  revokedFor: 30 * DAY,
  disclose: false,
  discloseAfter: 7 * DAY,
  timeZone: 'UTC',
  businessDays: false,
  holidays: [],
} as const satisfies Settings

/** Below this the overlap is shorter than mail may stay in a queue: only an emergency asks for it. */
export const SHORTEST_OVERLAP = 7 * DAY
/** Forwarders, greylisting and mailing lists hold mail back for about this long. */
export const FORWARDING_ALLOWANCE = 2 * DAY

/** What was observed of the zone when the plan was made, in seconds; null where it could not be seen. */
export interface ZoneFacts {
  /** min(SOA TTL, SOA MINIMUM), RFC 2308 §5. */
  readonly negativeTtl: number | null
  /** SOA REFRESH: how long a secondary may lag where NOTIFY is lost; 0 where each server is asked itself. */
  readonly refresh: number | null
  /** TTL of the old record. */
  readonly oldTtl: number | null
  /** TTL of whatever stood at the new name before: 0 for a name that did not exist. */
  readonly previousTtl: number | null
  /** The key that stood there before, which only a pair of aliases has. */
  readonly previousFingerprint: string | null
  /** Which servers said so. */
  readonly source: string | null
}

/** All that a plan is made from and that does not change from day to day. */
export interface RotationRequest {
  readonly domain: string
  readonly kind: RotationKind
  readonly old: KeyFacts
  readonly new: KeyFacts
  /** Paths, for the commands that the plan prints; never their content. */
  readonly newKeyFile: string | null
  readonly oldKeyFile: string | null
  readonly createdAt: Instant
  readonly start: Instant
  readonly settings: Settings
  readonly zone: ZoneFacts
  /** The provider that an aliased selector belongs to. */
  readonly provider: string | null
}
