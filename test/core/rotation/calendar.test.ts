import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addMonths,
  formatDuration,
  HOUR,
  isoDay,
  nextWorkingTime,
  TimeZone,
} from '../../../src/core/rotation/calendar.js'

const iso = (instant: number) => new Date(instant).toISOString()
const at = (text: string) => Date.parse(text)
const berlin = new TimeZone('Europe/Berlin')
const newYork = new TimeZone('America/New_York')
const lordHowe = new TimeZone('Australia/Lord_Howe')
const none: ReadonlySet<string> = new Set()

describe('time zones', () => {
  it.each([
    ['Berlin, before summer time', berlin, [2026, 3, 28, 9], '2026-03-28T08:00:00.000Z'],
    ['Berlin, after the change', berlin, [2026, 3, 29, 9], '2026-03-29T07:00:00.000Z'],
    ['Berlin, the hour that is skipped', berlin, [2026, 3, 29, 2], '2026-03-29T01:00:00.000Z'],
    ['Berlin, the hour that comes twice', berlin, [2026, 10, 25, 2], '2026-10-25T00:00:00.000Z'],
    ['New York, the hour that is skipped', newYork, [2026, 3, 8, 2], '2026-03-08T07:00:00.000Z'],
    ['New York, the hour that comes twice', newYork, [2026, 11, 1, 1], '2026-11-01T05:00:00.000Z'],
    ['Lord Howe moves by half an hour', lordHowe, [2026, 4, 5, 9], '2026-04-04T22:30:00.000Z'],
    ['Lord Howe in summer', lordHowe, [2026, 10, 5, 9], '2026-10-04T22:00:00.000Z'],
    ['the first minute of a year', berlin, [2027, 1, 1, 0], '2026-12-31T23:00:00.000Z'],
  ] as const)('%s', (_what, zone, [year, month, day, hour], expected) => {
    expect(iso(zone.instant(year, month, day, hour))).toBe(expected)
  })

  it('every local time read back is the one that was asked, or the one behind a gap', () => {
    const zones = [berlin, newYork, lordHowe, new TimeZone('UTC'), new TimeZone('Asia/Kathmandu')]
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 365 * 3 * 48 }), (zone, halfHours) => {
        const asked = new Date(Date.UTC(2026, 0, 1) + halfHours * 30 * 60_000)
        const [year, month, day] = [asked.getUTCFullYear(), asked.getUTCMonth() + 1, asked.getUTCDate()]
        const local = zone.local(zone.instant(year, month, day, asked.getUTCHours(), asked.getUTCMinutes()))
        const difference = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute) - asked.getTime()
        expect([0, HOUR / 2, HOUR]).toContain(difference)
      }),
    )
  })

  it('refuses a zone that does not exist', () => {
    expect(() => new TimeZone('Middle/Earth')).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  it('tells the day on local calendars', () => {
    expect(isoDay(at('2026-12-31T23:30:00Z'), berlin)).toBe('2027-01-01')
    expect(isoDay(at('2027-01-01T03:00:00Z'), newYork)).toBe('2026-12-31')
  })
})

describe('months', () => {
  it.each([
    ['end of August + 6', '2026-08-31T09:00:00Z', 6, '2027-02-28T09:00:00.000Z'],
    ['leap day + 12', '2028-02-29T09:00:00Z', 12, '2029-02-28T09:00:00.000Z'],
    ['leap day + 48', '2028-02-29T09:00:00Z', 48, '2032-02-29T09:00:00.000Z'],
    ['end of January + 1 in a leap year', '2028-01-31T09:00:00Z', 1, '2028-02-29T09:00:00.000Z'],
    ['over the end of a year', '2026-11-22T09:00:00Z', 3, '2027-02-22T09:00:00.000Z'],
  ])('%s', (_what, from, months, to) => {
    expect(iso(addMonths(at(from), months, new TimeZone('UTC')))).toBe(to)
  })

  it('keeps the local time over a change of the clocks', () => {
    expect(iso(addMonths(at('2026-01-15T08:00:00Z'), 6, berlin))).toBe('2026-07-15T07:00:00.000Z')
  })
})

describe('working time', () => {
  it.each([
    ['in working time', '2026-11-24T10:00:00Z', false, '2026-11-24T10:00:00.000Z'],
    ['before nine', '2026-11-24T03:00:00Z', false, '2026-11-24T09:00:00.000Z'],
    ['after four', '2026-11-24T16:00:00Z', false, '2026-11-25T09:00:00.000Z'],
    ['on Saturday', '2026-11-28T10:00:00Z', false, '2026-11-30T09:00:00.000Z'],
    ['on Friday', '2026-11-27T10:00:00Z', false, '2026-11-27T10:00:00.000Z'],
    ['on Friday, where the next day must be one as well', '2026-11-27T10:00:00Z', true, '2026-11-30T09:00:00.000Z'],
    ['before Christmas', '2026-12-24T10:00:00Z', true, '2026-12-29T09:00:00.000Z'],
    ['over the end of the year', '2026-12-31T20:00:00Z', false, '2027-01-04T09:00:00.000Z'],
  ])('%s', (_what, from, dayAfter, to) => {
    const holidays = new Set(['2026-12-25', '2026-12-28', '01-01'])
    expect(iso(nextWorkingTime(at(from), { zone: new TimeZone('UTC'), holidays }, dayAfter))).toBe(to)
  })

  it('is nine o’clock local time on both sides of a change of the clocks', () => {
    const opens = (zone: TimeZone, from: string) => iso(nextWorkingTime(at(from), { zone, holidays: none }, false))
    expect(opens(berlin, '2026-03-27T17:00:00Z')).toBe('2026-03-30T07:00:00.000Z')
    expect(opens(berlin, '2026-10-23T17:00:00Z')).toBe('2026-10-26T08:00:00.000Z')
    expect(opens(newYork, '2026-03-06T22:00:00Z')).toBe('2026-03-09T13:00:00.000Z')
    expect(opens(lordHowe, '2026-04-03T10:00:00Z')).toBe('2026-04-05T22:30:00.000Z')
  })

  it('is never earlier than asked, never on a day off', () => {
    const zones = [berlin, newYork, lordHowe]
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 3 * 365 * 24 }),
        fc.boolean(),
        (zone, hours, after) => {
          const from = Date.UTC(2026, 0, 1) + hours * HOUR
          const found = nextWorkingTime(from, { zone, holidays: new Set(['12-25', '2026-12-26']) }, after)
          const local = zone.local(found)
          expect(found).toBeGreaterThanOrEqual(from)
          expect(local.hour).toBeGreaterThanOrEqual(9)
          expect(local.hour).toBeLessThan(16)
          expect(after ? [1, 2, 3, 4] : [1, 2, 3, 4, 5]).toContain(local.weekday)
          expect(`${local.month}-${local.day}`).not.toBe('12-25')
        },
      ),
    )
  })

  it('refuses a calendar without working days', () => {
    const holidays = new Set(
      Array.from({ length: 12 }, (_, m) =>
        Array.from({ length: 31 }, (_, d) => `${String(m + 1).padStart(2, '0')}-${String(d + 1).padStart(2, '0')}`),
      ).flat(),
    )
    expect(() => nextWorkingTime(at('2026-01-01T00:00:00Z'), { zone: berlin, holidays }, false)).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
  })
})

it('says durations exactly', () => {
  expect([0, 1000, 90_000, HOUR, 25 * HOUR, 14 * 24 * HOUR].map(formatDuration)).toEqual([
    '0 s',
    '1 s',
    '1 min 30 s',
    '1 h',
    '1 d 1 h',
    '14 d',
  ])
})
