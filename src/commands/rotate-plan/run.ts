// One run of rotate-plan: read the state, gather evidence, plan, remember, write the plan, and tell by the exit code.

import {
  advanceCalendar,
  DkimError,
  type Evidence,
  KeyCache,
  newPlanState,
  type PlanPhase,
  type PlanState,
  type PlanVerdict,
  planRotation,
  type RotationPlan,
  type RotationRequest,
  type RotationState,
} from '../../core/index.js'
import { present } from '../../report/rotation/present.js'
import type { PlanView } from '../../report/rotation/view.js'
import { styleFor } from '../../report/style.js'
import type { Context } from '../context.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from '../exit-code.js'
import { say } from '../main.js'
import { type DomainSample, probe, readReports, readSamples } from './evidence.js'
import { PLAN_FORMATS } from './formats.js'
import { observe } from './look.js'
import { newRequest, TemporaryTrouble } from './new-plan.js'
import { isBlind, type RotatePlanOptions } from './options.js'
import { readStateFile, type StateFile, writeStateFile, writeWhole } from './state-file.js'
import { choosePlans } from './stored-plans.js'
import { readTargets } from './targets.js'
import { openWitnesses, type Witnesses } from './witnesses.js'

interface Run {
  readonly context: Context
  readonly options: RotatePlanOptions
  readonly now: Date
  readonly witnesses: Witnesses
  readonly stored: StateFile | undefined
}

export async function runRotatePlan(context: Context, options: RotatePlanOptions): Promise<ExitCode> {
  const now = options.now ?? context.now()
  const stored = options.state === undefined ? undefined : readStateFile(options.state)
  refuseContradictions(options, stored, now)
  const witnesses = await openWitnesses(context, options)
  const run = { context, options, now, witnesses, stored }
  try {
    const plans = stored === undefined ? await startPlans(run) : await storedPlans(run, stored)
    if (plans === null) return EXIT_CODES.nothing
    return await finish(run, await judgePlans(run, plans))
  } catch (error) {
    if (!(error instanceof TemporaryTrouble)) throw error
    say(context, 'error', error.message)
    say(context, 'hint', 'try again later; to plan without DNS, on assumed figures: --offline')
    return EXIT_CODES.temporary
  }
}

function refuseContradictions(options: RotatePlanOptions, stored: StateFile | undefined, now: Date): void {
  const { check, sample, reports, confirm, assert, state } = options
  if (!check && (sample ?? reports ?? confirm ?? assert) !== undefined) {
    throw new DkimError('usage', '--sample, --reports, --confirm and --assert are evidence for --check', 'add --check')
  }
  if (confirm !== undefined && state === undefined) {
    throw new DkimError('usage', '--confirm is remembered in a state file', 'name it: --state FILE')
  }
  if (stored !== undefined && now.getTime() < stored.state.updatedAt) {
    throw new DkimError(
      'usage',
      `the clock went backwards: the state file was written at ${new Date(stored.state.updatedAt).toISOString()}`,
      'check the clock of this machine and --now',
    )
  }
}

/** Null: for none of the selectors there is a record. */
async function startPlans({ context, options, now, witnesses, stored }: Run): Promise<PlanState[] | null> {
  const plans: PlanState[] = []
  const usedNames = new Set(stored?.state.usedNames)
  for (const target of await readTargets(options)) {
    const scene = { options, now: now.getTime(), signal: context.signal, usedNames }
    const request = await newRequest(target, await witnesses.of(target.domain), scene)
    if (request === null)
      say(context, 'error', `${target.old}._domainkey.${target.domain} has no record: there is nothing to rotate`)
    else plans.push(begin(request, options))
  }
  if (plans.length === 0) say(context, 'hint', `look for its selectors with dkim lookup --discover`)
  return plans.length === 0 ? null : plans
}

/** A selector that the file has no plan for begins a new plan in it: the next rotation, with the names of the earlier ones known. */
async function storedPlans(run: Run, { state }: StateFile): Promise<readonly PlanState[] | null> {
  const { context, options } = run
  const { chosen, ignored } = choosePlans(state.plans, options)
  if (ignored.length > 0) {
    say(context, 'note', `the plan in ${options.state} stays as it was made: ${ignored.join(', ')} changes nothing`)
  }
  if (chosen.length > 0) return chosen
  if (!options.check && options.domain !== undefined && options.selector !== undefined) return await startPlans(run)
  throw new DkimError('usage', `${options.state} holds no plan of that name`, 'see dkim rotate-plan --state FILE')
}

/** A start in the past says since when the record has been published. */
function begin(request: RotationRequest, { start, check }: RotatePlanOptions): PlanState {
  const plan = newPlanState(request)
  if (!check || start === undefined) return plan
  return { ...plan, progress: { ...plan.progress, newSeenSince: request.start, newLiveSince: request.start } }
}

interface Judged {
  readonly before: PlanState
  readonly after: PlanState
  readonly plan: RotationPlan
}

