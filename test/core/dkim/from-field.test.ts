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
    ['MAILER-DAEMON@legit.test (Mail Delivery System)', 'legit.test'],
    ['a@legit.test(comment)', 'legit.test'],
    ['(comment) a@legit.test', 'legit.test'],
    ['a(comment)@legit.test', 'legit.test'],
    ['a@(comment)legit.test', 'legit.test'],
    ['a (one (two \\) (three) still two) four) @ legit.test', 'legit.test'],
    ['A (\r\n folded) <(x) a@legit.test\r\n >', 'legit.test'],
    ['a@legit.test, B <b@Legit.Test> (third), "c d"@legit.test', 'legit.test'],
    ['group: a@legit.test;', 'legit.test'],
    ['"a group" (x): A <a@legit.test>, b@legit.test; (y)', 'legit.test'],
    ['empty:;, a@legit.test', 'legit.test'],
    ['"a@legit.test" <a@legit.test>', 'legit.test'],
    ['bounce+x=bank.test@legit.test', 'legit.test'],
    ['a?=@legit.test', 'legit.test'],
    ['"a, b"@legit.test', 'legit.test'],
    ["a!#$%&'*/^_`{|}~@legit.test", 'legit.test'],
    [utf8('\u05d0\u200f <a@legit.test>'), 'legit.test'],
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
    'a@legit.test (open',
    'a@legit.test (open \\)',
    'a@legit.test )',
    'a@legit.test, b@attack.test (c)',
    'group: a@legit.test, b@attack.test;',
    'group: a@legit.test',
    'group: a@legit.test,;',
    'group: inner: a@legit.test;;',
    'group:;',
    ': a@legit.test;',
    'a@legit.test;',
    'a@legit.test,',
    ',a@legit.test',
    'a@legit.test,,b@legit.test',
    'a (x) . b@legit.test',
    'a@legit(x).test',
    'a(x)b@legit.test',
    '"a""b"@legit.test',
    'a@"legit.test"',
  ])('of %j cannot be told', value => expect(domainOf(`From: ${value}\r\n`)).toBeNull())

  it.each([
    '=?utf-8?q?ceo=40bank.test?=@legit.test',
    'X <=?utf-8?q?ceo=40bank.test?=@legit.test>',
    '"<ceo@bank.test> x"@legit.test',
    'X <"ceo@bank.test> "@legit.test>',
    '"ceo\\@bank.test"@legit.test',
    '"x<y"@legit.test',
    '"x>y"@legit.test',
    '"=?utf-8?q?ceo=40bank.test?="@legit.test',
    utf8('ceo\uff20bank.test@legit.test'),
    utf8('ceo\ufe6bbank.test@legit.test'),
    utf8('"\uff1cceo"@legit.test'),
    utf8('\u202etset@legit.test'),
    utf8('\u2067a@legit.test'),
    utf8('a\u200eb@legit.test'),
    utf8('a\u200bb@legit.test'),
    utf8('a\u3164b@legit.test'),
    utf8('a\u00a0@legit.test'),
    utf8('"a\u3000b"@legit.test'),
    utf8('a\u2028@legit.test'),
    utf8('a\u2029@legit.test'),
    utf8('a\u0085b@legit.test'),
    'a\x7fb@legit.test',
    '"a\x0bb"@legit.test',
    '"a\rb"@legit.test',
    '"a\nb"@legit.test',
    utf8('X\u2028From: ceo@bank.test <a@legit.test>'),
    utf8('"\u202e" <a@legit.test>'),
    utf8('"\u0085" <a@legit.test>'),
    'a@legit.test (ceo@bank.test)',
    'a@legit.test (<ceo bank test>)',
    'a@legit.test (=?utf-8?q?=3Cceo=40bank.test=3E?=)',
    utf8('a@legit.test (ceo\uff20bank.test)'),
    'a(@bank.test)@legit.test',
    '"ceo@bank.test": a@legit.test;',
    'b@legit.test, =?utf-8?q?ceo=40bank.test?=@legit.test',
  ])('of %j, in which others would read another address, is indeterminate', value =>
    expect(domainOf(`From: ${value}\r\n`)).toBeNull(),
  )

  it('cannot be told without a From field, or with two', () => {
    expect(domainOf('Sender: a@legit.test\r\n')).toBeNull()
    expect(domainOf('From: a@legit.test\r\nFrom: a@legit.test\r\n')).toBeNull()
    expect(domainOf('From: a@legit.test\r\nFrom : x@attack.test\r\n')).toBeNull()
  })

  const atom = fc.stringMatching(/^[a-z0-9+_-]{1,8}$/)
  const comment = fc.stringMatching(/^[a-z .,;:"[\]]{0,12}$/).map(text => `(${text})`)
  const nested = fc.oneof(
    comment,
    fc.tuple(comment, comment).map(([one, other]) => `(${one}\\)${other})`),
  )
  const cfws = fc.oneof(
    fc.constantFrom('', ' ', '\t', '\r\n '),
    nested,
    nested.map(text => ` ${text}\r\n `),
  )
  const quoted = fc.stringMatching(/^[a-z .,;:()[\]]{0,12}$/).map(text => `"${text}"`)
  const mailbox = (domain: string) =>
    fc
      .tuple(cfws, fc.oneof(atom, quoted), cfws, cfws, cfws, fc.option(fc.oneof(atom, quoted)))
      .map(([before, local, left, right, after, name]) => {
        const address = `${before}${local}${left}@${right}${domain}${after}`
        return name === null ? address : `${name} <${address}> `
      })
  const list = (domain: string) => fc.array(mailbox(domain), { minLength: 1, maxLength: 3 })

  it('is read whatever CFWS, names and quoted strings surround it, of one mailbox, several, or a group', () => {
    fc.assert(
      fc.property(list('legit.test'), fc.boolean(), (mailboxes, group) => {
        const value = group ? `some "of, us": ${mailboxes.join(',')};` : mailboxes.join(',')
        expect(domainOf(`From: ${value}\r\n`)).toBe('legit.test')
      }),
      { numRuns: 2000 },
    )
  })

  it('is indeterminate where one mailbox among the others is of another domain', () => {
    fc.assert(
      fc.property(list('legit.test'), mailbox('attack.test'), fc.nat(3), (mailboxes, other, place) => {
        const value = mailboxes.toSpliced(place, 0, other).join(',')
        expect(domainOf(`From: ${value}\r\n`)).toBeNull()
      }),
    )
  })

  it('is never that of an address in a comment or in a quoted string', () => {
    const hidden = fc.constantFrom('(x@attack.test)', '(<x@attack.test>)', '"x@attack.test"', '"<x@attack.test>"')
    fc.assert(
      fc.property(
        fc.array(fc.oneof(hidden, mailbox('legit.test'), fc.constantFrom('<', '>', ',', '@', '"', ')'))),
        parts => {
          expect([null, 'legit.test']).toContain(domainOf(`From: ${parts.join(' ')}\r\n`))
        },
      ),
    )
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
      '('.repeat(4000),
      '()'.repeat(2000),
      '(\\'.repeat(2000),
      'a:'.repeat(2000),
      'a@legit.test,'.repeat(300),
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
    expect(readAuthor([Buffer.from('From: a.b@legit.test (c), d@legit.test\r\n')])).toBe('a.b@legit.test')
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
