import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FieldLists } from '../../../src/core/dkim/field-lists.js'
import { parseHeaderSection } from '../../../src/core/dkim/header.js'
import type { Reason } from '../../../src/core/dkim/result.js'
import { parseSignature, withEmptyB } from '../../../src/core/dkim/signature.js'
import { LIMITS } from '../../../src/core/limits.js'

const BH = 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI='
const GOOD = { v: '1', a: 'rsa-sha256', b: 'QUJD', bh: BH, d: 'legit.test', h: 'from:to', s: 'sel' }

function parseText(tags: string, name = 'DKIM-Signature:', lists: FieldLists | null = null) {
  const section = parseHeaderSection(Buffer.from(`${name}${tags}\r\n`, 'latin1'))
  return { section, signature: parseSignature(section, section.fields[0]!, lists) }
}

/** The standard tags, some replaced or (null) left out. */
function parse(changes: Readonly<Record<string, string | null>>, lists: FieldLists | null = null) {
  const tags = Object.entries({ ...GOOD, ...changes }).flatMap(([name, value]) =>
    value === null ? [] : `${name}=${value}`,
  )
  return parseText(tags.join('; '), undefined, lists).signature
}

const reasonOf = (changes: Readonly<Record<string, string | null>>): Reason | undefined =>
  parse(changes).rejection?.reason

describe('a good signature', () => {
  it('is read', () => {
    const signature = parse({ c: 'relaxed', t: '1', x: '2', l: '0', i: 'j=20d@a.legit.test', q: 'x/y : dns/txt' })
    expect(signature.rejection).toBeNull()
    expect(signature).toMatchObject({
      algorithm: 'rsa-sha256',
      canonicalization: { header: 'relaxed', body: 'simple' },
      domain: 'legit.test',
      selector: 'sel',
      keyName: 'sel._domainkey.legit.test',
      identity: 'j d@a.legit.test',
      identityDomain: 'a.legit.test',
      signedFields: ['from', 'to'],
      bodyLength: 0,
      timestamp: 1,
      expiration: 2,
    })
    expect(signature.signature?.toString()).toBe('ABC')
  })

  it('has defaults', () => {
    expect(parse({})).toMatchObject({
      canonicalization: { header: 'simple', body: 'simple' },
      identity: '@legit.test',
      bodyLength: null,
      timestamp: null,
      expiration: null,
      rejection: null,
    })
  })
})

