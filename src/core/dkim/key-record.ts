// Key records (§3.6.1): parse and format. What is wrong with one is a Rejection; advice about legal but poor ones is the linter's.

import { LIMITS } from '../limits.js'
import { isHyphenatedWord, latin1ToUtf8, lowerAscii } from '../syntax/names.js'
import { decodeDkimQuotedPrintable, encodeDkimQuotedPrintable } from '../syntax/quoted-printable.js'
import { removeFws, trimFws } from '../syntax/white-space.js'
import { Rejection } from './rejection.js'
import { formatTagList, parseTagList, type TagList, TagListError } from './tag-list.js'

export interface KeyRecord {
  /** `DKIM1`, or null where v= is absent. */
  readonly version: string | null
  /** k=, `rsa` where absent; perhaps a type that nobody knows. */
  readonly keyType: string
  /** h=, null where absent (all hash algorithms are allowed). */
  readonly hashes: readonly string[] | null
  /** s=, `*` where absent. */
  readonly services: readonly string[]
  /** t= */
  readonly flags: readonly string[]
  /** n= decoded, null where absent. */
  readonly notes: string | null
  /** p= without white space; empty: the key is revoked. */
  readonly publicKey: string
  readonly tags: TagList
}

/** `text` holds the joined character-strings as latin1. Rejects with key-syntax-error. */
export function parseKeyRecord(text: string): KeyRecord {
  const tags = tagsOf(text)
  const version = versionOf(tags)
  const p = tags.get('p')
  if (p === undefined) throw new Rejection('key-syntax-error', 'the record has no p= tag')
  const publicKey = removeFws(p.value)
  if (publicKey.length > LIMITS.publicKeyCharacters) {
    throw new Rejection('key-syntax-error', `p= is longer than ${LIMITS.publicKeyCharacters} characters`)
  }
  const notes = tags.get('n')
  return {
    version,
    keyType: keyTypeOf(tags),
    hashes: tags.has('h') ? listOf(tags, 'h') : null,
    services: tags.has('s') ? listOf(tags, 's') : ['*'],
    flags: listOf(tags, 't'),
    notes: notes === undefined ? null : decodeNotes(notes.value),
    publicKey,
    tags,
  }
}

function decodeNotes(value: string): string {
  const decoded = decodeDkimQuotedPrintable(value) ?? value
  return latin1ToUtf8(decoded) ?? decoded
}

function tagsOf(text: string): TagList {
  try {
    const tags = parseTagList(text)
    // "INFORMATIVE NOTE: … records are US-ASCII". n= is for people, and no program reads it (§3.6.1): it makes no key invalid.
    if (
      /[\x80-\xff]/.test(text) &&
      [...tags.values()].some(({ name, value }) => name !== 'n' && /[\x80-\xff]/.test(value))
    )
      throw new Rejection('key-syntax-error', 'the record has non-ASCII characters outside n=')
    return tags
  } catch (error) {
    if (error instanceof TagListError)
      throw new Rejection('key-syntax-error', `${error.message} (at byte ${error.offset})`)
    throw error
  }
}

/** "v= … This tag MUST be the first tag in the record. It MUST be 'DKIM1' (without the quotes)." */
function versionOf(tags: TagList): string | null {
  const v = tags.get('v')
  if (v === undefined) return null
  if (v.value !== 'DKIM1') throw new Rejection('key-syntax-error', 'v= is not DKIM1')
  if (tags.keys().next().value !== 'v') throw new Rejection('key-syntax-error', 'v= is not the first tag')
  return v.value
}

function keyTypeOf(tags: TagList): string {
  const k = tags.get('k')
  if (k === undefined) return 'rsa'
  if (!isHyphenatedWord(k.value)) throw new Rejection('key-syntax-error', 'k= is not a key type')
  // "Values MUST be processed as case sensitive" (§3.2): k=RSA is a type nobody knows.
  return k.value
}

/** A colon-separated list of words. Words nobody knows are kept: they must be ignored, not refused; flags of any form are. */
function listOf(tags: TagList, name: 'h' | 's' | 't'): string[] {
  const tag = tags.get(name)
  if (tag === undefined) return []
  const items = tag.value.split(':').map(trimFws)
  if (name === 't') return items.filter(isHyphenatedWord)
  const bad = items.some(item => !isHyphenatedWord(item) && !(name === 's' && item === '*'))
  if (bad) throw new Rejection('key-syntax-error', `${name}= is not a list of words`)
  return items
}

/** True for a TXT record that means to be a key record: others may stand at the same name and are passed over. */
export function looksLikeKeyRecord(text: string): boolean {
  try {
    const tags = parseTagList(text)
    const v = tags.get('v')
    return v === undefined ? tags.has('p') : lowerAscii(v.value).startsWith('dkim')
  } catch {
    return /^[ \t]*["']?v[ \t]*=[ \t]*dkim/i.test(text) || /(?:^|;)[ \t]*p[ \t]*=/.test(text)
  }
}

export interface KeyRecordFields {
  readonly keyType?: 'rsa' | 'ed25519'
  /** The value of p=; empty to revoke. */
  readonly publicKey: string
  readonly hashes?: readonly string[]
  readonly services?: readonly string[]
  readonly flags?: readonly string[]
  /** Plain text; it is encoded here. */
  readonly notes?: string
}

/** The text of a record: v= first, p= last. */
export function formatKeyRecord(fields: KeyRecordFields): string {
  const tags: [string, string][] = [['v', 'DKIM1']]
  if (fields.hashes !== undefined && fields.hashes.length > 0) tags.push(['h', fields.hashes.join(':')])
  if (fields.keyType !== undefined) tags.push(['k', fields.keyType])
  if (fields.notes !== undefined && fields.notes !== '') {
    // A quotation mark is legal in n= (§2.11), but does not survive every DNS panel.
    tags.push(['n', encodeDkimQuotedPrintable(Buffer.from(fields.notes, 'utf8').toString('latin1'), '"')])
  }
  if (fields.services !== undefined && fields.services.length > 0) tags.push(['s', fields.services.join(':')])
  if (fields.flags !== undefined && fields.flags.length > 0) tags.push(['t', fields.flags.join(':')])
  return formatTagList([...tags, ['p', fields.publicKey]])
}
