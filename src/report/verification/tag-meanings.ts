// What the tags of a signature (§3.5) and of a key record (§3.6.1) say, in plain words.

import type { Tag, TagList } from '../../core/dkim/tag-list.js'
import { formatDuration } from '../../core/rotation/calendar.js'
import { isSubdomainOrEqual, toUnicodeName } from '../../core/syntax/names.js'
import { decodeDkimQuotedPrintable } from '../../core/syntax/quoted-printable.js'

export interface TagMeaning {
  readonly name: string
  /** As written, without folding. */
  readonly value: string
  readonly meaning: string
  /** The section that defines the tag; null for a tag that no RFC defines. */
  readonly section: string | null
}

interface Row {
  readonly section: string
  readonly meaning: (value: string, textOf: TextOf) => string
}

/** The value of another tag of the list, without folding. */
type TextOf = (name: string) => string | undefined

/** In the words of this value; what is wrong with a value is said by the verdict, not here. */
export const SIGNATURE_TAGS = {
  v: {
    section: '§3.5',
    meaning: value => (value === '1' ? 'DKIM version 1, the only version' : 'not a version of DKIM'),
  },
  a: { section: '§3.3', meaning: value => ALGORITHM_MEANINGS[value] ?? 'unknown algorithm' },
  b: {
    section: '§3.5',
    meaning: value => `the signature, ${octets(value)}, over the fields in h= and this field with b= empty`,
  },
  bh: { section: '§3.7', meaning: value => `the body hash, ${octets(value)}: any change to the body changes it` },
  c: { section: '§3.4', meaning: canonicalizationMeaning },
  d: { section: '§3.5', meaning: value => `${named(value)} takes responsibility for this message` },
  h: { section: '§5.4', meaning: signedFieldsMeaning },
  i: { section: '§3.5', meaning: identityMeaning },
  l: {
    section: '§8.2',
    meaning: value =>
      Number(value) === 0
        ? 'none of the body is signed: anyone can replace it'
        : `only the first ${count(Number(value), 'byte')} of the body ${Number(value) === 1 ? 'is' : 'are'} signed: anyone can append more`,
  },
  q: { section: '§3.5', meaning: queryMeaning },
  s: {
    section: '§3.1',
    meaning: (value, textOf) => `the selector: the key is published at ${value}._domainkey.${textOf('d') ?? 'DOMAIN'}`,
  },
  t: { section: '§3.5', meaning: value => `signed ${time(value)}` },
  x: { section: '§3.5', meaning: expirationMeaning },
  z: {
    section: '§3.5',
    meaning: value =>
      `copies of ${count(value.split('|').length, 'field')} as signed, for diagnosis only: ${copied(value)}`,
  },
} as const satisfies Readonly<Record<string, Row>>

export const KEY_RECORD_TAGS = {
  v: {
    section: '§3.6.1',
    meaning: value => (value === 'DKIM1' ? 'a DKIM key record' : 'not a key record version'),
  },
  g: { section: 'RFC 4871 §3.6.1', meaning: () => 'a tag from the first DKIM standard, now ignored' },
  h: { section: '§3.6.1', meaning: hashesMeaning },
  k: { section: '§3.6.1', meaning: value => KEY_TYPE_MEANINGS[value] ?? 'a key type that DKIM verifiers do not know' },
  n: { section: '§3.6.1', meaning: value => `a note for people: “${decodeDkimQuotedPrintable(value) ?? value}”` },
  p: { section: '§3.6.1', meaning: publicKeyMeaning },
  s: { section: '§3.6.1', meaning: serviceMeaning },
  t: { section: '§3.6.1', meaning: flagsMeaning },
} as const satisfies Readonly<Record<string, Row>>

/** The tags in the order they stand in. */
export function explainTags(tags: TagList, kind: 'signature' | 'key-record'): TagMeaning[] {
  const rows: Readonly<Record<string, Row>> = kind === 'signature' ? SIGNATURE_TAGS : KEY_RECORD_TAGS
  const textOf: TextOf = name => {
    const tag = tags.get(name)
    return tag === undefined ? undefined : unfolded(tag)
  }
  return Array.from(tags.values(), tag => {
    const value = unfolded(tag)
    const row = Object.hasOwn(rows, tag.name) ? rows[tag.name] : undefined
    const meaning = row?.meaning(value, textOf) ?? UNKNOWN_TAG
    const section = row === undefined ? null : (NEWER_SECTIONS[`${tag.name}=${value}`] ?? row.section)
    return { name: tag.name, value, meaning, section }
  })
}

/** One tag of a key record. */
export function keyTagMeaning(name: string, value: string, tags: readonly Pick<Tag, 'name' | 'value'>[]): string {
  const rows: Readonly<Record<string, Row>> = KEY_RECORD_TAGS
  if (!Object.hasOwn(rows, name)) return UNKNOWN_TAG
  const textOf: TextOf = other => {
    const tag = tags.find(candidate => candidate.name === other)
    return tag === undefined ? undefined : unfolded(tag)
  }
  return rows[name]!.meaning(unfolded({ name, value }), textOf)
}

const UNKNOWN_TAG = 'an unknown tag, which verifiers ignore'

/** Values that came after RFC 6376. */
const NEWER_SECTIONS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  'a=ed25519-sha256': 'RFC 8463 §3',
  'a=rsa-sha1': 'RFC 8301 §3.1',
  'k=ed25519': 'RFC 8463 §4',
})