async function judgePlans(run: Run, plans: readonly PlanState[]): Promise<Judged[]> {
  const { context, options, now, witnesses } = run
  const keys = new KeyCache()
  const samples = await readSamples(options.sample ?? [], { context, resolver: witnesses.source, now, keys })
  const judged: Judged[] = []
  for (const before of plans) {
    const evidence = await gather(run, before, samples)
    const check = options.check === true
    const remembers = options.state !== undefined || options.start !== undefined
    const { plan, progress } = planRotation(before.request, before.progress, evidence, { check, remembers })
    const calendar = advanceCalendar(before.calendar, plan)
    judged.push({ before, plan, after: { ...before, progress, calendar } })
  }
  return judged
}

async function gather(
  { context, options, now, witnesses }: Run,
  plan: PlanState,
  all: readonly DomainSample[],
): Promise<Evidence> {
  const { request } = plan
  const { domain } = request
  const samples = all.filter(sample => sample.domain === domain)
  const evidence = { now: now.getTime(), samples, confirmations: options.confirm ?? [] }
  if (isBlind(options)) return { ...evidence, observation: null, reports: [], probe: null }
  const observation = await observe((await witnesses.of(domain)).witnesses, request, now.getTime(), context.signal)
  const wantsProbe =
    options.check === true && observation.newRecord.state === 'live' && plan.progress.verifiedAt === null
  return {
    ...evidence,
    observation,
    reports: readReports(options.reports ?? [], domain),
    probe: wantsProbe ? await probe(request, witnesses.source, now) : null,
  }
}

async function finish(run: Run, judged: readonly Judged[]): Promise<ExitCode> {
  const { context, options, now, stored } = run
  const views = judged.map(each => viewOf(each, options))
  const output = await render(views, context, options)
  const isNew = stored === undefined || judged.some(({ before }) => !isStored(before, stored))
  if (options.state !== undefined && (isNew || options.check)) {
    writeStateFile(options.state, stateOf(judged, now, stored), stored?.original)
  }
  if (options.output !== undefined) writeWhole(options.output, output)
  else if (!options.quiet) context.stdout.write(output)
  return exitCodeOf(judged, options)
}

function viewOf({ plan, after }: Judged, options: RotatePlanOptions): PlanView {
  return present(plan, {
    stateFile: options.state ?? null,
    dialect: options.dialect ?? 'bind',
    signer: options.signer ?? null,
    sequence: (_, { id }: PlanPhase) => after.calendar.find(({ phase }) => phase === id)?.sequence ?? 0,
  })
}

async function render(views: readonly PlanView[], context: Context, options: RotatePlanOptions): Promise<string> {
  const format = await PLAN_FORMATS[options.format].load()
  const isTTY = context.stdout.isTTY === true && options.output === undefined
  return format(views, await styleFor({ option: options.color, env: context.env, isTTY }))
}

/** The plans that this run was not about stay as they are. */
function stateOf(judged: readonly Judged[], now: Date, stored: StateFile | undefined): RotationState {
  const earlier = stored?.state.plans ?? []
  const changed = earlier.map(plan => judged.find(({ after }) => isSamePlan(after, plan))?.after ?? plan)
  const added = judged.filter(({ after }) => !earlier.some(plan => isSamePlan(after, plan))).map(({ after }) => after)
  const plans = [...changed, ...added]
  const names = plans.flatMap(({ request: { domain, old, new: fresh } }) =>
    [old, fresh].map(({ selector }) => `${selector.toLowerCase()}._domainkey.${domain}`),
  )
  const usedNames = [...new Set([...(stored?.state.usedNames ?? []), ...names])]
  return { updatedAt: now.getTime(), plans, usedNames }
}

function isStored(plan: PlanState, stored: StateFile): boolean {
  return stored.state.plans.some(other => isSamePlan(plan, other))
}

function isSamePlan({ request: a }: PlanState, { request: b }: PlanState): boolean {
  return a.domain === b.domain && a.old.selector === b.old.selector && a.new.selector === b.new.selector
}

const VERDICT_CODES = {
  planned: EXIT_CODES.ok,
  'on-track': EXIT_CODES.ok,
  'action-due': EXIT_CODES.problem,
  alarm: EXIT_CODES.problem,
  temporary: EXIT_CODES.temporary,
} as const satisfies Record<PlanVerdict, ExitCode>

function exitCodeOf(judged: readonly Judged[], { assert }: RotatePlanOptions): ExitCode {
  if (assert === undefined) return combineExitCodes(judged.map(({ plan }) => VERDICT_CODES[plan.verdict]))
  return combineExitCodes(judged.map(({ plan }) => assertedCode(plan, assert)))
}

function assertedCode({ phases, verdict }: RotationPlan, asserted: string): ExitCode {
  const phase = phases.find(({ id }) => id === asserted)
  if (phase === undefined) {
    throw new DkimError('usage', `the plan has no phase ${asserted}`, `it has ${phases.map(({ id }) => id).join(', ')}`)
  }
  if (verdict === 'temporary') return EXIT_CODES.temporary
  return phase.status === 'current' || phase.status === 'late' ? EXIT_CODES.ok : EXIT_CODES.problem
}
