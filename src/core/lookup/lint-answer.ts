// What is wrong beyond the text of one record: aliases, neighbours at the name, and records that landed elsewhere.

import { randomBytes } from 'node:crypto'
import { excessOf } from '../dkim/key-lookup.js'
import type { DnsSource } from '../dns/answer.js'
import { TEMPORARY_STATUSES, type TxtAnswer } from '../dns/resolver.js'
import { providerOf } from '../keys/providers.js'
import { MAX_NAME_LENGTH, toDomainName } from '../syntax/names.js'
import { type Finding, type FindingCode, finding } from './findings.js'
import type { Judged } from './judgement.js'
import type { KeyName } from './key-name.js'
import { lintRecord, orders } from './lint.js'
import { isSoundRecord } from './repair-key.js'

export type Found = Omit<Finding, 'record'> & { readonly record?: string | null }

/** What the answer says beyond the text of one record. */
export function* answerFindings(answer: TxtAnswer, judged: Judged): Generator<Found> {
  const { texts, lintOf } = judged
  const last = answer.chain.at(-1)
  if (answer.bogus) yield finding('dnssec-bogus', answer.detail ?? undefined)
  if (answer.status === 'cname-loop') yield finding('cname-loop', answer.detail ?? undefined)
  // Without a server that says so, as for a zone file of another zone, nothing is known of the target.
  if (answer.status === 'nxdomain' && last !== undefined && answer.server !== null)
    yield finding('dangling-cname', last.target)
  if (answer.besideAlias) yield finding('cname-beside-txt')
  if (isFromWildcard(answer)) yield finding('wildcard')
  if (answer.status === 'found' && answer.remark !== undefined) yield finding('comment-in-zone-file', answer.remark)
  if (answer.status !== 'found') return
  if (lintOf.size === 0) yield* otherTextFindings(texts)
  const excess = excessOf(texts)
  if (excess !== null) yield finding('too-much-text', excess)
  const whole = joinedRecord(texts)
  if (whole !== null && judged.result !== 'revoked')
    yield { ...finding('split-into-records', `${texts.length} of them`), record: whole }
  else if (lintOf.size > 1) yield finding('several-records', `${lintOf.size} of them`)
  else if (lintOf.size === 1 && texts.length > 1) {
    // The same text twice is one record (RFC 2181 §5).
    const other = texts.find(text => !lintOf.has(text))
    if (other !== undefined) yield finding('other-text', `"${other.slice(0, 60)}"`)
  }
}

/** No text at the name means to be a key record: perhaps one means to be an alias. */
function* otherTextFindings(texts: readonly string[]): Generator<Found> {
  const target = texts.map(aliasIn).find(name => name !== undefined)
  if (target === undefined) {
    yield finding('no-key-record', `"${texts[0]!.slice(0, 60)}"`)
    return
  }
  const provider = providerOf({ target })?.provider.name
  yield finding('alias-as-text', provider === undefined ? target : `${target}, a name of ${provider}`)
}

