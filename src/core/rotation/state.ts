// The state file of rotate-plan: what was asked and what was seen. No private key is ever in it, only paths and fingerprints.

import { DkimError } from '../errors.js'
import type { Instant } from './calendar.js'
import { NO_PROGRESS, type Progress } from './progress.js'
import {
  duration,
  flag,
  instant,
  isJsonObject,
  list,
  nullable,
  object,
  oneOf,
  type Schema,
  stateFault,
  text,
  whole,
  withDefault,
} from './schema.js'
import {
  CADENCES,
  type Cadence,
  type KeyFacts,
  type RotationRequest,
  type Settings,
  type ZoneFacts,
} from './settings.js'
import type { FailingReport, SignerRecord, Straggler } from './signer-evidence.js'

export const STATE_SCHEMA = 'dkim.rotation-state/1'

export interface PlanState {
  readonly request: RotationRequest
  readonly progress: Progress
  /** The dates that calendars were last told, so that a moved date gets a higher SEQUENCE (RFC 5545 §3.8.7.4). */
  readonly calendar: readonly CalendarEntry[]
}

export interface CalendarEntry {
  readonly phase: string
  readonly at: Instant
  readonly sequence: number
}

export interface RotationState {
  /** The last run that wrote the file. */
  readonly updatedAt: Instant
  readonly plans: readonly PlanState[]
  /** Selectors that were used before, as full record names. */
  readonly usedNames: readonly string[]
}

const SECONDS = whole(2 ** 32)
const NAME = text(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/, 'a DNS name')
const LINE = text(/^[^\u0000-\u001f\u007f]{0,20000}$/, 'one line of text')

const FINGERPRINT = text(/^SHA256:[A-Za-z0-9+/]{43}$/, 'a fingerprint')

const KEY: Schema<KeyFacts> = object<KeyFacts>({
  selector: NAME,
  type: nullable(oneOf('rsa', 'ed25519')),
  bits: nullable(whole(65_536)),
  fingerprint: nullable(FINGERPRINT),
  record: nullable(LINE),
  alias: nullable(NAME),
})

const SETTINGS: Schema<Settings> = object<Settings>({
  cadence: oneOf(...(Object.keys(CADENCES) as Cadence[])),
  overlap: duration,
  queueLifetime: duration,
  signatureLifetime: duration,
  minimumPropagation: duration,
  safety: duration,
  providerMinimum: duration,
  ttl: SECONDS,
  loweredTtl: SECONDS,
  revokedFor: duration,
  disclose: flag,
  discloseAfter: duration,
  timeZone: text(/^[A-Za-z0-9_+/-]{1,64}$/, 'a time zone'),
  businessDays: flag,
  holidays: list(text(/^(?:\d{4}-)?\d{2}-\d{2}$/, 'a day such as 2026-12-25 or 12-25'), 1000),
})

const ZONE: Schema<ZoneFacts> = object<ZoneFacts>({
  negativeTtl: nullable(SECONDS),
  refresh: nullable(SECONDS),
  oldTtl: nullable(SECONDS),
  previousTtl: nullable(SECONDS),
  previousFingerprint: nullable(FINGERPRINT),
  source: nullable(LINE),
})

const REQUEST: Schema<RotationRequest> = object<RotationRequest>({
  domain: NAME,
  kind: oneOf('replace', 'emergency', 'add', 'flip', 'provider'),
  old: KEY,
  new: KEY,
  newKeyFile: nullable(LINE),
  oldKeyFile: nullable(LINE),
  createdAt: instant,
  start: instant,
  settings: SETTINGS,
  zone: ZONE,
  provider: nullable(LINE),
})

const SIGNERS: Schema<SignerRecord> = object<SignerRecord>({
  confirmedAt: nullable(instant),
  firstNewAt: nullable(instant),
  lastNewAt: nullable(instant),
  lastOldAt: nullable(instant),
  lastOldDelivery: nullable(instant),
  lastSampleAt: withDefault(nullable(instant), null),
  brokenAt: nullable(instant),
  missingKeyAt: nullable(instant),
  vouchedAt: withDefault(nullable(instant), null),
  failingReports: withDefault(list(object<FailingReport>({ reporter: LINE, begin: instant }), 1000), []),
  stragglers: withDefault(
    list(object<Straggler>({ reporter: LINE, address: LINE, messages: whole(2 ** 53 - 1), end: instant }), 1000),
    [],
  ),
})

const RECORD_STATE = oneOf('live', 'partial', 'absent', 'revoked', 'wrong-key', 'unknown')

const PROGRESS: Schema<Progress> = object<Progress>({
  checkedAt: nullable(instant),
  newState: RECORD_STATE,
  oldState: RECORD_STATE,
  oldTtl: nullable(SECONDS),
  newSeenSince: nullable(instant),
  newLiveSince: nullable(instant),
  revokedSince: nullable(instant),
  removedSince: nullable(instant),
  verifiedAt: nullable(instant),
  disclosedAt: nullable(instant),
  laggingSince: withDefault(nullable(instant), null),
  signers: SIGNERS,
})

const PLAN: Schema<PlanState> = object<PlanState>({
  request: REQUEST,
  progress: PROGRESS,
  calendar: list(object<CalendarEntry>({ phase: LINE, at: instant, sequence: whole(1_000_000) }), 100),
})

const STATE: Schema<RotationState> = object<RotationState>({
  updatedAt: instant,
  plans: list(PLAN),
  usedNames: list(NAME),
})

/** The file's text as a state; what later versions or other tools added comes back in `original` and survives the next write. */
export function parseState(json: string): { readonly state: RotationState; readonly original: unknown } {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw stateFault('it', 'JSON')
  }
  if (!isJsonObject(value)) throw stateFault('it', 'an object')
  if (value['schema'] !== STATE_SCHEMA) {
    throw new DkimError(
      'state-invalid',
      `the state file is not of the schema ${STATE_SCHEMA}`,
      'it is a different file, or was written by a newer dkim',
    )
  }
  return { state: STATE.read(value, 'state'), original: value }
}

export function formatState(state: RotationState, original: unknown = {}): string {
  const known = { schema: STATE_SCHEMA, ...(STATE.write(state) as Record<string, unknown>) }
  return `${JSON.stringify(withUnknown(known, original), null, 2)}\n`
}

/** Fields of the file that this version does not know stay where they were. */
function withUnknown(known: unknown, original: unknown): unknown {
  if (Array.isArray(known) && Array.isArray(original)) {
    return known.map((item, index) => withUnknown(item, original[index]))
  }
  if (!isJsonObject(known) || !isJsonObject(original)) return known
  const merged = new Map(Object.entries(known).map(([name, value]) => [name, withUnknown(value, original[name])]))
  for (const [name, value] of Object.entries(original)) if (!merged.has(name)) merged.set(name, value)
  return Object.fromEntries(merged)
}

export function newPlanState(request: RotationRequest): PlanState {
  return { request, progress: NO_PROGRESS, calendar: [] }
}
