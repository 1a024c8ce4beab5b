// The public key in a key record (§3.6.1, RFC 8301, RFC 8463), with every safety check.

import {
  DerError,
  isRsaEncryption,
  type RsaNumbers,
  readEd25519,
  readRsaPublicKey,
  readSubjectPublicKeyInfo,
} from '../keys/der.js'
import { isWeakEd25519Point } from '../keys/ed25519.js'
import { ed25519PublicKey, exponentOf, type PublicKey, rsaFault, rsaPublicKey } from '../keys/public-key.js'
import { LIMITS } from '../limits.js'
import { decodeBase64 } from '../syntax/base64.js'
import type { KeyRecord } from './key-record.js'
import { Rejection } from './rejection.js'
import type { Warning } from './result.js'

/** The key of a record, with warnings about it. */
export interface RecordKey {
  readonly key: PublicKey
  readonly warnings: readonly Warning[]
}

/** The key in a record that is not revoked. Throws a Rejection with the reason why it cannot be used. */
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

/** The numbers of an RSA key in either form. Throws a Rejection if it is not one. */
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

function ed25519KeyOfRecord(raw: Buffer): PublicKey {
  if (raw.length !== 32) {
    const hint =
      readEd25519(raw) === undefined ? '' : ': this is the SubjectPublicKeyInfo form, publish its last 32 bytes'
    throw new Rejection('key-syntax-error', `an ed25519 p= is 32 bytes (RFC 8463 §4), not ${raw.length}${hint}`)
  }
  if (isWeakEd25519Point(raw)) throw new Rejection('key-unsafe', 'a small-order or non-canonical point')
  return ed25519PublicKey(raw)
}
