// What became of the base64 of a key on its way into DNS: each repair is offered only where the key then parses whole.

import { parseKeyRecord } from '../dkim/key-record.js'
import { publicKeyOfRecord, readRsa } from '../dkim/record-key.js'
import { Rejection } from '../dkim/rejection.js'
import { isEd25519Point, isWeakEd25519Point } from '../keys/ed25519.js'
import { rsaFault } from '../keys/public-key.js'
import { decodeBase64 } from '../syntax/base64.js'
import { removeFws } from '../syntax/white-space.js'
import { type Finding, finding } from './findings.js'

type Found = Omit<Finding, 'record'>

export interface KeyRepair {
  /** The value of p= as it should read. */
  readonly p: string
  readonly findings: readonly Found[]
}

/** Strict DER of an RSA key that verifiers accept, or the 44 characters of a valid Ed25519 point. */
export function isSoundKey(base64: string): boolean {
  const bytes = decodeBase64(base64)
  if (bytes === undefined) return false
  if (bytes.length === 32) return isEd25519Point(bytes) && !isWeakEd25519Point(bytes)
  try {
    return rsaFault(readRsa(bytes).numbers) === undefined
  } catch (error) {
    if (error instanceof Rejection) return false
    throw error
  }
}

/** A verifier takes the text as it is. */
export function isSoundRecord(text: string): boolean {
  try {
    publicKeyOfRecord(parseKeyRecord(text))
    return true
  } catch (error) {
    if (error instanceof Rejection) return false
    throw error
  }
}

interface Attempt {
  readonly p: string
  readonly found: Found | null
}

type Try = (p: string) => Attempt | undefined

const TRIES: readonly Try[] = [
  blanksToPlus,
  urlAlphabet,
  withoutName,
  untilItsEnd,
  onlyBase64,
  decodedOnce,
  fromHex,
  beginningRestored,
  padded,
]

/** Undefined where nothing known, or no two things together, explain the text. `p` is as published, with its white space. */
export function repairKey(p: string): KeyRepair | undefined {
  if (isSoundKey(p)) return undefined
  const attempts = attemptsOn(p)
  const single = attempts.find(one => isSoundKey(one.p))
  if (single !== undefined) return repairOf(single)
  for (const first of attempts) {
    const second = attemptsOn(first.p).find(one => isSoundKey(one.p))
    if (second !== undefined) return repairOf(first, second)
  }
  return undefined
}

function attemptsOn(p: string): Attempt[] {
  return TRIES.flatMap(attempt => {
    const outcome = attempt(p)
    return outcome === undefined || outcome.p === p ? [] : [outcome]
  })
}

function repairOf(...attempts: readonly Attempt[]): KeyRepair {
  const findings = attempts.flatMap(({ found }) => found ?? [])
  return { p: removeFws(attempts.at(-1)!.p), findings }
}

/** A form that decodes "+" makes a blank of it. The length that the DER states tells how many are missing. */
function blanksToPlus(p: string): Attempt | undefined {
  const inner = p.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
  const blanks = inner.match(/ /g)?.length ?? 0
  if (blanks === 0) return undefined
  const count = blanks === 1 ? '1 blank, 1 + missing' : `${blanks} blanks, ${blanks} + missing`
  return { p: removeFws(inner.replaceAll(' ', '+')), found: finding('plus-became-blank', count) }
}

/** RFC 4648 §5: "-" and "_" for "+" and "/", usually without padding. */
function urlAlphabet(p: string): Attempt | undefined {
  if (!/[-_]/.test(p)) return undefined
  return { p: withPadding(removeFws(p).replaceAll('-', '+').replaceAll('_', '/')), found: finding('base64url') }
}

function padded(p: string): Attempt {
  return { p: withPadding(removeFws(p)), found: finding('padding-wrong') }
}

function withPadding(text: string): string {
  const bare = text.replace(/={1,64}$/, '')
  return bare.padEnd(Math.ceil(bare.length / 4) * 4, '=')
}

