import { describe, expect, it } from 'vitest'
import { TimeZone } from '../../../src/core/rotation/calendar.js'
import { selectorCandidates } from '../../../src/core/rotation/selector-name.js'
import { T0 } from './scenario.js'

const facts = {
  start: T0,
  zone: new TimeZone('UTC'),
  domain: 'example.com',
  old: 's1',
  type: 'rsa',
  bits: 2048,
} as const
const usage = (code: string) => expect.objectContaining({ code })

describe('selector schemes', () => {
  it.each([
    ['date', '202611'],
    ['day', '20261122'],
    ['quarter', '2026q4'],
    ['date-type-bits', '202611-rsa-2048'],
    ['mail-{yyyy}{mm}', 'mail-202611'],
    ['{old}-{dd}', 's1-22'],
  ])('%s', (scheme, name) => {
    expect(selectorCandidates(scheme, facts).slice(0, 3)).toEqual([name, `${name}b`, `${name}c`])
  })

  it('random names are the same for the same plan and differ between plans', () => {
    const [one] = selectorCandidates('random', facts)
    expect(one).toMatch(/^[a-z2-7]{8}$/)
    expect(selectorCandidates('random', facts)[0]).toBe(one)
    expect(selectorCandidates('random', { ...facts, domain: 'example.org' })[0]).not.toBe(one)
  })

  it('counts the day in the plan’s time zone', () => {
    const late = { ...facts, start: Date.parse('2026-12-31T23:30:00Z'), zone: new TimeZone('Europe/Berlin') }
    expect(selectorCandidates('day', late)[0]).toBe('20270101')
  })

  it.each([
    ['weekly', 'usage'],
    ['{week}', 'usage'],
    ['{constructor}', 'usage'],
    ['UPPER{yyyy}', 'name-invalid'],
    ['-{yyyy}', 'name-invalid'],
    ['a.{yyyy}', 'name-invalid'],
    [`${'a'.repeat(59)}{yyyy}`, 'name-invalid'],
  ])('refuses %s', (scheme, code) => {
    expect(() => selectorCandidates(scheme, facts)).toThrow(usage(code))
  })
})
