import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64 } from '../../../src/core/syntax/base64.js'
import {
  isFieldName,
  isHyphenatedWord,
  isSubdomainOrEqual,
  isTagName,
  keyRecordName,
  latin1ToUtf8,
  lowerAscii,
  toDomainName,
  toFieldNames,
  toSelector,
  toUnicodeName,
} from '../../../src/core/syntax/names.js'
import { decodeDkimQuotedPrintable, encodeDkimQuotedPrintable } from '../../../src/core/syntax/quoted-printable.js'
import { isWsp, removeFws, skipFws, skipFwsBack, trimFws, trimWsp } from '../../../src/core/syntax/white-space.js'

const BINARY = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)) })

describe('white space', () => {
  it('is SP and HTAB', () => {
    const found = Array.from({ length: 0x10000 }, (_, code) => code).filter(isWsp)
    expect(found).toEqual([9, 32])
  })

  it('with folds is SP, HTAB, CR and LF', () => {
    const found = Array.from({ length: 0x10000 }, (_, code) => code).filter(
      code => removeFws(String.fromCharCode(code)) === '' && trimFws(String.fromCharCode(code)) === '',
    )
    expect(found).toEqual([9, 10, 13, 32])
  })

  it('is trimmed where it is WSP, and nothing else', () => {
    const unit = fc.constantFrom(' ', '\t', '\r', '\n', '\xa0', 'a')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), text => {
        expect(trimWsp(text)).toBe(text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, ''))
      }),
    )
  })

  it('is skipped from both ends and no further than asked', () => {
    expect(skipFws('  a', 0)).toBe(2)
    expect(skipFws('    ', 1, 3)).toBe(3)
    expect(skipFwsBack('a  ', 0, 3)).toBe(1)
    expect(skipFwsBack('    ', 2, 4)).toBe(2)
    expect(trimFws('\r\n a\x0b \t')).toBe('a\x0b')
    expect(removeFws(' a\r\n b\xa0')).toBe('ab\xa0')
  })
})

describe('words', () => {
  it('lower case is for ASCII letters alone', () => {
    expect(lowerAscii('AZ@[\xc0\u212a\u0130')).toBe('az@[\xc0\u212a\u0130')
  })

  it.each<[string, (text: string) => boolean, string[], string[]]>([
    ['tag-name', isTagName, ['a', 'Zz_9'], ['', '1', '_a', 'a-b', 'a ', '\xe4']],
    ['hyphenated-word', isHyphenatedWord, ['a', 'a-b', 'a--1'], ['', '-a', 'a-', '1a', 'a_b']],
    ['field-name', isFieldName, ['From', '!', '~', 'a_b', '__proto__'], ['', 'a b', 'a:', 'a;', '\x7f', '\xe4', 'a\0']],
  ])('%s', (_, test, good, bad) => {
    expect(good.filter(text => !test(text))).toEqual([])
    expect(bad.filter(test)).toEqual([])
  })
})

const label = (length: number): string => 'a'.repeat(length)

describe('names', () => {
  it.each([
    ['Example.COM', 'example.com'],
    ['a_b.c-d.test', 'a_b.c-d.test'],
    ['1.2.3', '1.2.3'],
    [`${label(63)}.test`, `${label(63)}.test`],
    ['b\xfccher.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
  ])('domain %j', (text, name) => expect(toDomainName(text)).toBe(name))

  it.each([
    '',
    'localhost',
    '.',
    'a..b',
    '.a.b',
    'a.b.',
    '-a.test',
    'a-.test',
    `${label(64)}.test`,
    'a b.test',
    'a\0b.test',
    "legit.test'a.attack.test",
    'legit.test(.attack.test',
    'a"b.test',
    'a;b.test',
    'a=b.test',
    'a\\.b.test',
    'a\\046b.test',
    'a,b.test',
    'a<b.test',
    'a/b.test',
    'a:b.test',
    'a@b.test',
    'a\r\n.test',
    'a%2eb.test',
    '*.test',
    'legit\u3002test',
    'legit\uff0etest.test',
    'exa\u217cple.test',
    '\uff4degit.test',
    'so\u00adft.test',
    'a\u200db.test',
    'a\u202eb.test',
    '\u212a.test',
    'xn--.test',
    'xn--a.test',
    'xn--\u00e4.test',
    'xn--abc-.test',
    'legit.test\u2000',
  ])('%j is no domain', text => expect(toDomainName(text)).toBeUndefined())

  it('has at most 253 characters', () => {
    const name = (last: number): string => [label(63), label(63), label(63), label(last)].join('.')
    expect(toDomainName(name(61))).toBe(name(61))
    expect(toDomainName(name(62))).toBeUndefined()
  })

  it('of a key has at most 253 characters', () => {
    const domain = `${label(63)}.${label(63)}.${label(63)}`
    expect(keyRecordName(label(50), domain)).toHaveLength(253)
    expect(keyRecordName(label(51), domain)).toBeUndefined()
    expect(keyRecordName('Sel', 'example.com')).toBe('sel._domainkey.example.com')
  })

  it('selectors keep their letter case, and may have several labels', () => {
    expect(toSelector('Sel.a_b.C-d')).toBe('Sel.a_b.C-d')
    expect(toSelector('b\xfccher')).toBe('xn--bcher-kva')
    for (const bad of ['', '.', 'a.', 'a..b', 'a b', 'sel._domainkey.attack.test.\0.any', 'a/b', '..', label(64)]) {
      expect(toSelector(bad)).toBeUndefined()
    }
  })

  it('T-03, T-26 are made of safe characters whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(BINARY, fc.string({ unit: 'grapheme' }), fc.domain()), text => {
        for (const name of [toDomainName(text), toSelector(text)?.toLowerCase()]) {
          if (name !== undefined) expect(name).toMatch(/^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('once converted stay what they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.domain(),
          fc.string({ unit: 'grapheme' }).map(text => `${text}.example`),
        ),
        text => {
          const name = toDomainName(text)
          if (name !== undefined) expect(toDomainName(name)).toBe(name)
        },
      ),
    )
  })

  it('are subdomains at label borders only', () => {
    expect(isSubdomainOrEqual('legit.test', 'legit.test')).toBe(true)
    expect(isSubdomainOrEqual('a.legit.test', 'legit.test')).toBe(true)
    expect(isSubdomainOrEqual('notlegit.test', 'legit.test')).toBe(false)
    expect(isSubdomainOrEqual('test', 'legit.test')).toBe(false)
  })

  it('have a U-label form where there is one', () => {
    expect(toUnicodeName('xn--bcher-kva.example')).toBe('b\xfccher.example')
    expect(toUnicodeName('example.com')).toBeNull()
  })
})

