// The lexical rules, each once: FWS, domain names, selectors, base64, DKIM-quoted-printable (§2.8 to §2.11, §3.2; RFC 5890 for U-labels).
// Text that came from bytes is handled as a latin1 string: one character per byte, so that an index is a byte offset.

import { domainToASCII, domainToUnicode } from 'node:url'

const SP = 0x20
const HTAB = 0x09
const CR = 0x0d
const LF = 0x0a
const UNDERSCORE = 0x5f

/** WSP of RFC 5234 and nothing else: JavaScript's \s matches NBSP, VT and FF, which are data here. */
export function isWsp(code: number): boolean {
  return code === SP || code === HTAB
}

function isFwsByte(code: number): boolean {
  return code === SP || code === HTAB || code === CR || code === LF
}

/** Index of the first character at or after `start` that is not FWS, `end` where there is none. */
export function skipFws(text: string, start: number, end = text.length): number {
  let index = start
  while (index < end && isFwsByte(text.charCodeAt(index))) index += 1
  return index
}

/** Index behind the last character before `end` that is not FWS, `start` where there is none. */
export function skipFwsBack(text: string, start: number, end: number): number {
  let index = end
  while (index > start && isFwsByte(text.charCodeAt(index - 1))) index -= 1
  return index
}

export function trimFws(text: string): string {
  const start = skipFws(text, 0)
  return text.slice(start, skipFwsBack(text, start, text.length))
}

/** Without the WSP at both ends. */
export function trimWsp(text: string): string {
  let start = 0
  while (start < text.length && isWsp(text.charCodeAt(start))) start += 1
  let end = text.length
  while (end > start && isWsp(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

export function removeFws(text: string): string {
  // Runs of one class: linear whatever the input is.
  return /[ \t\r\n]/.test(text) ? text.replace(/[ \t\r\n]+/g, '') : text
}

/** Lower case for ASCII letters only; every other character stays as it is. */
export function lowerAscii(text: string): string {
  // For ASCII alone the native conversion is exact, and ten times as fast as one letter by letter.
  return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, letters => letters.toLowerCase()) : text.toLowerCase()
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}

/** tag-name = ALPHA *( ALPHA / DIGIT / "_" ) (§3.2) */
export function isTagName(text: string): boolean {
  // Names of one or two letters, nine in each signature: the way into a regular expression would cost more than the look.
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    const digit = (code >= 0x30 && code <= 0x39) || code === UNDERSCORE
    if (!isLetter(code) && !(digit && index > 0)) return false
  }
  return text.length > 0
}

/** hyphenated-word = ALPHA [ *(ALPHA / DIGIT / "-") (ALPHA / DIGIT) ] (§2.10) */
export function isHyphenatedWord(text: string): boolean {
  return /^[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(text)
}

const FIELD_NAMES = /^[ \t\r\n]*[!-9<-~]+[ \t\r\n]*(?::[ \t\r\n]*[!-9<-~]+[ \t\r\n]*)*$/

/** hdr-name *( [FWS] ":" [FWS] hdr-name ) as in h= (§3.5), in lower case; undefined where it is no such list. One more than `limit` at most. */
export function toFieldNames(text: string, limit: number): string[] | undefined {
  return FIELD_NAMES.test(text) ? removeFws(text.toLowerCase()).split(':', limit + 1) : undefined
}

/** field-name = 1*ftext, any printable US-ASCII but ":" (RFC 5322 §2.2); ";" is excluded because h= and z= cannot carry it (§3.5). */
export function isFieldName(text: string): boolean {
  return /^[!-9<-~]+$/.test(text)
}

// ---------------------------------------------------------------------------------------------- domain names

/** The longest name that fits a DNS message, in characters of its text form without the final dot (RFC 1035 §2.3.4). */
export const MAX_NAME_LENGTH = 253
const MAX_LABEL_LENGTH = 63

// Underscores are no LDH, but selectors and domains with them are in real use.
const ASCII_LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/

/**
 * One label in lower case A-label form, undefined where it is none (RFC 5890, RFC 8616 §4).
 * A conversion that would change ASCII letters (full width forms, soft hyphens, dots of other scripts) is refused, not mapped.
 */
function toALabel(label: string): string | undefined {
  const lower = lowerAscii(label)
  const ascii = isAscii(lower) ? lower : domainToASCII(lower)
  if (ascii.length === 0 || ascii.length > MAX_LABEL_LENGTH || !ASCII_LABEL.test(ascii)) return undefined
  if (!ascii.startsWith('xn--')) return ascii === lower ? ascii : undefined
  const unicode = domainToUnicode(ascii)
  const roundTrips = unicode !== ascii && domainToASCII(unicode) === ascii
  if (!roundTrips) return undefined
  return ascii === lower || unicode === lower.normalize('NFC').toLowerCase() ? ascii : undefined
}

export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false
  return true
}

const PLAIN_LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const PLAIN_LABELS = new RegExp(`^${PLAIN_LABEL}(?:\\.${PLAIN_LABEL})*$`)

/** True for what nearly all names are, and what `toALabels` would give back unchanged: lower case ASCII without A-labels. */
function isPlainName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && !text.includes('xn--') && PLAIN_LABELS.test(text)
}

