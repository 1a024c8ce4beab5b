// A DNS record about to be published, in validated parts: what every dialect is given. No dialect sees text from anywhere else.

import { MAX_TTL } from '../../core/dns/record.js'
import { DkimError } from '../../core/errors.js'
import { givenDomain, givenSelector, givenZone } from '../../core/syntax/given-name.js'
import { isSubdomainOrEqual, keyRecordName, toDomainName } from '../../core/syntax/names.js'

export const DEFAULT_TTL = 3600

export interface DnsRecord {
  readonly selector: string
  /** Lower case A-labels; null where only names relative to the zone are wanted. */
  readonly domain: string | null
  /** The zone that holds the record: the domain itself, one above it, or one below it that holds its keys. */
  readonly zone: string | null
  readonly type: 'TXT' | 'CNAME'
  /** TXT: the whole text, printable ASCII. CNAME: the target without the final dot. */
  readonly value: string
  readonly ttl: number
  /** A record of this name and type is there already and gives way (revocation). */
  readonly replaces: boolean
  /** Where a dialect has both forms: names relative to the zone instead of names with a final dot. */
  readonly relative: boolean
}

export interface DnsRecordParts {
  readonly selector: string
  readonly domain?: string | undefined
  readonly zone?: string | undefined
  readonly type?: 'TXT' | 'CNAME'
  readonly value: string
  readonly ttl?: number | undefined
  readonly replaces?: boolean
  readonly relative?: boolean | undefined
}

/** Checks every part; throws DkimError('name-invalid' | 'record-invalid'). */
export function dnsRecord(parts: DnsRecordParts): DnsRecord {
  const { type = 'TXT', ttl = DEFAULT_TTL, value } = parts
  const selector = givenSelector(parts.selector)
  const domain = parts.domain === undefined ? null : givenDomain(parts.domain)
  if (keyRecordName(selector, domain ?? '') === undefined) {
    throw new DkimError(
      'name-invalid',
      `${selector}._domainkey.${domain ?? ''} is longer than DNS allows`,
      'choose a shorter selector',
    )
  }
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > MAX_TTL) {
    throw new DkimError(
      'usage',
      `a TTL of ${ttl} is outside 0 to ${MAX_TTL} seconds (RFC 2181 §8)`,
      'an hour is usual: 3600',
    )
  }
  if (type === 'CNAME' ? toDomainName(value) !== value : !/^[ -~]*$/.test(value)) {
    throw new DkimError(
      'record-invalid',
      'the record contains invalid characters',
      'records must be ASCII: rewrite it (--notes encodes other text)',
    )
  }
  const zone = zoneOf(parts.zone, selector, domain)
  const { replaces = false, relative = domain === null } = parts
  if (!relative && domain === null) {
    throw new DkimError('usage', 'an absolute name needs a domain', 'give --domain, or leave --absolute out')
  }
  return { selector, domain, zone, type, value, ttl, replaces, relative }
}

/** The zone that holds the record: that of the domain, one above it, or one delegated below it (`_domainkey.example.com`). */
function zoneOf(text: string | undefined, selector: string, domain: string | null): string | null {
  if (text === undefined) return domain
  const zone = givenZone(text)
  if (domain !== null && isSubdomainOrEqual(keyRecordName(selector, domain) ?? domain, zone)) return zone
  throw new DkimError(
    'usage',
    `the zone ${zone} does not hold ${domain === null ? 'a domain that is not given' : `${selector}._domainkey.${domain}`}`,
    'see --domain',
  )
}

/** `sel._domainkey.example.com`, no final dot. Only for dialects that need a domain. */
export function fullName({ selector, domain }: DnsRecord): string {
  return domain === null ? `${selector}._domainkey` : `${selector}._domainkey.${domain}`
}

/** The warning for a valid but unintended name, whose selector ends with the domain; else null. */
export function doubledDomain(record: DnsRecord): string | null {
  const { selector, domain } = record
  if (domain === null || !selector.toLowerCase().endsWith(`.${domain}`)) return null
  const meant = selector.slice(0, -(domain.length + 1))
  return `the selector ends with the domain, so the record is ${fullName(record)}: did you mean ${meant}?`
}

/** The name as the zone's own file or panel has it: `sel._domainkey`, or `sel._domainkey.mail` in the zone above; `@` is the zone itself. */
export function relativeName(record: DnsRecord): string {
  const { domain, zone } = record
  if (domain === null || zone === null) return fullName(record)
  return fullName(record).slice(0, -(zone.length + 1)) || '@'
}

/** The owner of the record in a zone file: with the final dot, or relative. */
export function ownerName(record: DnsRecord): string {
  return record.relative ? relativeName(record) : `${fullName(record)}.`
}

/** "<character-string> is … up to 256 characters in length (including the length octet)" (RFC 1035 §3.3). */
const MAX_STRING = 255

/** Cut into character-strings; verifiers join them with nothing between (§3.6.2.2). An empty text is one empty string. */
export function characterStrings(value: string): string[] {
  const strings: string[] = []
  for (let start = 0; start < value.length; start += MAX_STRING) strings.push(value.slice(start, start + MAX_STRING))
  return strings.length === 0 ? [''] : strings
}
