// What calendars were told: the date of each phase, and how often it has moved.

import type { RotationPlan } from './plan.js'
import type { CalendarEntry } from './state.js'

/** A date that moved gets the next SEQUENCE; one that did not keeps its own, and so the calendar's bytes stay the same. */
export function advanceCalendar(before: readonly CalendarEntry[], { phases }: RotationPlan): readonly CalendarEntry[] {
  return phases.map(({ id, notBefore, dueBy, kind }) => {
    const at = Date.parse(kind === 'wait' ? (dueBy ?? notBefore) : notBefore)
    const known = before.find(({ phase }) => phase === id)
    if (known === undefined) return { phase: id, at, sequence: 0 }
    return known.at === at ? known : { phase: id, at, sequence: known.sequence + 1 }
  })
}
