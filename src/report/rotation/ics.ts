// A plan as a calendar (RFC 5545): one event per phase, in UTC, with a UID that stays the same for the life of the plan.

import { createHash } from 'node:crypto'
import { visible } from '../text/style.js'
import type { PhaseView, PlanView } from './view.js'

export function planIcs(views: readonly PlanView[]): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//dkim-toolkit//rotate-plan//EN',
    'CALSCALE:GREGORIAN',
    ...views.flatMap(view => view.phases.flatMap(phase => event(view, phase))),
    'END:VCALENDAR',
  ]
  return `${lines.map(fold).join('\r\n')}\r\n`
}

function event(view: PlanView, phase: PhaseView): string[] {
  const { kind, notBefore, dueBy, sequence, title, status } = phase
  const end = kind === 'wait' && dueBy !== null ? `DTEND:${utc(dueBy)}` : 'DURATION:PT30M'
  const summary = `DKIM ${view.domain}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`
  return [
    'BEGIN:VEVENT',
    `UID:${uidOf(view, phase)}`,
    // Without METHOD this is the time of the last revision: the plan's own, so that the same plan has the same bytes.
    `DTSTAMP:${utc(view.createdAt)}`,
    `SEQUENCE:${sequence}`,
    `DTSTART:${utc(notBefore)}`,
    end,
    `SUMMARY:${escapeText(summary)}`,
    `DESCRIPTION:${escapeText(description(view, phase))}`,
    'CATEGORIES:DKIM',
    'TRANSP:TRANSPARENT',
    // An alarm a day ahead is for what somebody has to do.
    ...(kind === 'action' && status !== 'done' ? alarm(summary) : []),
    'END:VEVENT',
  ]
}

function alarm(summary: string): string[] {
  return ['BEGIN:VALARM', 'ACTION:DISPLAY', `DESCRIPTION:${escapeText(summary)}`, 'TRIGGER:-P1D', 'END:VALARM']
}

function description(view: PlanView, { why, commands, changes, check, rollback }: PhaseView): string {
  const { old, new: fresh } = view
  return [
    `${old.selector} to ${fresh.selector}; not before: ${why}`,
    ...changes.map(({ title, text }) => (text === null ? title : `${title}\n${text.trimEnd()}`)),
    ...commands,
    `Proof: ${check}`,
    ...(rollback === null ? [] : [`Back: ${rollback}`]),
  ].join('\n')
}

function uidOf({ domain, old, new: fresh }: PlanView, { id }: PhaseView): string {
  const digest = createHash('sha256')
    .update([domain, old.selector, fresh.selector, id].join('|').toLowerCase())
    .digest('hex')
  return `${digest.slice(0, 40)}@dkim`
}

/** Form 2 of §3.3.5: no time zone definition is needed, and every calendar shows its user's local time. */
function utc(iso: string): string {
  return iso.replace(/[-:]|\.\d+/g, '')
}

/** TEXT (§3.3.11) has four escapes; what else is no printable character becomes visible. */
function escapeText(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(line => visible(line).replace(/[\\;,]/g, '\\$&'))
    .join('\\n')
}

const MAX_OCTETS = 75

/** §3.1: lines of at most 75 octets, never cut inside a character. */
function fold(line: string): string {
  const pieces: string[] = []
  let piece = ''
  let octets = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (octets + size > MAX_OCTETS) {
      pieces.push(piece)
      piece = ''
      // The blank that begins a continuation counts.
      octets = 1
    }
    piece += character
    octets += size
  }
  return [...pieces, piece].join('\r\n ')
}
