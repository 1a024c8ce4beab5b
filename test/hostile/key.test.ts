// Key records and keys: rows D-07 to D-21 and K-01 to K-15 of the list in docs/security.md, as a verdict on a signature.
// What arrives as DNS octets is tested with the client, and what a look-up says of a record with the look-up.
import { createHash, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Reason } from '../../src/core/dkim/result.js'
import { verify } from '../../src/core/dkim/verify.js'
import { type AnswerStatus, noAnswer } from '../../src/core/dns/resolver.js'
import { LIMITS } from '../../src/core/limits.js'
import { hexOf, inverse, padded, power, rsaPublicKeyDer, rsaRecord, spkiDer, toNumber } from '../support/der.js'
import { encodePoint, smallOrderPoints } from '../support/edwards.js'
import { type EvilOptions, evilField, evilSign } from '../support/evil-signer.js'
import { expectVerdict, judgeMessage, M0, NOW, runVerify, warningCodes } from '../support/hostile.js'
import { KEYS, type KeyName, keyRecord, p, rawEd25519, rsaNumbers, spki } from '../support/keys.js'

const NAME = 'sel._domainkey.legit.test'
const REC = keyRecord('rsa2048')
const GOOD = evilSign(M0)

const verdict = (record: string | readonly string[], reason: Reason | null, options: EvilOptions = {}) =>
  expectVerdict(evilSign(M0, options), { reason, queries: 1 }, { records: { [NAME]: record } })

/** Different texts: of equal ones a zone keeps one. */
const others = (count: number, text: string): string[] =>
  Array.from({ length: count }, (_, index) => `${text}; n=${index}`)

describe('D-07 several TXT records', () => {
  it.each<[string, readonly string[], Reason | null]>([
    ['SPF beside the key', ['v=spf1 -all', REC], null],
    ['the key beside SPF', [REC, 'v=spf1 -all', 'google-site-verification=x'], null],
    ['a wrong key first', [keyRecord('rsa2048other'), REC], null],
    ['a wrong key last', [REC, keyRecord('rsa2048other')], null],
    ['a broken record first', ['v=DKIM1; p=!', REC], null],
    ['a revoked key first', ['v=DKIM1; p=', REC], null],
    ['two wrong keys', [keyRecord('rsa2048other'), keyRecord('rsa1024')], 'signature-did-not-verify'],
    ['a key cut in two records', [REC.slice(0, 100), REC.slice(100)], 'key-syntax-error'],
    ['the fourth', [...others(3, keyRecord('rsa2048other')), REC], null],
    ['the fifth', [...others(4, keyRecord('rsa2048other')), REC], 'signature-did-not-verify'],
    ['sixteen', [...others(15, 'v=spf1 -all'), REC], null],
    ['seventeen', [...others(16, 'v=spf1 -all'), REC], 'key-syntax-error'],
  ])('%s', async (_, records, reason) => {
    const judged = await verdict(records, reason)
    const keys = records.filter(text => /p=/.test(text)).length
    expect(warningCodes(judged).includes('multiple-keys')).toBe(keys > 1 && records.length <= LIMITS.txtRecords)
  })
})

it('D-08 a wildcard that answers with something else is no key', async () => {
  await verdict('v=spf1 include:x.test -all', 'no-key-for-signature')
  await verdict('', 'no-key-for-signature')
})

describe('D-09 sizes', () => {
  const record = (octets: number): string => `${REC}; n=${'x'.repeat(octets - REC.length - 4)}`
  it('up to the limit of TXT octets are read', async () => {
    await verdict(record(LIMITS.txtBytes), null)
    await verdict(record(LIMITS.txtBytes + 1), 'key-syntax-error')
    await verdict(record(60_000), 'key-syntax-error')
  })

  it('p= beyond its limit is not decoded', async () => {
    await verdict(`v=DKIM1; p=${'A'.repeat(LIMITS.publicKeyCharacters + 4)}`, 'key-syntax-error')
  })
})

