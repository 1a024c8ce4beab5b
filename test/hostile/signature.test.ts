// The tags of a signature: rows T-01 to T-26 of the list in docs/security.md. All cryptography is right unless it is what is shown.
import { describe, expect, it } from 'vitest'
import type { Reason } from '../../src/core/dkim/result.js'
import { type EvilOptions, evilField, evilSign } from '../support/evil-signer.js'
import { expectVerdict, judgeMessage, M0, REC, warningCodes } from '../support/hostile.js'
import { keyRecord } from '../support/keys.js'

const syntax: Reason = 'signature-syntax-error'
const STANDARD = 'v=1; a=rsa-sha256; c=relaxed/relaxed; d=legit.test; s=sel; h=from:to:subject:date; bh={bh}'

interface Row {
  readonly title: string
  readonly options: EvilOptions
  readonly reason: Reason | null
  readonly queries?: number
}

const row = (title: string, options: EvilOptions, reason: Reason | null, queries?: number): Row => ({
  title,
  options,
  reason,
  ...(queries === undefined ? {} : { queries }),
})
const tag = (name: string, value: string | null, reason: Reason | null, queries?: number): Row =>
  row(`${name}=${JSON.stringify(value)?.slice(0, 60)}`, { tags: { [name]: value } }, reason, queries)
const extra = (text: string, reason: Reason | null, queries?: number): Row =>
  row(text.slice(0, 60), { extra: text }, reason, queries)

