// The time axis of a drawn plan: from its beginning to the removal of the old key, with the current day always on it.

import type { PlanView } from './view.js'

export interface Scale {
  readonly from: number
  readonly to: number
  /** Pixels from the left edge of the axis; times outside are drawn at its ends. */
  readonly x: (time: number) => number
  readonly ticks: readonly Tick[]
}

export interface Tick {
  readonly time: number
  readonly label: string
}

const DAY = 86_400_000
/** Steps of ticks, in days. */
const STEPS = [1, 2, 7, 14, 28, 56, 91, 182, 364]
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The next rotation is months away: it would squeeze everything else into a corner, and is written instead of drawn. */
export function scaleOf(views: readonly PlanView[], width: number, labelWidth: number): Scale {
  const times = views.flatMap(view => [Date.parse(view.now), ...view.phases.flatMap(drawnTimes)])
  const first = Math.min(...times)
  const last = Math.max(...times, first + 3 * DAY)
  const margin = (last - first) * 0.02
  const [from, to] = [first - margin, last + margin]
  const x = (time: number): number => ((Math.min(Math.max(time, from), to) - from) / (to - from)) * width
  return { from, to, x, ticks: ticksOf(from, to, Math.max(2, Math.floor(width / labelWidth))) }
}

function drawnTimes({ id, kind, notBefore, dueBy, doneAt }: PlanView['phases'][number]): number[] {
  if (id === 'next' || id === 'inventory') return []
  const times = [notBefore, doneAt, kind === 'wait' ? dueBy : null]
  return times.flatMap(time => (time === null ? [] : [Date.parse(time)]))
}

function ticksOf(from: number, to: number, most: number): Tick[] {
  const step = (STEPS.find(days => (to - from) / (days * DAY) <= most) ?? 728) * DAY
  const ticks: Tick[] = []
  for (let time = Math.ceil(from / DAY) * DAY; time <= to; time += step) {
    const date = new Date(time)
    ticks.push({ time, label: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}` })
  }
  return ticks
}
