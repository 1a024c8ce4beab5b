import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agoOf, formatTime } from '../../../src/core/dkim/policy.js'

describe('times of t= and x=', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [1_700_000_000, '2023-11-14T22:13:20Z'],
    [253_402_300_799, '9999-12-31T23:59:59Z'],
    [253_402_300_800, null],
    [999_999_999_999, null],
  ])('%d is %s', (seconds, text) => expect(formatTime(seconds)).toBe(text))

  it('are what the platform writes, without the fraction', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), seconds => {
        expect(formatTime(seconds)).toBe(new Date(seconds * 1000).toISOString().replace('.000', ''))
      }),
    )
  })
})

it.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [59, '59 seconds'],
  [60, '1 minute'],
  [7199, '1 hour'],
  [7200, '2 hours'],
  [86_400, '1 day'],
  [172_800, '2 days'],
])('%d seconds are %s', (seconds, text) => expect(agoOf(seconds)).toBe(text))
