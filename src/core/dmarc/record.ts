// DMARC Policy Records (RFC 9989 §4.7, §4.8): which text is one, and what its tags say.

import { trimWsp } from '../syntax/white-space.js'

/** The Domain Owner Assessment Policy (§3.2.7). */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject'

export interface DmarcRecord {
  /** As published; null where the tag is absent or not valid. */
  readonly p: DmarcPolicy | null
  readonly sp: DmarcPolicy | null
  readonly np: DmarcPolicy | null
  readonly adkim: 'relaxed' | 'strict'
  readonly aspf: 'relaxed' | 'strict'
  /** y: a Public Suffix Domain · n: its own Organizational Domain · u: neither is said. */
  readonly psd: 'y' | 'n' | 'u'
  /** t=y: receivers are asked to apply one step less than the policy. */
  readonly testing: boolean
  /** Syntactically valid reporting URIs, without the obsolete `!size`. */
  readonly rua: readonly string[]
  readonly ruf: readonly string[]
  /**
   * What §4.10.1 makes of the policy tags: `published` as they are; `none` where p= is missing or one of p=, sp=, np= is not valid, and
   * rua= has a valid URI; `ignored` where it has none: then the mechanism is not applied.
   */
  readonly effect: 'published' | 'none' | 'ignored'
  /** Every tag in the order of the text, with its value as published. A Map, because tag names are chosen by strangers. */
  readonly tags: ReadonlyMap<string, string>
  readonly faults: readonly DmarcFault[]
}

export interface DmarcFault {
  readonly kind: 'duplicate-tag' | 'invalid-value' | 'not-a-tag'
  /** The tag; what was found in its place for `not-a-tag`. */
  readonly tag: string
}

/** "v" is matched in any letter case as ABNF has it; its value is case-sensitive (§4.8). */
const VERSION = /^[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/
/** URI of RFC 3986; commas and exclamation points in it are encoded. `!10m` behind it is obsolete and ignored. */
const REPORTING_URI = /^([a-z][a-z0-9+.-]*:[\w.~:/?#[\]@$&'()*+;=%-]+)(?:![0-9]+[kmgt]?)?$/i

/** Null where the text is not a DMARC Policy Record: "then the entire record MUST be ignored" (§4.7, v). */
export function parseDmarcRecord(text: string): DmarcRecord | null {
  if (!VERSION.test(text)) return null
  const tags = new Map<string, string>()
  const faults: DmarcFault[] = []
  const duplicates = new Set<string>()
  for (const part of text.split(';').slice(1)) {
    const tag = trimWsp(part)
    if (tag === '') continue
    const [, name, value] = /^([A-Za-z]+)[ \t]*=[ \t]*([ -:<-~]+)$/.exec(tag) ?? []
    if (name === undefined || value === undefined) faults.push({ kind: 'not-a-tag', tag })
    else if (tags.has(name) || name === 'v') duplicates.add(name)
    else tags.set(name, value)
  }
  for (const name of duplicates) faults.push({ kind: 'duplicate-tag', tag: name })
  // "Syntax errors in the remainder of the record MUST be discarded in favor of default values (if any)" (§4.8): of two values none is taken.
  const read = <Value>(name: string, values: Readonly<Record<string, Value>>): Value | null => {
    const value = tags.get(name)?.toLowerCase()
    if (value === undefined || duplicates.has(name)) return null
    if (Object.hasOwn(values, value)) return values[value]!
    faults.push({ kind: 'invalid-value', tag: name })
    return null
  }
  const [p, sp, np] = [read('p', POLICIES), read('sp', POLICIES), read('np', POLICIES)]
  const rua = urisOf(tags.get('rua'), duplicates.has('rua'))
  const isValid = p !== null && (sp !== null || !tags.has('sp')) && (np !== null || !tags.has('np'))
  return {
    p,
    sp,
    np,
    adkim: read('adkim', MODES) ?? 'relaxed',
    aspf: read('aspf', MODES) ?? 'relaxed',
    psd: read('psd', PSD) ?? 'u',
    testing: read('t', FLAGS) ?? false,
    rua,
    ruf: urisOf(tags.get('ruf'), duplicates.has('ruf')),
    effect: isValid ? 'published' : rua.length > 0 ? 'none' : 'ignored',
    tags,
    faults,
  }
}

const POLICIES = { none: 'none', quarantine: 'quarantine', reject: 'reject' } as const
const MODES = { r: 'relaxed', s: 'strict' } as const
const PSD = { y: 'y', n: 'n', u: 'u' } as const
const FLAGS = { y: true, n: false } as const

function urisOf(list: string | undefined, isDuplicate: boolean): readonly string[] {
  if (list === undefined || isDuplicate) return []
  return list.split(',').flatMap(item => REPORTING_URI.exec(trimWsp(item))?.[1] ?? [])
}
