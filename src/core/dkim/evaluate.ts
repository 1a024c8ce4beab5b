// The verdict on one signature: joins what the message, its body hash, DNS and policy say, in the order of §6.1.

import { ALGORITHMS } from '../keys/algorithm.js'
import type { FieldIndex, HeaderSection } from './header.js'
import type { KeyCandidate, KeyLookup } from './key-lookup.js'
import { type BodyHash, sha256, sharedCanonicalHeaderOf } from './message-hash.js'
import { checkDuplicates, checkRequiredFields, checkTimes, formatTime, type Policy } from './policy.js'
import { Rejection } from './rejection.js'
import { type KeySummary, type Match, REASONS, type SignatureReport, type Warning } from './result.js'
import { type Signature, withEmptyB } from './signature.js'

interface EvaluationInput {
  readonly section: HeaderSection
  readonly index: FieldIndex
  readonly signature: Signature
  /** Null where the body was not hashed. */
  readonly bodyHash: BodyHash | null
  /** Null where no key was asked for. */
  readonly lookup: KeyLookup | null
  /** Why the message as a whole is malformed, null where it is not. */
  readonly malformed: string | null
  readonly now: Date
  readonly policy: Policy
}

interface Trial {
  readonly candidate: KeyCandidate
  readonly match: Match
  readonly rejection: Rejection | null
}

/** A partial report: the verifier, which knows the author's domain, adds alignment and what depends on it. */
export type SignatureVerdict = { -readonly [Key in keyof SignatureReport]: SignatureReport[Key] }

export function evaluateSignature(input: EvaluationInput): SignatureVerdict {
  const { signature, bodyHash } = input
  const bodyMatch = bodyHashMatch(signature, bodyHash)
  const trial = bestTrial(input)
  const rejection = firstRejection(input, bodyMatch, trial)
  const key = trial?.candidate.key ?? null
  return {
    result: rejection === null ? 'pass' : REASONS[rejection.reason].result,
    reason: rejection?.reason ?? null,
    detail: rejection?.detail ?? null,
    domain: signature.domain,
    selector: signature.selector,
    identity: signature.identity,
    algorithm: signature.algorithmText,
    canonicalization: signature.canonicalization,
    signedFields: signature.signedFields,
    signatureStart: signature.signature?.toString('base64', 0, 6) ?? null,
    bodyHash: bodyMatch,
    headerSignature: trial?.match ?? 'unchecked',
    key: key === null ? null : summaryOf(trial!.candidate),
    bodyLength: Number.isFinite(signature.bodyLength) ? signature.bodyLength : null,
    bodyTotal: signature.bodyLength === null ? null : (bodyHash?.total ?? null),
    signedAt: signature.timestamp === null ? null : formatTime(signature.timestamp),
    expiresAt: signature.expiration === null ? null : formatTime(signature.expiration),
    aligned: 'indeterminate',
    warnings: warningsOf(input, trial),
  }
}

function bodyHashMatch(signature: Signature, bodyHash: BodyHash | null): Match {
  if (signature.bodyHash === null || bodyHash === null) return 'unchecked'
  return signature.bodyHash.toString('base64') === bodyHash.digest ? 'match' : 'mismatch'
}

/**
 * Each of the keys at the name is tried: "if there is more than one … try each" (§6.1.2). Without a key that fits, the first one tells why.
 */
function bestTrial(input: EvaluationInput): Trial | null {
  const candidates = input.lookup?.candidates ?? []
  if (candidates.length === 0) return null
  const header = canonicalOf(input)
  const trials = candidates.map(candidate => tryKey(candidate, input.signature, header))
  if (trials.length === 1) return trials[0]!
  return (
    trials.find(trial => trial.match === 'match' && trial.rejection === null) ??
    trials.find(trial => trial.match === 'match') ??
    trials.find(trial => trial.match === 'mismatch') ??
    trials[0]!
  )
}

function canonicalOf({ section, index, signature }: EvaluationInput): Buffer | null {
  if (signature.canonicalization === null || signature.signedFields.length === 0) return null
  return sharedCanonicalHeaderOf({
    section,
    index,
    canonicalization: signature.canonicalization.header,
    signedFields: signature.signedFields,
    signatureField: withEmptyB(section, signature),
    except: signature.field,
  })
}