const ALGORITHM_MEANINGS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  'rsa-sha256': 'signed with an RSA key over SHA-256 hashes',
  'ed25519-sha256': 'signed with an Ed25519 key over SHA-256 hashes',
  'rsa-sha1': 'signed with an RSA key over SHA-1 hashes, no longer accepted',
})

const KEY_TYPE_MEANINGS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  rsa: 'an RSA key',
  ed25519: 'an Ed25519 key',
})

const CHANGES = {
  header: { simple: 'signed fields must not change at all', relaxed: 'signed fields may be refolded' },
  body: { simple: 'the body must not change at all', relaxed: 'white space in the body may change' },
} as const

function canonicalizationMeaning(value: string): string {
  const [header = '', body = 'simple'] = value.split('/')
  const parts = [CHANGES.header[header as 'simple'], CHANGES.body[body as 'simple']]
  return parts.every(part => typeof part === 'string') ? parts.join('; ') : 'unknown canonicalization'
}

function signedFieldsMeaning(value: string): string {
  const names = value.split(':').map(name => name.trim().toLowerCase())
  const unique = [...new Set(names)]
  const twice = unique.filter(name => names.indexOf(name) !== names.lastIndexOf(name))
  const extra = twice.length === 0 ? '' : `; listed more than once to prevent additions: ${twice.join(', ')}`
  return `${count(unique.length, 'field')} signed: ${unique.join(', ')}${extra}`
}

function identityMeaning(value: string, textOf: TextOf): string {
  const decoded = decodeDkimQuotedPrintable(value) ?? value
  const at = decoded.lastIndexOf('@')
  const host = decoded.slice(at + 1)
  const domain = textOf('d')?.toLowerCase()
  const who = at <= 0 ? `on behalf of anyone at ${named(host)}` : `on behalf of ${decoded}`
  if (domain === undefined || host.toLowerCase() === domain) return who
  return isSubdomainOrEqual(host.toLowerCase(), domain)
    ? `${who}, in a subdomain of d= (a key with t=s would forbid it)`
    : `${who}, which is not at d=`
}

function queryMeaning(value: string): string {
  const others = value.split(':').filter(method => method !== 'dns/txt')
  if (others.length === 0) return 'the key is a TXT record in DNS'
  const unknown = `${others.join(', ')}: unknown`
  return others.length === value.split(':').length
    ? `the methods of looking up the key; ${unknown}`
    : `the key is a TXT record in DNS; ${unknown}`
}

function expirationMeaning(value: string, textOf: TextOf): string {
  const milliseconds = (Number(value) - Number(textOf('t') ?? Number.NaN)) * 1000
  if (time(value) === INVALID_TIME) return 'valid until a time that cannot be read'
  const until = `valid until ${time(value)}`
  if (!Number.isFinite(milliseconds)) return until
  if (milliseconds <= 0) return `${until}, which is not after the time of signing`
  const days = milliseconds / 86_400_000
  const later = Number.isInteger(days) ? count(days, 'day') : formatDuration(milliseconds)
  return `${until}, ${later} after signing`
}

/** `From:…|Subject:…` */
function copied(value: string): string {
  return value
    .split('|')
    .map(field => field.replace(/:.*$/s, '').toLowerCase())
    .join(', ')
}

function hashesMeaning(value: string): string {
  const hashes = items(value)
  if (hashes.length === 1 && hashes[0] === 'sha256') return 'only signatures over SHA-256 hashes'
  const only = `only signatures over these hashes: ${hashes.join(', ')}`
  return hashes.includes('sha256') ? only : `${only}; no usable signature today, since only SHA-256 is accepted`
}

function publicKeyMeaning(value: string): string {
  if (value === '') return 'empty: the key was revoked'
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value))
    return `${count(value.length, 'character')}, which are not a base64 public key`
  return `the public key, ${octets(value)}`
}

function serviceMeaning(value: string): string {
  const services = items(value)
  if (services.includes('*')) return 'for every service'
  const others = services.filter(service => service !== 'email')
  if (!services.includes('email')) return `not for mail, only for ${others.join(', ')}`
  return others.length === 0 ? 'for mail only' : `for mail and ${others.join(', ')}`
}

function flagsMeaning(value: string): string {
  if (value === '') return 'no flags'
  return items(value)
    .map(flag => FLAG_MEANINGS[flag] ?? `${flag}: an unknown flag, which verifiers ignore`)
    .join('; ')
}

const FLAG_MEANINGS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  y: 'y: the domain is testing DKIM: failing mail counts as unsigned',
  s: 's: no subdomains; the domain of i= must equal d=',
})

function unfolded(tag: Pick<Tag, 'name' | 'value'>): string {
  const blanks = /[ \t\r\n]+/g
  return /^(?:b|bh|p|h|z|q|s|t)$/.test(tag.name) ? tag.value.replace(blanks, '') : tag.value.replace(blanks, ' ')
}

function items(value: string): string[] {
  return value.split(':').map(item => item.trim())
}

/** With its Unicode form, where it has one (RFC 8616). */
function named(domain: string): string {
  const unicode = toUnicodeName(domain)
  return unicode === null ? domain : `${domain} (${unicode})`
}

function octets(base64: string): string {
  return count(Math.floor((base64.replace(/[=]+$/, '').length * 3) / 4), 'byte')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function time(seconds: string): string {
  const date = new Date(Number(seconds) * 1000)
  return /^\d+$/.test(seconds) && !Number.isNaN(date.getTime())
    ? date.toISOString().replace('T', ' at ').replace('.000Z', ' UTC')
    : INVALID_TIME
}

const INVALID_TIME = 'at a time that cannot be read'
