// What the tags of a signature (§3.5) and of a key record (§3.6.1) say, in plain words.

import { decodeDkimQuotedPrintable, type Tag, type TagList } from '../core/index.js'

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
  readonly meaning: (value: string, tags: TagList) => string
}

/** In the words of this value; what is wrong with a value is said by the verdict, not here. */
export const SIGNATURE_TAGS = {
  v: { section: '§3.5', meaning: value => (value === '1' ? 'version 1 of DKIM, the only one' : 'an unknown version') },
  a: { section: '§3.3', meaning: value => ALGORITHM_MEANINGS[value] ?? 'an algorithm that is not in use' },
  b: {
    section: '§3.5',
    meaning: value => `the signature itself, ${octets(value)}, over the fields of h= and this field without it`,
  },
  bh: { section: '§3.7', meaning: value => `the hash of the body, ${octets(value)}: it changes when the body does` },
  c: { section: '§3.4', meaning: canonicalizationMeaning },
  d: { section: '§3.5', meaning: value => `${value} takes responsibility for this message` },
  h: { section: '§5.4', meaning: signedFieldsMeaning },
  i: { section: '§3.5', meaning: identityMeaning },
  l: {
    section: '§8.2',
    meaning: value => `only the first ${value} octets of the body are signed: more can be appended`,
  },
  q: {
    section: '§3.5',
    meaning: value => (value === 'dns/txt' ? 'the key is a TXT record in DNS' : 'where the key can be asked for'),
  },
  s: {
    section: '§3.1',
    meaning: (value, tags) =>
      `the selector: the key is published at ${value}._domainkey.${textOf(tags, 'd') ?? 'DOMAIN'}`,
  },
  t: { section: '§3.5', meaning: value => `signed ${time(value)}` },
  x: { section: '§3.5', meaning: expirationMeaning },
  z: {
    section: '§3.5',
    meaning: value => `a copy of ${count(value.split('|').length, 'field')} as signed, for diagnosis only`,
  },
} as const satisfies Readonly<Record<string, Row>>

export const KEY_RECORD_TAGS = {
  v: {
    section: '§3.6.1',
    meaning: value => (value === 'DKIM1' ? 'a DKIM key record' : 'not the version of a key record'),
  },
  g: { section: 'RFC 4871 §3.6.1', meaning: () => 'a tag of the first DKIM standard, which is ignored today' },
  h: { section: '§3.6.1', meaning: value => `only signatures over these hashes: ${words(value)}` },
  k: { section: '§3.6.1', meaning: value => KEY_TYPE_MEANINGS[value] ?? 'a key type that is not in use' },
  n: { section: '§3.6.1', meaning: value => `a note for people: “${decodeDkimQuotedPrintable(value) ?? value}”` },
  p: { section: '§3.6.1', meaning: publicKeyMeaning },
  s: { section: '§3.6.1', meaning: serviceMeaning },
  t: { section: '§3.6.1', meaning: flagsMeaning },
} as const satisfies Readonly<Record<string, Row>>

/** The tags in the order they stand in. */
export function explainTags(tags: TagList, kind: 'signature' | 'key-record'): TagMeaning[] {
  const rows: ReadonlyMap<string, Row> = new Map(
    Object.entries(kind === 'signature' ? SIGNATURE_TAGS : KEY_RECORD_TAGS),
  )
  return Array.from(tags.values(), tag => explainTag(tag, tags, rows.get(tag.name)))
}

/** One tag of a key record, `value` without folding. */
export function keyTagMeaning(name: string, value: string): string {
  const rows: ReadonlyMap<string, Row> = new Map(Object.entries(KEY_RECORD_TAGS))
  return rows.get(name)?.meaning(value, new Map()) ?? UNKNOWN_TAG
}

const UNKNOWN_TAG = 'an unknown tag, which verifiers ignore'

