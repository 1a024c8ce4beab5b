import ICAL from 'ical.js'
import { describe, expect, it } from 'vitest'
import { planIcs } from '../../../src/report/rotation/ics.js'
import { DAY, T0 } from '../../core/rotation/scenario.js'
import { NASTY, nastyView, view } from './plans.js'

function events(text: string): ICAL.Event[] {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[] as never)
  return calendar.getAllSubcomponents('vevent').map(component => new ICAL.Event(component))
}

const property = (event: ICAL.Event, name: string) => String(event.component.getFirstPropertyValue(name))

describe('calendar, read by an independent parser', () => {
  const plan = view()
  const text = planIcs([plan])

  it('has one event a phase, at the dates of the plan', () => {
    const starts = events(text).map(event => event.startDate.toJSDate().toISOString().replace('.000Z', 'Z'))
    expect(starts).toEqual(plan.phases.map(({ notBefore }) => notBefore))
    const overlap = plan.phases.findIndex(({ id }) => id === 'overlap')
    expect(events(text)[overlap]?.endDate.toJSDate().getTime()).toBe(Date.parse(plan.phases[overlap]!.dueBy!))
  })

  it('has the properties that RFC 5545 asks for, each UID once', () => {
    const calendar = new ICAL.Component(ICAL.parse(text) as unknown[] as never)
    expect(calendar.getFirstPropertyValue('version')).toBe('2.0')
    expect(calendar.getFirstPropertyValue('prodid')).toBeTruthy()
    const uids = events(text).map(({ uid }) => uid)
    expect(new Set(uids).size).toBe(plan.phases.length)
    for (const event of events(text)) {
      expect(property(event, 'dtstamp')).toBe('2026-11-22T12:00:00Z')
      expect(event.summary).toMatch(/^DKIM example\.com: /)
    }
  })

  it('warns a day ahead of what somebody has to do, and of nothing else', () => {
    for (const [index, event] of events(text).entries()) {
      const { kind, status } = plan.phases[index]!
      const alarms = event.component.getAllSubcomponents('valarm')
      expect(alarms).toHaveLength(kind === 'action' && status !== 'done' ? 1 : 0)
      for (const alarm of alarms) expect(String(alarm.getFirstPropertyValue('trigger'))).toBe('-P1D')
    }
  })

  it('keeps its UIDs from day to day, and counts changes', () => {
    const later = view({ scene: { now: T0 + 3 * DAY, fresh: ['absent'] }, sequence: 3 })
    expect(events(planIcs([later])).map(({ uid }) => uid)).toEqual(events(text).map(({ uid }) => uid))
    expect(events(planIcs([later])).map(({ sequence }) => sequence)).toEqual(plan.phases.map(() => 3))
  })

  it('has CRLF line ends and lines of at most 75 octets', () => {
    expect(text.endsWith('\r\n')).toBe(true)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    const octets = text.split('\r\n').map(line => Buffer.byteLength(line))
    expect(Math.max(...octets)).toBeLessThanOrEqual(75)
    expect(Math.max(...octets)).toBeGreaterThan(70)
  })

  it.each(NASTY)('F-09 keeps %j inside its property', nasty => {
    const made = events(planIcs([nastyView(nasty)]))
    expect(made).toHaveLength(plan.phases.length)
    for (const event of made) {
      expect([...event.component.getAllProperties()].map(({ name }) => name)).not.toContain('x-injected')
      expect(event.description).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    }
    expect(made[0]?.description).toContain(nasty.includes('rm -rf') ? nasty : '')
  })
})
