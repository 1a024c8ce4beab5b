// Names: tags, header fields, domains and selectors (§2.10, §3.1, §3.2, §3.5; RFC 5890 and RFC 8616 for U-labels), compared in ASCII.

import { domainToASCII, domainToUnicode } from 'node:url'
import { removeFws } from './white-space.js'

const UNDERSCORE = 0x5f

/** Lower case for ASCII letters only; other characters are unchanged. */
export function lowerAscii(text: string): string {
  // For ASCII alone the native conversion is exact and ten times as fast.
  return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, letters => letters.toLowerCase()) : text.toLowerCase()
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}

/** tag-name = ALPHA *( ALPHA / DIGIT / "_" ) (§3.2) */
export function isTagName(text: string): boolean {
  // Names of one or two letters, nine in each signature: starting a regular expression costs more than this loop.
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

/** hdr-name *( [FWS] ":" [FWS] hdr-name ) as in h= (§3.5), in lower case; undefined if it is not such a list. At most one more than `limit`. */
export function toFieldNames(text: string, limit: number): string[] | undefined {
  return FIELD_NAMES.test(text) ? removeFws(text.toLowerCase()).split(':', limit + 1) : undefined
}

/** field-name = 1*ftext, any printable US-ASCII but ":" (RFC 5322 §2.2); ";" is excluded because h= and z= cannot carry it (§3.5). */
export function isFieldName(text: string): boolean {
  return /^[!-9<-~]+$/.test(text)
}

/** The longest name that fits a DNS message, in characters of its text form without the final dot (RFC 1035 §2.3.4). */
export const MAX_NAME_LENGTH = 253
const MAX_LABEL_LENGTH = 63

// Underscores are not LDH, but real selectors and domains have them.
const ASCII_LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/

/**
 * One label in lower case A-label form, undefined if it is not one (RFC 5890, RFC 8616 §4).
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

/** True for nearly all names: lower case ASCII without A-labels, which `toALabels` would return unchanged. */
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

/** A domain-name of two labels or more (RFC 5321 §4.1.2) in lower case A-label form; undefined if `text` is not one. No final dot. */
export function toDomainName(text: string): string | undefined {
  if (isPlainName(text)) return text.includes('.') ? text : undefined
  const labels = toALabels(text)
  if (labels === undefined || labels.length < 2) return undefined
  const name = labels.join('.')
  return name.length <= MAX_NAME_LENGTH ? name : undefined
}

/** selector = sub-domain *( "." sub-domain ) (§3.1) in A-label form, letter case kept; undefined if `text` is not one. */
export function toSelector(text: string): string | undefined {
  if (isPlainName(text)) return text
  const labels = toALabels(text)
  if (labels === undefined) return undefined
  const name = isAscii(text) ? text : labels.join('.')
  return name.length <= MAX_NAME_LENGTH ? name : undefined
}

/** The name to ask for a key (§3.6.2.1), lower case; undefined if it is too long for DNS. */
export function keyRecordName(selector: string, domain: string): string | undefined {
  const name = lowerAscii(`${selector}._domainkey.${domain}`)
  return name.length <= MAX_NAME_LENGTH ? name : undefined
}

/** True if `name` is `domain` or a subdomain of it; both in lower case A-label form. */
export function isSubdomainOrEqual(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`)
}

/** The U-label form for people, null if the name has none. */
export function toUnicodeName(name: string): string | null {
  if (!name.includes('xn--')) return null
  const unicode = domainToUnicode(name)
  return unicode === '' || unicode === name ? null : unicode
}

/** Bytes held as latin1 text, read as UTF-8; undefined if they are not UTF-8. */
export function latin1ToUtf8(text: string): string | undefined {
  if (isAscii(text)) return text
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'latin1'))
  } catch {
    return undefined
  }
}
