// The linter for key records (§3.6.1): whatever was published, what is wrong with it, and how it should read.

import { type KeyRecord, parseKeyRecord } from '../dkim/key-record.js'
import { Rejection } from '../dkim/rejection.js'
import { formatTagList } from '../dkim/tag-list.js'
import type { PublicKey } from '../keys/public-key.js'
import { LIMITS } from '../limits.js'
import { decodeBase64 } from '../syntax/base64.js'
import { isAscii, isHyphenatedWord, lowerAscii } from '../syntax/names.js'
import { encodeDkimQuotedPrintable } from '../syntax/quoted-printable.js'
import { removeFws, trimFws } from '../syntax/white-space.js'
import { bySeverity, type Finding, type FindingCode, finding, isRepaired } from './findings.js'
import { isPrivateKey, type KeyLint, lintKey } from './lint-key.js'
import { repairText } from './repair.js'
import { isSoundKey, isSoundRecord, repairKey } from './repair-key.js'

type Found = Omit<Finding, 'record'>

export interface RecordLint {
  /** Worst first. */
  readonly findings: readonly Finding[]
  /** The record as a verifier reads it; null where it cannot. */
  readonly record: KeyRecord | null
  /** The key in it, even one that no verifier would accept; null where there is none. */
  readonly key: PublicKey | null
  /** The record as it should read; null where nothing is to be corrected, or where that takes a person. */
  readonly corrected: string | null
}

interface LooseTag {
  readonly name: string
  readonly value: string
}

/** Pure: `text` is the joined strings of one TXT record as latin1, `lengths` those of the strings where they are known. */
export function lintRecord(text: string, lengths: readonly number[] = []): RecordLint {
  const lint = examine(text, lengths)
  if (lint.corrected === null) return lint
  // A correction that has faults of its own is none. What is left may be said of the key itself, which no text can change.
  const isClean = examine(lint.corrected, []).findings.every(({ code }) => OF_THE_KEY.has(code))
  if (isClean) return lint
  return { ...lint, findings: lint.findings.map(found => ({ ...found, record: null })), corrected: null }
}

const OF_THE_KEY: ReadonlySet<FindingCode> = new Set(['key-short', 'key-long', 'unusual-exponent'])

function examine(original: string, lengths: readonly number[]): RecordLint {
  const ordered = inOrder(original.slice(0, LIMITS.txtBytes), lengths)
  const repair = repairText(ordered.text)
  const findings: Found[] = [...ordered.findings, ...repair.findings]
  const text = plainNotes(withoutControls(repair.text, findings), findings)
  const isSound = isSoundRecord(text)
  const once = isSound ? text : removeRepetition(text, findings)
  const tags = looseTags(isSound ? once : addSemicolons(once, findings), findings)
  const named = lintNames(tags, findings)
  const values = new Map(named.map(({ name, value }) => [name, value]))
  const key = lintValues(values, named, findings, { length: original.length, isPrivate: /PRIVATE KEY/.test(text) })
  const corrected = findings.some(({ code }) => isRepaired(code)) ? correctedText(named, values, key, findings) : null
  const withRecord = (found: Found): Finding => ({ ...found, record: isRepaired(found.code) ? corrected : null })
  return {
    findings: bySeverity(findings).map(withRecord),
    record: strictly(original),
    key: key?.key ?? null,
    corrected,
  }
}

/** More strings than this are not tried in every order. */
const MOST_STRINGS = 5

/** The strings of a record in the one order in which they make a key, where the published one does not. */
function inOrder(text: string, lengths: readonly number[]): { text: string; findings: readonly Found[] } {
  const asPublished = { text, findings: [] }
  if (lengths.length < 2 || lengths.length > MOST_STRINGS || isSoundRecord(text)) return asPublished
  const ends = lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, length) => sum + length, 0))
  const strings = lengths.map((length, index) => text.slice(ends[index]! - length, ends[index]))
  const sound = new Set(
    orders(strings)
      .map(order => order.join(''))
      .filter(isSoundRecord),
  )
  const [only, another] = sound
  if (only === undefined || another !== undefined) return asPublished
  return { text: only, findings: [finding('strings-out-of-order')] }
}

