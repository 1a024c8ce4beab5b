// The phases laid out in time, each with its status: which are done, which one is now, and what must wait for what.

import type { Instant } from './calendar.js'
import { type Course, isProven, type Milestone, PHASES, type PhaseId, phaseOrder } from './phases.js'
import { lagOf } from './progress.js'
import { STAGES } from './stage.js'

export type PhaseStatus = 'done' | 'current' | 'waiting' | 'blocked' | 'late'

export interface ScheduledPhase extends Milestone {
  readonly id: PhaseId
  readonly status: PhaseStatus
}

export function layOut(course: Course): readonly ScheduledPhase[] {
  const phases: ScheduledPhase[] = []
  let [cursor, switchAt, open] = [course.request.start, course.request.start, false]
  for (const id of phaseOrder(course.request)) {
    const { rule, kind, ...row } = PHASES[id]
    const isSide = 'side' in row
    const milestone =
      open && !isSide ? notBefore(rule(course, cursor, switchAt), cursor) : rule(course, cursor, switchAt)
    const status = milestone.done ? 'done' : statusOf(course, id, milestone, open && !isSide)
    phases.push({ ...milestone, id, status })
    if (!isSide) {
      open ||= !milestone.done
      cursor = freesNext(milestone, kind, cursor, course.asOf)
    }
    if (id === 'switch') switchAt = course.signers.switchedAt ?? cursor
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

function statusOf(course: Course, id: PhaseId, { earliest, latest }: Milestone, open: boolean): PhaseStatus {
  if (open) return 'waiting'
  const { kind } = PHASES[id]
  const { mood } = STAGES[course.stage]
  // The record to publish again is what is due, whatever else is wrong.
  if (id === 'overlap' && course.needsOld) return 'current'
  if (mood === 'alarm' || mood === 'blocked') return 'blocked'
  if (takesAway(id) && !mayTakeAway(course)) return 'waiting'
  if (isLagging(course, id)) return isLagLong(course) ? 'late' : 'waiting'
  // The overlap cannot end before the new key was seen in use.
  if (id === 'overlap' && latest !== null && course.asOf >= latest && course.signers.who === 'new') return 'late'
  // A record that some server lacks for longer than the whole wait is no lag but a fault.
  if (kind === 'wait') return id === 'propagate' && latest !== null && course.asOf > latest ? 'late' : 'current'
  if (course.asOf < earliest) return 'waiting'
  return latest !== null && course.asOf > latest ? 'late' : 'current'
}

/** The change was made, and some server has not followed yet. */
function isLagging({ observation, request, isRead }: Course, id: PhaseId): boolean {
  return isRead && observation !== null && lagOf(id, observation, request) !== null
}

function isLagLong({ progress, asOf, waits }: Course): boolean {
  return progress.laggingSince !== null && asOf > progress.laggingSince + waits.propagation.seconds * 1000
}

const takesAway = (id: PhaseId): boolean =>
  id === 'lower-ttl' || id === 'revoke' || id === 'remove' || id === 'disclose'

/**
 * The lock on everything that takes the old key away: whatever the dates say, it opens only while the new key was just seen
 * live on every server, its signatures were seen to pass since the switch, and no signer is known to use the old one.
 */
function mayTakeAway(course: Course): boolean {
  const { isRead, progress, signers, needsOld } = course
  return isRead && progress.newState === 'live' && signers.who === 'new' && isProven(course) && !needsOld
}
