// The phases of a rotation: when each may begin, why then, and whether it is done. Dates come from evidence where there is some, else from the plan.

import { addMonths, DAY, formatDuration, HOUR, type Instant, nextWorkingTime, type TimeZone } from './calendar.js'
import type { Observation } from './evidence.js'
import { oldIsGone, type Progress } from './progress.js'
import { CADENCES, type RotationKind, type RotationRequest } from './settings.js'
import { type NewKeyProof, overlapEnd, type SignerView } from './signer-evidence.js'
import type { Stage } from './stage.js'
import { deliveryTime, type Waits } from './waits.js'

interface PhaseRow {
  readonly title: string
  /** action: somebody does something; wait: time passes. */
  readonly kind: 'action' | 'wait'
  /** Runs beside the others and holds nothing up. */
  readonly side?: true
  readonly rule: Rule
}

export type PhaseId = keyof typeof PHASES

/** Where the dates of one plan come from. */
export interface PlanContext {
  readonly request: RotationRequest
  readonly waits: Waits
  readonly progress: Progress
  readonly signers: SignerView
  readonly stage: Stage
  /** What the newest evidence says of the new key. */
  readonly proof: NewKeyProof
  /** The old record is needed again: it went before its overlap was over, or before the new key works. */
  readonly needsOld: boolean
  /** What this run saw, null where nothing was read. */
  readonly observation: Observation | null
  /** The moment that is evaluated: the clock, or the last complete check where DNS could not be read since. */
  readonly asOf: Instant
  /** Every server was read just now. */
  readonly isRead: boolean
  /** A state file records first observations; without one, waits before the first check count as elapsed. */
  readonly remembers: boolean
  readonly zone: TimeZone
}

/** One phase on the calendar. */
export interface Milestone {
  /** The phase may begin now or at this time. */
  readonly earliest: Instant
  /** An action is late after it; a wait ends at it. Null: no hurry. */
  readonly latest: Instant | null
  readonly done: boolean
  /** When it was seen done, null where that is not known. */
  readonly doneAt: Instant | null
  readonly why: string
}

/** `cursor`: when the phase before lets this one begin; `switchAt`: when the signers switch, or did. */
type Rule = (context: PlanContext, cursor: Instant, switchAt: Instant) => Milestone

const GRACE = {
  generate: 7 * DAY,
  publish: 7 * DAY,
  verify: 3 * DAY,
  switch: 14 * DAY,
  revoke: 14 * DAY,
  remove: 30 * DAY,
  next: 30 * DAY,
}

/** An emergency leaves an hour for everything but the removal of what is already harmless. */
function due(context: PlanContext, id: keyof typeof GRACE, earliest: Instant): Instant {
  const hurry = context.request.kind === 'emergency' && id !== 'remove' && id !== 'next'
  return earliest + (hurry ? HOUR : GRACE[id])
}

export const isProven = ({ proof }: PlanContext): boolean => proof === 'passing' || proof === 'vouched'
const isLive = ({ progress }: PlanContext): boolean => progress.newState === 'live'
const isSwitched = ({ signers }: PlanContext): boolean => signers.who === 'new'

function inventory({ request, progress }: PlanContext): Milestone {
  const done = request.old.fingerprint !== null || request.zone.source !== null || progress.checkedAt !== null
  return {
    earliest: request.createdAt,
    latest: null,
    done,
    doneAt: done ? request.createdAt : null,
    why: 'any time: it changes nothing',
  }
}

function generate(context: PlanContext): Milestone {
  const { request } = context
  const done = request.new.fingerprint !== null || isLive(context)
  return {
    earliest: request.start,
    latest: due(context, 'generate', request.start),
    done,
    doneAt: done ? request.createdAt : null,
    why: 'start of the rotation',
  }
}

function publish(context: PlanContext): Milestone {
  const { request, progress } = context
  const earliest = workingTime(context, request.start, false)
  return {
    earliest: progress.newSeenSince === null ? earliest : Math.min(earliest, progress.newSeenSince),
    latest: due(context, 'publish', earliest),
    done: isLive(context) || progress.newState === 'partial',
    doneAt: progress.newSeenSince,
    why: 'start of the rotation: the new key is not in use yet',
  }
}