function tryKey(candidate: KeyCandidate, signature: Signature, header: Buffer | null): Trial {
  const { record, key, rejection } = candidate
  if (record === null || key === null) return { candidate, match: 'unchecked', rejection }
  const refused = checkRecord(candidate, signature)
  const { algorithm, signature: bytes } = signature
  if (algorithm === null || bytes === null || header === null || ALGORITHMS[algorithm].keyType !== key.key.type) {
    return { candidate, match: 'unchecked', rejection: refused }
  }
  const verified = ALGORITHMS[algorithm].verify(key.key.keyObject, header, sha256, bytes, key.key.bits)
  return { candidate, match: verified ? 'match' : 'mismatch', rejection: refused }
}

/** What the key record allows (§3.6.1): key type, h=, s=, t=s. */
function checkRecord({ record, key }: KeyCandidate, signature: Signature): Rejection | null {
  if (record === null || key === null || signature.algorithm === null) return null
  const { keyType, hash } = ALGORITHMS[signature.algorithm]
  if (key.key.type !== keyType) {
    return new Rejection('inappropriate-key-algorithm', `a=${signature.algorithm} with k=${record.keyType}`)
  }
  if (record.hashes !== null && !record.hashes.includes(hash)) {
    return new Rejection('inappropriate-hash-algorithm', `h=${record.hashes.join(':')}`)
  }
  if (!record.services.includes('*') && !record.services.includes('email')) {
    return new Rejection('inappropriate-service-type', `s=${record.services.join(':')}`)
  }
  // "t=s … the domain in i= MUST NOT be a subdomain of d="
  if (record.flags.includes('s') && signature.identityDomain !== signature.domain) {
    return new Rejection('identity-not-permitted', `t=s, and i= is in ${signature.identityDomain}`)
  }
  return null
}

/** What decides: the signature itself, then the body and the header, then time, then the key, then local policy. */
function firstRejection(input: EvaluationInput, bodyMatch: Match, trial: Trial | null): Rejection | null {
  const { section, signature, bodyHash, lookup, index, policy, now, malformed } = input
  if (signature.rejection !== null) return signature.rejection
  // With a truncated header section, neither hash is meaningful, and nor are missing fields.
  const cutOff = bodyHash === null || section.faults.has('too-many-fields')
  if (cutOff && malformed !== null) return new Rejection('malformed-message', malformed)
  // h= may name fields that are absent, but a signature must cover a From field (§5.4), and readers are shown some author or other.
  if (!index.has('from')) return new Rejection('from-field-not-signed', 'the message has no From field')
  const tooShort = bodyHash !== null && signature.bodyLength !== null && signature.bodyLength > bodyHash.total
  if (tooShort) {
    return new Rejection(
      'body-shorter-than-length',
      `l= is ${signature.tags?.get('l')?.value}, but the body has ${bodyHash.total} bytes`,
    )
  }
  const keyRejection = lookup?.rejection ?? trial?.rejection ?? null
  return (
    cryptographicRejection(bodyMatch, keyRejection === null ? (trial?.match ?? 'unchecked') : 'unchecked') ??
    checkTimes(signature, now, policy) ??
    keyRejection ??
    (malformed === null ? null : new Rejection('malformed-message', malformed)) ??
    checkDuplicates(signature, index) ??
    checkPartialBody(signature, bodyHash, policy) ??
    checkKeyPolicy(trial, policy) ??
    checkRequiredFields(signature, index, policy) ??
    uncheckedRejection(bodyMatch, trial)
  )
}

function cryptographicRejection(bodyMatch: Match, headerMatch: Match): Rejection | null {
  if (bodyMatch === 'mismatch') {
    return new Rejection('body-hash-did-not-verify', HEADER_OUTCOME[headerMatch])
  }
  if (headerMatch !== 'mismatch') return null
  const body = bodyMatch === 'match' ? 'the body hash matches' : 'the body hash was not checked'
  return new Rejection('signature-did-not-verify', body)
}

const HEADER_OUTCOME = {
  match: 'the header signature verifies, so bh= is the body hash that was signed',
  mismatch: 'the header signature does not verify either',
  unchecked: 'the header signature could not be checked',
} as const satisfies Record<Match, string>

