// Which key signs? Read from received messages, aggregate reports and confirmations; the doubt always favours the old key.

import { HOUR, type Instant } from './calendar.js'
import type { ReportedUse, Sample } from './evidence.js'

/** What was seen of the signers so far; kept in the state file, merged with what each run brings. Null: never. */
export interface SignerRecord {
  readonly confirmedAt: Instant | null
  readonly firstNewAt: Instant | null
  readonly lastNewAt: Instant | null
  /** The last time a message was signed with the old key. */
  readonly lastOldAt: Instant | null
  /** The end of the last aggregate report in which the old key still passed: mail on its way, not necessarily a signer. */
  readonly lastOldDelivery: Instant | null
  /** The last received message with the new key that verified here; what reports say is in lastNewAt only. */
  readonly lastSampleAt: Instant | null
  /** A message with the new selector whose signature does not verify, although it was not the key that was missing. */
  readonly brokenAt: Instant | null
  /** A message with the new selector whose key was not to be found: the signer names it, nothing proves the key. */
  readonly missingKeyAt: Instant | null
  /** The last time that a person vouched for the new key (--confirm verify). */
  readonly vouchedAt: Instant | null
  /** Reporters that saw the new key fail and never pass in a whole report, with the begin of the last such report. */
  readonly failingReports: readonly FailingReport[]
  /** Where the messages came from that reports show with the old key long after the switch. */
  readonly stragglers: readonly Straggler[]
}

export interface FailingReport {
  readonly reporter: string
  readonly begin: Instant
}

export interface Straggler {
  readonly reporter: string
  readonly address: string
  readonly messages: number
  readonly end: Instant
}

export const NO_SIGNER_RECORD: SignerRecord = {
  confirmedAt: null,
  firstNewAt: null,
  lastNewAt: null,
  lastSampleAt: null,
  lastOldAt: null,
  lastOldDelivery: null,
  brokenAt: null,
  missingKeyAt: null,
  vouchedAt: null,
  failingReports: [],
  stragglers: [],
}

export type Signers = 'old' | 'new' | 'both' | 'unknown'

export interface SignerView {
  readonly who: Signers
  /** Since when no signer has used the old key, as far as is known; null while one does or nobody knows. */
  readonly switchedAt: Instant | null
  /** Until when the old key is needed at least for mail that reports show on its way. */
  readonly lastOldDelivery: Instant | null
}

const earliest = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b)
const latest = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

export interface Selectors {
  readonly old: string
  readonly new: string
}

/** A message without a usable time counts as signed now: for the old key that is the cautious reading, for the new one the later start. */
export function recordSamples(
  record: SignerRecord,
  samples: readonly Sample[],
  { old, new: fresh }: Selectors,
  now: Instant,
): SignerRecord {
  let merged = record
  for (const { selector, outcome, signedAt } of samples) {
    const at = signedAt === null || signedAt > now ? now : signedAt
    if (sameSelector(selector, old)) merged = { ...merged, lastOldAt: latest(merged.lastOldAt, at) }
    else if (!sameSelector(selector, fresh)) continue
    else if (outcome === 'pass') merged = { ...seenNew(merged, at), lastSampleAt: latest(merged.lastSampleAt, at) }
    else if (outcome === 'no-key') merged = { ...merged, missingKeyAt: latest(merged.missingKeyAt, at) }
    else if (outcome === 'fail') merged = { ...merged, brokenAt: latest(merged.brokenAt, at) }
  }
  return merged
}

function seenNew(record: SignerRecord, at: Instant): SignerRecord {
  return { ...record, firstNewAt: earliest(record.firstNewAt, at), lastNewAt: latest(record.lastNewAt, at) }
}

export interface ReportTimes {
  /** How long mail may be in a queue. */
  readonly delivery: number
  /** The new key cannot have been in use before. */
  readonly since: Instant
  readonly now: Instant
}

/**
 * Reports tell when mail arrived, not when it was signed: it may have been in a queue for `delivery`. Only passes count:
 * anyone can send mail that names a selector, only the key's owner can make it pass. Anyone can also mail a report that claims
 * a pass: one from before the rotation began would make the overlap look over, so it counts from `since`.
 */
export function recordReports(
  record: SignerRecord,
  uses: readonly ReportedUse[],
  { old, new: fresh }: Selectors,
  { delivery, since, now }: ReportTimes,
): SignerRecord {
  let merged = record
  for (const { selector, begin, end, pass } of uses) {
    if (!pass || begin > now) continue
    const until = Math.min(end, now)
    if (sameSelector(selector, fresh)) merged = seenNew(merged, Math.max(until, since))
    if (!sameSelector(selector, old)) continue
    merged = { ...merged, lastOldDelivery: latest(merged.lastOldDelivery, until) }
  }
  merged = { ...merged, failingReports: failingReports(merged.failingReports, uses, fresh, now) }
  for (const use of uses) {
    const { selector, begin, end, pass } = use
    // Delivered later than any queue could explain: a signer was left behind.
    const switched = merged.confirmedAt ?? merged.firstNewAt
    if (!pass || begin > now || !sameSelector(selector, old)) continue
    if (switched === null || begin - delivery > switched) {
      merged = { ...merged, lastOldAt: latest(merged.lastOldAt, Math.min(end, now)) }
      merged = { ...merged, stragglers: withStraggler(merged.stragglers, use) }
    }
  }
  return merged
}