export function orders(texts: readonly string[]): string[][] {
  if (texts.length < 2) return [[...texts]]
  return texts.flatMap((first, index) => orders(texts.toSpliced(index, 1)).map(rest => [first, ...rest]))
}

function withoutControls(text: string, findings: Found[]): string {
  // A CR or LF that does not fold (§2.8) is a control like others.
  const control = /[^\t\r\n\x20-\uffff]|\x7f|\r(?!\n[ \t])|(?<!\r)\n/.exec(text)
  if (control === null) return text
  findings.push(finding('control-character', positionOf(text, control.index)))
  return text.replace(/[^\t\r\n\x20-\uffff]|\x7f|\r(?!\n[ \t])|(?<!\r)\n/g, '')
}

/** Octets above 7F: in n= they can be encoded, elsewhere nobody can tell what was meant. */
function plainNotes(text: string, findings: Found[]): string {
  if (isAscii(text)) return text
  const encoded = text.replace(/((?:^|;)[ \t]*n[ \t]*=)([^;]*)/g, (_, name: string, value: string) => {
    const encode = (octet: string): string => encodeDkimQuotedPrintable(octet)
    return name + value.replace(/[\x80-\xff]/g, encode)
  })
  if (encoded !== text) findings.push(finding('non-ascii-note'))
  if (!isAscii(encoded)) findings.push(finding('non-ascii', nonAscii(encoded)))
  return encoded
}

function strictly(text: string): KeyRecord | null {
  try {
    return parseKeyRecord(text)
  } catch (error) {
    if (error instanceof Rejection) return null
    throw error
  }
}

function nonAscii(text: string): string {
  return positionOf(
    text,
    [...text].findIndex(character => character > '\x7f'),
  )
}

function positionOf(text: string, index: number): string {
  return `byte ${text.charCodeAt(index).toString(16).toUpperCase().padStart(2, '0')} at position ${index + 1}`
}

/** `v=DKIM1; …v=DKIM1; …` where both are the same, or one is the beginning of the other. Two different ones are kept apart. */
function removeRepetition(text: string, findings: Found[]): string {
  const pieces = text.split(/(?=v[ \t]*=[ \t]*DKIM1)/i).map(piece => piece.replace(/[; \t]{1,64}$/, ''))
  const copies = pieces.filter(piece => piece !== '')
  const longest = copies.reduce((one, other) => (other.length > one.length ? other : one), '')
  if (copies.length < 2 || copies.some(copy => !/^v[ \t]*=[ \t]*DKIM1/i.test(copy))) return text
  if (copies.some(copy => !longest.startsWith(copy))) return copies.join('; ')
  findings.push(finding('record-pasted-twice', copies.length > 2 ? `${copies.length} times` : undefined))
  return longest
}

/** A blank, a comma or nothing at all behind a complete value and in front of another tag or the key stands where a semicolon belongs. */
const MISSING_SEMICOLON =
  /(DKIM1|rsa|ed25519|sha256|email|\*)(?:[ \t]*[,:|.][ \t]*|[ \t]*)(?=[vhknpst][ \t]*=)|(DKIM1|rsa|ed25519)[ \t,]+(?=[A-Za-z0-9+/]{40})/gi

/** The same behind the key. */
const MISSING_BEHIND_KEY = /([A-Za-z0-9+/]{40,}={0,2})(?:[ \t]*[,|][ \t]*|[ \t]+)(?=[vhknst][ \t]*=[ \t]*[A-Za-z0-9*])/g

function addSemicolons(text: string, findings: Found[]): string {
  let first: string | undefined
  const separated = text
    .replace(MISSING_SEMICOLON, (_match, beforeTag?: string, beforeKey?: string) => {
      const before = (beforeTag ?? beforeKey)!
      first ??= before
      return `${before}; `
    })
    .replace(MISSING_BEHIND_KEY, (_match, before: string) => {
      first ??= 'the key'
      return `${before}; `
    })
  if (first !== undefined) findings.push(finding('semicolon-missing', `behind ${first}`))
  return separated
}