function propagate(context: PlanContext, cursor: Instant): Milestone {
  const { progress, waits, asOf, remembers } = context
  const length = waits.propagation.seconds * 1000
  const earliest = progress.newLiveSince ?? progress.newSeenSince ?? cursor
  const latest = earliest + length
  const isOver = asOf >= latest
  const done = isLive(context) && (isSwitched(context) || isOver || !remembers)
  const seen = progress.newLiveSince === null ? 'published' : 'seen on every server'
  return {
    earliest,
    latest,
    done,
    doneAt: done && isOver ? latest : null,
    why: `${seen} + ${waits.propagation.formula}`,
  }
}

function verify(context: PlanContext, cursor: Instant): Milestone {
  const { progress } = context
  const done = isLive(context) && (progress.verifiedAt !== null || isSwitched(context))
  return {
    earliest: cursor,
    latest: due(context, 'verify', cursor),
    done,
    doneAt: progress.verifiedAt ?? context.signers.switchedAt,
    why: 'as soon as the new record has propagated',
  }
}

function switchSigners(context: PlanContext, cursor: Instant): Milestone {
  const { progress, waits, request, signers, remembers } = context
  const since = remembers ? progress.newLiveSince : null
  const propagated = since === null ? cursor : since + waits.propagation.seconds * 1000
  const earliest = workingTime(context, propagated, true)
  const working = request.settings.businessDays ? ', on a working day followed by another' : ''
  return {
    earliest: isSwitched(context) ? Math.min(earliest, signers.switchedAt ?? earliest) : earliest,
    latest: due(context, 'switch', earliest),
    done: isSwitched(context),
    doneAt: signers.switchedAt,
    why: `end of propagation${working}`,
  }
}

function overlap(context: PlanContext, cursor: Instant): Milestone {
  const { progress, waits, request, signers, asOf, needsOld } = context
  const length = waits.overlap.seconds * 1000
  const earliest = signers.switchedAt ?? cursor
  const latest = overlapEnd(signers, length, deliveryTime(request)) ?? earliest + length
  const isOver = progress.oldState === 'revoked' || (isSwitched(context) && asOf >= latest)
  // A key that was not seen in use since the switch may be the wrong one: the old key stays.
  const done = !needsOld && (progress.oldState === 'absent' || (isOver && isProven(context)))
  const longer =
    latest > earliest + length ? `, and ${formatDuration(deliveryTime(request))} after the last reported delivery` : ''
  return {
    earliest,
    latest,
    done,
    doneAt: done && latest <= asOf ? latest : null,
    why: `switch + ${waits.overlap.formula}${longer}`,
  }
}

function lowerTtl(context: PlanContext, cursor: Instant, switchAt: Instant): Milestone {
  const { progress, waits, request } = context
  const revocation = workingTime(context, cursor, false)
  const earliest = lastWorkingTime(context, revocation - waits.ttlLead.seconds * 1000, switchAt)
  const ttl = progress.oldTtl ?? request.zone.oldTtl
  const low = ttl !== null && ttl <= request.settings.loweredTtl
  return {
    earliest,
    latest: revocation,
    // Where one server shows the revocation already, a lower TTL comes too late to matter.
    done: !context.needsOld && (low || oldIsGone(progress) || progress.oldState === 'partial'),
    doneAt: null,
    why: `revocation − ${waits.ttlLead.formula}, so that the revocation, or undoing it, takes effect quickly`,
  }
}

function revoke(context: PlanContext, cursor: Instant): Milestone {
  const earliest = workingTime(context, cursor, false)
  return {
    earliest,
    latest: due(context, 'revoke', earliest),
    done: oldIsGone(context.progress) && !context.needsOld,
    doneAt: context.progress.revokedSince,
    why: context.request.kind === 'emergency' ? 'as soon as no signer uses the old key' : 'the end of the overlap',
  }
}

