// Local policy: what is asked of a signature beyond cryptography and RFC 6376's own rules (§6.3; RFC 8601 §2.7.1 "policy").

import { LIMITS } from '../limits.js'
import { isSubdomainOrEqual } from '../syntax/names.js'
import type { FieldIndex } from './header.js'
import { Rejection } from './rejection.js'
import type { Alignment } from './result.js'
import type { Signature } from './signature.js'

/** Local policy of a verifier (§6.3): what is accepted beyond what RFC 6376 requires. */
export interface Policy {
  /** Seconds that t= may lie in the future. */
  readonly clockSkew: number
  /** RSA keys below are `key-below-policy`; under 1024 bits no key ever passes (RFC 8301 §3.2). */
  readonly minKeyBits: number
  /** Names of fields that must be signed where the message has them, in lower case. */
  readonly requireSigned: readonly string[]
  /** Accept only signatures that are aligned with the From domain. */
  readonly requireAligned: boolean
  /** Accept only signatures of these domains and their subdomains; empty: of any. */
  readonly requireDomains: readonly string[]
  /** Accept signatures whose l= leaves part of the body unsigned. */
  readonly allowPartialBody: boolean
  /** Accept expired signatures, for archives. */
  readonly ignoreExpiration: boolean
  /** Warn of signatures without x= that are older, in seconds. */
  readonly maxAge: number
}

/** The policy of verify() where the caller sets nothing else. */
export const DEFAULT_POLICY: Policy = {
  clockSkew: LIMITS.clockSkew,
  minKeyBits: LIMITS.rsaBits.min,
  requireSigned: [],
  requireAligned: false,
  requireDomains: [],
  allowPartialBody: false,
  ignoreExpiration: false,
  maxAge: 365 * 86_400,
}

/** Fields that occur once at most (RFC 5322 §3.6, RFC 2045 §3): where a second one stands, readers differ in which they show. */
export const SINGULAR_FIELDS: ReadonlySet<string> = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'list-unsubscribe',
  'list-unsubscribe-post',
])

/** t= and x= against the clock. "x= … signatures MAY be considered invalid if the verification time at the verifier is past the expiration date." */
export function checkTimes(signature: Signature, now: Date, policy: Policy): Rejection | null {
  const seconds = Math.floor(now.getTime() / 1000)
  const { timestamp, expiration } = signature
  if (expiration !== null && seconds > expiration && !policy.ignoreExpiration) {
    return new Rejection('signature-expired', `x= was ${timeText(expiration)}, ${agoOf(seconds - expiration)} ago`)
  }
  if (timestamp !== null && timestamp > seconds + policy.clockSkew) {
    return new Rejection('timestamp-in-future', `t= is ${timeText(timestamp)}, ${agoOf(timestamp - seconds)} ahead`)
  }
  return null
}

/** Every instance of a singular field must be under the signature: those above the signed ones are what an attacker adds (§8.15). */
export function checkDuplicates(signature: Signature, index: FieldIndex): Rejection | null {
  for (const name of signature.signedFields) {
    const present = index.get(name)?.length ?? 0
    if (present <= 1 || !SINGULAR_FIELDS.has(name)) continue
    const signed = signature.signedFields.filter(item => item === name).length
    if (signed < present) {
      return new Rejection(
        'unsigned-duplicate-field',
        `the message has ${present} ${name} fields, only ${signed} signed`,
      )
    }
  }
  return null
}

export function checkRequiredFields(signature: Signature, index: FieldIndex, policy: Policy): Rejection | null {
  const missing = policy.requireSigned.filter(name => index.has(name) && !signature.signedFields.includes(name))
  return missing.length === 0 ? null : new Rejection('required-field-not-signed', missing.join(', '))
}

/** The signing domain against what the policy accepts. */
export function checkSigningDomain(domain: string | null, aligned: Alignment, policy: Policy): Rejection | null {
  if (policy.requireAligned && aligned !== 'strict' && aligned !== 'relaxed') {
    return new Rejection('signing-domain-not-accepted', `${domain} is not aligned with the From domain`)
  }
  const { requireDomains } = policy
  if (requireDomains.length === 0 || requireDomains.some(accepted => isSubdomainOrEqual(domain ?? '', accepted)))
    return null
  return new Rejection('signing-domain-not-accepted', `${domain} is not one of ${requireDomains.join(', ')}`)
}

/** Behind 9999-12-31T23:59:59Z, where a date-time has no form (RFC 3339 §1). */
const NO_DATE = 253_402_300_800

/** Unix seconds, from 0 on, as a date-time of RFC 3339; null where there is none. Part by part takes half the time of `toISOString`. */
export function formatTime(seconds: number): string | null {
  if (seconds >= NO_DATE) return null
  const date = new Date(seconds * 1000)
  const day = `${date.getUTCFullYear()}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`
  return `${day}T${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}:${twoDigits(date.getUTCSeconds())}Z`
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : `${number}`
}

function timeText(seconds: number): string {
  return formatTime(seconds) ?? `${seconds} seconds after 1970`
}

export function agoOf(seconds: number): string {
  const units: readonly (readonly [size: number, name: string])[] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ]
  for (const [size, name] of units) {
    const count = Math.floor(seconds / size)
    if (count >= 1) return `${count} ${name}${count === 1 ? '' : 's'}`
  }
  return `${seconds} second${seconds === 1 ? '' : 's'}`
}
