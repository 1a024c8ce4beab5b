import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOf, NameSet, numberOf } from '../../../src/commands/verify/names.js'

/** As a Maildir has them: numbered ones never collide, whatever the hash. */
function* names(count: number): Generator<string> {
  for (let index = 1, state = 1; index <= count; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const random = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0
    yield `/mail/cur/17000${index}.M${random}P${state >>> 9}.host:2,S`
  }
}

describe('numbers of names', () => {
  it('has the same 32 bits on every machine: shards go by them', () => {
    expect(numberOf('')).toBe(2_872_998_923)
    expect(numberOf('/mail/box.mbox#3')).toBe(278198493)
    expect(numberOf('ä')).not.toBe(numberOf('a'))
  })

  it('has 64 bits of its own: what two names of 32 bits share, these do not', () => {
    const keys = new Set<bigint>()
    const numbers = new Set<number>()
    const count = 200_000
    for (const name of names(count)) {
      keys.add(keyOf(name))
      numbers.add(numberOf(name))
    }
    expect(keys.size).toBe(count)
    expect(numbers.size).toBeLessThan(count)
    // Both halves are spread.
    expect(new Set([...keys].map(key => key & 0xffff_ffffn)).size).toBeGreaterThan(count - 50)
    expect(new Set([...keys].map(key => key >> 32n)).size).toBeGreaterThan(count - 50)
  })
})

describe('a set of names', () => {
  it('is the set that it was filled with', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 50 }),
        fc.array(fc.string(), { maxLength: 50 }),
        (names, others) => {
          const set = new NameSet()
          const twin = new Set(names)
          for (const name of names) set.add(name)
          for (const name of [...names, ...others]) expect(set.has(name)).toBe(twin.has(name))
        },
      ),
    )
  })

  it('grows, and takes more after it was asked', () => {
    const set = new NameSet()
    expect(set.has('0')).toBe(false)
    for (let index = 0; index < 5000; index += 1) set.add(String(index))
    expect([set.has('0'), set.has('4999'), set.has('5000')]).toEqual([true, true, false])
    set.add('5000')
    expect([set.has('0'), set.has('5000')]).toEqual([true, true])
  })
})
