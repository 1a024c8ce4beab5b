// What proves that a phase is where it is said to be, one sentence a proof.

import { formatDuration, type Instant } from './calendar.js'
import type { Observation, RecordView } from './evidence.js'
import type { PhaseId, PlanContext } from './phases.js'
import type { ScheduledPhase } from './timeline.js'

type EvidenceRule = (context: PlanContext, observation: Observation | null) => readonly (string | null)[]

const EVIDENCE: Record<PhaseId, EvidenceRule> = {
  inventory: ({ request: { old, zone } }) => [
    old.fingerprint === null ? null : `${old.selector}: ${old.type} ${old.bits} bits, ${old.fingerprint}`,
    zone.source === null ? null : `read from ${zone.source}`,
  ],
  generate: ({ request: { new: key } }) => [
    key.fingerprint === null ? null : `${key.selector}: ${key.type} ${key.bits} bits, ${key.fingerprint}`,
  ],
  publish: ({ progress, request }, observation) => [
    since('live on every server since at least', progress.newLiveSince),
    ...servers(observation?.newRecord, request.new.selector),
  ],
  propagate: ({ progress, asOf }) => [
    progress.newLiveSince === null ? null : `live for ${formatDuration(asOf - progress.newLiveSince)}`,
  ],
  verify: ({ progress }) => [
    since('a test message signed with the new key verified', progress.verifiedAt),
    since('a received message signed with the new key verified', progress.signers.firstNewAt),
  ],
  switch: ({ progress: { signers } }) => [
    since('the switch was confirmed', signers.confirmedAt),
    since('first message with the new key', signers.firstNewAt),
    since('last message with the new key', signers.lastNewAt),
    since('last message with the old key', signers.lastOldAt),
  ],
  overlap: ({ progress: { signers }, signers: { switchedAt }, asOf }) => [
    switchedAt === null ? null : `${formatDuration(asOf - switchedAt)} since the switch`,
    since('last reported delivery with the old key', signers.lastOldDelivery),
  ],
  'lower-ttl': ({ progress }) => [progress.oldTtl === null ? null : `TTL ${progress.oldTtl} s`],
  revoke: ({ progress, request }, observation) => [
    since('gone from every server since at least', progress.revokedSince),
    ...servers(observation?.oldRecord, request.old.selector),
  ],
  remove: ({ progress }) => [since('record absent on every server since at least', progress.removedSince)],
  disclose: ({ progress }) => [since('confirmed', progress.disclosedAt)],
  next: () => [],
}

export function describeEvidence(
  context: PlanContext,
  { id }: ScheduledPhase,
  observation: Observation | null,
): string[] {
  return EVIDENCE[id](context, observation).filter(text => text !== null)
}

function since(text: string, at: Instant | null): string | null {
  return at === null ? null : `${text} ${new Date(at).toISOString().replace('.000Z', 'Z')}`
}

const STATE_PHRASES = {
  live: 'has the key',
  absent: 'has no record',
  revoked: 'has an empty p=',
  wrong: 'has a different key',
  temporary: 'gave no usable answer',
  lame: 'is not authoritative for the zone',
} as const

/** Only where they differ is it worth naming servers. */
function servers(view: RecordView | undefined, selector: string): string[] {
  if (view === undefined) return []
  const kinds = (Object.keys(STATE_PHRASES) as (keyof typeof STATE_PHRASES)[]).filter(kind => view[kind].length > 0)
  if (kinds.length < 2) return []
  return kinds.map(kind => `${selector}: ${view[kind].join(', ')} ${STATE_PHRASES[kind]}`)
}