describe.each<[string, readonly (readonly [record: string, reason: Reason | null, options?: EvilOptions])[]]>([
  [
    'D-11 octets that are no ASCII',
    [
      [`${REC}\xe9`, 'key-syntax-error'],
      [REC.replace('p=', 'p=\0'), 'key-syntax-error'],
      [REC.replace('; p', ';\t p'), null],
    ],
  ],
  [
    'D-12 what was pasted wrongly',
    [
      [`"${REC}"`, 'key-syntax-error'],
      [REC.replaceAll(';', '\\;'), 'key-syntax-error'],
      [`${REC}${REC}`, 'key-syntax-error'],
      [REC.replace('p=', 'p="'), 'key-syntax-error'],
      [REC.replace(/p=(.{50})/, 'p=$1 '), null],
      [`( ${REC} )`, 'key-syntax-error'],
    ],
  ],
  [
    'D-13 versions',
    [
      [REC.replace('DKIM1', 'DKIM2'), 'key-syntax-error'],
      [REC.replace('DKIM1', 'dkim1'), 'key-syntax-error'],
      [`k=rsa; p=${p('rsa2048')}; v=DKIM1`, 'key-syntax-error'],
      [`k=rsa; p=${p('rsa2048')}`, null],
    ],
  ],
  [
    'D-14 key types',
    [
      [REC.replace('k=rsa', 'k=foo'), 'unsupported-key-type'],
      [REC.replace('k=rsa', 'k=ed25519'), 'key-syntax-error'],
      [REC.replace('k=rsa', 'k=RSA'), 'unsupported-key-type'],
      [REC.replace('k=rsa', 'k=ed2025'), 'unsupported-key-type'],
      [`v=DKIM1; p=${p('ed25519')}`, 'key-syntax-error', { key: 'ed25519' }],
      [REC.replace('k=rsa; ', ''), null],
    ],
  ],
  [
    'D-15 hash algorithms',
    [
      [keyRecord('rsa2048', 'h=sha1'), 'inappropriate-hash-algorithm'],
      [keyRecord('rsa2048', 'h=foo'), 'inappropriate-hash-algorithm'],
      [keyRecord('rsa2048', 'h='), 'key-syntax-error'],
      [keyRecord('rsa2048', 'h=sha1:sha256'), null],
      [keyRecord('rsa2048', 'h=foo : sha256'), null],
    ],
  ],
  [
    'D-16 services',
    [
      [keyRecord('rsa2048', 's=tlsrpt'), 'inappropriate-service-type'],
      [keyRecord('rsa2048', 's=EMAIL'), 'inappropriate-service-type'],
      [keyRecord('rsa2048', 's='), 'key-syntax-error'],
      [keyRecord('rsa2048', 's=email:web'), null],
      [keyRecord('rsa2048', 's=*'), null],
    ],
  ],
  [
    'D-17 t=s',
    [
      [keyRecord('rsa2048', 't=s'), 'identity-not-permitted', { tags: { i: '@sub.legit.test' } }],
      [keyRecord('rsa2048', 't=y:s'), 'identity-not-permitted', { tags: { i: 'a@sub.legit.test' } }],
      [keyRecord('rsa2048', 't=s'), null, { tags: { i: 'a@Legit.test' } }],
      [keyRecord('rsa2048', 't=s'), null],
    ],
  ],
  [
    'D-19 empty and missing keys',
    [
      ['v=DKIM1; p=', 'key-revoked'],
      ['v=DKIM1; k=rsa; p= ; n=x', 'key-revoked'],
      ['v=DKIM1; k=rsa', 'key-syntax-error'],
      ['v=DKIM1; p=0', 'key-syntax-error'],
      ['v=DKIM1; p====', 'key-syntax-error'],
    ],
  ],
  [
    'D-20 what is no public key',
    [
      [`v=DKIM1; p=${KEYS.rsa2048.export({ type: 'pkcs8', format: 'der' }).toString('base64')}`, 'key-syntax-error'],
      ['v=DKIM1; p=-----BEGIN PUBLIC KEY-----', 'key-syntax-error'],
      ['v=DKIM1; p=ssh-rsa AAAA', 'key-syntax-error'],
    ],
  ],
])('%s', (_, rows) => {
  for (const [record, reason, options] of rows) {
    it(`${record.slice(0, 60)}: ${reason}`, async () => {
      await verdict(record, reason, options)
    })
  }
})

it('D-18 a testing key passes, and is flagged', async () => {
  const judged = await verdict(keyRecord('rsa2048', 't=y'), null)
  expect(judged.report.signatures[0]?.key?.testing).toBe(true)
  expect(warningCodes(judged)).toContain('testing-key')
})