function remove(context: PlanContext, cursor: Instant): Milestone {
  const { progress, waits } = context
  // A revocation that came too early is to be undone: the wait counts from the one to come.
  const revoked = context.needsOld ? cursor : (progress.revokedSince ?? cursor)
  const earliest = workingTime(context, revoked + waits.revokedFor.seconds * 1000, false)
  return {
    earliest,
    latest: due(context, 'remove', earliest),
    done: progress.oldState === 'absent' && !context.needsOld,
    doneAt: progress.removedSince,
    why: `revocation + ${formatDuration(waits.revokedFor.seconds * 1000)}: an empty p= shows why a signature fails, a missing record does not`,
  }
}

function disclose(context: PlanContext, cursor: Instant): Milestone {
  const { request, progress } = context
  const { discloseAfter } = request.settings
  return {
    earliest: workingTime(context, (progress.removedSince ?? cursor) + discloseAfter, false),
    latest: null,
    done: progress.disclosedAt !== null,
    doneAt: progress.disclosedAt,
    why: `removal + ${formatDuration(discloseAfter)}; optional, and irreversible`,
  }
}

/** The next rotation counts from the switch: that is when the key began to be used. */
function next(context: PlanContext, cursor: Instant, switchAt: Instant): Milestone {
  const { request, zone } = context
  const { cadence } = request.settings
  const months = CADENCES[cadence]
  const earliest = workingTime(context, Math.max(addMonths(switchAt, months, zone), cursor), false)
  const why = `switch + ${months} ${months === 1 ? 'month' : 'months'} (${cadence}), after this rotation ends`
  return { earliest, latest: due(context, 'next', earliest), done: false, doneAt: null, why }
}

function workingTime({ request, zone }: PlanContext, instant: Instant, dayAfter: boolean): Instant {
  const { businessDays, holidays } = request.settings
  if (!businessDays || request.kind === 'emergency') return instant
  return nextWorkingTime(instant, { zone, holidays: new Set(holidays) }, dayAfter)
}

/** Working time at `instant` or before, so that what follows keeps its whole lead; not before `floor`. */
function lastWorkingTime(context: PlanContext, instant: Instant, floor: Instant): Instant {
  for (let back = 0; instant - back * DAY > floor; back += 1) {
    const time = workingTime(context, instant - back * DAY, false)
    if (time <= instant) return Math.max(time, floor)
  }
  return workingTime(context, Math.max(instant, floor), false)
}

export const PHASES = {
  inventory: { title: 'Take stock', kind: 'action', rule: inventory },
  generate: { title: 'Generate the new key', kind: 'action', rule: generate },
  publish: { title: 'Publish the new record', kind: 'action', rule: publish },
  propagate: { title: 'Let it propagate', kind: 'wait', rule: propagate },
  verify: { title: 'Verify a test message', kind: 'action', rule: verify },
  switch: { title: 'Switch the signers', kind: 'action', rule: switchSigners },
  overlap: { title: 'Keep both keys published', kind: 'wait', rule: overlap },
  'lower-ttl': { title: 'Lower the TTL of the old record', kind: 'action', side: true, rule: lowerTtl },
  revoke: { title: 'Revoke the old key', kind: 'action', rule: revoke },
  remove: { title: 'Remove the old record', kind: 'action', rule: remove },
  disclose: { title: 'Disclose the retired private key', kind: 'action', rule: disclose },
  next: { title: 'Rotate again', kind: 'action', rule: next },
} as const satisfies Record<string, PhaseRow>

export const PHASE_IDS = Object.keys(PHASES) as PhaseId[]

const REPLACE: readonly PhaseId[] = [
  'inventory',
  'generate',
  'publish',
  'propagate',
  'verify',
  'switch',
  'overlap',
  'lower-ttl',
  'revoke',
  'remove',
  'disclose',
  'next',
]

const ORDERS: Record<RotationKind, readonly PhaseId[]> = {
  replace: REPLACE,
  emergency: REPLACE.filter(id => id !== 'lower-ttl' && id !== 'disclose'),
  add: ['inventory', 'generate', 'publish', 'propagate', 'verify', 'switch', 'next'],
  flip: REPLACE.filter(id => id !== 'remove' && id !== 'disclose'),
  provider: ['inventory'],
}

export function phaseOrder({ kind, settings }: RotationRequest): readonly PhaseId[] {
  return ORDERS[kind].filter(id => id !== 'disclose' || settings.disclose)
}
