// The phases laid out in time, each with its status: which are done, which one is now, and what must wait for what.

import type { Instant } from './calendar.js'
import { isProven, type Milestone, PHASES, type PhaseId, type PlanContext, phaseOrder } from './phases.js'
import { lagOf } from './progress.js'
import { STAGES } from './stage.js'

export type PhaseStatus = 'done' | 'current' | 'waiting' | 'blocked' | 'late'

export interface ScheduledPhase extends Milestone {
  readonly id: PhaseId
  readonly status: PhaseStatus
}

export function layOut(context: PlanContext): readonly ScheduledPhase[] {
  const phases: ScheduledPhase[] = []
  let [cursor, switchAt, open] = [context.request.start, context.request.start, false]
  for (const id of phaseOrder(context.request)) {
    const { rule, kind, ...row } = PHASES[id]
    const isSide = 'side' in row
    const milestone =
      open && !isSide ? notBefore(rule(context, cursor, switchAt), cursor) : rule(context, cursor, switchAt)
    const status = milestone.done ? 'done' : statusOf(context, id, milestone, open && !isSide)
    phases.push({ ...milestone, id, status })
    if (!isSide) {
      open ||= !milestone.done
      cursor = freesNext(milestone, kind, cursor, context.asOf)
    }
    if (id === 'switch') switchAt = context.signers.switchedAt ?? cursor
  }
  return phases
}

/** What waits for an open phase cannot begin before it is over, whatever was seen of it out of turn. */
function notBefore(milestone: Milestone, cursor: Instant): Milestone {
  const shift = Math.max(0, cursor - milestone.earliest)
  const { latest } = milestone
  return shift === 0
    ? milestone
    : { ...milestone, earliest: milestone.earliest + shift, latest: latest === null ? null : latest + shift }
}

/** When the phase lets the next one begin. What is not done cannot have been over before now. */
function freesNext(
  { done, doneAt, earliest, latest }: Milestone,
  kind: string,
  cursor: Instant,
  now: Instant,
): Instant {
  const end = kind === 'wait' ? (latest ?? earliest) : earliest
  return Math.max(cursor, done ? (doneAt ?? cursor) : Math.max(end, now))
}

function statusOf(context: PlanContext, id: PhaseId, { earliest, latest }: Milestone, open: boolean): PhaseStatus {
  if (open) return 'waiting'
  const { kind } = PHASES[id]
  const { mood } = STAGES[context.stage]
  // The record to publish again is what is due, whatever else is wrong.
  if (id === 'overlap' && context.needsOld) return 'current'
  if (mood === 'alarm' || mood === 'blocked') return 'blocked'
  if (takesAway(id) && !mayTakeAway(context)) return 'waiting'
  if (isLagging(context, id)) return isLagLong(context) ? 'late' : 'waiting'
  // The overlap cannot end before the new key was seen in use.
  if (id === 'overlap' && latest !== null && context.asOf >= latest && context.signers.who === 'new') return 'late'
  // A record that some server lacks for longer than the whole wait is no lag but a fault.
  if (kind === 'wait') return id === 'propagate' && latest !== null && context.asOf > latest ? 'late' : 'current'
  if (context.asOf < earliest) return 'waiting'
  return latest !== null && context.asOf > latest ? 'late' : 'current'
}

/** The change was made, and some server has not followed yet. */
function isLagging({ observation, request, isRead }: PlanContext, id: PhaseId): boolean {
  return isRead && observation !== null && lagOf(id, observation, request) !== null
}

function isLagLong({ progress, asOf, waits }: PlanContext): boolean {
  return progress.laggingSince !== null && asOf > progress.laggingSince + waits.propagation.seconds * 1000
}

const takesAway = (id: PhaseId): boolean =>
  id === 'lower-ttl' || id === 'revoke' || id === 'remove' || id === 'disclose'

/**
 * The lock on everything that takes the old key away: whatever the dates say, it opens only while the new key was just seen
 * live on every server, its signatures were seen to pass since the switch, and no signer is known to use the old one.
 */
function mayTakeAway(context: PlanContext): boolean {
  const { isRead, progress, signers, needsOld } = context
  return isRead && progress.newState === 'live' && signers.who === 'new' && isProven(context) && !needsOld
}