it.each<[AnswerStatus, Reason, string]>([
  ['nxdomain', 'no-key-for-signature', 'permerror'],
  ['nodata', 'no-key-for-signature', 'permerror'],
  ['cname-loop', 'no-key-for-signature', 'permerror'],
  ['servfail', 'key-unavailable', 'temperror'],
  ['refused', 'key-unavailable', 'temperror'],
  ['timeout', 'key-unavailable', 'temperror'],
  ['network', 'key-unavailable', 'temperror'],
  ['malformed', 'key-unavailable', 'temperror'],
])('D-21 %s: %s, %s', async (status, reason, result) => {
  const resolver = { txt: async (name: string) => noAnswer(name, status, null) }
  const report = await verify(Buffer.from(GOOD, 'latin1'), { resolver, now: new Date(NOW * 1000) })
  expect([report.result, report.signatures[0]?.reason]).toEqual([result, reason])
})

it('D-23 each name is asked once, and only for what is evaluated', async () => {
  const many = evilField(M0).repeat(50)
  expect((await judgeMessage(many + M0)).queries).toEqual([NAME])
  const names = Array.from({ length: 50 }, (_, index) => evilField(M0, { tags: { s: `s${index}` } }))
  expect((await judgeMessage(names.join('') + M0)).queries).toHaveLength(LIMITS.signatures)
})

// ------------------------------------------------------------------------------------------------ cryptography

const { n, p: prime, q } = rsaNumbers('rsa2048')
/** A signature that is right for the modulus of rsa2048 and this exponent, where there is one. */
function withExponent(e: bigint): EvilOptions {
  const d = inverse(e, (prime - 1n) * (q - 1n))
  return { sign: header => hexOf(power(toNumber(padded(header, 256)), d ?? 1n, n), 256) }
}

describe('K-01, K-02 exponents', () => {
  it.each<[bigint, Reason | null]>([
    [0n, 'key-unsafe'],
    [1n, 'key-unsafe'],
    [2n, 'key-unsafe'],
    [4n, 'key-unsafe'],
    [17n, null],
    [257n, null],
    [65537n, null],
    [(1n << 32n) + 15n, null],
    [(1n << 33n) + 17n, 'key-unsafe'],
    [(1n << 64n) + 13n, 'key-unsafe'],
    [n + 2n, 'key-unsafe'],
  ])('e = %s', async (e, reason) => {
    const judged = await verdict(rsaRecord(n, e), reason, withExponent(e))
    if (reason === null) expect(warningCodes(judged).includes('unusual-exponent')).toBe(e !== 65537n)
  })
})

describe('K-03 small moduli', () => {
  it.each<[KeyName, Reason | null]>([
    ['rsa512', 'key-too-short'],
    ['rsa768', 'key-too-short'],
    ['rsa1023', 'key-too-short'],
    ['rsa1024', null],
    ['rsa2048', null],
  ])('%s', async (key, reason) => {
    const judged = await verdict(keyRecord(key), reason, { key })
    expect(warningCodes(judged).includes('weak-key')).toBe(key === 'rsa1024')
  })

  it('below what the policy asks for', async () => {
    const records = { [NAME]: keyRecord('rsa1024') }
    const { code, stdout } = await judgeMessage(evilSign(M0, { key: 'rsa1024' }), {
      records,
      argv: ['--min-key-bits', '1025'],
    })
    expect([code, JSON.parse(stdout).signatures[0].reason]).toEqual([1, 'key-below-policy'])
    expect(
      (await judgeMessage(evilSign(M0, { key: 'rsa1024' }), { records, argv: ['--min-key-bits', '1024'] })).code,
    ).toBe(0)
  })
})

it('K-04 huge moduli are refused before they cost time', async () => {
  for (const bits of [8193, 12_288]) {
    const start = performance.now()
    await verdict(rsaRecord((1n << BigInt(bits - 1)) + 1n, 65537n), 'key-unsafe')
    expect(performance.now() - start).toBeLessThan(1000)
  }
  await verdict(rsaRecord((1n << 32_767n) + 1n, 65537n), 'key-syntax-error')
})

