// The key inside a record: every form people publish by mistake, told apart, and turned into the right one where that is possible.

import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { readRsa } from '../dkim/record-key.js'
import { Rejection } from '../dkim/rejection.js'
import type { KeyType } from '../keys/algorithm.js'
import { type RsaNumbers, readEd25519 } from '../keys/der.js'
import { isWeakEd25519Point } from '../keys/ed25519.js'
import { ed25519PublicKey, exponentOf, isSafeExponent, type PublicKey, rsaPublicKey } from '../keys/public-key.js'
import { LIMITS } from '../limits.js'
import { decodeBase64 } from '../syntax/base64.js'
import { lowerAscii } from '../syntax/names.js'
import { removeFws } from '../syntax/white-space.js'
import { type Finding, finding } from './findings.js'
import { declaredLength, repairKey, strangeFinding } from './repair-key.js'
import { weaknessesOf } from './weak-key.js'

type Found = Omit<Finding, 'record'>

export interface KeyLint {
  readonly findings: readonly Found[]
  /** The key, even one that no verifier would accept; null where there is none. */
  readonly key: PublicKey | null
  /** p= and k= as they should read; null where nobody can tell. */
  readonly p: string | null
  readonly keyType: KeyType | null
}

const NOTHING: Omit<KeyLint, 'findings'> = { key: null, p: null, keyType: null }

/** `p` and `k` as published; `k` null where the tag is absent. `recordLength` tells a limit of length where the key is cut off. */
export function lintKey(p: string, k: string | null, recordLength = 0): KeyLint {
  const compact = removeFws(p)
  if (compact === '') return { ...NOTHING, findings: [finding('revoked')], p: '' }
  if (/PRIVATE KEY/.test(p)) return alone(finding('private-key-published'))
  const ssh = /^(?:ssh-(?:rsa|ed25519)|AAAA[BC]3NzaC1)/.test(compact)
  if (ssh)
    return alone(finding('not-a-public-key', 'it is an OpenSSH key', 'convert it: dkim format-record --key FILE'))
  if (isDkim2KeyType(k)) return alone(finding('dkim2-key-type', `k=${k}`))
  const bytes = decodeBase64(compact)
  const repair = repairKey(p)
  if (repair !== undefined) {
    const rest = lintBytes(decodeBase64(repair.p)!, k)
    return { ...rest, findings: [...repair.findings, ...rest.findings] }
  }
  const oneCase = caseLost(compact)
  if (oneCase !== undefined) return alone(oneCase)
  if (bytes === undefined) return lintBroken(compact, k, recordLength)
  const lint = lintBytes(bytes, k)
  return lint.key === null && lint.findings.some(({ code }) => code === 'key-cut')
    ? alone(missing(compact, bytes.length, declaredLength(bytes)!, recordLength))
    : lint
}

/** ML-DSA and its kin, as DKIM2 drafts name them. */
function isDkim2KeyType(k: string | null): boolean {
  return k !== null && /^(?:ml-?dsa|slh-?dsa|fn-?dsa|falcon|dilithium|sphincs)[a-z0-9-]{0,32}$/i.test(k)
}

function alone(found: Found): KeyLint {
  return { ...NOTHING, findings: [found] }
}

/** Not base64: cut off, or something strange inside. */
function lintBroken(compact: string, k: string | null, recordLength: number): KeyLint {
  const strange = /[^A-Za-z0-9+/=]/.exec(compact) ?? /=(?=[^=])/.exec(compact)
  if (strange !== null) return alone(strangeFinding(strange))
  const bare = compact.replace(/=+$/, '')
  const bytes = Buffer.from(bare, 'base64')
  const declared = declaredLength(bytes)
  const whole = declared === undefined ? bytes.length === 32 : declared === bytes.length
  if (whole && decodeBase64(bare.padEnd(Math.ceil(bare.length / 4) * 4, '=')) !== undefined) {
    const rest = lintBytes(bytes, k)
    return { ...rest, findings: [finding('padding-wrong'), ...rest.findings] }
  }
  if (declared !== undefined && declared > bytes.length)
    return alone(missing(compact, bytes.length, declared, recordLength))
  return alone(finding('not-base64', 'a character was lost or added'))
}

/** Base64 is case-sensitive: what was written in one case cannot be read any more. */
function caseLost(compact: string): Found | undefined {
  if (!/^[A-Za-z0-9+/=]{100,}$/.test(compact) || (compact !== lowerAscii(compact) && /[a-z]/.test(compact)))
    return undefined
  return finding('letter-case-lost')
}

/** Every RSA key with the usual exponent ends in these characters: where they are there, the end was not cut off. */
const USUAL_END = /AQAB$/

function missing(compact: string, present: number, declared: number, recordLength: number): Found {
  const count = `${present} of ${declared} bytes are there`
  if (!USUAL_END.test(compact)) {
    const limited = USUAL_LIMITS.some(limit => Math.abs(recordLength - limit) <= 1)
    return finding('key-cut', limited ? `${count}, most likely by a length limit of the DNS host` : count)
  }
  const plus = compact.includes('+') ? '' : '; no + is left, so these may be what is missing'
  return finding('key-characters-lost', `${count}${plus}`)
}

