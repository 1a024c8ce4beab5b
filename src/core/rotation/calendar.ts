// Days, hours and months in a time zone: waits are elapsed time, appointments are local time, and neither is ever shorter than asked.

import { DkimError } from '../errors.js'

/** Milliseconds since the epoch. */
export type Instant = number

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export interface LocalTime {
  readonly year: number
  /** 1 to 12 */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 0 is Sunday. */
  readonly weekday: number
}

const LOCAL_FORMAT = {
  calendar: 'iso8601',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const

/** A zone of the IANA time zone database. */
export class TimeZone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat

  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-GB', { ...LOCAL_FORMAT, timeZone: name })
    } catch {
      throw new DkimError(
        'usage',
        `unknown time zone "${name}"`,
        'use a name of the IANA database, for instance Europe/Berlin or UTC',
      )
    }
    this.name = name
  }

  local(instant: Instant): LocalTime {
    const parts = new Map(this.#format.formatToParts(instant).map(part => [part.type, Number(part.value)]))
    const [year, month, day] = [parts.get('year')!, parts.get('month')!, parts.get('day')!]
    return {
      year,
      month,
      day,
      hour: parts.get('hour')!,
      minute: parts.get('minute')!,
      second: parts.get('second')!,
      weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay(),
    }
  }

  /** The first instant at which local clocks show this time or a later one of the day: a time that the clocks skip becomes the one after it. */
  instant(year: number, month: number, day: number, hour = 0, minute = 0): Instant {
    const wanted = Date.UTC(year, month - 1, day, hour, minute)
    // Both offsets that are in force around the day; where both fit (clocks went back) the earlier instant wins.
    const candidates = [wanted - this.#offset(wanted - DAY), wanted - this.#offset(wanted + DAY)].sort((a, b) => a - b)
    return candidates.find(candidate => candidate + this.#offset(candidate) === wanted) ?? candidates[1]!
  }

  /** Local time minus UTC. */
  #offset(instant: Instant): number {
    const { year, month, day, hour, minute, second } = this.local(instant)
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000
  }
}

/** The same local time `months` later; the 31st becomes the last day of a shorter month. */
export function addMonths(instant: Instant, months: number, zone: TimeZone): Instant {
  const { year, month, day, hour, minute } = zone.local(instant)
  const index = year * 12 + (month - 1) + months
  const [laterYear, laterMonth] = [Math.floor(index / 12), (index % 12) + 1]
  const lastDay = new Date(Date.UTC(laterYear, laterMonth, 0)).getUTCDate()
  return zone.instant(laterYear, laterMonth, Math.min(day, lastDay), hour, minute)
}

/** `2026-11-22` as local clocks show it. */
export function isoDay(instant: Instant, zone: TimeZone): string {
  const { year, month, day } = zone.local(instant)
  return formatDay(year, month, day)
}

function formatDay(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

export interface WorkingTime {
  readonly zone: TimeZone
  /** Days off as `2026-12-25`, or `12-25` for every year. */
  readonly holidays: ReadonlySet<string>
}

const OPENS = 9
const CLOSES = 16
/** A calendar with no working day within this many days is a mistake, not a calendar. */
const LONGEST_SEARCH = 400

/**
 * The first instant at or after `instant` in working time: Monday to Friday, no holiday, 09:00 to 16:00 local time.
 * With `dayAfter` the following day must be a working day as well: nobody wants to undo a change on a weekend.
 */
export function nextWorkingTime(instant: Instant, { zone, holidays }: WorkingTime, dayAfter: boolean): Instant {
  const start = zone.local(instant)
  for (let ahead = 0; ahead < LONGEST_SEARCH; ahead += 1) {
    const [today, tomorrow] = [calendarDay(start, ahead), calendarDay(start, ahead + 1)]
    if (!isWorkingDay(today, holidays) || (dayAfter && !isWorkingDay(tomorrow, holidays))) continue
    const opens = atHour(zone, today, OPENS)
    if (instant <= opens) return opens
    if (instant < atHour(zone, today, CLOSES)) return instant
  }
  throw new DkimError('usage', 'no working day within a year', 'check the list given with --holidays')
}

/** A calendar day as the midnight of it in UTC: arithmetic without clocks. */
function calendarDay({ year, month, day }: LocalTime, ahead: number): Date {
  return new Date(Date.UTC(year, month - 1, day + ahead))
}

function atHour(zone: TimeZone, day: Date, hour: number): Instant {
  return zone.instant(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate(), hour)
}

function isWorkingDay(date: Date, holidays: ReadonlySet<string>): boolean {
  const weekday = date.getUTCDay()
  const day = formatDay(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())
  return weekday !== 0 && weekday !== 6 && !holidays.has(day) && !holidays.has(day.slice(5))
}

/** `2 h`, `14 d`, `14 d 6 h`: the shortest exact way to say it. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  const units: readonly (readonly [number, string])[] = [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]
  const parts: string[] = []
  let rest = seconds
  for (const [size, unit] of units) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count} ${unit}`)
    rest -= count * size
  }
  return parts.length === 0 ? '0 s' : parts.join(' ')
}
