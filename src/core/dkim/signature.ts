// DKIM-Signature fields: parse and validate every tag of §3.5 in the order of §6.1.1, and empty b= by its byte range (§3.7).

import { ALGORITHMS, type AlgorithmName, isAlgorithmName } from '../keys/algorithm.js'
import { LIMITS } from '../limits.js'
import { decodeBase64 } from '../syntax/base64.js'
import { isSubdomainOrEqual, keyRecordName, latin1ToUtf8, toDomainName, toSelector } from '../syntax/names.js'
import { decodeDkimQuotedPrintable } from '../syntax/quoted-printable.js'
import { removeFws, skipFws, skipFwsBack, trimFws } from '../syntax/white-space.js'
import { type FieldLists, readFieldList } from './field-lists.js'
import type { HeaderField, HeaderSection } from './header.js'
import { Rejection } from './rejection.js'
import type { CanonicalizationName } from './result.js'
import { parseTagList, type TagList, TagListError } from './tag-list.js'

/** What could be read; a value that is null was absent or unusable, and then `rejection` says why the signature is. */
export interface Signature {
  readonly field: HeaderField
  /** Null where the value is no tag-list. */
  readonly tags: TagList | null
  /** a= as written. */
  readonly algorithmText: string | null
  readonly algorithm: AlgorithmName | null
  readonly signature: Buffer | null
  readonly bodyHash: Buffer | null
  readonly canonicalization: { readonly header: CanonicalizationName; readonly body: CanonicalizationName } | null
  /** d= in lower case A-label form. */
  readonly domain: string | null
  /** s= in A-label form, letter case kept. */
  readonly selector: string | null
  /** The name of the key record, null where d= or s= is unusable. */
  readonly keyName: string | null
  /** i=, or `@` and d= where it is absent; the domain part in lower case A-label form. */
  readonly identity: string | null
  readonly identityDomain: string | null
  /** h= in lower case; empty where it is unusable. */
  readonly signedFields: readonly string[]
  /** l=; Infinity stands for numbers that no body reaches. */
  readonly bodyLength: number | null
  /** t= and x= in Unix seconds. */
  readonly timestamp: number | null
  readonly expiration: number | null
  /** The first thing that is wrong, in the order of §6.1.1. */
  readonly rejection: Rejection | null
}

type Draft = { -readonly [Key in keyof Signature]: Signature[Key] }

function emptyDraft(field: HeaderField): Draft {
  return {
    field,
    tags: null,
    algorithmText: null,
    algorithm: null,
    signature: null,
    bodyHash: null,
    canonicalization: null,
    domain: null,
    selector: null,
    keyName: null,
    identity: null,
    identityDomain: null,
    signedFields: [],
    bodyLength: null,
    timestamp: null,
    expiration: null,
    rejection: null,
  }
}

/**
 * Reads each tag even where an earlier one is wrong, so that a report can still say whose signature it was. `lists` are those of earlier
 * messages.
 */
export function parseSignature(section: HeaderSection, field: HeaderField, lists: FieldLists | null = null): Signature {
  const draft = emptyDraft(field)
  try {
    const tags = tagsOf(section, field)
    draft.tags = tags
    for (const step of STEPS) {
      try {
        step(tags, draft, lists)
      } catch (error) {
        if (!(error instanceof Rejection)) throw error
        draft.rejection ??= error
      }
    }
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    draft.rejection = error
  }
  return draft
}

function tagsOf(section: HeaderSection, field: HeaderField): TagList {
  if (field.valueEnd - field.start > LIMITS.signatureBytes) {
    throw new Rejection('signature-syntax-error', `the field is longer than ${LIMITS.signatureBytes} bytes`)
  }
  try {
    // Offsets count from the start of the field.
    return parseTagList(section.text.slice(field.start, field.valueEnd), field.valueStart - field.start)
  } catch (error) {
    if (!(error instanceof TagListError)) throw error
    throw new Rejection('signature-syntax-error', `${error.message} (at byte ${error.offset} of the field)`)
  }
}

type Step = (tags: TagList, draft: Draft, lists: FieldLists | null) => void

const STEPS: readonly Step[] = [
  readVersion,
  requireTags,
  readAlgorithm,
  readDomain,
  readSelector,
  readSignedFields,
  readIdentity,
  readCanonicalization,
  readQueryMethods,
  readBodyLength,
  readTimes,
  readBodyHash,
  readSignature,
]

