// planRotation(): the whole plan as plain data, from a request, what was seen so far, and what this run brought.

import { formatDuration, type Instant, TimeZone } from './calendar.js'
import type { Observation } from './evidence.js'
import { describeEvidence } from './evidence-text.js'
import { instruct, type RecordChange, republish } from './instructions.js'
import { isProven, PHASES, type PhaseId, type PlanContext } from './phases.js'
import { advance, type Evidence, isComplete, lagOf, oldIsGone, type Progress } from './progress.js'
import { refuseClock, refuseRequest } from './refusals.js'
import { CADENCES, type KeyFacts, type RotationKind, type RotationRequest } from './settings.js'
import { proofOfNewKey, viewSigners } from './signer-evidence.js'
import { decideStage, STAGES, type Stage } from './stage.js'
import { layOut, type PhaseStatus, type ScheduledPhase } from './timeline.js'
import { type PlanInput, type Waits, waitsOf } from './waits.js'
import { overlapCutShort, type PlanWarning, warningsOf } from './warnings.js'

/** planned: dates only, nothing was checked · the others are what a check found. */
export type PlanVerdict = 'planned' | 'on-track' | 'action-due' | 'alarm' | 'temporary'

export interface PlanPhase {
  readonly id: PhaseId
  readonly title: string
  readonly kind: 'action' | 'wait'
  readonly status: PhaseStatus
  readonly notBefore: string
  readonly dueBy: string | null
  readonly doneAt: string | null
  /** The formula behind notBefore. */
  readonly why: string
  readonly evidence: readonly string[]
  readonly commands: readonly string[]
  readonly records: readonly RecordChange[]
  /** What the signers' configuration must say from here on. */
  readonly signerSelectors: readonly string[] | null
  readonly check: string
  readonly rollback: string | null
}

export interface NextAction {
  readonly phase: PhaseId
  readonly at: string
  /** Somebody should act now. */
  readonly due: boolean
  readonly text: string
}

export interface RotationPlan {
  readonly schema: 'dkim.rotation-plan/1'
  readonly domain: string
  readonly kind: RotationKind
  readonly createdAt: string
  readonly now: string
  readonly timeZone: string
  readonly verdict: PlanVerdict
  readonly stage: Stage
  readonly stageText: string
  readonly old: KeyFacts
  readonly new: KeyFacts
  readonly provider: string | null
  readonly inputs: Readonly<Record<keyof Waits | 'queueLifetime' | 'cadence', PlanInput>>
  readonly servers: readonly string[]
  readonly phases: readonly PlanPhase[]
  readonly nextAction: NextAction | null
  readonly warnings: readonly PlanWarning[]
}

export interface PlanOutcome {
  readonly plan: RotationPlan
  /** What to remember for the next run. */
  readonly progress: Progress
}

export interface PlanOptions {
  /** Evidence was gathered on purpose: the verdict judges it. */
  readonly check: boolean
  readonly remembers: boolean
}

export function planRotation(
  request: RotationRequest,
  before: Progress,
  evidence: Evidence,
  { check, remembers }: PlanOptions,
): PlanOutcome {
  refuseRequest(request)
  refuseClock(request, before, evidence.now)
  const progress = advance(before, request, evidence, remembers)
  const context = planContext(request, progress, evidence, remembers)
  const scheduled = layOut(context)
  const isTemporary = evidence.observation !== null && !isComplete(evidence.observation, request)
  const nextAction = findNext(context, scheduled, isTemporary)
  const { waits, stage } = context
  const plan: RotationPlan = {
    schema: 'dkim.rotation-plan/1',
    domain: request.domain,
    kind: request.kind,
    createdAt: iso(request.createdAt),
    now: iso(evidence.now),
    timeZone: request.settings.timeZone,
    verdict: verdictOf(check, stage, isTemporary, nextAction),
    stage,
    stageText: STAGES[stage].text,
    old: request.old,
    new: request.new,
    provider: request.provider,
    inputs: inputsOf(request, waits),
    servers: serversOf(evidence.observation),
    phases: scheduled.map(phase => describe(context, phase, evidence.observation)),
    nextAction,
    warnings: warningsOf(context),
  }
  return { plan, progress }
}