describe('T-07, T-08, T-09, T-10 the rules of §3.5 and §6.1.1', () => {
  it.each<[Record<string, string | null>, Reason]>([
    [{ v: null }, 'signature-missing-required-tag'],
    [{ v: '2' }, 'incompatible-version'],
    [{ v: '01' }, 'incompatible-version'],
    [{ v: '1.0' }, 'incompatible-version'],
    [{ v: '' }, 'incompatible-version'],
    [{ a: null }, 'signature-missing-required-tag'],
    [{ b: null }, 'signature-missing-required-tag'],
    [{ bh: null }, 'signature-missing-required-tag'],
    [{ d: null }, 'signature-missing-required-tag'],
    [{ h: null }, 'signature-missing-required-tag'],
    [{ s: null }, 'signature-missing-required-tag'],
    [{ a: 'rsa-sha1' }, 'historic-algorithm'],
    [{ a: 'rsa-sha512' }, 'unsupported-algorithm'],
    [{ a: 'rsa-md5' }, 'unsupported-algorithm'],
    [{ a: 'ed25519-sha1' }, 'unsupported-algorithm'],
    [{ a: 'RSA-SHA256' }, 'unsupported-algorithm'],
    [{ a: 'toString-x' }, 'unsupported-algorithm'],
    [{ a: 'rsa' }, 'signature-syntax-error'],
    [{ a: '' }, 'signature-syntax-error'],
    [{ a: '-' }, 'signature-syntax-error'],
    [{ a: 'rsa-sha256-x' }, 'signature-syntax-error'],
    [{ a: 'rsa-sha256 (x)' }, 'signature-syntax-error'],
    [{ c: 'nofws' }, 'unsupported-canonicalization'],
    [{ c: 'simple/nofws' }, 'unsupported-canonicalization'],
    [{ c: 'Relaxed/relaxed' }, 'unsupported-canonicalization'],
    [{ c: '' }, 'signature-syntax-error'],
    [{ c: 'simple/' }, 'signature-syntax-error'],
    [{ c: '/simple' }, 'signature-syntax-error'],
    [{ c: 'simple/simple/simple' }, 'signature-syntax-error'],
    [{ c: 'simple / simple' }, 'signature-syntax-error'],
    [{ d: '' }, 'signature-syntax-error'],
    [{ d: 'test' }, 'signature-syntax-error'],
    [{ d: '"legit.test"' }, 'signature-syntax-error'],
    [{ d: '\xff.test' }, 'signature-syntax-error'],
    [{ s: '' }, 'signature-syntax-error'],
    [{ s: 'a b' }, 'signature-syntax-error'],
    [{ s: `${`${'a'.repeat(60)}.`.repeat(4)}a` }, 'signature-syntax-error'],
    [{ h: '' }, 'signature-syntax-error'],
    [{ h: ':' }, 'signature-syntax-error'],
    [{ h: 'from::to' }, 'signature-syntax-error'],
    [{ h: 'from:' }, 'signature-syntax-error'],
    [{ h: 'from: :to' }, 'signature-syntax-error'],
    [{ h: 'from:t o' }, 'signature-syntax-error'],
    [{ h: 'from:\xe4' }, 'signature-syntax-error'],
    [{ h: 'to:subject' }, 'from-field-not-signed'],
    [{ h: 'xfrom:fromx' }, 'from-field-not-signed'],
    [{ i: '' }, 'signature-syntax-error'],
    [{ i: 'legit.test' }, 'signature-syntax-error'],
    [{ i: '=00@legit.test' }, 'signature-syntax-error'],
    [{ i: 'a@b@legit.test' }, 'signature-syntax-error'],
    [{ i: 'a=40b@legit.test' }, 'signature-syntax-error'],
    [{ i: '"a"@b"@legit.test' }, 'signature-syntax-error'],
    [{ i: 'a=40legit.test' }, 'signature-syntax-error'],
    [{ i: '=40legit.test' }, 'signature-syntax-error'],
    [{ i: 'a@le git.test' }, 'signature-syntax-error'],
    [{ i: 'a@ legit.test' }, 'signature-syntax-error'],
    [{ i: 'a@legit.\r\n test' }, 'signature-syntax-error'],
    [{ i: 'a@legit=2Etest' }, 'signature-syntax-error'],
    [{ i: 'a@x=40legit.test' }, 'signature-syntax-error'],
    [{ i: 'a@legit.test=20' }, 'signature-syntax-error'],
    [{ i: 'a@legit.test.' }, 'signature-syntax-error'],
    [{ i: 'a=@legit.test' }, 'signature-syntax-error'],
    [{ i: 'a=0d=0aX:y@legit.test' }, 'signature-syntax-error'],
    [{ i: 'ceo@victim.test' }, 'domain-mismatch'],
    [{ i: 'a@notlegit.test' }, 'domain-mismatch'],
    [{ i: 'a@test.legit' }, 'domain-mismatch'],
    [{ q: '' }, 'unsupported-query-method'],
    [{ q: 'http' }, 'unsupported-query-method'],
    [{ q: 'dns/txt/x' }, 'unsupported-query-method'],
    [{ l: '' }, 'signature-syntax-error'],
    [{ l: '0x7' }, 'signature-syntax-error'],
    [{ l: '7e0' }, 'signature-syntax-error'],
    [{ l: '-1' }, 'signature-syntax-error'],
    [{ l: '+7' }, 'signature-syntax-error'],
    [{ l: '7.0' }, 'signature-syntax-error'],
    [{ l: '1 2' }, 'signature-syntax-error'],
    [{ l: '9'.repeat(77) }, 'signature-syntax-error'],
    [{ t: '' }, 'signature-syntax-error'],
    [{ t: '-1' }, 'signature-syntax-error'],
    [{ t: '1e20' }, 'signature-syntax-error'],
    [{ t: '9'.repeat(13) }, 'signature-syntax-error'],
    [{ x: '1e20' }, 'signature-syntax-error'],
    [{ x: '9'.repeat(13) }, 'signature-syntax-error'],
    [{ t: '5', x: '5' }, 'signature-syntax-error'],
    [{ t: '5', x: '4' }, 'signature-syntax-error'],
    [{ bh: '' }, 'signature-syntax-error'],
    [{ bh: 'QUJD' }, 'signature-syntax-error'],
    [{ bh: `${BH}QUJD` }, 'signature-syntax-error'],
    [{ bh: BH.replace('=', '') }, 'signature-syntax-error'],
    [{ b: '' }, 'signature-syntax-error'],
    [{ b: 'QU!D' }, 'signature-syntax-error'],
    [{ b: 'QUJD=' }, 'signature-syntax-error'],
    [{ b: 'QR==' }, 'signature-syntax-error'],
    [{ __proto__x: '1', '1': '2' }, 'signature-syntax-error'],
  ])('%j: %s', (changes, reason) => expect(reasonOf(changes)).toBe(reason))

  it.each<[Record<string, string | null>]>([
    [{ v: ' 1 ' }],
    [{ c: 'relaxed/simple' }],
    [{ c: 'simple' }],
    [{ h: 'From : TO\r\n : from' }],
    [{ h: 'from:toString:__proto__:constructor' }],
    [{ l: '9'.repeat(76) }],
    [{ l: '007' }],
    [{ t: '999999999999' }],
    [{ t: '4', x: '5' }],
    [{ i: '@LEGIT.test' }],
    [{ i: 'a=2E=2E=20b@legit.test' }],
    [{ i: '"a=40b"@legit.test' }],
    [{ i: '"a@b"@legit.test' }],
    [{ i: 'a\r\n b@legit.test' }],
    [{ i: '"a b"@x.legit.test'.replace(' ', '=20') }],
    [{ q: 'foo/bar:dns/txt:exam/ple' }],
    [{ x1: 'y', r: 'y', unknown: '!'.repeat(5000) }],
    [{ b: 'QU\r\n JD' }],
    [{ d: 'LEGIT.Test', s: 'SEL' }],
    [{ D: 'attack.test' }],
  ])('%j is legal', changes => expect(reasonOf(changes)).toBeUndefined())

  it('keeps the domain where another tag is wrong, so that a report can name it', () => {
    expect(parse({ a: 'x-y', h: ':', l: '-1' })).toMatchObject({ domain: 'legit.test', selector: 'sel' })
  })

  it('takes l= beyond every body for what it is', () => {
    expect(parse({ l: '9'.repeat(76) }).bodyLength).toBe(Number.POSITIVE_INFINITY)
  })

  it('takes U-labels of d=, s= and i= in UTF-8 (RFC 8616)', () => {
    const utf8 = (text: string): string => Buffer.from(text).toString('latin1')
    const signature = parse({ d: utf8('bücher.example'), s: utf8('schlüssel'), i: utf8('jürgen@bücher.example') })
    expect(signature).toMatchObject({
      rejection: null,
      keyName: 'xn--schlssel-95a._domainkey.xn--bcher-kva.example',
      identity: 'jürgen@xn--bcher-kva.example',
    })
  })

  it('names up to the limit of fields, and no more', () => {
    const names = (count: number): string => new Array(count).fill('from').join(':')
    expect(parse({ h: names(LIMITS.signedFields) }).signedFields).toHaveLength(LIMITS.signedFields)
    expect(reasonOf({ h: names(LIMITS.signedFields + 1) })).toBe('signature-syntax-error')
  })

  it('reads a list of fields that it has seen before as if it had not, whatever was done to the answer', () => {
    const seen = new FieldLists()
    // Kept are 200 lists of up to 1000 octets: more of them, and both sides of the length.
    const lists = Array.from({ length: 450 }, (_, index) => ['from', `x-${index}`, 'SUBJECT'])
    lists.push(['from', 'x'.repeat(991)], ['from', 'x'.repeat(992)])
    for (const names of [...lists, ...lists]) {
      const { signedFields } = parse({ h: names.join(' :\r\n ') }, seen)
      expect(signedFields).toEqual(names.map(name => name.toLowerCase()))
      ;(signedFields as string[]).reverse().pop()
    }
    for (let time = 0; time < 2; time += 1) {
      expect(parse({ h: 'from:' }, seen).rejection?.reason).toBe('signature-syntax-error')
      expect(parse({ h: 'to' }, seen).rejection?.reason).toBe('from-field-not-signed')
    }
  })

  it('is at most as long as the limit', () => {
    const { length } = parseText(
      Object.entries(GOOD)
        .map(pair => pair.join('='))
        .join('; '),
    ).section.text
    const room = LIMITS.signatureBytes - (length - 2) - '; z='.length
    expect(reasonOf({ z: 'x'.repeat(room) })).toBeUndefined()
    expect(reasonOf({ z: 'x'.repeat(room + 1) })).toBe('signature-syntax-error')
  })
})