function checkPartialBody(signature: Signature, bodyHash: BodyHash | null, policy: Policy): Rejection | null {
  const { bodyLength } = signature
  if (bodyLength === null || policy.allowPartialBody) return null
  if (bodyHash === null)
    return new Rejection('body-partly-signed', 'too many different l= values in one message: not checked')
  if (bodyLength >= bodyHash.total) return null
  return new Rejection('body-partly-signed', `${bodyLength} of ${bodyHash.total} bytes of the body are signed`)
}

function checkKeyPolicy(trial: Trial | null, policy: Policy): Rejection | null {
  const key = trial?.candidate.key?.key
  if (key === undefined || key.type !== 'rsa' || key.bits >= policy.minKeyBits) return null
  return new Rejection('key-below-policy', `the key has ${key.bits} bits, the policy requires ${policy.minKeyBits}`)
}

/** The last line of defence: no signature passes unless both halves matched. */
function uncheckedRejection(bodyMatch: Match, trial: Trial | null): Rejection | null {
  if (bodyMatch === 'match' && trial?.match === 'match') return null
  return new Rejection('malformed-message', 'the body could not be hashed')
}

function summaryOf({ key, record }: KeyCandidate): KeySummary | null {
  if (key === null || record === null) return null
  const { type, bits, fingerprint } = key.key
  return { type, bits, fingerprint, testing: record.flags.includes('y') }
}

function warningsOf(input: EvaluationInput, trial: Trial | null): Warning[] {
  const warnings: Warning[] = [...(trial?.candidate.key?.warnings ?? NO_WARNINGS)]
  warnOfKey(input, trial, warnings)
  warnOfTags(input.signature, warnings)
  warnOfCoverage(input, warnings)
  warnOfAge(input, warnings)
  return warnings
}

const NO_WARNINGS: readonly Warning[] = []

function warnOfKey({ lookup }: EvaluationInput, trial: Trial | null, warnings: Warning[]): void {
  if (trial?.candidate.record?.flags.includes('y')) {
    warnings.push({ code: 'testing-key', text: 'the key record says t=y: the domain is testing DKIM (§3.6.1)' })
  }
  const count = lookup?.candidates.length ?? 0
  if (count > 1) warnings.push({ code: 'multiple-keys', text: `${count} key records at ${lookup?.answer.name}` })
}

const KNOWN_TAG_IN_ANOTHER_CASE = /^(?:V|A|B|BH|C|D|H|I|L|Q|S|T|X|Z)$/i

function warnOfTags({ tags, bodyLength }: Signature, warnings: Warning[]): void {
  if (bodyLength !== null) warnings.push({ code: 'body-length', text: 'l= lets anyone append to the body (§8.2)' })
  tags?.forEach((_, name) => {
    if (name !== name.toLowerCase() && KNOWN_TAG_IN_ANOTHER_CASE.test(name)) {
      warnings.push({ code: 'tag-case', text: `${name}= is an unknown tag, not ${name.toLowerCase()}= (§3.2)` })
    }
  })
}

/** Fields that change what a reader is shown. */
const PRESENTATION_FIELDS = [
  'subject',
  'to',
  'date',
  'reply-to',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
]

function warnOfCoverage({ signature, index, section }: EvaluationInput, warnings: Warning[]): void {
  const { signedFields } = signature
  if (signedFields.length === 0) return
  for (const name of PRESENTATION_FIELDS) {
    if (index.has(name) && !signedFields.includes(name)) {
      warnings.push({ code: 'unprotected-field', text: `${name} is not signed` })
    }
  }
  if (!section.text.includes('\0')) return
  const names = new Set(signedFields)
  const nul = section.fields.find(
    field => names.has(field.name) && section.text.slice(field.start, field.valueEnd).includes('\0'),
  )
  if (nul !== undefined) warnings.push({ code: 'nul-in-header', text: `${nul.name} contains a NUL byte` })
}

function warnOfAge({ signature, now, policy }: EvaluationInput, warnings: Warning[]): void {
  const { timestamp, expiration } = signature
  if (timestamp === null || expiration !== null) return
  const age = Math.floor(now.getTime() / 1000) - timestamp
  if (age <= policy.maxAge) return
  warnings.push({ code: 'old-signature', text: `signed ${Math.floor(age / 86_400)} days ago, no x=` })
}
