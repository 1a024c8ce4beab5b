import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseKeyRecord } from '../../../src/core/dkim/key-record.js'
import { publicKeyOfRecord } from '../../../src/core/dkim/record-key.js'
import { Rejection } from '../../../src/core/dkim/rejection.js'
import type { Reason } from '../../../src/core/dkim/result.js'
import { bitLength, publicKeyOf } from '../../../src/core/keys/public-key.js'
import { LIMITS } from '../../../src/core/limits.js'
import { hexOf, rsaPublicKeyDer, rsaRecord, spkiDer } from '../../support/der.js'
import { encode, encodePoint, P, smallOrderPoints } from '../../support/edwards.js'
import { KEYS, keyRecord, p, rawEd25519, rsaNumbers, spki } from '../../support/keys.js'

const read = (text: string) => publicKeyOfRecord(parseKeyRecord(text))

function reasonOf(text: string): Reason | undefined {
  try {
    read(text)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(Rejection)
    return (error as Rejection).reason
  }
}

const { n } = rsaNumbers('rsa2048')
const der = (bytes: Buffer): string => `v=DKIM1; p=${bytes.toString('base64')}`
/** An odd number of so many bits: no modulus, but its length is what counts here. */
const number = (bits: number): bigint => (1n << BigInt(bits - 1)) + 1n

describe('K-02, K-03, K-04, K-05, K-06 RSA', () => {
  it('keys of a record are those of the file', () => {
    const { key, warnings } = read(keyRecord('rsa2048'))
    expect(key).toMatchObject({ type: 'rsa', bits: 2048, p: p('rsa2048') })
    expect(key.spki).toEqual(spki(KEYS.rsa2048))
    expect(key.keyObject.equals(createPublicKey(KEYS.rsa2048))).toBe(true)
    expect(warnings).toEqual([])
  })

  it.each<[string, string, Reason | undefined]>([
    ['512 bits', keyRecord('rsa512'), 'key-too-short'],
    ['768 bits', keyRecord('rsa768'), 'key-too-short'],
    ['1023 bits', keyRecord('rsa1023'), 'key-too-short'],
    ['1024 bits', keyRecord('rsa1024'), undefined],
    ['8192 bits', `k=rsa; p=${rsaPublicKeyDer(number(8192), 65537n).toString('base64')}`, undefined],
    ['8193 bits', rsaRecord(number(8193), 65537n), 'key-unsafe'],
    ['16384 bits', rsaRecord(number(16384), 65537n), 'key-unsafe'],
    ['a modulus of 0', rsaRecord(0n, 65537n), 'key-too-short'],
    ['a modulus of 1', rsaRecord(1n, 65537n), 'key-too-short'],
    ['an even modulus', rsaRecord(n - 1n, 65537n), 'key-unsafe'],
    ['e = 0', rsaRecord(n, 0n), 'key-unsafe'],
    ['e = 1', rsaRecord(n, 1n), 'key-unsafe'],
    ['e = 2', rsaRecord(n, 2n), 'key-unsafe'],
    ['e = 3', rsaRecord(n, 3n), undefined],
    ['e = 4', rsaRecord(n, 4n), 'key-unsafe'],
    ['e = 17', rsaRecord(n, 17n), undefined],
    ['e = 65536', rsaRecord(n, 65536n), 'key-unsafe'],
    ['e = 2^32 + 1', rsaRecord(n, (1n << 32n) + 1n), undefined],
    ['e = 2^33 - 1', rsaRecord(n, (1n << 33n) - 1n), undefined],
    ['e = 2^33 + 1', rsaRecord(n, (1n << 33n) + 1n), 'key-unsafe'],
    ['e = 2^64 + 1', rsaRecord(n, (1n << 64n) + 1n), 'key-unsafe'],
    ['e = n + 2', rsaRecord(n, n + 2n), 'key-unsafe'],
    ['bytes behind the key', der(Buffer.concat([spki(KEYS.rsa2048), Buffer.of(0)])), 'key-syntax-error'],
    [
      'no NULL',
      der(spkiDer(rsaPublicKeyDer(n, 3n), Buffer.from('06092a864886f70d010101', 'hex'))),
      'inappropriate-key-algorithm',
    ],
    [
      'the OID of PSS',
      der(spkiDer(rsaPublicKeyDer(n, 3n), Buffer.from('06092a864886f70d01010a', 'hex'))),
      'inappropriate-key-algorithm',
    ],
    ['an EC key', der(spki(KEYS.p256)), 'inappropriate-key-algorithm'],
    ['an Ed25519 key', der(spki(KEYS.ed25519)), 'inappropriate-key-algorithm'],
    ['a private key', der(KEYS.rsa2048.export({ type: 'pkcs8', format: 'der' })), 'key-syntax-error'],
    ['32 octets', `v=DKIM1; p=${p('ed25519')}`, 'key-syntax-error'],
    ['p=0', 'v=DKIM1; p=0', 'key-syntax-error'],
    ['p= of padding', 'v=DKIM1; p====', 'key-syntax-error'],
    ['an empty p=', 'v=DKIM1; p=', 'key-revoked'],
    ['an unknown type', 'v=DKIM1; k=foo; p=QUJD', 'unsupported-key-type'],
    ['a type in upper case', `v=DKIM1; k=RSA; p=${p('rsa2048')}`, 'unsupported-key-type'],
  ])('%s: %#', (_, text, reason) => expect(reasonOf(text)).toBe(reason))

  it('is warned of where it is weak, odd or in the old form', () => {
    const codes = (text: string): string[] => read(text).warnings.map(({ code }) => code)
    expect(codes(keyRecord('rsa1024'))).toEqual(['weak-key'])
    expect(codes(rsaRecord(number(2047), 65537n))).toEqual(['weak-key'])
    expect(codes(rsaRecord(number(2048), 65537n))).toEqual([])
    expect(codes(rsaRecord(n, 3n))).toEqual(['unusual-exponent'])
    expect(codes(der(rsaPublicKeyDer(n, 65537n)))).toEqual(['pkcs1-key'])
  })

  it('counts bits', () => {
    for (const bits of [7, 8, 9, 1023, 1024, 1025]) expect(bitLength(hexOf(number(bits)))).toBe(bits)
    expect(bitLength(Buffer.alloc(0))).toBe(0)
  })

  it('has a p= of the limit, and no longer', () => {
    const record = (count: number): string => `v=DKIM1; p=${'A'.repeat(count)}`
    expect(parseKeyRecord(record(LIMITS.publicKeyCharacters)).publicKey).toHaveLength(LIMITS.publicKeyCharacters)
    expect(reasonOf(record(LIMITS.publicKeyCharacters + 1))).toBe('key-syntax-error')
  })
})

