// What a person should know besides the dates: weak choices, what a shortcut breaks, servers that need attention.

import { formatDuration, type Instant } from './calendar.js'
import type { Observation } from './evidence.js'
import type { Progress } from './progress.js'
import type { RotationRequest } from './settings.js'
import { type NewKeyProof, overlapEnd, type SignerView, type Straggler } from './signer-evidence.js'
import { deliveryTime, type Waits } from './waits.js'

export interface PlanWarning {
  readonly code: PlanWarningCode
  readonly text: string
}

export interface WarningFacts {
  readonly request: RotationRequest
  readonly waits: Waits
  readonly progress: Progress
  readonly signers: SignerView
  readonly proof: NewKeyProof
  readonly observation: Observation | null
  /** The moment that is evaluated. */
  readonly asOf: Instant
  /** False where no state file remembers when things were first seen. */
  readonly remembers: boolean
}

/** Until when the old key should have stayed, where it is gone although mail that it signed may still be on its way; else null. */
export function overlapCutShort({
  request,
  waits,
  progress,
  signers,
  asOf,
  remembers,
}: Omit<WarningFacts, 'observation' | 'proof'>): Instant | null {
  // A server that lost the record is asked by some receivers: one is enough.
  const gone = ['revoked', 'absent', 'partial'].includes(progress.oldState)
  const planned = request.kind === 'replace' || request.kind === 'flip'
  const switched = signers.switchedAt
  // Without a state file the switch may be older than the first message that shows it.
  if (!gone || !planned || !remembers || switched === null) return null
  // A straggler that was found after the revocation moves the switch; the revocation was in time all the same.
  const goneSince = progress.revokedSince ?? progress.removedSince ?? asOf
  const end = overlapEnd(signers, waits.overlap.seconds * 1000, deliveryTime(request)) ?? switched
  return goneSince >= switched && asOf < end ? end : null
}

const retires = ({ kind }: RotationRequest): boolean => kind !== 'add' && kind !== 'provider'

/** Where the reports saw the old key: the address leads to the signer. */
function sources(stragglers: readonly Straggler[]): string {
  const list = stragglers.map(({ address, reporter, messages, end }) => {
    const count = `${messages} ${messages === 1 ? 'message' : 'messages'}`
    const day = new Date(end).toISOString().slice(0, 10)
    return `${address || 'an address that the report leaves out'} (${count}, ${reporter || 'an unnamed reporter'}, until ${day})`
  })
  return list.length === 0 ? '' : `; its mail came from ${list.join('; ')}`
}

type Rule = (facts: WarningFacts) => string | null

const join = (servers: readonly string[]): string => servers.join(', ')

