// What a person should know besides the dates: weak choices, what a shortcut breaks, servers that need attention.

import { formatDuration, type Instant } from './calendar.js'
import type { Observation } from './evidence.js'
import type { Progress } from './progress.js'
import type { RotationRequest } from './settings.js'
import type { SignerView } from './signer-evidence.js'
import type { Waits } from './waits.js'

export interface PlanWarning {
  readonly code: PlanWarningCode
  readonly text: string
}

export interface WarningFacts {
  readonly request: RotationRequest
  readonly waits: Waits
  readonly progress: Progress
  readonly signers: SignerView
  readonly observation: Observation | null
  /** The moment that is judged. */
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
}: Omit<WarningFacts, 'observation'>): Instant | null {
  const gone = progress.oldState === 'revoked' || progress.oldState === 'absent'
  const planned = request.kind === 'replace' || request.kind === 'flip'
  const switched = signers.switchedAt
  // Without a state file the switch may be older than the first message that shows it.
  if (!gone || !planned || !remembers || switched === null) return null
  // A straggler that was found after the revocation moves the switch; the revocation was in time all the same.
  const goneSince = progress.revokedSince ?? progress.removedSince ?? asOf
  const end = switched + waits.overlap.seconds * 1000
  return goneSince >= switched && asOf < end ? end : null
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
      ? `caches keep the leaked key for up to ${formatDuration(waits.oldTtl.seconds * 1000)} after its revocation: until then forged mail may pass`
      : null,
  'same-host': ({ request }) =>
    request.kind === 'emergency'
      ? 'rotate every selector whose private key lay on the same host; selectors that are aliases into a provider are not affected'
      : null,
  'read-reports': ({ request }) =>
    request.kind === 'emergency' ? 'read the DMARC reports of the last weeks for mail that was not yours' : null,
  'larger-key': ({ request }) =>
    (request.old.bits ?? 2048) < 2048 && request.old.type === 'rsa' && (request.new.bits ?? 2048) >= 2048
      ? 'the new record is longer than 255 characters and is published as two strings: check that the DNS panel takes it'
      : null,
  'very-large-key': ({ request }) =>
    (request.new.bits ?? 0) > 2048
      ? 'a key above 2048 bits does not fit a small DNS answer, and some panels and verifiers refuse it'
      : null,
  'weak-new-key': ({ request }) =>
    request.new.type === 'rsa' && (request.new.bits ?? 2048) < 2048
      ? `the new key has only ${request.new.bits} bits: RFC 8301 §3.2 asks for 2048`
      : null,
  'key-unknown': ({ request }) =>
    request.new.fingerprint === null && request.kind !== 'provider'
      ? 'no new key was given: whatever is published under the new selector cannot be told from another key (--key)'
      : null,
  'not-observed': ({ request }) =>
    request.zone.source === null && request.kind !== 'provider'
      ? 'DNS was not read: TTLs are assumed, and nothing proves that the new selector is free'
      : null,
  'old-key-changed': ({ request, observation }) => {
    const [was, is] = [request.old.fingerprint, observation?.oldRecord.fingerprint ?? null]
    return was !== null && is !== null && was !== is
      ? `the key under the old selector is not the one that the plan was made for: ${was} then, ${is} now`
      : null
  },
  'lame-server': ({ observation }) => {
    const lame = new Set([...(observation?.newRecord.lame ?? []), ...(observation?.oldRecord.lame ?? [])])
    return lame.size === 0
      ? null
      : `delegated, but not serving the zone: ${join([...lame])}; resolvers step over it, fix it`
  },
  'server-unreachable': ({ observation }) => {
    const silent = new Set([...(observation?.newRecord.temporary ?? []), ...(observation?.oldRecord.temporary ?? [])])
    return silent.size === 0
      ? null
      : `no usable answer from ${join([...silent])}: nothing moves until every server was heard`
  },
  straggler: ({ signers, request }) =>
    signers.who === 'both'
      ? `some mail is still signed with ${request.old.selector}: find the signer that was not reloaded`
      : null,
  'broken-sample': ({ progress, request }) =>
    progress.signers.brokenAt !== null
      ? `a message signed with ${request.new.selector} does not verify: check that the signer has the private key of this record`
      : null,
  'retired-early': facts => {
    const end = overlapCutShort(facts)
    return end === null
      ? null
      : `the old key is gone ${formatDuration(end - facts.asOf)} before the overlap ends: mail that it signed and that is still on its way fails DKIM`
  },
  'switch-unproven': ({ progress, signers }) =>
    signers.who === 'unknown' && (progress.oldState === 'revoked' || progress.oldState === 'absent')
      ? 'the old key is gone, and nothing shows that the signers have left it: check with --sample'
      : null,
  'since-unknown': ({ request, remembers, progress, waits }) =>
    !remembers && request.kind !== 'provider' && progress.newState === 'live'
      ? `without --state it is not known since when the new record is published: let ${formatDuration(waits.propagation.seconds * 1000)} pass before the switch`
      : null,
  'unknown-alias': ({ request }) =>
    request.old.alias !== null && request.provider === null && request.kind !== 'flip'
      ? `${request.old.selector} is an alias to ${request.old.alias}: whoever runs that zone may rotate this key without you`
      : null,
  'raised-overlap': ({ request, waits }) =>
    request.kind !== 'emergency' && waits.overlap.seconds * 1000 > request.settings.overlap
      ? `the overlap is ${formatDuration(waits.overlap.seconds * 1000)} rather than ${formatDuration(request.settings.overlap)}: mail may be on its way for that long`
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