describe('UTF-8', () => {
  it('is read strictly', () => {
    expect(latin1ToUtf8('caf\xc3\xa9')).toBe('caf\xe9')
    for (const bad of ['\xe9', '\xc0\x80', '\xed\xa0\x80', '\xf5\x80\x80\x80', '\xc3']) {
      expect(latin1ToUtf8(bad)).toBeUndefined()
    }
  })

  it('keeps a byte order mark', () => expect(latin1ToUtf8('\xef\xbb\xbfa')).toBe('\ufeffa'))
})

describe('K-12 base64', () => {
  it.each([
    ['QUJD', 'ABC'],
    ['QUI=', 'AB'],
    ['QQ==', 'A'],
    ['Q\r\n U\tJD', 'ABC'],
  ])('%j', (text, plain) => expect(decodeBase64(text)?.toString()).toBe(plain))

  it.each([
    '',
    '====',
    'Q',
    'QU',
    'QUI',
    'QUJDR',
    'QUJD=',
    'QUJD====',
    'QUI=QUJD',
    'QUJD=QUJD',
    'Q=JD',
    'QU!JD',
    'QU!@#JD',
    'QUJD;b=QUJD',
    '-_-_',
    'QR==',
    'QUJ=',
    'QUJD\0',
    'QU\x0bJD',
    'QU\xa0JD',
    '\u0141UJD',
  ])('refuses %j', text => expect(decodeBase64(text)).toBeUndefined())

  it('decodes what an encoder wrote, and nothing else', () => {
    const alphabet = fc.constantFrom('A', 'B', 'Q', 'g', 'w', '/', '+', '=', '-', '!')
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 12 }), text => {
        const loose = Buffer.from(text, 'base64')
        const canonical = loose.length > 0 && loose.toString('base64') === text
        expect(decodeBase64(text)).toEqual(canonical ? loose : undefined)
      }),
      { numRuns: 3000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), bytes => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes))
      }),
    )
  })
})

describe('DKIM-quoted-printable', () => {
  it.each([
    ['a=20b', 'a b'],
    ['=3D=3b', '=;'],
    ['a \r\n b', 'ab'],
    ['', ''],
    ['=00', '\0'],
  ])('%j', (text, plain) => expect(decodeDkimQuotedPrintable(text)).toBe(plain))

  it.each(['=', '=2', '=2G', 'a=', '==20', 'a;b', '\0', '\x7f', '\x0b'])('refuses %j', text =>
    expect(decodeDkimQuotedPrintable(text)).toBeUndefined(),
  )

  it('brings back every octet', () => {
    fc.assert(
      fc.property(BINARY, text => {
        const encoded = encodeDkimQuotedPrintable(text, '|')
        expect(encoded).toMatch(/^[!-:<-{}~]*$/)
        expect(decodeDkimQuotedPrintable(encoded)).toBe(text)
      }),
    )
  })
})

describe('lists of field names', () => {
  it('are what one name after the other is', () => {
    const unit = fc.constantFrom('a', 'Z', '-', ':', ';', ' ', '\t', '\r\n ', '\0', '\xc4')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), text => {
        const names = text.split(':').map(name => trimFws(lowerAscii(name)))
        expect(toFieldNames(text, 20)).toEqual(names.every(isFieldName) ? names : undefined)
      }),
      { numRuns: 2000 },
    )
  })

  it('are read no further than one beyond the limit', () => {
    expect(toFieldNames('a:b', 2)).toEqual(['a', 'b'])
    expect(toFieldNames('a:b:c:d', 2)).toEqual(['a', 'b', 'c'])
  })
})

describe('tag names', () => {
  it('are those of the grammar', () => {
    const unit = fc.constantFrom('a', 'Z', '0', '9', '_', '-', '@', '[', '`', '{', ' ', '\xe9')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 4 }), text => {
        expect(isTagName(text)).toBe(/^[A-Za-z][A-Za-z0-9_]*$/.test(text))
      }),
    )
  })
})