function explainTag(tag: Tag, tags: TagList, row: Row | undefined): TagMeaning {
  const value = unfolded(tag)
  const meaning = row?.meaning(value, tags) ?? UNKNOWN_TAG
  return { name: tag.name, value, meaning, section: row?.section ?? null }
}

const ALGORITHM_MEANINGS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  'rsa-sha256': 'signed with an RSA key over SHA-256 hashes',
  'ed25519-sha256': 'signed with an Ed25519 key over SHA-256 hashes (RFC 8463)',
  'rsa-sha1': 'signed over SHA-1 hashes, which counts for nothing since RFC 8301',
})

const KEY_TYPE_MEANINGS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  rsa: 'an RSA key',
  ed25519: 'an Ed25519 key (RFC 8463)',
})

const CHANGES = {
  header: { simple: 'not a character of a signed field may change', relaxed: 'signed fields may be folded anew' },
  body: { simple: 'the body may not change at all', relaxed: 'blanks in the body may be re-spaced' },
} as const

function canonicalizationMeaning(value: string): string {
  const [header = '', body = 'simple'] = value.split('/')
  const parts = [CHANGES.header[header as 'simple'], CHANGES.body[body as 'simple']]
  return parts.every(part => typeof part === 'string') ? parts.join('; ') : 'a canonicalization that is not in use'
}

function signedFieldsMeaning(value: string): string {
  const names = value.split(':').map(name => name.trim().toLowerCase())
  const twice = [...new Set(names.filter((name, position) => names.indexOf(name) !== position))]
  const extra = twice.length === 0 ? '' : `; listed more than once, so that none can be added: ${twice.join(', ')}`
  return `${count(new Set(names).size, 'field')} signed${extra}`
}

function identityMeaning(value: string): string {
  const decoded = decodeDkimQuotedPrintable(value) ?? value
  return decoded.startsWith('@') ? `on behalf of anyone at ${decoded.slice(1)}` : `on behalf of ${decoded}`
}

function expirationMeaning(value: string, tags: TagList): string {
  const signed = textOf(tags, 't')
  const days = signed === undefined ? Number.NaN : (Number(value) - Number(signed)) / 86400
  return `valid until ${time(value)}${Number.isFinite(days) ? `, ${count(Math.round(days), 'day')} after signing` : ''}`
}

function publicKeyMeaning(value: string): string {
  return value === '' ? 'empty: this key is revoked' : `the public key, ${octets(value)}`
}

function serviceMeaning(value: string): string {
  const services = value.split(':')
  if (services.includes('*')) return 'for every service'
  return services.includes('email') ? 'for mail' : 'not for mail'
}

function flagsMeaning(value: string): string {
  const known = value.split(':').map(flag => FLAG_MEANINGS[flag] ?? `${flag}: an unknown flag, which verifiers ignore`)
  return known.join('; ')
}

const FLAG_MEANINGS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  y: 'y: the domain is testing DKIM; failures are to be treated as unsigned',
  s: 's: no subdomains: i= must name d= itself',
})

function unfolded(tag: Tag): string {
  const blanks = /[ \t\r\n]+/g
  return /^(?:b|bh|p|h|z|q|s)$/.test(tag.name) ? tag.value.replace(blanks, '') : tag.value.replace(blanks, ' ')
}

function textOf(tags: TagList, name: string): string | undefined {
  const tag = tags.get(name)
  return tag === undefined ? undefined : unfolded(tag)
}

function words(value: string): string {
  return value.split(':').join(', ')
}

function octets(base64: string): string {
  return count(Math.floor((base64.replace(/[=]+$/, '').length * 3) / 4), 'octet')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function time(seconds: string): string {
  const date = new Date(Number(seconds) * 1000)
  return /^\d+$/.test(seconds) && !Number.isNaN(date.getTime())
    ? date.toISOString().replace('T', ' at ').replace('.000Z', ' UTC')
    : 'at a time that cannot be read'
}
