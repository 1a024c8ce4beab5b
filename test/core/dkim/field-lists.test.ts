import { describe, expect, it } from 'vitest'
import { FieldLists, readFieldList } from '../../../src/core/dkim/field-lists.js'
import { LIMITS } from '../../../src/core/limits.js'

describe('lists of field names', () => {
  it('are read as if none was seen before, whatever was done to the answer', () => {
    const seen = new FieldLists()
    // Kept are 200 lists of up to 1000 octets: more of them, and both sides of the length.
    const lists = Array.from({ length: 450 }, (_, index) => ['from', `x-${index}`, 'SUBJECT'])
    lists.push(['from', 'x'.repeat(995)], ['from', 'x'.repeat(996)])
    for (const names of [...lists, ...lists, ...lists.slice(-3), ...lists.slice(-3)]) {
      const text = names.join(':')
      const list = seen.read(text)
      expect(list).toEqual(names.map(name => name.toLowerCase()))
      expect(list).toEqual(readFieldList(text))
      ;(list as string[]).reverse().pop()
    }
  })

  it('that are none stay none', () => {
    const seen = new FieldLists()
    for (let time = 0; time < 2; time += 1) {
      expect(seen.read('from:')).toBeUndefined()
      expect(seen.read('')).toBeUndefined()
      expect(seen.read('from :\r\n\tTo')).toEqual(['from', 'to'])
    }
  })

  it('have one name more than the limit at most', () => {
    const seen = new FieldLists()
    const names = (count: number): string => new Array(count).fill('a').join(':')
    for (const count of [LIMITS.signedFields, LIMITS.signedFields + 1]) {
      expect(seen.read(names(count))).toHaveLength(count)
      expect(seen.read(names(count))).toHaveLength(count)
    }
    expect(seen.read(names(LIMITS.signedFields + 2))).toHaveLength(LIMITS.signedFields + 1)
  })
})
