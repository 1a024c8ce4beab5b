import { createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  DerError,
  isRsaEncryption,
  readEd25519,
  readRsaPublicKey,
  readSubjectPublicKeyInfo,
  writeRsaPublicKey,
  writeRsaSubjectPublicKeyInfo,
} from '../../../src/core/keys/der.js'
import { hexOf, integer, rsaPublicKeyDer, spkiDer, tlv } from '../../support/der.js'
import { KEYS, rawEd25519, rsaNumbers, spki } from '../../support/keys.js'

const { n } = rsaNumbers('rsa2048')
const good = rsaPublicKeyDer(n, 65537n)
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

describe('RSAPublicKey', () => {
  it('is read and written', () => {
    const numbers = readRsaPublicKey(good)
    expect(numbers.modulus).toEqual(hexOf(n))
    expect(numbers.exponent).toEqual(hexOf(65537n))
    expect(writeRsaPublicKey(numbers)).toEqual(good)
    expect(writeRsaSubjectPublicKeyInfo(numbers)).toEqual(spki(KEYS.rsa2048))
  })

  it('holds zero as an empty number', () => {
    expect(readRsaPublicKey(rsaPublicKeyDer(0n, 0n)).modulus).toHaveLength(0)
  })

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['one octet', hex('30')],
    ['an empty sequence', hex('3000')],
    ['one number', tlv(0x30, integer(n))],
    ['three numbers', tlv(0x30, integer(n), integer(3n), integer(3n))],
    ['bytes behind the end', Buffer.concat([good, Buffer.of(0)])],
    ['a cut', good.subarray(0, -1)],
    ['a set', tlv(0x31, integer(n), integer(3n))],
    ['a negative modulus', tlv(0x30, tlv(2, hexOf(n)), integer(3n))],
    ['a modulus of two zeros in front', tlv(0x30, tlv(2, hex('0000'), hexOf(n)), integer(3n))],
    ['an exponent with a zero too many', tlv(0x30, integer(n), tlv(2, hex('0003')))],
    ['an empty exponent', tlv(0x30, integer(n), tlv(2))],
    ['an octet string for the exponent', tlv(0x30, integer(n), tlv(4, hex('03')))],
    ['an indefinite length', hex('308002010302010300')],
    ['a length of one octet in long form', hex('308106020103020103')],
    ['a length with a zero in front', hex('30820006020103020103')],
    ['a length of three octets', hex('3083000006020103020103')],
    ['a length of 127 octets', hex('30ff')],
  ])('refuses %s', (_, der) => expect(() => readRsaPublicKey(der)).toThrow(DerError))

  it('K-05, K-06 refuses everything but what it would write itself', () => {
    const start = hex('300602010302')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), bytes => {
        const der = Buffer.concat([start, bytes])
        try {
          expect(writeRsaPublicKey(readRsaPublicKey(der))).toEqual(der)
        } catch (error) {
          expect(error).toBeInstanceOf(DerError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('accepts no more than OpenSSL does', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (index, octet) => {
        const der = Buffer.from(good)
        der[index] = octet
        let read = false
        try {
          readRsaPublicKey(der)
          read = true
        } catch {}
        if (read) createPublicKey({ key: der, format: 'der', type: 'pkcs1' })
        expect(read).toBeTypeOf('boolean')
      }),
    )
  })
})

describe('SubjectPublicKeyInfo', () => {
  it('is read', () => {
    const { algorithm, key } = readSubjectPublicKeyInfo(spki(KEYS.rsa2048))
    expect(isRsaEncryption(algorithm)).toBe(true)
    expect(key).toEqual(good)
  })

  it.each<[string, Buffer]>([
    ['unused bits', tlv(0x30, tlv(0x30, hex('06092a864886f70d0101010500')), tlv(3, Buffer.of(1), good))],
    ['no bits at all', tlv(0x30, tlv(0x30, hex('06092a864886f70d0101010500')), tlv(3))],
    ['bytes behind the end', Buffer.concat([spkiDer(good), Buffer.of(0)])],
    ['bytes behind the key', tlv(0x30, tlv(0x30, hex('0500')), tlv(3, Buffer.of(0), good), hex('0500'))],
    ['no algorithm', tlv(0x30, tlv(3, Buffer.of(0), good))],
  ])('refuses %s', (_, der) => expect(() => readSubjectPublicKeyInfo(der)).toThrow(DerError))

  it.each<[string, Buffer]>([
    ['no NULL', hex('06092a864886f70d010101')],
    ['RSASSA-PSS', hex('06092a864886f70d01010a')],
    ['RSAES-OAEP', hex('06092a864886f70d0101070500')],
    ['EC', hex('06072a8648ce3d020106082a8648ce3d030107')],
  ])('with %s is not rsaEncryption', (_, algorithm) => {
    expect(isRsaEncryption(readSubjectPublicKeyInfo(spkiDer(good, algorithm)).algorithm)).toBe(false)
  })

  it('of Ed25519 holds 32 octets', () => {
    expect(readEd25519(spki(KEYS.ed25519))).toEqual(rawEd25519(KEYS.ed25519))
    expect(readEd25519(Buffer.concat([spki(KEYS.ed25519), Buffer.of(0)]))).toBeUndefined()
    expect(readEd25519(spki(KEYS.p256))).toBeUndefined()
    expect(readEd25519(rawEd25519(KEYS.ed25519))).toBeUndefined()
  })
})