/** `p=p=…`, as panels make it that add p= themselves. */
function withoutName(p: string): Attempt | undefined {
  const match = /^(?:p[ \t]*=[ \t]*){1,8}/i.exec(p)
  if (match === null) return undefined
  return { p: p.slice(match[0].length), found: finding('record-pasted-twice', 'duplicate p=') }
}

/** The DER states where the key ends; what follows is something else. */
function untilItsEnd(p: string): Attempt | undefined {
  const compact = removeFws(p)
  const end = /^[A-Za-z0-9+/]{43}=/.test(compact) ? 44 : statedLength(compact)
  if (end === undefined || compact.length <= end) return undefined
  const rest = compact.slice(end)
  const what = rest === '.' ? 'a final dot, which belongs to names' : `"${rest.slice(0, 40)}"`
  return { p: compact.slice(0, end), found: finding('key-trailing-data', what) }
}

/** How many characters of base64 the outermost SEQUENCE fills. */
function statedLength(compact: string): number | undefined {
  const bytes = Buffer.from(compact.slice(0, 8), 'base64')
  const declared = declaredLength(bytes)
  return declared === undefined ? undefined : Math.ceil(declared / 3) * 4
}

/** What the outermost SEQUENCE says that the whole DER is long; undefined where there is none. */
export function declaredLength(bytes: Buffer): number | undefined {
  if (bytes.length < 4 || bytes[0] !== 0x30) return undefined
  if (bytes[1]! < 0x80) return 2 + bytes[1]!
  if (bytes[1] === 0x81) return 3 + bytes[2]!
  return bytes[1] === 0x82 ? 4 + bytes.readUInt16BE(2) : undefined
}

function onlyBase64(p: string): Attempt | undefined {
  const compact = removeFws(p)
  const strange = /[^A-Za-z0-9+/=]/.exec(compact)
  if (strange === null) return undefined
  return { p: compact.replace(/[^A-Za-z0-9+/=]/g, ''), found: strangeFinding(strange) }
}

export function strangeFinding({ 0: character, index }: RegExpExecArray): Found {
  return finding('not-base64', `the character ${character} at position ${index + 1}`)
}

/** Base64 of base64, or of a PEM file. */
function decodedOnce(p: string): Attempt | undefined {
  const bytes = decodeBase64(withPadding(removeFws(p)))
  if (bytes === undefined || bytes.some(byte => byte < 0x09 || byte > 0x7e)) return undefined
  const inner = bytes.toString('latin1').replace(PEM_LINES, '')
  return { p: removeFws(inner), found: finding('encoded-twice') }
}

/** The armour of a public key, its dashes and blanks intact or not. */
export const PEM_LINES = /-{0,8}[ ]{0,2}(?:BEGIN|END)[ ]{0,2}(?:RSA[ ]{0,2})?PUBLIC[ ]{0,2}KEY[ ]{0,2}-{0,8}/g

function fromHex(p: string): Attempt | undefined {
  const digits = removeFws(p).replace(/^0x/i, '').replaceAll(':', '')
  if (digits.length < 64 || digits.length % 2 === 1 || !/^[0-9A-Fa-f]+$/.test(digits)) return undefined
  return { p: Buffer.from(digits, 'hex').toString('base64'), found: finding('hex-key') }
}

/** Every SubjectPublicKeyInfo of an RSA key of one size begins with the same characters. */
const BEGINNINGS = [
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ',
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA',
  'MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEA',
  'MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA',
]

function beginningRestored(p: string): Attempt | undefined {
  const compact = removeFws(p)
  for (const beginning of BEGINNINGS) {
    const lost = [...beginning].findIndex((_, index) => index > 0 && compact.startsWith(beginning.slice(index)))
    if (lost < 1 || lost > beginning.length - 12) continue
    const what = `its first ${lost === 1 ? 'character' : `${lost} characters`}, ${beginning.slice(0, lost)}`
    return { p: beginning.slice(0, lost) + compact, found: finding('key-beginning-lost', what) }
  }
  return undefined
}
