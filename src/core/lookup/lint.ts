// The linter for key records (§3.6.1): whatever was published, what is wrong with it, and how it should read.

import { isAscii, isHyphenatedWord, lowerAscii, removeFws, trimFws } from '../abnf.js'
import { Rejection } from '../errors.js'
import { type KeyRecord, parseKeyRecord } from '../key-record.js'
import { LIMITS } from '../limits.js'
import type { PublicKey } from '../public-key.js'
import { publicKeyOfRecord } from '../public-key.js'
import { formatTagList } from '../tag-list.js'
import { bySeverity, type Finding, finding, isRepaired } from './findings.js'
import { type KeyLint, lintKey } from './lint-key.js'
import { repairText } from './repair.js'

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

/** Pure: `text` is the joined strings of one TXT record as latin1. */
export function lintRecord(text: string): RecordLint {
  const repair = repairText(text.slice(0, LIMITS.txtBytes))
  const findings: Found[] = [...repair.findings]
  if (!isAscii(repair.text)) findings.push(finding('non-ascii', nonAscii(repair.text)))
  const control = /[^\t\r\n\x20-\uffff]|\x7f/.exec(repair.text)
  if (control !== null) findings.push(finding('control-character', positionOf(repair.text, control.index)))
  const once = removeRepetition(repair.text, findings)
  const tags = looseTags(addSemicolons(once, findings), findings)
  const named = lintNames(tags, findings)
  const values = new Map(named.map(({ name, value }) => [name, value]))
  const key = lintValues(values, named, findings)
  const corrected = findings.some(({ code }) => isRepaired(code)) ? correctedText(named, values, key) : null
  const withRecord = (found: Found): Finding => ({ ...found, record: isRepaired(found.code) ? corrected : null })
  return { findings: bySeverity(findings).map(withRecord), record: strictly(text), key: key?.key ?? null, corrected }
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

/** `v=DKIM1; …v=DKIM1; …` where both are the same. */
function removeRepetition(text: string, findings: Found[]): string {
  const pieces = text.split(/(?=v[ \t]*=[ \t]*DKIM1)/i).map(piece => piece.replace(/[; \t]{1,64}$/, ''))
  const copies = pieces.filter(piece => piece !== '')
  if (copies.length < 2 || copies.some(copy => copy !== copies[0])) return text
  findings.push(finding('record-pasted-twice', copies.length > 2 ? `${copies.length} times` : undefined))
  return copies[0]!
}

/** A blank or a comma behind a complete value and in front of another tag stands where a semicolon belongs. */
const MISSING_SEMICOLON = /(DKIM1|rsa|ed25519|sha256|email|\*)(?:[ \t]*,[ \t]*|[ \t]+)(?=[a-z][ \t]*=)/gi

function addSemicolons(text: string, findings: Found[]): string {
  let first: string | undefined
  const separated = text.replace(MISSING_SEMICOLON, (_match, before: string) => {
    first ??= before
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
  for (const tag of pieces.slice(0, LIMITS.tagsPerList)) {
    if (tag === '') continue
    const equals = tag.indexOf('=')
    const name = equals === -1 ? '' : trimFws(tag.slice(0, equals))
    if (/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) tags.push({ name, value: trimFws(tag.slice(equals + 1)) })
    else findings.push(finding('tag-syntax', `"${tag.slice(0, 40)}" is no tag`))
  }
  return tags
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
    else if (before.value === tag.value) findings.push(finding('record-pasted-twice', `${name}= stands twice`))
    else findings.push(finding('duplicate-tag', `${name}=`))
  }
  return kept
}

/** Corrects `values` in place where that can be done, and returns what the key check found; null without p=. */
function lintValues(values: Map<string, string>, tags: readonly LooseTag[], findings: Found[]): KeyLint | null {
  lintVersion(values, tags, findings)
  lintHashes(values, findings)
  lintServices(values, findings)
  lintFlags(values, findings)
  const p = values.get('p')
  if (p === undefined) {
    findings.push(finding('key-missing'))
    return null
  }
  const compact = removeFws(p)
  if (compact !== p && !/PRIVATE KEY/.test(p)) findings.push(finding('space-in-key'))
  const key = lintKey(p, values.get('k') ?? null)
  findings.push(...key.findings)
  if (key.p !== null) values.set('p', key.p)
  if (key.keyType !== null && (values.has('k') || key.keyType !== 'rsa')) values.set('k', key.keyType)
  return key
}

function lintVersion(values: Map<string, string>, tags: readonly LooseTag[], findings: Found[]): void {
  const version = values.get('v')
  if (version === undefined) findings.push(finding('version-missing'))
  else if (version !== 'DKIM1') findings.push(finding('version-wrong', `v=${version.slice(0, 40)}`))
  else if (tags[0]?.name !== 'v') findings.push(finding('version-not-first', `${tags[0]?.name}= stands before it`))
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

/** v= first, the other tags in their order; only a text that a verifier takes without complaint is offered. */
function correctedText(
  tags: readonly LooseTag[],
  values: ReadonlyMap<string, string>,
  key: KeyLint | null,
): string | null {
  if (key === null || key.p === null) return null
  const names = ['v', ...tags.map(({ name }) => name).filter(name => name !== 'v')]
  if (values.has('k') && !names.includes('k')) names.splice(1, 0, 'k')
  const text = formatTagList(names.filter(name => values.has(name)).map(name => [name, values.get(name)!] as const))
  try {
    const record = parseKeyRecord(text)
    if (record.publicKey !== '') publicKeyOfRecord(record)
    return text
  } catch (error) {
    if (error instanceof Rejection) return null
    throw error
  }
}