/** Tags as far as they can be made out; what is no tag at all is a finding. */
function looseTags(text: string, findings: Found[]): LooseTag[] {
  const tags: LooseTag[] = []
  const pieces = text.split(';').map(trimFws)
  // A last semicolon may end the list.
  if (pieces.at(-1) === '') pieces.pop()
  if (pieces.includes('')) findings.push(finding('empty-tag'))
  const hasKey = pieces.some(piece => /^p[ \t]*=[ \t]*[^ \t]/i.test(piece))
  for (const tag of pieces.slice(0, LIMITS.tagsPerList)) {
    if (tag === '') continue
    const key = hasKey ? undefined : keyWithoutTag(tag)
    if (key !== undefined) {
      findings.push(finding('key-without-tag'))
      tags.push({ name: 'p', value: key })
      continue
    }
    const equals = tag.indexOf('=')
    const name = equals === -1 ? '' : trimFws(tag.slice(0, equals))
    if (/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) tags.push({ name, value: trimFws(tag.slice(equals + 1)) })
    else findings.push(finding('tag-syntax', `"${tag.slice(0, 40)}" is not a tag`))
  }
  // `p=; MII…`: the empty p= is where the key belongs.
  const isBare = findings.some(({ code }) => code === 'key-without-tag')
  return isBare ? tags.filter(({ name, value }) => name !== 'p' || value !== '') : tags
}

/** A piece that is a key, whatever stands in front of it instead of p=. */
function keyWithoutTag(piece: string): string | undefined {
  if (piece.length < 40) return undefined
  const named = /^[A-Za-z_ ]{0,20}[=:][ \t]*(.*)$/s.exec(piece)?.[1]
  const candidates = [piece, named ?? '', piece.replace(/^p[ \t]*/, '')]
  return candidates.find(text => text.length >= 40 && isKey(text))
}

function isKey(text: string): boolean {
  if (isSoundKey(text) || repairKey(text) !== undefined) return true
  const bytes = decodeBase64(text)
  return bytes !== undefined && bytes.length > 40 && isPrivateKey(bytes)
}

const KNOWN_TAGS = new Set(['v', 'g', 'h', 'k', 'n', 'p', 's', 't'])

/** Names: capitals, repetitions, strangers. Returns what counts. */
function lintNames(tags: readonly LooseTag[], findings: Found[]): LooseTag[] {
  const kept: LooseTag[] = []
  const exact = new Set(tags.map(({ name }) => name))
  for (const tag of tags) {
    const lower = lowerAscii(tag.name)
    const misspelt = lower !== tag.name && KNOWN_TAGS.has(lower) && !exact.has(lower)
    if (misspelt) findings.push(finding('tag-case', `${tag.name}=`, `write ${lower}=`))
    const name = misspelt ? lower : tag.name
    if (!KNOWN_TAGS.has(name)) findings.push(finding('unknown-tag', `${name}=`))
    const before = kept.find(other => other.name === name)
    if (before === undefined) kept.push({ name, value: tag.value })
    else if (before.value === tag.value) findings.push(finding('record-pasted-twice', `duplicate ${name}=`))
    else findings.push(finding('duplicate-tag', `${name}=`))
  }
  return kept
}

