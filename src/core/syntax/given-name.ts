// The signing domain and the selector as a person gives them: read strictly, and where something else was given, it is said what belongs there (§3.1, §3.5).

import { DkimError } from '../errors.js'
import { lowerAscii, toDomainName, toSelector } from './names.js'
import { trimFws } from './white-space.js'

const MARKER = '_domainkey'

/** A domain in lower case A-label form; one final dot is welcome. Throws DkimError('name-invalid'). */
export function givenDomain(text: string): string {
  const domain = toDomainName(text.endsWith('.') ? text.slice(0, -1) : text)
  // No top-level domain is a number (RFC 3696 §2): this is an IP address, or a part of one.
  if (domain !== undefined && /(?:^|\.)\d+$/.test(domain)) {
    const hint = 'a key belongs to a domain name: give the domain of the From address, such as example.com'
    throw new DkimError('name-invalid', `"${text}" is an IP address or a number, not a domain name`, hint)
  }
  if (domain !== undefined && !hasMarker(domain)) return domain
  throw new DkimError('name-invalid', `"${text}" is not a domain name`, domainHint(text))
}

/** A zone in lower case A-label form: any name that DNS can delegate, of one label too, and `_domainkey.example.com`. */
export function givenZone(text: string): string {
  const zone = toSelector(text.endsWith('.') ? text.slice(0, -1) : text)
  if (zone !== undefined) return lowerAscii(zone)
  throw new DkimError('name-invalid', `"${text}" is not the name of a zone`, domainHint(text))
}

/**
 * A selector in A-label form, letter case kept. Throws DkimError('name-invalid'). One that holds the label _domainkey is legal and
 * never meant: it is the name of the record, and the key would end up under `mail._domainkey._domainkey.example.com`.
 */
export function givenSelector(text: string): string {
  const selector = toSelector(text)
  // Alone it is a selector as good as any.
  if (selector !== undefined && (!hasMarker(selector) || !selector.includes('.'))) return selector
  const [before = ''] = lowerAscii(text).split(`.${MARKER}`, 1)
  const isRecordName = before !== lowerAscii(text) && toSelector(before) !== undefined
  const hint = isRecordName
    ? `the selector is the part before ._domainkey: ${text.slice(0, before.length)}`
    : 'letters, digits and hyphens, with dots between labels: mail, s202611'
  throw new DkimError('name-invalid', `"${text}" is not a selector`, hint)
}

function hasMarker(name: string): boolean {
  return lowerAscii(name).split('.').includes(MARKER)
}

/** What was given instead, if that can be told. */
function domainHint(text: string): string {
  const name = text.replace(/\.$/, '')
  const behindMarker = lowerAscii(name).lastIndexOf(`${MARKER}.`)
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/:?#@]+)/i.exec(name)?.[1]
  const meant = host ?? (behindMarker === -1 ? partBehindAt(name) : name.slice(behindMarker + MARKER.length + 1))
  const domain = toDomainName(meant)
  if (domain !== undefined) return `is it ${domain}?`
  if (/[ \t,;]/.test(trimFws(name))) return 'give one domain at a time, such as example.com'
  return 'give the domain of the From address, such as example.com'
}

function partBehindAt(text: string): string {
  return trimFws(text.slice(text.lastIndexOf('@') + 1)).replace(/>$/, '')
}