/** A name that a provider gives as a target, or one that is plainly about DKIM, perhaps with CNAME in front. */
function aliasIn(text: string): string | undefined {
  const match =
    /^[ \t"']*(?:(?:[A-Za-z0-9._-]{1,253}[ \t]+)?(?:IN[ \t]+)?CNAME[ \t=:]+)?"?([A-Za-z0-9._-]{4,253}?)\.?[ \t"']*$/i.exec(
      text,
    )
  const target = match === null ? undefined : toDomainName(match[1]!)
  if (target === undefined || !target.includes('.')) return undefined
  const isMeant = /CNAME/i.test(text) || /domainkey|dkim/.test(target) || providerOf({ target }) !== undefined
  return isMeant ? target : undefined
}

const MOST_PIECES = 4

/** Records that make one sound key only when joined, each perhaps with tags of its own; null where several orders make one. */
function joinedRecord(texts: readonly string[]): string | null {
  if (texts.length < 2 || texts.length > MOST_PIECES || texts.some(isWhole)) return null
  const start = texts.find(text => /^[ \t"']*v[ \t]*=/.test(text)) ?? texts.find(text => /^[ \t"']*k[ \t]*=/.test(text))
  if (start === undefined) return null
  const rest = texts
    .filter(text => text !== start)
    .map(text => text.replace(/^[ \t"']*(?:[vk][ \t]*=[^;]*;[ \t]*)*/, ''))
  const isKeyInRest = !/(?:^|;)[ \t]*p[ \t]*=/.test(start)
  const pieces = isKeyInRest ? rest : rest.map(text => text.replace(/^p\d?[ \t]*=[ \t]*/, ''))
  const head = isKeyInRest ? `${start.replace(/;?[ \t]*$/, '')}; ` : start
  const found = new Set(orders(pieces).flatMap(order => wholeOf(head + order.join('')) ?? []))
  const [only, another] = found
  return another === undefined ? (only ?? null) : null
}

/** A record with a key, which verifiers take as it is. */
function isWhole(text: string): boolean {
  return /^[ \t]*v[ \t]*=/.test(text) && isSoundRecord(text)
}

/** The joined text as it should read, where it makes a key. */
function wholeOf(text: string): string | undefined {
  const { corrected, findings, record, key } = lintRecord(text)
  if (corrected !== null) return corrected
  const isClean = findings.every(({ severity }) => severity === 'info' || severity === 'warning')
  return isClean && record !== null && key !== null ? text : undefined
}

/** Where records land by mistake, and whether any other selector is answered just the same. */
export async function probe(
  source: DnsSource,
  name: KeyName,
  answer: TxtAnswer,
  signal?: AbortSignal,
): Promise<Found[]> {
  if (TEMPORARY_STATUSES.has(answer.status) || isFromWildcard(answer)) return []
  const elsewhere = await source.txt(`${randomSelector()}._domainkey.${name.domain}`, signal)
  if (isWildcard(elsewhere)) return [finding('wildcard')]
  if (answer.status !== 'nxdomain' && answer.status !== 'nodata') return []
  const [misplaced, addresses] = await Promise.all([
    misplacedRecords(source, name, signal),
    answer.status === 'nodata' && answer.chain.length === 0 ? addressFindings(source, name, signal) : [],
  ])
  return [...misplaced, ...addresses]
}

/** The text of a wildcard; one without text, such as an address for every name, answers no selector. */
function isFromWildcard({ status, wildcard }: TxtAnswer): boolean {
  return status === 'found' && wildcard === true
}

/** A name that nobody published is answered: with text, or with an alias. A DNAME above it is no wildcard. */
export function isWildcard({ status, chain }: Pick<TxtAnswer, 'status' | 'chain'>): boolean {
  return status === 'found' || chain.some(({ type }) => type === 'CNAME')
}

/** The names under which people publish a record that belongs at SELECTOR._domainkey.DOMAIN, and what that is called. */
function wrongNames({ name, domain, selector }: KeyName): [name: string, code: FindingCode][] {
  return [
    [`${name}.${domain}`, 'doubled-domain'],
    [`${selector}.${domain}`, 'record-at-domain'],
    [domain, 'record-at-domain'],
    [`_domainkey.${domain}`, 'misplaced-record'],
    [`${selector}._domainkey._domainkey.${domain}`, 'misplaced-record'],
    [`${selector}.domainkey.${domain}`, 'misplaced-record'],
    [`${selector}_domainkey.${domain}`, 'misplaced-record'],
  ]
}

async function misplacedRecords(source: DnsSource, name: KeyName, signal?: AbortSignal): Promise<Found[]> {
  const found = await Promise.all(
    wrongNames(name).map(async ([wrong, code]) => {
      if (wrong.length > MAX_NAME_LENGTH) return []
      const answer = await source.query(wrong, 'TXT', signal)
      const texts = answer.records.flatMap(({ data }) =>
        data.type === 'TXT' ? [Buffer.concat(data.strings).toString('latin1')] : [],
      )
      // A doubled name is nothing but a mistake; elsewhere other text may stand rightly.
      const isMistake =
        answer.wildcard !== true && (code === 'doubled-domain' ? texts.length > 0 : texts.some(isKeyText))
      return isMistake ? [finding(code, wrong, `move it to ${name.name}`)] : []
    }),
  )
  return found.flat()
}

function isKeyText(text: string): boolean {
  return /DKIM1/i.test(text) || isSoundRecord(text)
}

/** An alias that the host answers itself leaves its addresses at the name, and no text. */
async function addressFindings(source: DnsSource, { name, domain }: KeyName, signal?: AbortSignal): Promise<Found[]> {
  const other = `${randomSelector()}._domainkey.${domain}`
  const has = async (at: string): Promise<boolean> => {
    const answers = await Promise.all([source.query(at, 'A', signal), source.query(at, 'AAAA', signal)])
    return answers.some(({ records, chain }) => records.length > 0 && chain.length === 0)
  }
  const [here, everywhere] = await Promise.all([has(name), has(other)])
  return here && !everywhere ? [finding('address-at-selector')] : []
}

/** A selector that nobody uses. */
export function randomSelector(): string {
  return `probe-${randomBytes(8).toString('hex')}`
}