/** Corrects `values` in place where that can be done, and returns what the key check found; null without p=. */
function lintValues(
  values: Map<string, string>,
  tags: readonly LooseTag[],
  findings: Found[],
  { length, isPrivate }: { readonly length: number; readonly isPrivate: boolean },
): KeyLint | null {
  lintVersion(values, tags, findings)
  lintHashes(values, findings)
  lintServices(values, findings)
  lintFlags(values, findings)
  const p = values.get('p')
  if (p === undefined) {
    findings.push(finding(isPrivate ? 'private-key-published' : 'key-missing'))
    return null
  }
  const key = lintKey(p, values.get('k') ?? null, length)
  // Blanks that a finding explains are no further one.
  const isExplained = /PRIVATE KEY/.test(p) || key.findings.some(({ code }) => code === 'plus-became-blank')
  if (removeFws(p) !== p && !isExplained && !findings.some(({ code }) => code === 'pem-in-key'))
    findings.push(finding('space-in-key'))
  findings.push(...key.findings)
  if (key.p !== null) values.set('p', key.p)
  // A record of which only the key was left is written out in full.
  const isBare = findings.some(({ code }) => code === 'key-without-tag')
  if (key.keyType !== null && (values.has('k') || isBare || key.keyType !== 'rsa')) values.set('k', key.keyType)
  return key
}

function lintVersion(values: Map<string, string>, tags: readonly LooseTag[], findings: Found[]): void {
  const version = values.get('v')
  if (version === undefined) findings.push(finding('version-missing'))
  else if (version !== 'DKIM1') findings.push(finding('version-wrong', `v=${version.slice(0, 40)}`))
  else if (tags[0]?.name !== 'v') findings.push(finding('version-not-first', `${tags[0]?.name}= comes first`))
  values.set('v', 'DKIM1')
}

function listOf(value: string): string[] {
  return value.split(':').map(trimFws)
}

function lintHashes(values: Map<string, string>, findings: Found[]): void {
  const value = values.get('h')
  if (value === undefined) return
  const hashes = listOf(value)
  if (hashes.includes('sha256')) {
    if (hashes.every(isHyphenatedWord)) return
    findings.push(finding('list-syntax', `h=${value.slice(0, 40)}`, 'write h=sha256, or leave h= out'))
    values.set('h', 'sha256')
    return
  }
  const isAlgorithm = hashes.some(hash => /^(?:rsa|ed25519)-sha/i.test(hash))
  findings.push(finding(isAlgorithm ? 'hash-is-algorithm' : 'hash-not-sha256', `h=${value.slice(0, 40)}`))
  values.set('h', 'sha256')
}

function lintServices(values: Map<string, string>, findings: Found[]): void {
  const value = values.get('s')
  if (value === undefined) return
  const services = listOf(value)
  if (services.includes('email') || services.includes('*')) {
    if (services.every(service => service === '*' || isHyphenatedWord(service))) return
    findings.push(finding('list-syntax', `s=${value.slice(0, 40)}`, 'write s=email, or leave s= out'))
    values.set('s', 'email')
    return
  }
  findings.push(finding('service-not-mail', `s=${value.slice(0, 40)}`))
  values.set('s', 'email')
}

function lintFlags(values: Map<string, string>, findings: Found[]): void {
  const value = values.get('t')
  if (value === undefined) return
  const flags = listOf(value)
  if (!flags.includes('y')) return
  findings.push(finding('testing'))
  const rest = flags.filter(flag => flag !== 'y')
  if (rest.length === 0) values.delete('t')
  else values.set('t', rest.join(':'))
}

/** v= first, the other tags in their order, without unknown ones; only a text that a verifier takes without complaint is offered. */
function correctedText(
  tags: readonly LooseTag[],
  values: ReadonlyMap<string, string>,
  key: KeyLint | null,
  findings: readonly Found[],
): string | null {
  // Which of two values is the right one takes a person.
  if (key === null || key.p === null || findings.some(({ code }) => code === 'duplicate-tag')) return null
  const names = ['v', ...tags.map(({ name }) => name).filter(name => name !== 'v' && KNOWN_TAGS.has(name))]
  if (values.has('k') && !names.includes('k')) names.splice(1, 0, 'k')
  const text = formatTagList(names.filter(name => values.has(name)).map(name => [name, values.get(name)!] as const))
  const record = strictly(text)
  return record !== null && (record.publicKey === '' || isSoundRecord(text)) ? text : null
}
