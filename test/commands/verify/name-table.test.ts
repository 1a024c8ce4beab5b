// Names noted once each, with a value: as a Map has it, in a tenth of the memory.
import { describe, expect, it } from 'vitest'
import { NameTable } from '../../../src/commands/verify/names.js'

describe('the table of names', () => {
  it('says what a Map says, however often it grew', () => {
    const table = new NameTable()
    const map = new Map<string, number>()
    for (let number = 0; number < 20_000; number += 1) {
      // Each name twice, the second time with another value.
      const name = `box.mbox#${number % 10_000}`
      expect(table.add(name, number % 7)).toBe(map.get(name))
      if (!map.has(name)) map.set(name, number % 7)
    }
    expect(table.has('box.mbox#0')).toBe(true)
    expect(table.has('box.mbox#9999')).toBe(true)
    expect(table.has('box.mbox#10000')).toBe(false)
    expect(new NameTable().has('')).toBe(false)
  })
})
