// Public keys: what is known of one, whether an RSA key is safe to use (RFC 8301), and its fingerprint.

import { createPublicKey, hash, type KeyObject } from 'node:crypto'
import { LIMITS } from '../limits.js'
import type { KeyType } from './algorithm.js'
import {
  type RsaNumbers,
  readEd25519,
  readRsaPublicKey,
  readSubjectPublicKeyInfo,
  writeEd25519SubjectPublicKeyInfo,
  writeRsaSubjectPublicKeyInfo,
} from './der.js'

/** A public key, and the forms in which it is published and compared. */
export interface PublicKey {
  readonly type: KeyType
  readonly bits: number
  /** `SHA256:` and the unpadded base64 of the SHA-256 over the SubjectPublicKeyInfo. */
  readonly fingerprint: string
  readonly keyObject: KeyObject
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer
  /** The value for p=: base64 of the SubjectPublicKeyInfo for RSA, of the raw 32 bytes for Ed25519 (RFC 8463 §4). */
  readonly p: string
  /** RSA only. */
  readonly rsa?: RsaNumbers
}

interface RsaFault {
  readonly reason: 'key-too-short' | 'key-unsafe'
  readonly detail: string
}

/** The public exponent must be odd and between 3 and 2^33: with e=1 every message has a valid signature, a huge one costs the verifier. */
export function rsaFault({ modulus, exponent }: RsaNumbers): RsaFault | undefined {
  const bits = bitLength(modulus)
  if (bits < LIMITS.rsaBits.min) return { reason: 'key-too-short', detail: `an RSA key of ${bits} bits` }
  if (bits > LIMITS.rsaBits.max)
    return { reason: 'key-unsafe', detail: `a ${bits}-bit RSA key exceeds ${LIMITS.rsaBits.max} bits` }
  if ((modulus.at(-1)! & 1) === 0) return { reason: 'key-unsafe', detail: 'an even RSA modulus' }
  const e = exponentOf(exponent)
  if (isSafeExponent(e)) return undefined
  const isEven = e !== undefined && e > 3n && e <= LARGEST_EXPONENT
  return { reason: 'key-unsafe', detail: isEven ? `the even RSA exponent ${e}` : 'an RSA exponent outside 3 to 2^33' }
}

const LARGEST_EXPONENT = 1n << 33n

export function isSafeExponent(e: bigint | undefined): boolean {
  return e !== undefined && e >= 3n && e <= LARGEST_EXPONENT && e % 2n === 1n
}

/** Undefined if it is too long to matter. */
export function exponentOf(exponent: Buffer): bigint | undefined {
  return exponent.length > 8 ? undefined : BigInt(`0x0${exponent.toString('hex')}`)
}

export function bitLength(number: Buffer): number {
  const first = number[0]
  return first === undefined ? 0 : (number.length - 1) * 8 + (32 - Math.clz32(first))
}

/** From modulus and exponent, unchecked. Imported as JWK: OpenSSL 3.0 takes a quarter of a millisecond for DER, this a thirtieth. */
export function rsaPublicKey(numbers: RsaNumbers): PublicKey {
  const spki = writeRsaSubjectPublicKeyInfo(numbers)
  const keyObject = createPublicKey({
    format: 'jwk',
    key: { kty: 'RSA', n: numbers.modulus.toString('base64url'), e: numbers.exponent.toString('base64url') },
  })
  return {
    type: 'rsa',
    bits: bitLength(numbers.modulus),
    fingerprint: fingerprintOf(spki),
    keyObject,
    spki,
    p: spki.toString('base64'),
    rsa: numbers,
  }
}

export function ed25519PublicKey(raw: Buffer): PublicKey {
  const spki = writeEd25519SubjectPublicKeyInfo(raw)
  const keyObject = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
  })
  return { type: 'ed25519', bits: 256, fingerprint: fingerprintOf(spki), keyObject, spki, p: raw.toString('base64') }
}

/** From a key object of type rsa or ed25519; undefined for every other type. */
export function publicKeyOf(keyObject: KeyObject): PublicKey | undefined {
  const type = keyObject.asymmetricKeyType
  if (type !== 'rsa' && type !== 'ed25519') return undefined
  const spki = keyObject.export({ type: 'spki', format: 'der' })
  if (type === 'ed25519') return ed25519PublicKey(readEd25519(spki)!)
  return rsaPublicKey(readRsaPublicKey(readSubjectPublicKeyInfo(spki).key))
}

function fingerprintOf(spki: Buffer): string {
  return `SHA256:${hash('sha256', spki, 'base64').replace(/=+$/, '')}`
}