const ed25519 = (bytes: Buffer): string => `v=DKIM1; k=ed25519; p=${bytes.toString('base64')}`

describe('Ed25519', () => {
  const raw = rawEd25519(KEYS.ed25519)

  it('keys of a record are those of the file', () => {
    const { key } = read(keyRecord('ed25519'))
    expect(key).toMatchObject({ type: 'ed25519', bits: 256, p: raw.toString('base64') })
    expect(key.keyObject.equals(createPublicKey(KEYS.ed25519))).toBe(true)
  })

  it.each<[string, Buffer, Reason]>([
    ['one octet', raw.subarray(0, 1), 'key-syntax-error'],
    ['31 octets', raw.subarray(1), 'key-syntax-error'],
    ['33 octets', Buffer.concat([raw, Buffer.of(0)]), 'key-syntax-error'],
    ['the SubjectPublicKeyInfo form', spki(KEYS.ed25519), 'key-syntax-error'],
    ['the hexadecimal form', Buffer.from(raw.toString('hex')), 'key-syntax-error'],
    ['an RSA key', spki(KEYS.rsa2048), 'key-syntax-error'],
    ['zeros', Buffer.alloc(32), 'key-unsafe'],
    ['ones', Buffer.alloc(32, 0xff), 'key-unsafe'],
  ])('%s', (_, bytes, reason) => expect(reasonOf(ed25519(bytes))).toBe(reason))

  it('K-11 refuses every encoding of a small-order point', () => {
    const points = smallOrderPoints()
    const canonical = points.map(encodePoint)
    const others = points.flatMap(({ y }) =>
      [0n, 1n].flatMap(sign => [encode(y, sign), ...(y + P < 1n << 255n ? [encode(y + P, sign)] : [])]),
    )
    const all = new Set([...canonical, ...others].map(bytes => bytes.toString('hex')))
    // Eight torsion points, x = 0 with a sign, and y written as p or p + 1.
    expect(all.size).toBe(14)
    for (const hex of all) expect(reasonOf(ed25519(Buffer.from(hex, 'hex')))).toBe('key-unsafe')
  })
})

it('a key object of another type is none of ours', () => {
  expect(publicKeyOf(createPublicKey(KEYS.p256))).toBeUndefined()
  expect(publicKeyOf(createPublicKey(KEYS.ed25519))?.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
})
