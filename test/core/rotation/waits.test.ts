import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../../src/core/rotation/calendar.js'
import { waitsOf } from '../../../src/core/rotation/waits.js'
import { request } from './scenario.js'

const zone = request().zone

describe('negative TTL (RFC 2308 §5)', () => {
  it.each([
    [0, 0],
    [3600, 3600],
    [86_400, 86_400],
    [86_401, 86_400],
    [2 ** 31, 86_400],
  ])('an SOA of %d counts as %d', (seen, counts) => {
    expect(waitsOf(request({ zone: { ...zone, negativeTtl: seen } })).negativeTtl.seconds).toBe(counts)
  })

  it('says where it was seen, or that it is assumed', () => {
    expect(waitsOf(request()).negativeTtl.observed).toBe('ns1.example.com')
    const blind = waitsOf(request({ zone: { ...zone, negativeTtl: null, oldTtl: null } }))
    expect([blind.negativeTtl.observed, blind.oldTtl.observed]).toEqual([null, null])
    expect(blind.negativeTtl.formula).toContain('assumed')
  })
})

describe('propagation', () => {
  const of = (changes: Partial<typeof zone>, settings = {}) =>
    waitsOf(request({ zone: { ...zone, ...changes } }, settings)).propagation.seconds

  it('is at least a day, unless that is waived', () => {
    expect(of({})).toBe(86_400)
    expect(of({}, { minimumPropagation: 0 })).toBe(7200 + 3600)
  })

  it('follows the longest of its parts, rounded up to the hour', () => {
    expect(of({ negativeTtl: 86_400 })).toBe(90_000)
    expect(of({ previousTtl: 172_800 })).toBe(176_400)
    expect(of({ refresh: 100_000 })).toBe(104_400)
    expect(of({}, { providerMinimum: 96 * HOUR })).toBe(97 * 3600)
    expect(of({ refresh: 100_001 })).toBe(104_400)
  })

  it('is none in an emergency', () => {
    expect(waitsOf(request({ kind: 'emergency' })).propagation.seconds).toBe(0)
  })
})

describe('overlap', () => {
  const of = (settings = {}) => waitsOf(request({}, settings)).overlap.seconds * 1000

  it.each([
    ['two weeks by default', {}, 14 * DAY],
    ['never under a week', { overlap: 1 * DAY }, 7 * DAY],
    ['a long queue', { overlap: 7 * DAY, queueLifetime: 12 * DAY }, 14 * DAY],
    ['signatures that live longer', { signatureLifetime: 20 * DAY }, 20 * DAY],
  ])('%s', (_what, settings, expected) => expect(of(settings)).toBe(expected))

  it('is what was asked in an emergency', () => {
    expect(waitsOf(request({ kind: 'emergency' }, { overlap: 0 })).overlap.seconds).toBe(0)
  })
})