function planContext(
  request: RotationRequest,
  progress: Progress,
  evidence: Evidence,
  remembers: boolean,
): PlanContext {
  const { now, observation } = evidence
  const waits = waitsOf(request)
  const isTemporary = observation !== null && !isComplete(observation, request)
  // While DNS cannot be read the clock of the plan stands still: time alone moves no phase.
  const asOf = isTemporary ? Math.min(now, progress.checkedAt ?? now) : now
  const signers = viewSigners(progress.signers, asOf)
  const live = progress.newLiveSince
  const proof = proofOfNewKey(progress.signers, signers.switchedAt)
  const goneEarly = overlapCutShort({ request, waits, progress, signers, asOf, remembers }) !== null
  const keepsOld = request.kind === 'replace' || request.kind === 'flip'
  const needsOld = keepsOld && signers.who === 'new' && (goneEarly || (proof === 'failing' && oldIsGone(progress)))
  const stage = decideStage({
    kind: request.kind,
    newState: progress.newState,
    newMissing: isMissing(progress, observation),
    oldState: progress.oldState,
    signers: signers.who,
    newFails: proof === 'failing',
    goneEarly,
    missingKey: progress.signers.missingKeyAt !== null,
    propagated: !remembers || (live !== null && asOf >= live + waits.propagation.seconds * 1000),
  })
  const isRead = observation !== null && !isTemporary
  return {
    request,
    waits,
    progress,
    signers,
    stage,
    proof,
    needsOld,
    observation,
    asOf,
    isRead,
    remembers,
    zone: new TimeZone(request.settings.timeZone),
  }
}

function isMissing(progress: Progress, observation: Observation | null): boolean {
  if (observation !== null) return observation.newRecord.absent.length + observation.newRecord.revoked.length > 0
  return progress.newState === 'absent' || progress.newState === 'partial' || progress.newState === 'revoked'
}

function verdictOf(check: boolean, stage: Stage, isTemporary: boolean, next: NextAction | null): PlanVerdict {
  if (!check) return 'planned'
  const { mood } = STAGES[stage]
  if (mood === 'alarm' || mood === 'blocked') return 'alarm'
  if (isTemporary || mood === 'unknown') return 'temporary'
  return next?.due ? 'action-due' : 'on-track'
}

const REMEDIES: Partial<Record<Stage, string>> = {
  'mail-failing':
    'publish the new record on every server again at once, or set every signer back to the old selector while its key is published',
  'retired-early': 'publish the old record again until the overlap ends',
  'retired-key-signing': 'switch every signer to the new selector at once, or publish the old record again',
  'provider-missing': 'ask the provider, or remove the alias: whoever registers its target could sign as you',
  'wrong-key': 'publish the record of the new key, or start again with another selector',
}

/** A leaked key is never to be published, or signed with, again. */
const EMERGENCY_REMEDIES: Partial<Record<Stage, string>> = {
  'mail-failing': 'publish the new record on every server again at once',
  'retired-key-signing': 'switch every signer to the new selector at once',
}

/** The record is there, and its signatures fail: the signer is what has to change. */
function remedyOf({ stage, proof, needsOld, request, progress }: PlanContext): string | undefined {
  if (stage !== 'mail-failing' || proof !== 'failing')
    return (request.kind === 'emergency' ? EMERGENCY_REMEDIES[stage] : undefined) ?? REMEDIES[stage]
  const give = `give every signer the private key of ${request.new.selector}, and show that it works with --sample`
  if (needsOld) return `publish the old record again and set every signer back to ${request.old.selector}, or ${give}`
  if (request.kind === 'add' || request.kind === 'emergency' || progress.oldState !== 'live') return give
  return `set every signer back to ${request.old.selector}, or ${give}; keep the old record`
}

const SHOW_NEW_KEY = {
  unproven:
    'show that mail signed with the new key passes (--sample, --reports or --confirm verify); keep the old record until then',
  doubtful: 'show a message signed with the new key that passes (--sample); keep the old record until then',
} as const

function findNext(context: PlanContext, phases: readonly ScheduledPhase[], isTemporary: boolean): NextAction | null {
  const remedy = remedyOf(context)
  const open = phases.find(({ id, status }) => status !== 'done' && !('side' in PHASES[id]))
  const main = open ?? (remedy === undefined ? undefined : phases[0])
  if (main === undefined) return null
  const at = iso(context.asOf)
  if (remedy !== undefined) return { phase: main.id, at, due: true, text: remedy }
  if (isTemporary) return { phase: main.id, at, due: false, text: 'DNS could not be read: rerun the check' }
  const side = phases.find(({ id, status }) => 'side' in PHASES[id] && (status === 'current' || status === 'late'))
  const next = isDue(main) ? main : (side ?? main)
  return { phase: next.id, at: iso(opensAt(next)), due: isDue(next), text: sayNext(context, next) }
}

