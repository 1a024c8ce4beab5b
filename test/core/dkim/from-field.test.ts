import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  alignmentOf,
  authorDomain,
  loadOrganizationalDomain,
  mayAlign,
  readAuthor,
} from '../../../src/core/dkim/from-field.js'
import { indexFields, parseHeaderSection } from '../../../src/core/dkim/header.js'

const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

function domainOf(fields: string): string | null {
  const section = parseHeaderSection(Buffer.from(fields, 'latin1'))
  return authorDomain(section, indexFields(section.fields))
}

describe('P-18, P-19, P-20 the author domain', () => {
  it.each([
    ['a@legit.test', 'legit.test'],
    ['<a@legit.test>', 'legit.test'],
    ['A B <a@Legit.TEST>', 'legit.test'],
    ['"A, B" <a@legit.test>', 'legit.test'],
    ['"a \\" <x@attack.test>" <a@legit.test>', 'legit.test'],
    ['A. B. <a@legit.test>', 'legit.test'],
    ['"a b"@legit.test', 'legit.test'],
    ["o'brien+x@legit.test", 'legit.test'],
    ['=?utf-8?q?caf=C3=A9?= <a@legit.test>', 'legit.test'],
    ['\r\n A <a@legit.test>', 'legit.test'],
    [utf8('J\u00fcrgen <j\u00fcrgen@b\u00fccher.example>'), 'xn--bcher-kva.example'],
  ])('of %j is %s', (value, domain) => expect(domainOf(`From: ${value}\r\n`)).toBe(domain))

  it.each([
    '',
    'a',
    'a@',
    '@legit.test',
    'a@legit',
    'a@legit.test, b@attack.test',
    '<a@legit.test>, <b@attack.test>',
    '<a@legit.test>\\,<b@attack.test>',
    '<@attack.test,@any.test:a@legit.test>',
    '<@attack.test:a@legit.test>',
    'admin@legit.test,<x@attack.test>',
    '<x@attack.test>admin@legit.test',
    '<a@legit.test><x@attack.test>',
    'a@legit.test <x@attack.test>',
    'a@legit.test(comment)',
    '(comment) a@legit.test',
    'a(comment)@legit.test',
    'group: a@legit.test;',
    '=?utf-8?B?YUBsZWdpdC50ZXN0?=',
    '=?utf-8?B?QWxpY2UgPGFAbGVnaXQudGVzdD4=?= <>',
    '<a@legit.test',
    'a@legit.test>',
    '<<a@legit.test>>',
    'a@b@legit.test',
    'a b@legit.test',
    'a.@legit.test',
    '.a@legit.test',
    'a..b@legit.test',
    'a@legit.test.',
    'a@[192.0.2.1]',
    'a@legit .test',
    'a@legit.test\x00.attack.test',
    'a@legit.test\xa0',
    utf8('a@legit.test\u2000'),
    utf8('a@leg\u200dit.test'),
    'a@legit.test\xff',
    '"unclosed <a@legit.test>',
    ` ${'a'.repeat(5000)} <a@legit.test>`,
  ])('of %j cannot be told', value => expect(domainOf(`From: ${value}\r\n`)).toBeNull())

  it('cannot be told without a From field, or with two', () => {
    expect(domainOf('Sender: a@legit.test\r\n')).toBeNull()
    expect(domainOf('From: a@legit.test\r\nFrom: a@legit.test\r\n')).toBeNull()
    expect(domainOf('From: a@legit.test\r\nFrom : x@attack.test\r\n')).toBeNull()
  })

  it('is found or not without delay', () => {
    const unit = fc.constantFrom('"', '\\', '<', '>', '@', 'a', '.', ' ', '(', ',', '\xc3\xa9', 'a@b.test')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), value => {
        const start = performance.now()
        const domain = domainOf(`From: ${value}\r\n`)
        if (domain !== null) expect(value).toContain('@')
        expect(performance.now() - start).toBeLessThan(100)
      }),
      { numRuns: 1000 },
    )
    for (const hostile of [
      '"\\'.repeat(2000),
      '"a'.repeat(2000),
      'a.'.repeat(2000),
      ' '.repeat(4000),
      'a '.repeat(2000),
    ]) {
      const start = performance.now()
      expect(domainOf(`From: ${hostile}\r\n`)).toBeNull()
      expect(performance.now() - start).toBeLessThan(200)
    }
  })
})

describe('readAuthor', () => {
  it('reads no further than the header section', () => {
    const chunks = function* () {
      yield Buffer.from('From: A <a.b@Legit.test>\n\n')
      throw new Error('read on')
    }
    expect(readAuthor(chunks())).toBe('a.b@legit.test')
    expect(readAuthor([Buffer.from('From: "x y"@legit.test\r\n')])).toBe('"x y"@legit.test')
    expect(readAuthor([Buffer.from('To: a@legit.test\r\n\r\n')])).toBeNull()
  })
})

describe('alignment', async () => {
  const organizational = await loadOrganizationalDomain()

  it.each([
    ['legit.test', 'legit.test', 'strict'],
    ['mail.legit.example', 'legit.example', 'relaxed'],
    ['legit.example', 'mail.legit.example', 'relaxed'],
    ['a.example.co.uk', 'b.example.co.uk', 'relaxed'],
    ['one.co.uk', 'two.co.uk', 'none'],
    ['co.uk', 'one.co.uk', 'none'],
    ['notlegit.test', 'legit.test', 'none'],
    ['attack.test', 'legit.test', 'none'],
    ['a.github.io', 'b.github.io', 'none'],
    [null, 'legit.test', 'none'],
    ['legit.test', null, 'indeterminate'],
    [null, null, 'indeterminate'],
  ])('of d=%s with From %s: %s', (signing, author, expected) => {
    expect(alignmentOf(signing, author, organizational)).toBe(expected)
    if (signing !== null && author !== null && expected !== 'none') expect(mayAlign(signing, author)).toBe(true)
  })
})
