import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type HeaderFault,
  indexFields,
  parseHeaderSection,
  rawValue,
  selectFields,
  unfold,
} from '../../../src/core/dkim/header.js'
import { LIMITS } from '../../../src/core/limits.js'

const parse = (text: string) => parseHeaderSection(Buffer.from(text, 'latin1'))
const fieldsOf = (text: string): [string, string][] => {
  const section = parse(text)
  return section.fields.map(field => [field.name, rawValue(section, field)])
}

/** The same by regular expressions over the whole text: names, values, and the first place of each fault. */
function oracle(text: string) {
  const fields: [string, string][] = []
  const faults: Partial<Record<HeaderFault, number>> = {}
  const note = (fault: HeaderFault, offset: number): void => {
    if (offset !== -1) faults[fault] ??= offset
  }
  note('bare-cr', text.search(/\r(?!\n)/))
  note('bare-lf', text.search(/(?<!\r)\n/))
  for (const { 0: whole, index } of text.matchAll(/(?:(?!\r\n(?![ \t])).)*(?:\r\n|$)/gs)) {
    if (whole === '') continue
    const field = whole.replace(/\r\n$/, '')
    const [firstLine = ''] = whole.split('\r\n')
    const name = /^[^:]*/.exec(firstLine)![0].replace(/[ \t]+$/, '')
    if (/^[ \t]/.test(whole)) note('leading-continuation', index)
    else if (!firstLine.includes(':')) note('no-colon', index)
    else {
      if (!/^[!-9<-~]+$/.test(name)) note('bad-field-name', index)
      const lower = name.replace(/[A-Z]/g, letter => letter.toLowerCase())
      fields.push([lower, field.slice(field.indexOf(':') + 1)])
    }
  }
  return { fields, faults }
}

