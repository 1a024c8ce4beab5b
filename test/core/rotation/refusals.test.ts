import { describe, expect, it } from 'vitest'
import { check, DAY, NO_PROGRESS, OLD_KEY, request, T0 } from './scenario.js'

const usage = expect.objectContaining({ code: 'usage' })

describe('what is refused', () => {
  const old = request().old
  const fresh = request().new
  it.each([
    ['the same selector', request({ new: { ...fresh, selector: 's1' } })],
    ['the same selector in capitals', request({ new: { ...fresh, selector: 'S1' } })],
    ['the key that is published already', request({ new: { ...fresh, fingerprint: OLD_KEY } })],
    ['a start in the past', request({ start: T0 - 1 })],
    ['a clock of another century', request({ createdAt: 0, start: 0 })],
    ['Ed25519 in place of RSA', request({ new: { ...fresh, type: 'ed25519', bits: 256 } })],
    ['an overlap of decades', request({}, { overlap: 4000 * DAY })],
  ])('%s', (_what, asked) => {
    expect(() => check({}, {}, NO_PROGRESS, asked)).toThrow(usage)
  })

  it('names that are none', () => {
    const invalid = expect.objectContaining({ code: 'name-invalid' })
    for (const asked of [
      request({ domain: 'com' }),
      request({ domain: 'exa mple.com' }),
      request({ new: { ...fresh, selector: 's 2' } }),
      request({ old: { ...old, selector: '' } }),
    ]) {
      expect(() => check({}, {}, NO_PROGRESS, asked)).toThrow(invalid)
    }
  })

  it('a clock that went backwards', () => {
    const { progress } = check({ now: T0 + DAY })
    expect(() => check({ now: T0 + DAY - 1 }, {}, progress)).toThrow(usage)
    expect(() => check({ now: T0 + DAY }, {}, progress)).not.toThrow()
    expect(() => check({ now: T0 - 1 })).toThrow(usage)
  })

  it('Ed25519 beside RSA is welcome', () => {
    const beside = request({ kind: 'add', new: { ...fresh, type: 'ed25519', bits: 256 } })
    expect(check({}, {}, NO_PROGRESS, beside).plan.kind).toBe('add')
  })
})
