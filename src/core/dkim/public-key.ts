// Public keys: from a key record (§3.6.1, RFC 8301, RFC 8463) with every safety check, and from files; fingerprints.

import { createPublicKey, hash, type KeyObject } from 'node:crypto'
import { Rejection } from '../errors.js'
import type { KeyType } from '../keys/algorithm.js'
import {
  DerError,
  isRsaEncryption,
  type RsaNumbers,
  readEd25519,
  readRsaPublicKey,
  readSubjectPublicKeyInfo,
  writeEd25519SubjectPublicKeyInfo,
  writeRsaSubjectPublicKeyInfo,
} from '../keys/der.js'
import { isWeakEd25519Point } from '../keys/ed25519.js'
import { LIMITS } from '../limits.js'
import { decodeBase64 } from '../syntax/abnf.js'
import type { KeyRecord } from './key-record.js'
import type { Warning } from './result.js'

export interface PublicKey {
  readonly type: KeyType
  readonly bits: number
  /** `SHA256:` and the unpadded base64 of the SHA-256 over the SubjectPublicKeyInfo. */
  readonly fingerprint: string
  readonly keyObject: KeyObject
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer
  /** The value for p=: base64 of the SubjectPublicKeyInfo for RSA, of the raw 32 octets for Ed25519 (RFC 8463 §4). */
  readonly p: string
  /** Only for RSA. */
  readonly rsa?: RsaNumbers
}

export interface RecordKey {
  readonly key: PublicKey
  readonly warnings: readonly Warning[]
}

/** The key of a record that is not revoked; rejects with the reason why it cannot be used. */
export function publicKeyOfRecord(record: KeyRecord): RecordKey {
  if (record.publicKey === '') throw new Rejection('key-revoked', 'p= is empty')
  const bytes = decodeBase64(record.publicKey)
  if (bytes === undefined) throw new Rejection('key-syntax-error', 'p= is not base64')
  if (record.keyType === 'rsa') return rsaKeyOfRecord(bytes)
  if (record.keyType === 'ed25519') return { key: ed25519KeyOfRecord(bytes), warnings: [] }
  throw new Rejection('unsupported-key-type', `k=${record.keyType}`)
}

function rsaKeyOfRecord(der: Buffer): RecordKey {
  const { numbers, pkcs1 } = readRsa(der)
  const fault = rsaFault(numbers)
  if (fault !== undefined) throw new Rejection(fault.reason, fault.detail)
  const key = rsaPublicKey(numbers)
  return { key, warnings: rsaWarnings(key, pkcs1) }
}

/** The numbers of an RSA key in either form; rejects what is none. */
export function readRsa(der: Buffer): { readonly numbers: RsaNumbers; readonly pkcs1: boolean } {
  try {
    const pkcs1 = tryRead(() => readRsaPublicKey(der))
    if (pkcs1 !== undefined) return { numbers: pkcs1, pkcs1: true }
    const { algorithm, key } = readSubjectPublicKeyInfo(der)
    if (isRsaEncryption(algorithm)) return { numbers: readRsaPublicKey(key), pkcs1: false }
  } catch (error) {
    if (error instanceof DerError)
      throw new Rejection('key-syntax-error', `p= is not an RSA public key: ${error.message}`)
    throw error
  }
  throw new Rejection('inappropriate-key-algorithm', 'the key in p= is not an RSA key')
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

export interface RsaFault {
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

/** Undefined for one that is too long to be looked at. */
export function exponentOf(exponent: Buffer): bigint | undefined {
  return exponent.length > 8 ? undefined : BigInt(`0x0${exponent.toString('hex')}`)
}

function rsaWarnings(key: PublicKey, pkcs1: boolean): Warning[] {
  const warnings: Warning[] = []
  if (key.bits < LIMITS.rsaBits.recommended) {
    warnings.push({
      code: 'weak-key',
      text: `an RSA key of ${key.bits} bits; use ${LIMITS.rsaBits.recommended} (RFC 8301 §3.2)`,
    })
  }
  const e = exponentOf(key.rsa!.exponent)
  if (e !== 65537n) warnings.push({ code: 'unusual-exponent', text: `the RSA exponent is ${e}, not 65537` })
  if (pkcs1)
    warnings.push({ code: 'pkcs1-key', text: 'p= is a bare RSAPublicKey; publish the SubjectPublicKeyInfo form' })
  return warnings
}

export function bitLength(number: Buffer): number {
  const first = number[0]
  return first === undefined ? 0 : (number.length - 1) * 8 + (32 - Math.clz32(first))
}

function ed25519KeyOfRecord(raw: Buffer): PublicKey {
  if (raw.length !== 32) {
    const hint =
      readEd25519(raw) === undefined ? '' : ': this is the SubjectPublicKeyInfo form, publish its last 32 bytes'
    throw new Rejection('key-syntax-error', `an ed25519 p= is 32 bytes (RFC 8463 §4), not ${raw.length}${hint}`)
  }
  if (isWeakEd25519Point(raw)) throw new Rejection('key-unsafe', 'a small-order or non-canonical point')
  return ed25519PublicKey(raw)
}

// ---------------------------------------------------------------------------------------------- construction

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

/** Of a key object of type rsa or ed25519; undefined for every other type. */
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