describe('K-05, K-06, K-07 what is no RSA key', () => {
  const record = (der: Buffer): string => `v=DKIM1; k=rsa; p=${der.toString('base64')}`
  const good = rsaPublicKeyDer(n, 65537n)
  it.each<[string, string, Reason | null]>([
    ['modulus 0', rsaRecord(0n, 65537n), 'key-too-short'],
    ['modulus 1', rsaRecord(1n, 65537n), 'key-too-short'],
    ['an even modulus', rsaRecord(n + 1n, 65537n), 'key-unsafe'],
    ['a negative modulus', record(Buffer.from(good).fill(0x80, 8, 9)), 'key-syntax-error'],
    ['bytes behind the end', record(Buffer.concat([spkiDer(good), Buffer.of(0)])), 'key-syntax-error'],
    ['bytes behind a bare key', record(Buffer.concat([good, Buffer.of(0)])), 'key-syntax-error'],
    [
      'rsaEncryption without NULL',
      record(spkiDer(good, Buffer.from('06092a864886f70d010101', 'hex'))),
      'inappropriate-key-algorithm',
    ],
    ['RSASSA-PSS', record(spkiDer(good, Buffer.from('06092a864886f70d01010a', 'hex'))), 'inappropriate-key-algorithm'],
    ['a bare RSAPublicKey', record(good), null],
    ['an EC key', record(spki(KEYS.p256)), 'inappropriate-key-algorithm'],
  ])('%s', async (_, text, reason) => {
    const judged = await verdict(text, reason)
    expect(warningCodes(judged).includes('pkcs1-key')).toBe(reason === null)
  })

  it('an ECDSA signature with its key passes for nothing', async () => {
    const ecdsa = { sign: (header: Buffer) => sign('sha256', header, KEYS.p256) }
    await verdict(record(spki(KEYS.p256)), 'inappropriate-key-algorithm', ecdsa)
    await verdict(REC, 'signature-did-not-verify', ecdsa)
  })
})

it('K-08 rsa-sha1 never passes, and asks for nothing', async () => {
  await expectVerdict(evilSign(M0, { hash: 'sha1' }), { reason: 'historic-algorithm', queries: 0 })
  // Not even where it hides behind the name of the other.
  const sha1 = { sign: (header: Buffer) => sign('sha1', header, KEYS.rsa2048) }
  await verdict(REC, 'signature-did-not-verify', sha1)
})

describe('K-10, K-15 lengths', () => {
  it.each<[KeyName, (signature: Buffer) => Buffer]>([
    ['rsa2048', signature => Buffer.concat([Buffer.alloc(1), signature])],
    ['rsa2048', signature => Buffer.concat([signature, Buffer.alloc(1)])],
    ['rsa2048', signature => signature.subarray(0, 255)],
    ['rsa2048', signature => signature.subarray(0, 1)],
    ['rsa2048', signature => hexOf(toNumber(signature) + n, 257)],
    ['ed25519', signature => signature.subarray(0, 63)],
    ['ed25519', signature => Buffer.concat([signature, Buffer.alloc(1)])],
  ])('%s in form %#', async (key, change) => {
    const encode = (signature: Buffer): string => change(signature).toString('base64')
    await verdict(keyRecord(key), 'signature-did-not-verify', { key, encode })
  })
})

it('K-11 keys of small order, and the signature that fits every message', async () => {
  for (const point of smallOrderPoints()) {
    const record = `v=DKIM1; k=ed25519; p=${encodePoint(point).toString('base64')}`
    const universal = Buffer.concat([encodePoint(point), Buffer.alloc(32)])
    await verdict(record, 'key-unsafe', { key: 'ed25519', sign: () => universal })
    // Nor does the R of such a signature pass with a good key.
    await verdict(keyRecord('ed25519'), 'signature-did-not-verify', { key: 'ed25519', sign: () => universal })
  }
})

describe('K-13 forms of Ed25519 keys', () => {
  const raw = rawEd25519(KEYS.ed25519)
  it.each<[string, Buffer, Reason | null]>([
    ['raw', raw, null],
    ['SubjectPublicKeyInfo', spki(KEYS.ed25519), 'key-syntax-error'],
    ['31 octets', raw.subarray(1), 'key-syntax-error'],
    ['33 octets', Buffer.concat([raw, Buffer.of(0)]), 'key-syntax-error'],
    ['hexadecimal', Buffer.from(raw.toString('hex')), 'key-syntax-error'],
  ])('%s', async (_, bytes, reason) => {
    const judged = await verdict(`v=DKIM1; k=ed25519; p=${bytes.toString('base64')}`, reason, { key: 'ed25519' })
    if (bytes.length === 44) expect(judged.report.signatures[0]?.detail).toContain('SubjectPublicKeyInfo')
  })
})