describe('T-05 withEmptyB', () => {
  const emptied = (tags: string, name?: string): string => {
    const { section, signature } = parseText(tags, name)
    return withEmptyB(section, signature).toString('latin1')
  }

  it.each([
    ['a=x; b=QUJD', 'a=x; b='],
    ['a=x; b=QUJD;', 'a=x; b=;'],
    ['b=QUJD; bh=QUJD', 'b=; bh=QUJD'],
    ['a=x; b =\r\n QU\r\n\tJD \r\n ; s=y', 'a=x; b =; s=y'],
    ['a=x; b= QUJD ', 'a=x; b='],
    ['a=x; b=', 'a=x; b='],
    ['i=bob=3Dx@a; z=Date:b=QUJD; b=QUJD', 'i=bob=3Dx@a; z=Date:b=QUJD; b='],
    ['b=QUJD\r\n ;bh=b=QUJD', 'b=;bh=b=QUJD'],
    ['bh=b; B=QUJD; b=QUJD', 'bh=b; B=QUJD; b='],
  ])('%j', (tags, expected) => {
    expect(emptied(tags)).toBe(`DKIM-Signature:${expected}`)
    expect(emptied(tags, 'dkim-SIGNATURE \t: ')).toBe(`dkim-SIGNATURE \t: ${expected}`)
  })

  it('leaves a field that is no tag-list, or has no b=, as it is', () => {
    expect(emptied('x')).toBe('DKIM-Signature:x')
    expect(emptied('a=b')).toBe('DKIM-Signature:a=b')
  })

  it('removes the value of b= and the white space around it, and nothing else', () => {
    const blank = fc.string({ unit: fc.constantFrom(' ', '\t', '\r\n '), maxLength: 3 })
    const value = fc.string({ unit: fc.constantFrom('A', '=', ' ', '\r\n ', 'b='), maxLength: 8 })
    fc.assert(
      fc.property(blank, blank, value, fc.boolean(), fc.boolean(), (before, after, text, last, closed) => {
        const rest = 'bh=b=x; z=b=y'
        const field = (b: string): string => (last ? `${rest}; b=${b}${closed ? ';' : ''}` : `b=${b}; ${rest}`)
        expect(emptied(field(before + text + after))).toBe(`DKIM-Signature:${field('')}`)
      }),
    )
  })
})

it('never throws, whatever the tags', () => {
  const unit = fc.constantFrom(
    'v=1',
    ';',
    'a=',
    'rsa-sha256',
    'd=',
    'x.test',
    's=',
    'h=',
    'from',
    ':',
    'b=',
    'bh=',
    BH,
    'l=',
    'i=@',
    't=',
    'x=',
    '9',
    '=',
    ' ',
    '\0',
    '\xff',
  )
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit, maxLength: 40 }), fc.string({ unit: 'binary' })), tags => {
      const { signature } = parseText(tags.replace(/[\r\n]/g, ''))
      expect(signature.rejection === null || signature.rejection.reason.length > 0).toBe(true)
      if (signature.keyName !== null) expect(signature.keyName).toMatch(/^[a-z0-9_.-]+\._domainkey\.[a-z0-9_.-]+$/)
    }),
    { numRuns: 2000 },
  )
})