function isDue({ id, status }: ScheduledPhase): boolean {
  return status === 'late' || (PHASES[id].kind === 'action' && (status === 'current' || status === 'blocked'))
}

/** A wait asks for something when it ends. */
function opensAt({ id, earliest, latest }: ScheduledPhase): Instant {
  return PHASES[id].kind === 'wait' ? (latest ?? earliest) : earliest
}

function sayNext(context: PlanContext, phase: ScheduledPhase): string {
  const { asOf, remembers, waits, proof } = context
  const { title, kind } = PHASES[phase.id]
  const lag = sayLag(context, phase)
  if (lag !== null) return lag
  if (phase.id === 'overlap' && phase.status === 'late' && !isProven(context))
    return SHOW_NEW_KEY[proof === 'doubtful' ? 'doubtful' : 'unproven']
  // Nobody saw when the record appeared: what the wait is for is left to the person.
  if (phase.id === 'switch' && isDue(phase) && !remembers)
    return `${lowerFirst(title)} once the new record has been published for ${formatDuration(waits.propagation.seconds * 1000)}`
  if (kind === 'wait' && phase.status === 'late')
    return `${lowerFirst(title)}: a server still lacks the record: find out why`
  return isDue(phase) ? `${lowerFirst(title)} now` : waitText(title, phase, asOf)
}

/** Which servers have the change, and which are still to follow. */
function sayLag({ observation, request, isRead }: PlanContext, { id }: ScheduledPhase): string | null {
  if (observation === null || !isRead) return null
  const { live, absent, revoked } = observation.newRecord
  const isNew = id === 'propagate' && live.length > 0 && absent.length + revoked.length > 0
  const lag = isNew ? { done: live, waiting: [...absent, ...revoked] } : lagOf(id, observation, request)
  if (lag === null) return null
  const title = PHASES[isNew ? 'publish' : id].title
  return `${lowerFirst(title)}: done at ${lag.done.join(', ')}, waiting for ${lag.waiting.join(', ')}`
}

function waitText(title: string, phase: ScheduledPhase, now: Instant): string {
  const left = opensAt(phase) - now
  if (left > 0 && PHASES[phase.id].kind === 'action') return `${lowerFirst(title)} in ${formatDuration(left)}`
  return left <= 0
    ? `${lowerFirst(title)}: not yet proven`
    : `${lowerFirst(title)}: ${formatDuration(Math.ceil(left / 60_000) * 60_000)} left`
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function describe(context: PlanContext, phase: ScheduledPhase, observation: Observation | null): PlanPhase {
  const { title, kind } = PHASES[phase.id]
  return {
    id: phase.id,
    title,
    kind,
    status: phase.status,
    notBefore: iso(phase.earliest),
    dueBy: phase.latest === null ? null : iso(phase.latest),
    doneAt: phase.done && phase.doneAt !== null ? iso(phase.doneAt) : null,
    why: phase.why,
    evidence: describeEvidence(context, phase, observation),
    ...instruct(context.request, phase.id),
    ...(phase.id === 'overlap' && context.needsOld
      ? {
          records: [republish(context.request, context.progress.oldState)],
          check: 'every server answers with the old key again',
        }
      : {}),
  }
}

function inputsOf({ settings }: RotationRequest, waits: Waits): RotationPlan['inputs'] {
  const seconds = settings.queueLifetime / 1000
  const months = CADENCES[settings.cadence]
  return {
    ...waits,
    queueLifetime: {
      seconds,
      formula: `mail servers retry delivery for ${formatDuration(settings.queueLifetime)}`,
      observed: null,
    },
    cadence: {
      seconds: months * 30 * 86_400,
      formula: `${settings.cadence}: every ${months} months, by the calendar`,
      observed: null,
    },
  }
}

function serversOf(observation: Observation | null): readonly string[] {
  if (observation === null) return []
  const { newRecord, oldRecord } = observation
  const all = [newRecord, oldRecord].flatMap(view => [
    ...view.live,
    ...view.absent,
    ...view.revoked,
    ...view.wrong,
    ...view.temporary,
    ...view.lame,
  ])
  return [...new Set(all)].sort()
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z')
}
