// Names in DNS: the short way that most names take, against the octets that each label is made of.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { absoluteName, labelText, nameLabels, parentName } from '../../../src/core/dns/name.js'

/** The long way. */
const slow = (name: string): string | undefined => nameLabels(name)?.map(labelText).join('.')

const label = (length: number): string => 'a'.repeat(length)
const texts = fc
  .array(
    fc.constantFrom('a', 'B', '9', '_', '-', '*', '.', '.x.', '\\.', '\\046', '\\\\', '\\300', 'ü', ' ', label(62)),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map(parts => parts.join(''))
  .filter(text => text !== '@' && !text.endsWith('.'))

it('a name is what its labels are, whichever way it takes', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom('', 'Example.com'), (name, origin) => {
      expect(absoluteName(name, origin)).toBe(slow(origin === '' ? name : `${name}.${origin}`))
    }),
  )
})

it('takes labels of 63 octets and names of 255, and no more', () => {
  expect(absoluteName(label(63), '')).toBe(label(63))
  expect(absoluteName(label(64), '')).toBeUndefined()
  const of = (last: number) => [label(63), label(63), label(63), label(last)].join('.')
  expect(absoluteName(of(61), '')).toBe(of(61))
  expect(absoluteName(of(62), '')).toBeUndefined()
  expect([absoluteName('a..b', ''), absoluteName('.a', '')]).toEqual([undefined, undefined])
})

it('the name above is that behind the first dot that separates', () => {
  expect(['a.b.c', 'a\\.b.c', 'a', ''].map(parentName)).toEqual(['b.c', 'c', '', undefined])
})
