import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatState, newPlanState, parseState, type RotationState } from '../../../src/core/rotation/state.js'
import { check, DAY, request, sample, T0 } from './scenario.js'

function state(): RotationState {
  const { progress } = check({ now: T0 + DAY }, { samples: [sample('s2', T0)], confirmations: ['verify'] })
  const plan = {
    ...newPlanState(request({}, { holidays: ['12-25'] })),
    progress,
    calendar: [{ phase: 'switch', at: T0, sequence: 2 }],
  }
  return { updatedAt: T0 + DAY, plans: [plan], usedNames: ['s1._domainkey.example.com'] }
}

const text = formatState(state())
const changed = (change: (value: ReturnType<typeof JSON.parse>) => void): string => {
  const value = JSON.parse(text)
  change(value)
  return JSON.stringify(value)
}
const broken = (change: (value: ReturnType<typeof JSON.parse>) => void) => () => parseState(changed(change))
const damaged = expect.objectContaining({ code: 'state-invalid' })

describe('F-16 the state file', () => {
  it('comes back as it was', () => {
    expect(parseState(text).state).toEqual(state())
    expect(formatState(parseState(text).state, parseState(text).original)).toBe(text)
  })

  it('holds paths and fingerprints, and no key material', () => {
    expect(text).not.toMatch(/PRIVATE/)
    expect(text).toContain('s2.private.pem')
  })

  it('of an earlier version is read: what it could not know yet was not seen', () => {
    const { state: read } = parseState(
      changed(value => {
        const { progress } = value.plans[0]
        delete progress.laggingSince
        for (const name of ['vouchedAt', 'lastSampleAt', 'failingReports', 'stragglers']) delete progress.signers[name]
      }),
    )
    const { laggingSince, signers } = read.plans[0]!.progress
    expect(laggingSince).toBeNull()
    expect(signers).toEqual({
      ...state().plans[0]!.progress.signers,
      vouchedAt: null,
      lastSampleAt: null,
      failingReports: [],
      stragglers: [],
    })
  })

  it('holds 2,000 rotations', () => {
    const [plan] = state().plans
    const plans = Array.from({ length: 2000 }, (_, index) => ({
      ...plan!,
      request: request({ domain: `d${index}.example` }),
    }))
    const many = { ...state(), plans }
    expect(parseState(formatState(many)).state).toEqual(many)
    // The program reads files up to 32 MiB.
    expect(formatState(many).length).toBeLessThan(32 * 1024 * 1024)
  })

  it('keeps fields that it does not know, wherever they stand', () => {
    const value = JSON.parse(text)
    value.ticket = 'OPS-1'
    value.plans[0].request.owner = { name: 'mail team' }
    const { state: read, original } = parseState(JSON.stringify(value))
    const again = JSON.parse(formatState(read, original))
    expect(again.ticket).toBe('OPS-1')
    expect(again.plans[0].request.owner).toEqual({ name: 'mail team' })
  })

  it.each([
    ['no JSON', () => parseState('{"schema":')],
    ['no object', () => parseState('[]')],
    ['another schema', broken(value => (value.schema = 'dkim.rotation-state/2'))],
    ['no plans', broken(value => delete value.plans)],
    ['a date as a number', broken(value => (value.updatedAt = 5))],
    ['a date that is none', broken(value => (value.updatedAt = '2026-02-30T00:00:00.000Z'))],
    ['a date far off', broken(value => (value.updatedAt = '9999-01-01T00:00:00.000Z'))],
    ['a domain with a line end', broken(value => (value.plans[0].request.domain = 'example.com\nevil'))],
    ['a selector with a quote', broken(value => (value.plans[0].request.new.selector = "s2'; rm -rf /"))],
    ['a fingerprint of another form', broken(value => (value.plans[0].request.new.fingerprint = 'MD5:00'))],
    ['a kind that does not exist', broken(value => (value.plans[0].request.kind = 'sudo'))],
    ['an endless wait', broken(value => (value.plans[0].request.settings.overlap = 1e12))],
    ['a negative wait', broken(value => (value.plans[0].request.settings.overlap = -1))],
    ['a record of several lines', broken(value => (value.plans[0].request.old.record = 'a\r\nb'))],
    ['a missing field', broken(value => delete value.plans[0].progress.signers.lastOldAt)],
  ])('refuses %s', (_what, read) => {
    expect(read).toThrow(damaged)
  })

  it('is not reached through prototypes', () => {
    const poisoned = text.replace('"usedNames"', '"__proto__": {"usedNames": []}, "x"')
    expect(() => parseState(poisoned)).toThrow(damaged)
    const extra = text.replace('"schema"', '"__proto__": {"polluted": true}, "schema"')
    const { state: read, original } = parseState(extra)
    formatState(read, original)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('never throws anything but its own error, whatever is changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), fc.string({ maxLength: 4 }), (at, put) => {
        try {
          parseState(text.slice(0, at) + put + text.slice(at + put.length))
        } catch (error) {
          expect(error).toEqual(damaged)
        }
      }),
    )
  })
})
