// What is legal to sign and probably not meant: each case with its code.

import { LIMITS } from '../limits.js'
import { isSubdomainOrEqual, lowerAscii } from '../syntax/names.js'
import type { FieldIndex, HeaderField, HeaderSection } from './header.js'
import { parseSignature } from './signature.js'
import type { SignatureRequest } from './signature-request.js'

export interface SigningWarning {
  readonly code: SigningWarningCode
  readonly text: string
}

/** Every code, with what it means in general. Codes are stable. */
export const SIGNING_WARNINGS = {
  'not-aligned': 'd= is not the From domain',
  'weak-key': 'an RSA key of 1024 to 2047 bits (RFC 8301 §3.2 asks for 2048)',
  'signed-as-absent': 'Date or Message-ID is missing, and signed as missing',
  'bcc-present': 'the message has a Bcc field',
  'long-line': 'a line is longer than 998 bytes (RFC 5322 §2.1.1)',
  'signed-already': 'the message has a signature of the same domain and selector',
  'signed-twice': 'two of the new signatures have the same domain and selector',
  'expires-soon': 'the signature expires within an hour',
} as const satisfies Record<string, string>

/** The code of a row of SIGNING_WARNINGS; stable. */
export type SigningWarningCode = keyof typeof SIGNING_WARNINGS

/** A name of the key record, compared without regard to letter case. */
function signerName(domain: string, selector: string): string {
  return lowerAscii(`${selector}._domainkey.${domain}`)
}

export interface NamedRequest {
  readonly request: SignatureRequest
  readonly domain: string
  readonly selector: string
  /** h= */
  readonly signedFields: readonly string[]
}

/** Of one new signature. */
export function requestWarnings({ request, domain }: NamedRequest, author: string | null): SigningWarning[] {
  const { key, expiresIn } = request
  const warnings: SigningWarning[] = []
  if (author !== null && !isSubdomainOrEqual(author, domain) && !isSubdomainOrEqual(domain, author)) {
    const text = `d=${domain} is not the From domain ${author}: DMARC will not count this signature`
    warnings.push({ code: 'not-aligned', text })
  }
  if (key.type === 'rsa' && key.bits < LIMITS.rsaBits.recommended) {
    const text = `the key has ${key.bits} bits: use ${LIMITS.rsaBits.recommended} (RFC 8301 §3.2)`
    warnings.push({ code: 'weak-key', text })
  }
  if (expiresIn !== undefined && expiresIn < 3600) {
    const text = `the signature expires after ${expiresIn} s: mail that waits in a queue will not verify`
    warnings.push({ code: 'expires-soon', text })
  }
  return warnings
}

/** Of the message with its new signatures. */
export function messageWarnings(
  requests: readonly NamedRequest[],
  index: FieldIndex,
  lines: { readonly header: boolean; readonly body: boolean },
): SigningWarning[] {
  const signed = new Set(requests.flatMap(({ signedFields }) => signedFields))
  return [...absentFields(signed, index), ...blindCopies(signed, index), ...longLines(lines)]
}

/** Mail servers add these two where they are missing (RFC 6409 §8). */
const ADDED_ON_THE_WAY = [
  ['date', 'Date'],
  ['message-id', 'Message-ID'],
] as const

function absentFields(signed: ReadonlySet<string>, index: FieldIndex): SigningWarning[] {
  const missing = ADDED_ON_THE_WAY.filter(([name]) => signed.has(name) && !index.has(name)).map(([, name]) => name)
  if (missing.length === 0) return []
  const [it, one] =
    missing.length === 1 ? ['it', `no ${missing[0]} field`] : ['them', `no ${missing.join(' and no ')} field`]
  const text = `the message has ${one} and is signed without ${it}: a mail server that adds ${it} breaks the signature`
  return [{ code: 'signed-as-absent', text }]
}

function blindCopies(signed: ReadonlySet<string>, index: FieldIndex): SigningWarning[] {
  return (['bcc', 'resent-bcc'] as const).flatMap(name => {
    if (!index.has(name)) return []
    const field = name === 'bcc' ? 'Bcc' : 'Resent-Bcc'
    const text = signed.has(name)
      ? `the ${field} field is signed: removing it, as mail systems do when they send, breaks the signature`
      : `the message has a ${field} field: every recipient can read it unless it is removed before sending`
    return [{ code: 'bcc-present' as const, text }]
  })
}

function longLines({ header, body }: { readonly header: boolean; readonly body: boolean }): SigningWarning[] {
  if (!header && !body) return []
  const where =
    header && body
      ? 'lines of the header section and the body are'
      : `a line of the ${header ? 'header section' : 'body'} is`
  const text = `${where} longer than ${LIMITS.lineOctets} bytes: mail servers may break it, and with it the signature (RFC 5322 §2.1.1)`
  return [
    {
      code: 'long-line',
      text: header && body ? text.replace('break it, and with it', 'break them, and with them') : text,
    },
  ]
}

/** DKIM-Signature fields that the message has already and that name a key which signs now. */
export function earlierSignatures(section: HeaderSection, requests: readonly NamedRequest[]): HeaderField[] {
  const names = new Set(requests.map(({ domain, selector }) => signerName(domain, selector)))
  return section.fields.filter(field => {
    if (field.name !== 'dkim-signature') return false
    const { keyName } = parseSignature(section, field)
    return keyName !== null && names.has(lowerAscii(keyName))
  })
}

export function alreadySigned(section: HeaderSection, field: HeaderField): SigningWarning {
  const { domain, selector } = parseSignature(section, field)
  const text = `the message has a signature by ${domain} (${selector}) already: --replace takes the old one out`
  return { code: 'signed-already', text }
}

/** New signatures with the name of an earlier one. */
export function twiceNamed(requests: readonly NamedRequest[]): SigningWarning[] {
  const seen = new Set<string>()
  const warnings: SigningWarning[] = []
  for (const { domain, selector } of requests) {
    const name = signerName(domain, selector)
    if (seen.has(name)) {
      const text = `two of the new signatures are by ${domain} (${selector}): a selector has one key`
      warnings.push({ code: 'signed-twice', text })
    }
    seen.add(name)
  }
  return warnings
}

const LF = 0x0a
const LONGEST = LIMITS.lineOctets + 2

/** Is any line longer than 998 bytes? Looks for the last line end of each stretch that one line may fill, so that few bytes are read. */
export class LongLineFinder {
  /** Bytes since the last LF. */
  #length = 0
  #found = false

  write(chunk: Buffer): void {
    let start = -this.#length
    while (!this.#found && start + LONGEST <= chunk.length) {
      const end = chunk.lastIndexOf(LF, start + LONGEST - 1)
      if (end < Math.max(start, 0)) this.#found = true
      start = end + 1
    }
    if (this.#found) return
    const last = chunk.lastIndexOf(LF)
    this.#length = chunk.length - (last === -1 ? start : last + 1)
  }

  /** After the last chunk: a line that nothing ends has no CRLF to be left out. */
  end(): boolean {
    return this.#found || this.#length > LIMITS.lineOctets
  }
}