/** "v= … This tag MUST have the value '1'." Compared as a string: "1.0" is not "1". */
function readVersion(tags: TagList): void {
  const v = tags.get('v')
  if (v !== undefined && v.value !== '1') throw new Rejection('incompatible-version', 'v= is not 1')
}

const REQUIRED_TAGS = ['v', 'a', 'b', 'bh', 'd', 'h', 's']

function requireTags(tags: TagList): void {
  const missing = REQUIRED_TAGS.filter(name => !tags.has(name))
  if (missing.length > 0)
    throw new Rejection('signature-missing-required-tag', missing.map(name => `${name}=`).join(' '))
}

function readAlgorithm(tags: TagList, draft: Draft): void {
  const a = tags.get('a')?.value
  if (a === undefined) return
  draft.algorithmText = a
  if (isAlgorithmName(a)) draft.algorithm = a
  else if (a === 'rsa-sha1') throw new Rejection('historic-algorithm', 'a=rsa-sha1')
  else if (/^[A-Za-z][A-Za-z0-9]*-[A-Za-z][A-Za-z0-9]*$/.test(a)) throw new Rejection('unsupported-algorithm', `a=${a}`)
  else throw new Rejection('signature-syntax-error', 'a= is not an algorithm name')
}

function readDomain(tags: TagList, draft: Draft): void {
  const d = tags.get('d')
  if (d === undefined) return
  const domain = toDomainName(latin1ToUtf8(d.value) ?? '')
  if (domain === undefined) throw new Rejection('signature-syntax-error', 'd= is not a domain name')
  draft.domain = domain
}

function readSelector(tags: TagList, draft: Draft): void {
  const s = tags.get('s')
  if (s === undefined) return
  const selector = toSelector(latin1ToUtf8(s.value) ?? '')
  if (selector === undefined) throw new Rejection('signature-syntax-error', 's= is not a selector')
  draft.selector = selector
  if (draft.domain === null) return
  const keyName = keyRecordName(selector, draft.domain)
  if (keyName === undefined) throw new Rejection('signature-syntax-error', 's= and d= are too long for a DNS name')
  draft.keyName = keyName
}

function readSignedFields(tags: TagList, draft: Draft, lists: FieldLists | null): void {
  const h = tags.get('h')
  if (h === undefined) return
  const names = lists === null ? readFieldList(h.value) : lists.read(h.value)
  if (names === undefined) throw new Rejection('signature-syntax-error', 'h= is not a list of field names')
  if (names.length > LIMITS.signedFields) {
    throw new Rejection('signature-syntax-error', `h= names more than ${LIMITS.signedFields} fields`)
  }
  draft.signedFields = names
  if (!names.includes('from')) throw new Rejection('from-field-not-signed', 'h= does not name From')
}

const QUOTED_STRING = /^"(?:[^"\\]|\\[ -~])*"$/

/**
 * A Local-part as i= has it, decoded: the "@" in front of the domain is the only one outside a quoted-string (RFC 5321 §4.1.2).
 * What else signers write there (two dots, a space) names no other address, and passes.
 */
export function isLocalPart(text: string): boolean {
  return !/[\0-\x1f\x7f]/.test(text) && (!text.includes('@') || QUOTED_STRING.test(text))
}

/** i= is DKIM-quoted-printable around [local-part] "@" domain-name; its domain is d= or below it. */
function readIdentity(tags: TagList, draft: Draft): void {
  const i = tags.get('i')
  if (i === undefined) {
    draft.identityDomain = draft.domain
    draft.identity = draft.domain === null ? null : `@${draft.domain}`
    return
  }
  // The "@" and the domain are never encoded, and no white space is in them (§3.5).
  const at = i.value.lastIndexOf('@')
  const decoded = at === -1 ? undefined : decodeDkimQuotedPrintable(i.value.slice(0, at))
  const localPart = decoded === undefined ? undefined : latin1ToUtf8(decoded)
  const domain = at === -1 ? undefined : toDomainName(latin1ToUtf8(i.value.slice(at + 1)) ?? '')
  if (localPart === undefined || domain === undefined || !isLocalPart(localPart)) {
    throw new Rejection('signature-syntax-error', 'i= is not an identity')
  }
  draft.identity = `${localPart}@${domain}`
  draft.identityDomain = domain
  if (draft.domain !== null && !isSubdomainOrEqual(domain, draft.domain)) {
    throw new Rejection('domain-mismatch', `i= is at ${domain}, but d= is ${draft.domain}`)
  }
}

