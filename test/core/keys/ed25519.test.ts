import { createHash, createPublicKey, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { algorithmOf } from '../../../src/core/keys/algorithm.js'
import { isWeakEd25519Point } from '../../../src/core/keys/ed25519.js'
import { ed25519PublicKey } from '../../../src/core/keys/public-key.js'
import {
  BASE,
  encode,
  encodePoint,
  fromLittleEndian,
  L,
  multiply,
  P,
  smallOrderPoints,
  toLittleEndian,
} from '../../support/edwards.js'
import { KEYS, rawEd25519 } from '../../support/keys.js'

const hex = (bytes: Buffer): string => bytes.toString('hex')

describe('K-11 small order', () => {
  const points = smallOrderPoints()

  it('the arithmetic of this test is that of RFC 8032', () => {
    expect(hex(encodePoint(BASE))).toBe('5866666666666666666666666666666666666666666666666666666666666666')
    expect(hex(encodePoint(multiply(L, BASE)))).toBe(hex(encode(1n, 0n)))
  })

  it('all eight points are weak, with either sign', () => {
    for (const { y } of points) {
      expect(isWeakEd25519Point(encode(y, 0n))).toBe(true)
      expect(isWeakEd25519Point(encode(y, 1n))).toBe(true)
    }
  })

  it('every y from p to 2^255 is refused as not canonical', () => {
    for (let y = P; y < 2n ** 255n; y += 1n) {
      expect(isWeakEd25519Point(encode(y, 0n))).toBe(true)
      expect(isWeakEd25519Point(encode(y, 1n))).toBe(true)
    }
  })

  it('the other points beside them are not', () => {
    for (const { y } of points) {
      for (const near of [y + 1n, y - 1n].filter(value => value > 1n && value < P - 1n)) {
        expect(isWeakEd25519Point(encode(near, 0n))).toBe(false)
      }
    }
    for (let factor = 1n; factor < 200n; factor += 1n) {
      expect(isWeakEd25519Point(encodePoint(multiply(factor * 7919n, BASE)))).toBe(false)
    }
  })
})

const header = Buffer.from('from:a@legit.test\r\n')
const digest = createHash('sha256').update(header).digest()
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()
const key = ed25519PublicKey(rawEd25519(KEYS.ed25519))
const check = (signature: Buffer): boolean =>
  algorithmOf('ed25519-sha256').verify(key.keyObject, header, sha256, signature, 256)
const good = algorithmOf('ed25519-sha256').sign(KEYS.ed25519, header, sha256)

describe('K-14, K-15 Ed25519 signatures', () => {
  it('are over the SHA-256 of the header (RFC 8463 §3)', () => {
    expect(check(good)).toBe(true)
    expect(verify(null, digest, key.keyObject, good)).toBe(true)
    expect(verify(null, header, key.keyObject, good)).toBe(false)
  })

  it.each<[string, Buffer]>([
    ['empty', Buffer.alloc(0)],
    ['of 63 octets', good.subarray(0, 63)],
    ['of 65 octets', Buffer.concat([good, Buffer.alloc(1)])],
    ['twice', Buffer.concat([good, good])],
    ['all zero', Buffer.alloc(64)],
    ['all ones', Buffer.alloc(64, 0xff)],
    ['S + L', Buffer.concat([good.subarray(0, 32), toLittleEndian(fromLittleEndian(good.subarray(32)) + L)])],
    ['S + 2L', Buffer.concat([good.subarray(0, 32), toLittleEndian(fromLittleEndian(good.subarray(32)) + 2n * L)])],
    ['S = 0', Buffer.concat([good.subarray(0, 32), Buffer.alloc(32)])],
    ['S = L', Buffer.concat([good.subarray(0, 32), toLittleEndian(L)])],
    ['S negated', Buffer.concat([good.subarray(0, 32), toLittleEndian(L - fromLittleEndian(good.subarray(32)))])],
    ['S with its highest bit', Buffer.concat([good.subarray(0, 63), Buffer.of(good[63]! | 0x80)])],
    ['R with its sign turned', Buffer.concat([good.subarray(0, 31), Buffer.of(good[31]! ^ 0x80), good.subarray(32)])],
    ['R and S exchanged', Buffer.concat([good.subarray(32), good.subarray(0, 32)])],
  ])('%s do not verify', (_, signature) => expect(check(signature)).toBe(false))

  it('none of 512 with one bit turned verifies', () => {
    for (let bit = 0; bit < 512; bit += 1) {
      const changed = Buffer.from(good)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(check(changed)).toBe(false)
    }
  })

  it('for every message with a key of small order are known to OpenSSL, which is why such keys are refused', () => {
    const identity = Buffer.concat([Buffer.of(1), Buffer.alloc(31)])
    const weak = createPublicKey({
      format: 'jwk',
      key: { kty: 'OKP', crv: 'Ed25519', x: identity.toString('base64url') },
    })
    const universal = Buffer.concat([identity, Buffer.alloc(32)])
    // Whatever the library beneath answers, the check in front of it refuses the R of this signature too.
    expect(typeof verify(null, digest, weak, universal)).toBe('boolean')
    expect(algorithmOf('ed25519-sha256').verify(weak, header, sha256, universal, 256)).toBe(false)
  })
})