/** Lengths at which hosts cut a text. */
const USUAL_LIMITS = [255, 500, 511, 1000, 1023]

function lintBytes(bytes: Buffer, k: string | null): KeyLint {
  if (bytes.length === 32) return lintEd25519(bytes, k, [])
  const declared = declaredLength(bytes)
  if (declared === undefined) return alone(finding('not-a-public-key', describeOther(bytes)))
  if (declared > bytes.length) return alone(finding('key-cut', `${bytes.length} of ${declared} bytes are there`))
  if (declared < bytes.length) {
    const rest = lintBytes(bytes.subarray(0, declared), k)
    const extra = finding('key-trailing-data', `${bytes.length - declared} bytes`)
    return rest.p === null ? rest : { ...rest, findings: [extra, ...rest.findings] }
  }
  if (isPrivateKey(bytes)) return alone(finding('private-key-published'))
  const raw = readEd25519(bytes)
  if (raw !== undefined) return lintEd25519(raw, k, [finding('ed25519-spki')])
  return lintRsa(bytes, k)
}

export function isPrivateKey(der: Buffer): boolean {
  return (['pkcs8', 'pkcs1', 'sec1'] as const).some(type => {
    try {
      createPrivateKey({ key: der, format: 'der', type })
      return true
    } catch {
      return false
    }
  })
}

/** What else it is, in words. */
function describeOther(der: Buffer): string {
  try {
    return `it is a key of the type ${createPublicKey({ key: der, format: 'der', type: 'spki' }).asymmetricKeyType ?? 'unknown'}`
  } catch {
    // Not a SubjectPublicKeyInfo.
  }
  try {
    new X509Certificate(der)
    return 'it is a certificate'
  } catch {
    return der.length < 64 ? `it holds ${der.length} bytes` : 'it is not a known kind of key'
  }
}

function lintEd25519(raw: Buffer, k: string | null, before: readonly Found[]): KeyLint {
  const findings = [...before, ...typeFindings('ed25519', k)]
  if (isWeakEd25519Point(raw)) return { ...NOTHING, findings: [...findings, finding('weak-point')] }
  const key = ed25519PublicKey(raw)
  const weak = weaknessesOf(key).map(({ weakness, detail }) => finding(weakness, detail))
  return { findings: [...findings, ...weak], key, p: key.p, keyType: 'ed25519' }
}

function typeFindings(actual: KeyType, k: string | null): Found[] {
  const named = k ?? 'rsa'
  if (named === actual) return []
  if (named === 'rsa' || named === 'ed25519') {
    const says = k === null ? 'a missing k= means rsa' : `k=${named}`
    return [finding('key-type-wrong', `${says}, the key is ${actual}`, `write k=${actual}`)]
  }
  return [finding('key-type-unknown', `k=${named}`, `write k=${actual}`)]
}

function lintRsa(der: Buffer, k: string | null): KeyLint {
  const read = tryRead(der)
  if (read === undefined) return alone(finding('not-a-public-key', describeOther(der)))
  const findings = typeFindings('rsa', k)
  if (read.pkcs1) findings.push(finding('pkcs1-key'))
  findings.push(...exponentFindings(read.numbers))
  const even = (read.numbers.modulus.at(-1) ?? 0) % 2 === 0
  if (even) findings.push(finding('unsafe-modulus', 'it is even'))
  const key = tryKey(read.numbers)
  if (key === undefined)
    return { ...NOTHING, findings: [...findings, finding('not-a-public-key', 'its numbers are not a valid key')] }
  findings.push(...lengthFindings(key.bits))
  if (!even) findings.push(...weaknessesOf(key).map(({ weakness, detail }) => finding(weakness, detail)))
  return { findings, key, p: key.p, keyType: 'rsa' }
}

function tryRead(der: Buffer): ReturnType<typeof readRsa> | undefined {
  try {
    return readRsa(der)
  } catch (error) {
    if (error instanceof Rejection) return undefined
    throw error
  }
}

function tryKey(numbers: RsaNumbers): PublicKey | undefined {
  try {
    return rsaPublicKey(numbers)
  } catch {
    return undefined
  }
}

function exponentFindings({ exponent }: RsaNumbers): Found[] {
  const e = exponentOf(exponent)
  if (e === 65_537n) return []
  const text = e === undefined ? `${exponent.length} bytes long` : String(e)
  return [finding(isSafeExponent(e) ? 'unusual-exponent' : 'unsafe-exponent', `it is ${text}`)]
}

/** More than this is read by few: "Verifiers MUST be able to validate signatures with keys ranging from 1024 bits to 4096 bits" (RFC 8301 §3.2). */
const MUST_READ_BITS = 4096

function lengthFindings(bits: number): Found[] {
  const { min, recommended, max } = LIMITS.rsaBits
  if (bits < min) return [finding('key-too-short', `${bits} bits`)]
  if (bits < recommended) return [finding('key-short', `${bits} bits`)]
  if (bits > max) return [finding('key-too-long', `${bits} bits`)]
  return bits > MUST_READ_BITS ? [finding('key-long', `${bits} bits`)] : []
}