/** Characters that end or begin something elsewhere. */
const META = ['(', ')', '"', "'", ';', '=', '\\', ' ', ',', '<', '>', '@', ':', '/', '*', '\x7f', '%']

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'T-01 duplicate tags': [
    extra('d=attack.test', syntax, 0),
    extra('d=legit.test', syntax, 0),
    extra('h=from', syntax, 0),
    extra('v =1', syntax, 0),
    row('b= twice', { text: `${STANDARD}; b=; b={b}` }, syntax, 0),
  ],
  'T-02 NUL in names': [
    tag('s', 'sel._domainkey.attack.test.\0.any', syntax, 0),
    tag('d', 'legit.test\0.attack.test', syntax, 0),
  ],
  'T-03 characters with a meaning elsewhere': META.flatMap(character => {
    return [
      tag('d', `legit.test${character}.attack.test`, syntax, 0),
      tag('s', `sel${character}x`, syntax, 0),
      ...(character === '@' ? [] : [tag('i', `@legit.test${character}x`, syntax)]),
      ...(character === ':'
        ? []
        : [
            row(
              `h= with ${character}`,
              { tags: { h: `from:t${character === ' ' ? ' x' : character}o` }, fields: ['from'] },
              undefinedWhereFieldName(character),
            ),
          ]),
    ]
  }),
  'T-04 comments and quotes that DKIM does not have': [
    tag('a', 'rsa-sha256 (x)', syntax),
    tag('d', '"legit.test"', syntax, 0),
    tag('d', 'legit.test (comment)', syntax, 0),
    tag('d', 'example.com(.attacker', syntax, 0),
    tag('c', '(x) relaxed/relaxed', syntax),
    tag('v', '1 (x)', 'incompatible-version'),
  ],
  'T-05 what looks like b= and is not': [
    extra('z=Date:Mon=20b=3Dx|Subject:=20b=20', null),
    extra('z=a: b=x|b=', null),
    row('b= first', { text: `b={b}; ${STANDARD}; z=b=x` }, null),
    row(
      'b= in the middle',
      { text: `v=1; a=rsa-sha256; b={b}; z=x:b=3Db=; ${STANDARD.slice('v=1; a=rsa-sha256; '.length)}` },
      null,
    ),
    row('white space around b=', { text: `${STANDARD}; b =  {b}` }, null),
    row('a fold before the value', { text: `${STANDARD}; b=\r\n\t {b}\r\n \r\n\t` }, null),
    row('an upper case B=', { text: `${STANDARD}; B=x; b={b}` }, null),
  ],
  'T-06 order, folds and semicolons': [
    row('b= first and a semicolon last', { text: `b={b};${STANDARD};` }, null),
    row('reversed', { text: `${STANDARD.split('; ').reverse().join(';')};b={b}` }, null),
    row(
      'folds at each tag',
      { text: `\r\n ${STANDARD.replaceAll('; ', '\r\n\t;\r\n ')}\r\n ;\r\n b\r\n =\r\n {b}\r\n ;\r\n ` },
      null,
    ),
    row(
      'folds at each tag, simple',
      {
        header: 'simple',
        text: `\r\n ${STANDARD.replaceAll('; ', '\r\n\t;\r\n ').replace('relaxed/relaxed', 'simple/relaxed')}\r\n ;\r\n b\r\n =\r\n {b}\r\n ;\r\n `,
      },
      null,
    ),
    row('folds inside b=', { encode: bytes => bytes.toString('base64').replace(/.{20}/g, '$&\r\n\t ') }, null),
    row('a fold inside bh=', { text: `${STANDARD.replace('{bh}', ' {bh}\r\n ')}; b={b}` }, null),
    row('folds inside h=', { tags: { h: 'from\r\n :\r\n\tto : subject' }, fields: ['from', 'to', 'subject'] }, null),
  ],
  'T-07 versions': [
    tag('v', null, 'signature-missing-required-tag'),
    ...['2', '01', '1.0', '', '1 2'].map(v => tag('v', v, 'incompatible-version')),
  ],
  'T-08 missing, empty and lone tags': [
    ...['a', 'bh', 'd', 'h', 's'].map(name => tag(name, null, 'signature-missing-required-tag')),
    row('no b=', { text: `${STANDARD}; x={b}` }, 'signature-missing-required-tag'),
    row('an empty b=', { text: `${STANDARD}; b=; x={b}` }, syntax),
    ...['a', 'bh', 'd', 'h', 's'].map(name => tag(name, '', syntax)),
    tag('a', 'rsa', syntax),
    tag('a', '-', syntax),
    tag('a', 'rsa-sha256-x', syntax),
    extra('=', syntax, 0),
    extra('t', syntax, 0),
    extra(' ', syntax, 0),
  ],
  'T-09 body hashes of another length': [0, 1, 31, 33, 64, 8192].map(length =>
    row(`${length} octets`, { tags: { bh: Buffer.alloc(length, 1).toString('base64') } }, syntax),
  ),
  'T-10 base64 that is none': [
    row('signs inside b=', { encode: bytes => bytes.toString('base64').replace(/^.{8}/, '$&!@#') }, syntax),
    row('text behind the padding', { encode: bytes => `${bytes.toString('base64')}AAAA` }, syntax),
    row('no padding', { encode: bytes => bytes.toString('base64').replace(/=+$/, '') }, syntax),
    row(
      'the URL alphabet',
      { encode: bytes => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_').replace(/^./, '-') },
      syntax,
    ),
    row(
      'trailing bits',
      {
        encode: bytes =>
          bytes.toString('base64').replace(/.==$/, last => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`),
      },
      syntax,
    ),
    row('an octet above 7F', { encode: bytes => bytes.toString('base64').replace(/^./, '\xc1') }, syntax),
    row('a vertical tab in bh=', { text: `${STANDARD.replace('{bh}', '{bh}\x0b')}; b={b}` }, syntax, 0),
  ],
  'T-11 From not signed': [tag('h', 'to:subject', 'from-field-not-signed'), tag('h', 'xfrom', 'from-field-not-signed')],
  'T-13 lists of fields': [
    ...['', ' ', ':', 'from:', ':from', 'from::to', 'from: :to', 'from:t\xf6', 'from;to'].map(h =>
      row(`h=${JSON.stringify(h)}`, { tags: { h }, fields: ['from'] }, syntax),
    ),
    tag('h', 'FROM:To:sUBJECT', null),
    tag('h', 'from:From:FROM:to:to:absent', null),
  ],
  'T-14 floods of field names': [
    tag('h', `from${':a'.repeat(499)}`, null),
    tag('h', `from${':a'.repeat(500)}`, syntax),
    tag('h', ':'.repeat(5000), syntax),
  ],
  'T-15 canonicalizations': [
    row('none: simple/simple', { header: 'simple', body: 'simple', tags: { c: null } }, null),
    row('relaxed alone: simple body', { header: 'relaxed', body: 'simple', tags: { c: 'relaxed' } }, null),
    row('simple alone', { header: 'simple', body: 'simple', tags: { c: 'simple' } }, null),
    row('simple/relaxed', { header: 'simple', body: 'relaxed' }, null),
    tag('c', 'RELAXED/relaxed', 'unsupported-canonicalization'),
    tag('c', 'relaxed/nofws', 'unsupported-canonicalization'),
    tag('c', 'relaxed/relaxed/relaxed', syntax),
    tag('c', '', syntax),
    tag('c', 'relaxed/', syntax),
    tag('c', '/relaxed', syntax),
    tag('c', 'toString', 'unsupported-canonicalization'),
  ],
  'T-17 algorithms': [
    ...[
      'rsa-md5',
      'rsa-sha512',
      'rsa-sha224',
      'RSA-SHA256',
      'rsa-SHA256',
      'ed25519-sha1',
      'ecdsa-sha256',
      'none-sha256',
    ].map(a => tag('a', a, 'unsupported-algorithm', 0)),
    tag('a', 'rsa-sha1', 'historic-algorithm', 0),
    tag('a', 'rsa-sha256\0', syntax, 0),
    tag('a', 'ed25519-sha256', 'inappropriate-key-algorithm'),
  ],
  'T-18 query methods': [
    tag('q', 'dns/txt', null),
    tag('q', 'foo/bar:dns/txt:exam/ple', null),
    tag('q', ' dns/txt ', null),
    tag('q', 'http', 'unsupported-query-method'),
    tag('q', '', 'unsupported-query-method'),
    tag('q', 'dns', 'unsupported-query-method'),
  ],
  'T-19 identities': [
    tag('i', 'ceo@victim.test', 'domain-mismatch'),
    tag('i', 'a@notlegit.test', 'domain-mismatch'),
    tag('i', 'a@legit.test.attack.test', 'domain-mismatch'),
    tag('i', 'a@test', syntax),
    tag('i', 'legit.test', syntax),
    tag('i', '=00@legit.test', syntax),
    tag('i', 'a=0D=0AX:y@legit.test', syntax),
    tag('i', 'a@legit.test.', syntax),
    tag('i', 'a=@legit.test', syntax),
    tag('i', '', syntax),
    tag('i', '@legit.test', null),
    tag('i', '@LEGIT.test', null),
    tag('i', 'a@sub.legit.test', null),
    tag('i', 'a=20b=22@legit.test', null),
  ],
  'T-20 body lengths that are none': ['0x7', '7e0', '-1', '7.0', '+7', '', '7 7', '9'.repeat(77), '\xb9'].map(l =>
    tag('l', l, syntax),
  ),
  'T-21 times that are none': [
    ...['1e20', '-1', '99999999999999999999', '1.5', '', '0x1'].flatMap(time => [
      tag('t', time, syntax),
      tag('x', time, syntax),
    ]),
    tag('x', '999999999999', null),
    tag('t', '999999999999', 'timestamp-in-future'),
  ],
  'T-22 unknown tags': [
    extra('x1=y', null),
    extra('r=y', null),
    extra(`long=${'x'.repeat(10_000)}`, null),
    extra(`long=${'x'.repeat(17_000)}`, syntax, 0),
    extra(Array.from({ length: 56 }, (_, index) => `t${index}=`).join(';'), null),
    extra(Array.from({ length: 57 }, (_, index) => `t${index}=`).join(';'), syntax, 0),
  ],
  'T-23 names with magic': [
    extra('__proto__=x', syntax, 0),
    extra('constructor=x; toString=y; hasOwnProperty=z', null),
    tag('h', 'from:__proto__:constructor:toString:hasOwnProperty', null),
  ],
  'T-26 U-labels': [
    tag('d', Buffer.from('exa\u217cple.test').toString('latin1'), syntax, 0),
    tag('d', Buffer.from('legit\u3002test').toString('latin1'), syntax, 0),
    tag('d', Buffer.from('leg\u00adit.test').toString('latin1'), syntax, 0),
    tag('s', Buffer.from('a\u200db').toString('latin1'), syntax, 0),
    tag('s', 'xn--', syntax, 0),
    tag('s', Buffer.from('\u202esel').toString('latin1'), syntax, 0),
    tag('d', 'caf\xe9.test', syntax, 0),
  ],
}

/** Some of the characters may stand in a field name: then nothing is wrong. */
function undefinedWhereFieldName(character: string): Reason | null {
  return /[!-9<-~]/.test(character) && character !== ';' ? null : syntax
}

describe.each(Object.entries(ROWS))('%s', (_, rows) => {
  it.each(rows)('$title', async ({ options, reason, queries }) => {
    await expectVerdict(evilSign(M0, options), { reason, ...(queries === undefined ? {} : { queries }) })
  })
})

it('T-01 a tag in upper case is another tag, and warned of', async () => {
  const judged = await expectVerdict(evilSign(M0, { extra: 'D=attack.test' }), { reason: null })
  expect(warningCodes(judged)).toContain('tag-case')
  expect(judged.report.signatures[0]?.domain).toBe('legit.test')
})

it('T-12 a signature selects other signatures bottom up, never itself', async () => {
  const inner = evilSign(M0)
  const outer = evilSign(inner, { tags: { h: 'from:dkim-signature:dkim-signature', s: 'two' } })
  const records = { ...REC, 'two._domainkey.legit.test': keyRecord('rsa2048') }
  expect((await judgeMessage(outer, { records })).reasons).toEqual([null, null])
  const { reasons } = await judgeMessage(outer.replace('Hello', 'Hullo'), { records })
  expect(reasons).toEqual(['body-hash-did-not-verify', 'body-hash-did-not-verify'])
  const changed = outer.replace('s=sel; h=', 's=two; h=')
  expect((await judgeMessage(changed, { records })).reasons).toEqual([
    'signature-did-not-verify',
    'signature-did-not-verify',
  ])
})

it('T-14 names and fields without number take linear time', async () => {
  const message = evilSign(`${'A: b\r\n'.repeat(9_000)}${M0}`, { tags: { h: `from${':a'.repeat(400)}` } })
  const start = performance.now()
  await judgeMessage(message)
  expect(performance.now() - start).toBeLessThan(2000)
})

it('T-16 signatures with different l= have hashes of their own', async () => {
  const message = `${evilField(M0, { length: 5, extra: 'l=5' })}${evilSign(M0)}`
  const judged = await judgeMessage(message)
  expect(judged.reasons).toEqual(['body-partly-signed', null])
  expect(judged.report.signatures.map(({ bodyHash }) => bodyHash)).toEqual(['match', 'match'])
  expect(judged.code).toBe(0)
})

it.each(['t=99999999999999999999', 'x=1e20', 'l=7e0', '__proto__=x', 'd=x'])(
  'T-21 a bad signature (%s) hides no good one',
  async bad => {
    const judged = await judgeMessage(`${evilField(M0, { extra: bad })}${evilSign(M0)}`)
    expect(judged.reasons).toEqual([syntax, null])
    expect([judged.code, judged.report.result]).toEqual([0, 'pass'])
  },
)

it('T-23 a header field with a magic name is a field like others', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const signed = evilSign(`${name}: x\r\n${M0}`, { tags: { h: `from:${name}` } })
    await expectVerdict(signed, { reason: null })
    await expectVerdict(signed.replace(`${name}: x`, `${name}: y`), { reason: 'signature-did-not-verify' })
  }
})

describe('T-24 two million spaces take no time', () => {
  const SPACES = ' '.repeat(1_000_000)
  it.each([
    ['in a header value', `X: a${SPACES}b\r\n${evilSign(M0)}`],
    ['at the end of a header value', `X: a${SPACES}\r\n${evilSign(M0)}`],
    ['before a colon', `X${SPACES}: a\r\n${evilSign(M0)}`],
    ['in the From field', evilSign(M0.replace('From: ', `From: ${SPACES}`))],
    ['in a signature', evilSign(M0).replace('; s=', `;${SPACES} s=`)],
    ['in a body line', evilSign(M0.replace('Hello', `a${SPACES}${SPACES}b`))],
    ['at the end of a body line', evilSign(M0.replace('Hello', `a${SPACES}${SPACES}`))],
    ['as folds', `X: a${'\r\n '.repeat(300_000)}b\r\n${evilSign(M0)}`],
  ])('%s', async (_, message) => {
    const start = performance.now()
    const judged = await judgeMessage(message, { argv: [] })
    // Twice: by the library and by the command.
    expect(performance.now() - start).toBeLessThan(1500)
    expect(judged.report.signatures).toHaveLength(1)
  })
})

describe('T-25 the field name of a signature', () => {
  it.each(['DKIM-Signature : ', 'dkim-signature:', 'DKIM-SIGNATURE\t:\r\n '])('%j is recognised', async name => {
    for (const header of ['simple', 'relaxed'] as const)
      await expectVerdict(evilSign(M0, { name, header }), { reason: null })
  })

  it('folded is no field name', async () => {
    const judged = await judgeMessage(evilSign(M0).replace('DKIM-Signature:', 'DKIM-Signature\r\n :'))
    expect([judged.code, judged.report.signatures.length]).toEqual([3, 0])
    expect(warningCodes(judged)).toContain('malformed-header')
  })

  it('two in one field are one, and invalid', async () => {
    await expectVerdict(evilSign(M0).replace('\r\nFrom:', ';\r\n DKIM-Signature: v=1; d=attack.test\r\nFrom:'), {
      reason: syntax,
    })
  })
})

it('T-26 a U-label in UTF-8 is asked for as its A-label', async () => {
  const domain = 'b\u00fccher.example'
  const utf8 = Buffer.from(domain).toString('latin1')
  const records = { 'sel._domainkey.xn--bcher-kva.example': keyRecord('rsa2048') }
  const judged = await expectVerdict(evilSign(M0, { tags: { d: utf8 } }), { reason: null }, { records })
  expect(judged.queries).toEqual(['sel._domainkey.xn--bcher-kva.example'])
  expect(judged.report.signatures[0]?.domain).toBe('xn--bcher-kva.example')
})