/** One row per warning; null where it does not apply. */
const RULES = {
  'short-overlap': ({ request, waits }) =>
    request.kind === 'emergency'
      ? `mail signed with the old key that is still in a queue fails DKIM ${waits.overlap.seconds === 0 ? 'as soon as the old key is revoked' : `${formatDuration(waits.overlap.seconds * 1000)} after the switch`}: queued, greylisted, forwarded and mailing list mail, and mail that is verified late; SPF may still carry DMARC`
      : null,
  exposure: ({ request, waits }) =>
    request.kind === 'emergency'
      ? `caches may hold the leaked key for up to ${formatDuration(waits.oldTtl.seconds * 1000)} after its revocation: until then forged mail may pass`
      : null,
  'same-host': ({ request }) =>
    request.kind === 'emergency'
      ? 'rotate every selector whose private key was on the same host; selectors that are aliases into a provider are not affected'
      : null,
  'read-reports': ({ request }) =>
    request.kind === 'emergency' ? 'check recent DMARC reports for mail you did not send' : null,
  'larger-key': ({ request }) =>
    (request.old.bits ?? 2048) < 2048 && request.old.type === 'rsa' && (request.new.bits ?? 2048) >= 2048
      ? 'the new record is longer than 255 characters and is published as two strings: make sure your DNS panel accepts it'
      : null,
  'very-large-key': ({ request }) =>
    (request.new.bits ?? 0) > 2048
      ? 'a key over 2048 bits does not fit a small DNS response, and some panels and verifiers reject it'
      : null,
  'weak-new-key': ({ request }) =>
    request.new.type === 'rsa' && (request.new.bits ?? 2048) < 2048
      ? `the new key has only ${request.new.bits} bits: RFC 8301 §3.2 asks for 2048`
      : null,
  'key-unknown': ({ request }) =>
    request.new.fingerprint === null && request.kind !== 'provider'
      ? 'no new key was given, so the published key cannot be checked against it (--key)'
      : null,
  'not-observed': ({ request }) =>
    request.zone.source === null && request.kind !== 'provider'
      ? 'DNS was not read: TTLs are assumed, and the new selector may be taken'
      : null,
  'old-key-changed': ({ request, observation }) => {
    const [was, is] = [request.old.fingerprint, observation?.oldRecord.fingerprint ?? null]
    return was !== null && is !== null && was !== is
      ? `the key under the old selector has changed since planning: ${was} then, ${is} now`
      : null
  },
  'lame-server': ({ observation }) => {
    const lame = new Set([...(observation?.newRecord.lame ?? []), ...(observation?.oldRecord.lame ?? [])])
    return lame.size === 0
      ? null
      : `delegated, but not serving the zone: ${join([...lame])}; resolvers skip it, but fix it`
  },
  'server-unreachable': ({ observation }) => {
    const silent = new Set([...(observation?.newRecord.temporary ?? []), ...(observation?.oldRecord.temporary ?? [])])
    return silent.size === 0
      ? null
      : `no usable answer from ${join([...silent])}: the plan waits until every server answers`
  },
  straggler: ({ signers, request, progress }) =>
    signers.who === 'both'
      ? `some mail is still signed with ${request.old.selector}: find the signer that still uses it${sources(progress.signers.stragglers)}`
      : null,
  'broken-sample': ({ progress, request, proof }) =>
    proof === 'failing' && progress.signers.brokenAt !== null
      ? `a message signed with ${request.new.selector} does not verify: check that the signer has the private key of this record`
      : null,
  'retired-early': facts => {
    const end = overlapCutShort(facts)
    return end === null
      ? null
      : `the old key is gone ${formatDuration(Math.ceil((end - facts.asOf) / 60_000) * 60_000)} before the overlap ends: mail in transit that it signed fails DKIM`
  },
  'failing-reports': ({ progress: { signers }, request, proof }) =>
    signers.failingReports.length > 0 && (proof === 'failing' || proof === 'doubtful')
      ? `signatures with ${request.new.selector} fail and none pass in the reports of ${join(signers.failingReports.map(({ reporter }) => reporter || 'an unnamed reporter'))}`
      : null,
  'new-key-unproven': ({ signers, request, proof }) =>
    retires(request) && signers.who === 'new' && (proof === 'unproven' || proof === 'doubtful')
      ? `no message signed with ${request.new.selector} was seen to pass since the switch: the old key has to stay until one is (--sample or --reports${proof === 'unproven' ? ', or --confirm verify where you checked one yourself' : ''})`
      : null,
  'wildcard-answer': ({ observation, request }) => {
    const only = [
      (observation?.newRecord.wildcard.length ?? 0) > 0 ? request.new.selector : null,
      (observation?.oldRecord.wildcard.length ?? 0) > 0 ? request.old.selector : null,
    ].filter(selector => selector !== null)
    return only.length === 0
      ? null
      : `only a wildcard record answers for ${join([...new Set(only)])}: there is no record of that name`
  },
  'switch-unproven': ({ progress, signers }) =>
    signers.who === 'unknown' && (progress.oldState === 'revoked' || progress.oldState === 'absent')
      ? 'the old key is gone, but nothing shows that signers stopped using it: check with --sample'
      : null,
  'since-unknown': ({ request, remembers, progress, waits }) =>
    !remembers && request.kind !== 'provider' && progress.newState === 'live'
      ? `without --state, the publication time of the new record is unknown: let ${formatDuration(waits.propagation.seconds * 1000)} pass before the switch`
      : null,
  'unknown-alias': ({ request }) =>
    request.old.alias !== null && request.provider === null && request.kind !== 'flip'
      ? `${request.old.selector} is an alias to ${request.old.alias}: the owner of that zone may rotate this key without you`
      : null,
  'raised-overlap': ({ request, waits }) =>
    request.kind !== 'emergency' && waits.overlap.seconds * 1000 > request.settings.overlap
      ? `the overlap is ${formatDuration(waits.overlap.seconds * 1000)} rather than ${formatDuration(request.settings.overlap)}: mail may be in transit that long`
      : null,
} as const satisfies Record<string, Rule>

export type PlanWarningCode = keyof typeof RULES

export function warningsOf(facts: WarningFacts): readonly PlanWarning[] {
  const warnings: PlanWarning[] = []
  for (const [code, rule] of Object.entries(RULES) as [PlanWarningCode, Rule][]) {
    const text = rule(facts)
    if (text !== null) warnings.push({ code, text })
  }
  return warnings
}
