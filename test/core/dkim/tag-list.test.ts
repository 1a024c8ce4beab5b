import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTagList, parseTagList, TagListError, type TagListFault } from '../../../src/core/dkim/tag-list.js'
import { LIMITS } from '../../../src/core/limits.js'

function faultOf(text: string): TagListFault | undefined {
  try {
    parseTagList(text)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(TagListError)
    return (error as TagListError).fault
  }
}

const values = (text: string): Record<string, string> =>
  Object.fromEntries(Array.from(parseTagList(text), ([name, { value }]) => [name, value]))

/** The grammar of §3.2 as one obvious walk over split text; null where the text is no tag-list. */
function oracle(text: string): [string, string][] | null {
  const trim = (part: string): string => part.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '')
  if (/[\r\n]/.test(text.replace(/\r\n(?=[ \t])/g, ''))) return null
  const parts = text.split(';')
  if (parts.length > 1 && trim(parts.at(-1)!) === '') parts.pop()
  const tags: [string, string][] = []
  for (const part of parts) {
    const equals = part.indexOf('=')
    if (equals === -1) return null
    const name = trim(part.slice(0, equals))
    const value = trim(part.slice(equals + 1))
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name) || tags.some(([other]) => other === name)) return null
    if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(value)) return null
    tags.push([name, value])
  }
  return tags.length > LIMITS.tagsPerList ? null : tags
}

const SMALL = fc.string({
  unit: fc.constantFrom('a', 'b', 'Z', '1', '_', '=', ';', ' ', '\t', '\r', '\n', '\0', '\xff'),
})

describe('T-01, T-04 parseTagList', () => {
  it.each<[string, Record<string, string>]>([
    ['a=1', { a: '1' }],
    ['a=1;', { a: '1' }],
    ['a=1; \r\n\t', { a: '1' }],
    [' a = 1 ; b\r\n =\r\n 2', { a: '1', b: '2' }],
    ['a=', { a: '' }],
    ['a=;b=', { a: '', b: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=x y\tz', { a: 'x y\tz' }],
    ['a=1;A=2', { a: '1', A: '2' }],
    ['a=\xa0x\x85', { a: '\xa0x\x85' }],
    ['__proto__=1'.replace('__proto__', 'constructor'), { constructor: '1' }],
  ])('%j', (text, expected) => expect(values(text)).toEqual(expected))

  it.each<[string, TagListFault]>([
    ['', 'empty'],
    [' \r\n ', 'empty'],
    [';', 'empty'],
    [';a=1', 'empty'],
    ['a=1;;', 'empty'],
    ['a=1;;b=2', 'empty'],
    ['a', 'no-equals-sign'],
    ['a;b=1', 'no-equals-sign'],
    ['=1', 'name'],
    ['1a=1', 'name'],
    ['_a=1', 'name'],
    ['a b=1', 'name'],
    ['a-b=1', 'name'],
    ['\xa0a=1', 'name'],
    ['\x0ba=1', 'name'],
    ['__proto__=1', 'name'],
    ['a=\0', 'value'],
    ['a=x\x0by', 'value'],
    ['a=\x7f', 'value'],
    ['p=a\nb', 'value'],
    ['p=a\n b', 'value'],
    ['p=a\rb', 'value'],
    ['p=a\r\nb', 'value'],
    ['p=a\r\r\n b', 'value'],
    ['p=a\n', 'value'],
    ['p=a\r\n', 'value'],
    ['p=a\r', 'value'],
    ['\np=a', 'value'],
    ['p\n=a', 'value'],
    ['p=\na', 'value'],
    ['p=a; \n', 'value'],
    ['a=1;a=2', 'duplicate'],
    ['a=1; a\t=1', 'duplicate'],
  ])('refuses %j: %s', (text, fault) => expect(faultOf(text)).toBe(fault))

  it('reads as many tags as the limit, and not one more', () => {
    const list = (count: number): string => Array.from({ length: count }, (_, index) => `t${index}=`).join(';')
    expect(parseTagList(list(LIMITS.tagsPerList)).size).toBe(LIMITS.tagsPerList)
    expect(parseTagList(`${list(LIMITS.tagsPerList)};`).size).toBe(LIMITS.tagsPerList)
    expect(faultOf(list(LIMITS.tagsPerList + 1))).toBe('too-many')
  })

  it('begins where it is told, with offsets from the start of the text', () => {
    const tag = parseTagList('DKIM-Signature: a =  xy ', 15).get('a')!
    expect([tag.value, tag.valueStart, tag.valueEnd]).toEqual(['xy', 21, 23])
  })

  it('reads the same as the oracle', () => {
    fc.assert(
      fc.property(fc.oneof(SMALL, fc.string({ unit: 'binary', maxLength: 20 })), text => {
        const expected = oracle(text)
        if (expected === null) expect(faultOf(text)).toBeDefined()
        else expect(Array.from(parseTagList(text), ([name, tag]) => [name, tag.value])).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('gives ranges that hold exactly the values', () => {
    fc.assert(
      fc.property(SMALL, text => {
        const tags = faultOf(text) === undefined ? [...parseTagList(text).values()] : []
        for (const { value, valueStart, valueEnd } of tags) expect(text.slice(valueStart, valueEnd)).toBe(value)
      }),
    )
  })

  it('names an offset inside the text', () => {
    fc.assert(
      fc.property(SMALL, text => {
        try {
          parseTagList(text)
        } catch (error) {
          const { offset } = error as TagListError
          expect(offset).toBeGreaterThanOrEqual(0)
          expect(offset).toBeLessThanOrEqual(text.length)
        }
      }),
    )
  })
})

describe('formatTagList', () => {
  const tag = fc.tuple(
    fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/),
    fc.stringMatching(/^(?:[!-:<-~](?:[ -:<-~]*[!-:<-~])?)?$/),
  )

  it('is read back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(tag, { minLength: 1, maxLength: 20, selector: ([name]) => name }), tags => {
        expect(Array.from(parseTagList(formatTagList(tags)), ([name, { value }]) => [name, value])).toEqual(tags)
      }),
    )
  })
})