describe('parseHeaderSection', () => {
  it('reads the same as the oracle', () => {
    const unit = fc.constantFrom('A', ':', ' ', '\t', '\r', '\n', '\r\n', '\r\n ', 'From: c\r\n', 'B\r\n', '\0', '\xff')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), text => {
        expect({ fields: fieldsOf(text), faults: Object.fromEntries(parse(text).faults) }).toEqual(oracle(text))
      }),
      { numRuns: 3000 },
    )
  })

  it.each<[string, [string, string][]]>([
    ['', []],
    ['A: b\r\n', [['a', ' b']]],
    ['A: b', [['a', ' b']]],
    [
      'A:\r\nB:c\r\n',
      [
        ['a', ''],
        ['b', 'c'],
      ],
    ],
    [
      'A: b\r\n c\r\n\td\r\nE:f\r\n',
      [
        ['a', ' b\r\n c\r\n\td'],
        ['e', 'f'],
      ],
    ],
    ['A \t: b\r\n', [['a', ' b']]],
    ['A:b:c\r\n', [['a', 'b:c']]],
    ['__proto__: x\r\n', [['__proto__', ' x']]],
    ['A: \xa0\x0b\r\n', [['a', ' \xa0\x0b']]],
    ['A: b\r\n \r\n', [['a', ' b\r\n ']]],
  ])('%j', (text, expected) => {
    expect(fieldsOf(text)).toEqual(expected)
    expect(parse(text).faults.size).toBe(0)
  })

  it.each<[string, HeaderFault, number, string[]]>([
    [' A: b\r\nC: d\r\n', 'leading-continuation', 0, ['c']],
    ['A: b\r\nnot a field\r\nC: d\r\n', 'no-colon', 6, ['a', 'c']],
    ['From\r\n : x\r\n', 'no-colon', 0, []],
    [': x\r\n', 'bad-field-name', 0, ['']],
    ['Fr\0om: x\r\n', 'bad-field-name', 0, ['fr\0om']],
    ['Fr\xc3\xb6m: x\r\n', 'bad-field-name', 0, ['fr\xc3\xb6m']],
    ['Fr\x7fm: x\r\n', 'bad-field-name', 0, ['fr\x7fm']],
    ['A;B: x\r\n', 'bad-field-name', 0, ['a;b']],
    ['A B: x\r\n', 'bad-field-name', 0, ['a b']],
    ['A: b\rFrom: c\r\n', 'bare-cr', 4, ['a']],
    ['A: b\r\r\nC: d\r\n', 'bare-cr', 4, ['a', 'c']],
    ['A: b\r', 'bare-cr', 4, ['a']],
    ['A: b\nFrom: c\r\n', 'bare-lf', 4, ['a']],
    ['A: b\n\r\n', 'bare-lf', 4, ['a']],
    ['\nA: b\r\n', 'bare-lf', 0, ['\na']],
  ])('%j is malformed: %s', (text, fault, offset, names) => {
    const { faults, fields } = parse(text)
    expect(faults.get(fault)).toBe(offset)
    expect(fields.map(({ name }) => name)).toEqual(names)
  })

  it('P-03 notes white space before the colon', () => {
    expect(parse('From : x\r\nTo\t:y\r\nCc:z\r\n').spaced).toEqual(['from', 'to'])
  })

  it('reads as many fields as the limit, and reports one more', () => {
    const text = 'A:\r\n'.repeat(LIMITS.headerFields)
    expect(parse(text).faults.has('too-many-fields')).toBe(false)
    const { fields, faults } = parse(`${text}B:\r\n`)
    expect(fields).toHaveLength(LIMITS.headerFields)
    expect(faults.get('too-many-fields')).toBe(text.length)
  })

  it('P-04, P-05, P-06, P-07 covers every byte with fields and malformed lines, in order', () => {
    const unit = fc.constantFrom('A', ':', ' ', '\t', '\r', '\n', '\r\n', '\r\n ', 'B: c\r\n', '\0', '\xff')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), text => {
        const section = parse(text)
        let position = 0
        for (const { start, nameEnd, valueStart, valueEnd } of section.fields) {
          expect(start).toBeGreaterThanOrEqual(position)
          expect([nameEnd >= start, valueStart > nameEnd, valueEnd >= valueStart]).toEqual([true, true, true])
          // A field ends before a CRLF that no white space follows, or where the section ends.
          const rest = text.slice(valueEnd)
          expect(rest === '' || /^\r\n(?![ \t])/.test(rest)).toBe(true)
          position = valueEnd
        }
        // What no fault was found in is nothing but fields.
        if (section.faults.size === 0) {
          const joined = section.fields.map(({ start, valueEnd }) => text.slice(start, valueEnd)).join('\r\n')
          expect([joined, `${joined}\r\n`]).toContain(text)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['lines without a colon', 'a\r\n'],
    ['bare LFs', '\n'],
    ['bare CRs', '\r'],
    ['folds', '\r\n '],
    ['spaces', ' '],
    ['colons', ':'],
  ])('takes linear time over %s', (_, unit) => {
    const text = `A: b\r\n${unit.repeat(LIMITS.headerBytes / unit.length)}`
    const start = performance.now()
    parse(text)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('selectFields', () => {
  const section = parse('A: 1\r\nB: 2\r\nA: 3\r\nA: 4\r\n')
  const index = indexFields(section.fields)
  const select = (names: string[], except = -1): string[] =>
    selectFields(index, names, section.fields[except] ?? null).map(field => rawValue(section, field).trim())

  it.each([
    [['a'], ['4']],
    [
      ['a', 'a'],
      ['4', '3'],
    ],
    [
      ['a', 'b', 'a', 'a', 'a', 'c'],
      ['4', '2', '3', '1'],
    ],
    [['c', 'tostring', '__proto__'], []],
    [[], []],
  ])('%j selects %j', (names, expected) => expect(select(names)).toEqual(expected))

  it('selects the k-th from below for the k-th mention, whatever the fields and names', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 })
    fc.assert(
      fc.property(letters, letters, fc.nat(8), (present, names, position) => {
        const { fields } = parse(present.map(name => `${name}:\r\n`).join(''))
        const except = fields[position] ?? null
        const expected = names.flatMap((name, at) => {
          const mention = names.slice(0, at).filter(item => item === name).length
          const field = fields.filter(item => item.name === name && item !== except).at(-1 - mention)
          return field === undefined ? [] : [field]
        })
        expect(selectFields(indexFields(fields), names, except)).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('never selects the signature under judgement', () => {
    expect(select(['a', 'a', 'a'], 3)).toEqual(['3', '1'])
    expect(select(['a', 'a', 'a'], 2)).toEqual(['4', '1'])
    expect(select(['a', 'a', 'a'], 0)).toEqual(['4', '3'])
  })

  it('takes linear time over many names and fields', () => {
    const many = indexFields(parse('A:\r\n'.repeat(10_000)).fields)
    const start = performance.now()
    expect(selectFields(many, new Array(20_000).fill('a'), null)).toHaveLength(10_000)
    expect(performance.now() - start).toBeLessThan(200)
  })
})

it('unfold removes the CRLF before white space alone', () => {
  expect(unfold(' a\r\n b\r\n\tc\r\nd\r e\n f')).toBe(' a b\tc\r\nd\r e\n f')
})
