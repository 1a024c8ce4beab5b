// Dates of a plan as people read them, in the plan's time zone.

import { formatDuration, TimeZone } from '../../core/rotation/calendar.js'

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

export interface LocalDates {
  /** `Sun 2026-11-22 13:00` */
  readonly dateTime: (iso: string) => string
  readonly date: (iso: string) => string
  readonly zone: string
}

export function localDates(zoneName: string): LocalDates {
  const zone = new TimeZone(zoneName)
  const date = (iso: string): string => {
    const { year, month, day, weekday } = zone.local(Date.parse(iso))
    return `${WEEKDAYS[weekday]} ${year}-${two(month)}-${two(day)}`
  }
  const dateTime = (iso: string): string => {
    const { hour, minute } = zone.local(Date.parse(iso))
    return `${date(iso)} ${two(hour)}:${two(minute)}`
  }
  return { date, dateTime, zone: zoneName }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** `in 3 d`, `2 h ago`, `now`: the largest two units are enough. */
export function distance(iso: string, now: string): string {
  const difference = Date.parse(iso) - Date.parse(now)
  if (Math.abs(difference) < 60_000) return 'now'
  const words = formatDuration(Math.abs(difference)).split(' ').slice(0, 4).join(' ')
  return difference > 0 ? `in ${words}` : `${words} ago`
}