const NAMES = ['simple', 'relaxed'] as const satisfies readonly CanonicalizationName[]

/** Every c= there is. */
const CANONICALIZATIONS: ReadonlyMap<string, NonNullable<Signature['canonicalization']>> = new Map(
  NAMES.flatMap(header => [
    [header, { header, body: 'simple' }],
    ...NAMES.map(body => [`${header}/${body}`, { header, body }] as const),
  ]),
)

/** "c= … If only one algorithm is named, that algorithm is used for the header and 'simple' is used for the body." */
function readCanonicalization(tags: TagList, draft: Draft): void {
  const c = tags.get('c')?.value ?? 'simple/simple'
  const known = CANONICALIZATIONS.get(c)
  if (known !== undefined) draft.canonicalization = known
  else if (/^[A-Za-z][A-Za-z0-9-]*(?:\/[A-Za-z][A-Za-z0-9-]*)?$/.test(c)) {
    throw new Rejection('unsupported-canonicalization', `c=${c}`)
  } else throw new Rejection('signature-syntax-error', 'c= is not a canonicalization')
}

export function isCanonicalization(name: string): name is CanonicalizationName {
  return name === 'simple' || name === 'relaxed'
}

/** Methods nobody knows are ignored; dns/txt must be among those offered. */
function readQueryMethods(tags: TagList): void {
  const q = tags.get('q')
  if (q === undefined) return
  if (!q.value.split(':').some(method => trimFws(method) === 'dns/txt')) {
    throw new Rejection('unsupported-query-method', 'q= does not list dns/txt')
  }
}

/** "l= … unsigned decimal … 1*76DIGIT" */
function readBodyLength(tags: TagList, draft: Draft): void {
  const l = tags.get('l')
  if (l === undefined) return
  if (!/^\d{1,76}$/.test(l.value)) throw new Rejection('signature-syntax-error', 'l= is not a number of 1 to 76 digits')
  const length = Number(l.value)
  draft.bodyLength = Number.isSafeInteger(length) ? length : Number.POSITIVE_INFINITY
}

/** "The value of the x= tag MUST be greater than the value of the t= tag if both are present." */
function readTimes(tags: TagList, draft: Draft): void {
  draft.timestamp = secondsOf(tags, 't')
  draft.expiration = secondsOf(tags, 'x')
  if (draft.timestamp !== null && draft.expiration !== null && draft.expiration <= draft.timestamp) {
    throw new Rejection('signature-syntax-error', 'x= is not later than t=')
  }
}

function secondsOf(tags: TagList, name: 't' | 'x'): number | null {
  const tag = tags.get(name)
  if (tag === undefined) return null
  if (!/^\d{1,12}$/.test(tag.value)) {
    throw new Rejection('signature-syntax-error', `${name}= is not a number of 1 to 12 digits`)
  }
  return Number(tag.value)
}

function readBodyHash(tags: TagList, draft: Draft): void {
  const bh = tags.get('bh')
  if (bh === undefined) return
  const digest = decodeBase64(bh.value)
  if (digest === undefined) throw new Rejection('signature-syntax-error', 'bh= is not base64')
  if (draft.algorithm === null) return
  const { hashLength } = ALGORITHMS[draft.algorithm]
  if (digest.length !== hashLength) {
    throw new Rejection('signature-syntax-error', `bh= has ${digest.length} octets, not ${hashLength}`)
  }
  draft.bodyHash = digest
}

function readSignature(tags: TagList, draft: Draft): void {
  const b = tags.get('b')
  if (b === undefined) return
  const bytes = decodeBase64(b.value)
  if (bytes === undefined) {
    throw new Rejection('signature-syntax-error', removeFws(b.value) === '' ? 'b= is empty' : 'b= is not base64')
  }
  draft.signature = bytes
}

/**
 * The field without its CRLF and with "the value of the b= tag (including all surrounding whitespace) deleted" (§3.7).
 * By byte range: no search for "b=" could tell the tag from the same letters inside another value.
 */
export function withEmptyB(section: HeaderSection, { field, tags }: Signature): Buffer {
  const b = tags?.get('b')
  if (b === undefined) return section.bytes.subarray(field.start, field.valueEnd)
  const start = skipFwsBack(section.text, field.valueStart, field.start + b.valueStart)
  const end = skipFws(section.text, field.start + b.valueEnd, field.valueEnd)
  return Buffer.from(section.text.slice(field.start, start) + section.text.slice(end, field.valueEnd), 'latin1')
}
