// What a rotation has shown so far: the part of the state that grows from run to run. DNS that could not be read changes nothing.

import type { Instant } from './calendar.js'
import type { Observation, Probe, RecordState, ReportedUse, Sample } from './evidence.js'
import type { RotationRequest } from './settings.js'
import { NO_SIGNER_RECORD, recordReports, recordSamples, recordSwitch, type SignerRecord } from './signer-evidence.js'
import { deliveryTime } from './waits.js'

/** What a person can vouch for where no machine can see it. */
export const CONFIRMATIONS = ['verify', 'switch', 'disclose'] as const
export type Confirmation = (typeof CONFIRMATIONS)[number]

export interface Progress {
  /** The last time that every server could be read; the states below are of that moment. */
  readonly checkedAt: Instant | null
  readonly newState: RecordState
  readonly oldState: RecordState
  /** TTL of the old record at that moment, in seconds. */
  readonly oldTtl: number | null
  /** Since when at least one server has the new key, and since when all of them. */
  readonly newSeenSince: Instant | null
  readonly newLiveSince: Instant | null
  readonly revokedSince: Instant | null
  readonly removedSince: Instant | null
  readonly verifiedAt: Instant | null
  readonly disclosedAt: Instant | null
  /** Since when servers disagree about a change of the old record; null while they agree. */
  readonly laggingSince: Instant | null
  readonly signers: SignerRecord
}

export const NO_PROGRESS: Progress = {
  checkedAt: null,
  newState: 'unknown',
  oldState: 'unknown',
  oldTtl: null,
  newSeenSince: null,
  newLiveSince: null,
  revokedSince: null,
  removedSince: null,
  verifiedAt: null,
  disclosedAt: null,
  laggingSince: null,
  signers: NO_SIGNER_RECORD,
}

/** What one run brings. */
export interface Evidence {
  readonly now: Instant
  readonly observation: Observation | null
  readonly samples: readonly Sample[]
  readonly reports: readonly ReportedUse[]
  readonly confirmations: readonly Confirmation[]
  readonly probe: Probe | null
}

export function advance(
  progress: Progress,
  request: RotationRequest,
  evidence: Evidence,
  remembers: boolean,
): Progress {
  const { now, observation, samples, reports, confirmations, probe } = evidence
  const selectors = { old: request.old.selector, new: request.new.selector }
  let signers = recordSamples(progress.signers, samples, selectors, now)
  // Without a state file the plan is as old as this run, and the rotation is older.
  const since = remembers ? Math.min(request.createdAt, now) : 0
  signers = recordReports(signers, reports, selectors, { delivery: deliveryTime(request), since, now })
  if (confirmations.includes('switch')) signers = recordSwitch(signers, now)
  if (confirmations.includes('verify')) signers = { ...signers, vouchedAt: now }
  const verified = confirmations.includes('verify') || probe?.pass === true
  const next: Progress = {
    ...progress,
    signers,
    verifiedAt: progress.verifiedAt ?? (verified ? now : null),
    disclosedAt: progress.disclosedAt ?? (confirmations.includes('disclose') ? now : null),
  }
  return observation === null || !isComplete(observation, request) ? next : seen(next, observation, request)
}

/** A reading counts as a whole or not at all: a server that could not be asked might say the opposite. */
export function isComplete({ newRecord, oldRecord }: Observation, { kind }: RotationRequest): boolean {
  if (kind === 'provider') return oldRecord.state !== 'unknown'
  return newRecord.state !== 'unknown' && oldRecord.state !== 'unknown'
}

export interface Lag {
  /** Servers that have the change already. */
  readonly done: readonly string[]
  readonly waiting: readonly string[]
}

/** Where the servers disagree about a change of the old record; null where they agree, or nothing was changed yet. */
export function lagOf(id: string, { oldRecord }: Observation, { settings }: RotationRequest): Lag | null {
  const { live, revoked, absent, ttls } = oldRecord
  const low = live.filter(server => (ttls.get(server) ?? 0) <= settings.loweredTtl)
  const pairs: Record<string, Lag> = {
    'lower-ttl': { done: low, waiting: live.filter(server => !low.includes(server)) },
    revoke: { done: [...revoked, ...absent], waiting: live },
    remove: { done: absent, waiting: [...revoked, ...live] },
  }
  const lag = pairs[id]
  return lag === undefined || lag.done.length === 0 || lag.waiting.length === 0 ? null : lag
}

function seen(progress: Progress, observation: Observation, request: RotationRequest): Progress {
  const { at, newRecord, oldRecord } = observation
  const isLagging = ['lower-ttl', 'revoke', 'remove'].some(id => lagOf(id, observation, request) !== null)
  const isRevoked = oldRecord.state === 'revoked' || oldRecord.state === 'absent'
  const newLive = newRecord.state === 'live'
  return {
    ...progress,
    checkedAt: at,
    newState: newRecord.state,
    oldState: oldRecord.state,
    oldTtl: oldRecord.ttl,
    newSeenSince: newLive || newRecord.state === 'partial' ? (progress.newSeenSince ?? at) : null,
    newLiveSince: newLive ? (progress.newLiveSince ?? at) : null,
    revokedSince: isRevoked ? (progress.revokedSince ?? at) : null,
    removedSince: oldRecord.state === 'absent' ? (progress.removedSince ?? at) : null,
    laggingSince: isLagging ? (progress.laggingSince ?? at) : null,
    verifiedAt: newLive ? progress.verifiedAt : null,
  }
}

/** The old key is no longer there for anyone. */
export function oldIsGone({ oldState }: Progress): boolean {
  return oldState === 'revoked' || oldState === 'absent'
}