/** More than a person reads, or than it takes to be sure. */
const MOST_REPORTERS = 50
const MOST_STRAGGLERS = 20

/** The same report read twice counts once. */
function withStraggler(
  known: readonly Straggler[],
  { reporter = '', address = '', messages, end }: ReportedUse,
): readonly Straggler[] {
  const others = known.filter(
    each => each.reporter !== oneLine(reporter) || each.address !== oneLine(address) || each.end !== end,
  )
  return [...others, { reporter: oneLine(reporter), address: oneLine(address), messages, end }]
    .sort((a, b) => b.end - a.end)
    .slice(0, MOST_STRAGGLERS)
}

/** A reporter writes what it likes; the state file holds lines of text. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 255)
}

/** A pass anywhere in a report outweighs its failures: forwarding breaks signatures, and anyone can write a bad one. */
function failingReports(
  known: readonly FailingReport[],
  uses: readonly ReportedUse[],
  fresh: string,
  now: Instant,
): readonly FailingReport[] {
  const byReporter = new Map(known.map(({ reporter, begin }) => [reporter, begin]))
  const passing = new Set(
    uses
      .filter(({ pass, selector }) => pass && sameSelector(selector, fresh))
      .map(({ source, begin }) => `${begin} ${source}`),
  )
  for (const { reporter = '', selector, source, begin, pass } of uses) {
    if (pass || begin > now || !sameSelector(selector, fresh) || passing.has(`${begin} ${source}`)) continue
    const name = oneLine(reporter)
    byReporter.set(name, Math.max(begin, byReporter.get(name) ?? begin))
  }
  const list = [...byReporter].map(([reporter, begin]) => ({ reporter, begin }))
  return list.sort((a, b) => b.begin - a.begin).slice(0, MOST_REPORTERS)
}

/**
 * What the newest evidence says of the new key in use. failing: a received message fails, or every signature that several
 * reporters saw does; doubtful: the newest evidence speaks against the key, but has other explanations (one reporter, a key
 * that was not found); unproven: nothing was seen since the switch.
 */
export type NewKeyProof = 'passing' | 'vouched' | 'unproven' | 'doubtful' | 'failing'

export function proofOfNewKey(record: SignerRecord, switchedAt: Instant | null): NewKeyProof {
  const { lastNewAt, lastSampleAt, brokenAt, missingKeyAt, failingReports, vouchedAt } = record
  const isAfter = (at: Instant | null, pass: Instant | null): boolean => at !== null && (pass === null || at >= pass)
  const isNewest = (at: Instant | null): boolean => isAfter(at, lastNewAt)
  const reporters = failingReports.filter(({ begin }) => isNewest(begin))
  // Anyone can mail a report, so only a message that verified here outweighs one that failed here.
  if (isAfter(brokenAt, lastSampleAt) || reporters.length > 1) return 'failing'
  if (isNewest(missingKeyAt) || reporters.length > 0) return 'doubtful'
  if (lastNewAt !== null && lastNewAt >= (switchedAt ?? lastNewAt)) return 'passing'
  return vouchedAt !== null && vouchedAt >= (switchedAt ?? vouchedAt) ? 'vouched' : 'unproven'
}

/** A person says that every signer uses the new key. Said twice it changes nothing, unless the old key was seen in between. */
export function recordSwitch(record: SignerRecord, at: Instant): SignerRecord {
  const { confirmedAt, lastOldAt } = record
  if (confirmedAt !== null && (lastOldAt === null || lastOldAt <= confirmedAt)) return record
  return { ...record, confirmedAt: at }
}

/** The old key must have been silent for this long before messages alone prove that a straggler has switched as well. */
const SILENCE = 24 * HOUR

export function viewSigners(record: SignerRecord, now: Instant): SignerView {
  const { confirmedAt, firstNewAt, lastNewAt, lastOldAt, lastOldDelivery } = record
  const start = confirmedAt ?? firstNewAt
  const view = (who: Signers, switchedAt: Instant | null): SignerView => ({ who, switchedAt, lastOldDelivery })
  if (start === null) return view(lastOldAt === null ? 'unknown' : 'old', null)
  if (lastOldAt === null || lastOldAt <= start) return view('new', start)
  const silent = now - lastOldAt >= SILENCE && lastNewAt !== null && lastNewAt - lastOldAt >= SILENCE
  return silent ? view('new', lastOldAt) : view('both', null)
}

/** Selectors compare as DNS names do: ASCII letters without case (§3.1). */
export function sameSelector(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** Until when the old key must stay: the overlap after the last signer left it, and the delivery time of mail still seen under way. */
export function overlapEnd(view: SignerView, overlap: number, delivery: number): Instant | null {
  if (view.switchedAt === null) return null
  return Math.max(view.switchedAt + overlap, (view.lastOldDelivery ?? 0) + delivery)
}