it('K-14 Ed25519 signs the SHA-256 of the header, not the header', async () => {
  await verdict(keyRecord('ed25519'), null, { key: 'ed25519' })
  await verdict(keyRecord('ed25519'), 'signature-did-not-verify', {
    key: 'ed25519',
    sign: (header, key) => sign(null, header, key),
  })
  const twice = (header: Buffer): Buffer =>
    createHash('sha256').update(createHash('sha256').update(header).digest()).digest()
  await verdict(keyRecord('ed25519'), 'signature-did-not-verify', {
    key: 'ed25519',
    sign: (header, key) => sign(null, twice(header), key),
  })
})

it('K-19 a key of another type than a= asks for is refused both ways', async () => {
  await verdict(keyRecord('ed25519'), 'inappropriate-key-algorithm')
  await verdict(REC, 'inappropriate-key-algorithm', { key: 'ed25519' })
})

// ------------------------------------------------------------------------------------------------ time

describe('C-01, C-02, C-03, C-06 time', () => {
  it.each<[string, string, number, Reason | null]>([
    ['x= one second ago', `x=${NOW - 1}`, NOW, 'signature-expired'],
    ['x= now', `x=${NOW}`, NOW, null],
    ['x= in a second', `x=${NOW + 1}`, NOW, null],
    ['x= before t=', `t=${NOW}; x=${NOW - 1}`, NOW, 'signature-syntax-error'],
    ['x= equal to t=', `t=${NOW}; x=${NOW}`, NOW, 'signature-syntax-error'],
    ['t= now', `t=${NOW}`, NOW, null],
    ['t= 300 seconds ahead', `t=${NOW + 300}`, NOW, null],
    ['t= 301 seconds ahead', `t=${NOW + 301}`, NOW, 'timestamp-in-future'],
    ['t= in the year 5138', 't=99999999999', NOW, 'timestamp-in-future'],
    ['t= and x= of twelve digits', 't=999999999998; x=999999999999', NOW, 'timestamp-in-future'],
    ['t=0', 't=0', NOW, null],
    ['x= long ago, judged then', `x=${NOW - 1_000_000}`, NOW - 2_000_000, null],
  ])('%s', async (_, tags, now, reason) => {
    await expectVerdict(evilSign(M0, { extra: tags }), { reason }, { now })
  })

  it('expired ones pass on demand, but never what else is wrong', async () => {
    const message = evilSign(M0, { extra: `x=${NOW - 1}` })
    expect((await judgeMessage(message, { argv: ['--ignore-expiration'] })).code).toBe(0)
    expect((await judgeMessage(message.replace('Hello', 'EVIL'), { argv: ['--ignore-expiration'] })).code).toBe(1)
  })

  it('C-04 old ones without x= are warned of', async () => {
    const day = 86_400
    const codes = async (days: number, tags = ''): Promise<string[]> =>
      warningCodes(await judgeMessage(evilSign(M0, { extra: `t=${NOW - days * day}${tags}` })))
    expect(await codes(400)).toContain('old-signature')
    expect(await codes(365)).not.toContain('old-signature')
    expect(await codes(400, `; x=${NOW + day}`)).not.toContain('old-signature')
  })

  it('C-05 the clock of another day is given with --now, in either notation; what is no time is refused', async () => {
    const message = evilSign(M0, { extra: `t=${NOW - 10}; x=${NOW + 10}` })
    const at = async (time: string) => {
      const { code, stdout } = await runVerify(Buffer.from(message, 'latin1'), { 'sel._domainkey.legit.test': REC }, [
        '--now',
        time,
      ])
      return [code, stdout !== '']
    }
    expect(await at(String(NOW))).toEqual([0, true])
    expect(await at('2023-11-14T22:13:20Z')).toEqual([0, true])
    expect(await at('2023-11-14T23:13:20+01:00')).toEqual([0, true])
    expect(await at('2026-01-01T00:00:00Z')).toEqual([1, true])
    expect(await at('2023-01-01T00:00:00Z')).toEqual([1, true])
    for (const wrong of [
      '',
      'now',
      '2023-02-30T00:00:00Z',
      '1e20',
      '-1',
      '9'.repeat(20),
      '2023-11-14T22:13:20Z\n',
      '\0',
    ])
      expect(await at(wrong)).toEqual([2, false])
  })

  it('C-07 a rotated key says that this is normal', async () => {
    const { stdout } = await judgeMessage(evilSign(M0), { records: {}, argv: ['--format', 'text'] })
    expect(stdout).toContain('key was probably retired')
  })
})