function toALabels(text: string): string[] | undefined {
  if (text.length === 0 || text.length > 4 * MAX_NAME_LENGTH) return undefined
  const labels: string[] = []
  for (const label of text.split('.')) {
    const ascii = toALabel(label)
    if (ascii === undefined) return undefined
    labels.push(ascii)
  }
  return labels
}

/** A domain-name of two labels or more (RFC 5321 §4.1.2) in lower case A-label form; undefined where `text` is none. No final dot. */
export function toDomainName(text: string): string | undefined {
  if (isPlainName(text)) return text.includes('.') ? text : undefined
  const labels = toALabels(text)
  if (labels === undefined || labels.length < 2) return undefined
  const name = labels.join('.')
  return name.length <= MAX_NAME_LENGTH ? name : undefined
}

/** selector = sub-domain *( "." sub-domain ) (§3.1) in A-label form, letter case kept; undefined where `text` is none. */
export function toSelector(text: string): string | undefined {
  if (isPlainName(text)) return text
  const labels = toALabels(text)
  if (labels === undefined) return undefined
  const name = isAscii(text) ? text : labels.join('.')
  return name.length <= MAX_NAME_LENGTH ? name : undefined
}

/** The name to ask for a key (§3.6.2.1), lower case; undefined where it is too long for DNS. */
export function keyRecordName(selector: string, domain: string): string | undefined {
  const name = lowerAscii(`${selector}._domainkey.${domain}`)
  return name.length <= MAX_NAME_LENGTH ? name : undefined
}

/** True where `name` is `domain` or a subdomain of it; both in lower case A-label form. */
export function isSubdomainOrEqual(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`)
}

/** The U-label form for people, null where the name has none. */
export function toUnicodeName(name: string): string | null {
  if (!name.includes('xn--')) return null
  const unicode = domainToUnicode(name)
  return unicode === '' || unicode === name ? null : unicode
}

/** Bytes held as latin1 text, read as UTF-8; undefined where they are none. */
export function latin1ToUtf8(text: string): string | undefined {
  if (isAscii(text)) return text
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'latin1'))
  } catch {
    return undefined
  }
}

// ---------------------------------------------------------------------------------------------- base64

/**
 * base64string with its FWS (§2.10), decoded; undefined where it is not exactly that.
 * Node's own decoder skips what it does not know, accepts data behind the padding and reads U+0141 as "A".
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0) return undefined
  // A value has one text: what was skipped, misread, or has trailing bits that are not zero (RFC 4648 §3.5) encodes to another one.
  const canonical = bytes.toString('base64')
  // To take out the usual folds alone costs a third of a search for all of FWS.
  return canonical === text.replaceAll('\r\n ', '') || canonical === removeFws(text) ? bytes : undefined
}

// ---------------------------------------------------------------------------------------------- DKIM-quoted-printable

/** dkim-quoted-printable (§2.11) decoded to a latin1 string; undefined where it is malformed. FWS is ignored. */
export function decodeDkimQuotedPrintable(text: string): string | undefined {
  const compact = removeFws(text)
  if (!compact.includes('=')) return isDkimSafe(compact) ? compact : undefined
  let decoded = ''
  for (let index = 0; index < compact.length; ) {
    const next = compact.indexOf('=', index)
    const end = next === -1 ? compact.length : next
    const plain = compact.slice(index, end)
    if (!isDkimSafe(plain)) return undefined
    decoded += plain
    if (next === -1) break
    const octet = compact.slice(next + 1, next + 3)
    // hex-octet is upper case (§2.11); lower case is read as well, as every verifier does.
    if (!/^[0-9A-Fa-f]{2}$/.test(octet)) return undefined
    decoded += String.fromCharCode(Number.parseInt(octet, 16))
    index = next + 3
  }
  return decoded
}

/** dkim-safe-char: %x21-3A / %x3C / %x3E-7E; octets above 7F are let in for RFC 8616 (§3). */
function isDkimSafe(text: string): boolean {
  return /^[!-:<>-~\x80-\xff]*$/.test(text)
}

/** A latin1 string as dkim-quoted-printable (§2.11); `alsoEncode` holds further characters to encode ("|" in z=). */
export function encodeDkimQuotedPrintable(text: string, alsoEncode = ''): string {
  let encoded = ''
  for (const character of text) {
    const plain = /^[!-:<>-~]$/.test(character) && !alsoEncode.includes(character)
    encoded += plain ? character : `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}
