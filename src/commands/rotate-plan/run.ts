// One run of rotate-plan: read the state, gather evidence, plan, remember, write the plan, and tell by the exit code.

import { KeyCache } from '../../core/dkim/key-lookup.js'
import { DkimError } from '../../core/errors.js'
import { advanceCalendar } from '../../core/rotation/calendar-entries.js'
import { type PlanPhase, planRotation } from '../../core/rotation/plan.js'
import type { RotationRequest } from '../../core/rotation/settings.js'
import { newPlanState, type PlanState } from '../../core/rotation/state.js'
import { givenZone } from '../../core/syntax/given-name.js'
import { isSubdomainOrEqual } from '../../core/syntax/names.js'
import { shellPath } from '../../core/syntax/shell-word.js'
import { present } from '../../report/rotation/present.js'
import type { PlanView } from '../../report/rotation/view.js'
import type { Context } from '../context.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from '../exit-code.js'
import { openOutputFile, refuseInput } from '../io/output-file.js'
import { withSpinner } from '../io/spinner.js'
import { fileStyle, stdoutStyle } from '../io/stdout-style.js'
import { say } from '../stderr.js'
import { type EvaluatedPlan, isStored, mention, type Run, stateOf } from './evaluated-plan.js'
import { PLAN_FORMATS } from './formats.js'
import { gather, openReports, openSamples } from './gather.js'
import { openProbes } from './name-servers.js'
import { privateKeyIn } from './new-key.js'
import { newRequest } from './new-plan.js'
import type { RotatePlanOptions } from './options.js'
import { readStateFile, type StateFile, writeStateFile } from './state-file.js'
import { choosePlans, refuseSeveral } from './stored-plans.js'
import { readTargets } from './targets.js'
import { TemporaryTrouble } from './temporary-trouble.js'
import { exitCodeOf } from './verdict-code.js'

export async function runRotatePlan(context: Context, asked: RotatePlanOptions): Promise<ExitCode> {
  const options = withImpliedCheck(asked)
  const now = options.now ?? context.now()
  const stored = options.state === undefined ? undefined : readStateFile(options.state)
  refuseContradictions(options, stored, now)
  const probes = await openProbes(context, options)
  const run = { context, options, now, probes, stored }
  try {
    const { plans, isComplete } = stored === undefined ? await startPlans(run) : await storedPlans(run, stored)
    const code = isComplete ? EXIT_CODES.ok : EXIT_CODES.nothing
    if (plans.length === 0) return code
    refuseSeveral(plans, options)
    const show = !options.quiet && options.format === 'text'
    const evaluated = await withSpinner(context, 'querying the name servers', show, evaluatePlans(run, plans))
    return combineExitCodes([code, await finish(run, evaluated)])
  } catch (error) {
    if (!(error instanceof TemporaryTrouble)) throw error
    say(context, 'error', error.message)
    say(context, 'hint', error.hint)
    return EXIT_CODES.temporary
  }
}

/** --sample, --reports, --confirm and --assert imply --check. */
function withImpliedCheck(options: RotatePlanOptions): RotatePlanOptions {
  const { sample, reports, confirm, assert } = options
  return (sample ?? reports ?? confirm ?? assert) === undefined ? options : { ...options, check: true }
}

function refuseContradictions(options: RotatePlanOptions, stored: StateFile | undefined, now: Date): void {
  const { confirm, state, domain, domains } = options
  if (state !== undefined && stored === undefined && domain === undefined && domains === undefined) {
    throw new DkimError(
      'input-unreadable',
      `${state} does not exist, so there is no plan to continue`,
      `create the plan first: dkim rotate-plan --domain example.com --selector OLD --state ${shellPath(state)}`,
    )
  }
  if (confirm !== undefined && state === undefined) {
    throw new DkimError('usage', '--confirm requires a state file', 'add --state FILE')
  }
  if (stored !== undefined && now.getTime() < stored.state.updatedAt) {
    throw new DkimError(
      'usage',
      `the clock went backwards: the state file was written at ${new Date(stored.state.updatedAt).toISOString()}`,
      'check the clock of this machine and --now',
    )
  }
}

interface Begun {
  readonly plans: readonly PlanState[]
  /** False where a selector has no record, and so nothing to rotate. */
  readonly isComplete: boolean
}

async function startPlans({ context, options, now, probes, stored }: Run): Promise<Begun> {
  const plans: PlanState[] = []
  const usedNames = new Set(stored?.state.usedNames)
  const targets = readTargets(options)
  for (const target of targets) {
    const scene = { options, now: now.getTime(), signal: context.signal, usedNames }
    const request = await newRequest(target, await probes.of(target.domain), scene)
    if (request === null)
      say(context, 'error', `${target.old}._domainkey.${target.domain} has no record: nothing to rotate`)
    else plans.push(begin(request, options))
  }
  const isComplete = plans.length === targets.length
  if (!isComplete) say(context, 'hint', 'find its selectors with dkim lookup DOMAIN --discover')
  return { plans, isComplete }
}

/** A selector that the file has no plan for begins a new plan in it: the next rotation, with the names of the earlier ones known. */
async function storedPlans(run: Run, { state }: StateFile): Promise<Begun> {
  const { options } = run
  const { chosen, ignored } = choosePlans(state.plans, options)
  if (ignored.length > 0) {
    mention(run, 'note', `the plan in ${options.state} is unchanged: ${ignored.join(', ')} ignored`)
  }
  if (chosen.length > 0) return { plans: chosen, isComplete: true }
  if (!options.check && options.domain !== undefined && options.selector !== undefined) return await startPlans(run)
  throw new DkimError('usage', `${options.state} has no such plan`, 'see dkim rotate-plan --state FILE')
}

/** A start in the past says since when the record has been published. */
function begin(request: RotationRequest, { start, check }: RotatePlanOptions): PlanState {
  const plan = newPlanState(request)
  if (!check || start === undefined) return plan
  return { ...plan, progress: { ...plan.progress, newSeenSince: request.start, newLiveSince: request.start } }
}

async function evaluatePlans(run: Run, plans: readonly PlanState[]): Promise<EvaluatedPlan[]> {
  const { options } = run
  const samples = await openSamples(run, plans, new KeyCache())
  const gathered = { samples: samples.all, uses: openReports(run, plans) }
  const evaluated: EvaluatedPlan[] = []
  for (const before of plans) {
    const evidence = await gather(run, before, gathered)
    const check = options.check === true
    const remembers = options.state !== undefined || options.start !== undefined
    const { plan, progress } = planRotation(before.request, before.progress, evidence, { check, remembers })
    const calendar = advanceCalendar(before.calendar, plan)
    const zone = givenZoneOf(plan.domain, options) ?? (await run.probes.of(plan.domain)).zone
    evaluated.push({ before, plan, after: { ...before, progress, calendar }, zone })
  }
  return evaluated
}

/** One --zone for several domains has to hold the keys of each. */
function givenZoneOf(domain: string, { zone: given }: RotatePlanOptions): string | null {
  if (given === undefined) return null
  const zone = givenZone(given)
  if (isSubdomainOrEqual(`_domainkey.${domain}`, zone)) return zone
  throw new DkimError('usage', `the zone ${zone} does not hold _domainkey.${domain}`, 'leave --zone out: DNS names it')
}

async function finish(run: Run, evaluated: readonly EvaluatedPlan[]): Promise<ExitCode> {
  const { context, options, now, stored } = run
  const code = exitCodeOf(evaluated, options)
  const all = stateOf(evaluated, now, stored).plans
  const views = evaluated.map(each => viewOf(each, all, options))
  const output = await render(views, context, options)
  if (options.output !== undefined) refuseInput(options.output, inputFiles(options, evaluated))
  const isNew = stored === undefined || evaluated.some(({ before }) => !isStored(before, stored))
  const file = options.output === undefined ? undefined : openOutputFile(options.output, undefined, context.signal)
  try {
    // On the disk before the state says that the plan was given out, and in its place only then.
    await file?.write(Buffer.from(output))
    if (options.state !== undefined && (isNew || options.check)) {
      writeStateFile(options.state, stateOf(evaluated, now, stored), stored)
    }
    file?.commit()
  } finally {
    file?.abandon()
  }
  if (file === undefined && !options.quiet) context.stdout.write(output)
  return code
}

function inputFiles(options: RotatePlanOptions, evaluated: readonly EvaluatedPlan[]): string[] {
  const { state, domains, key, oldKey, dnsFile = [], sample = [], reports = [] } = options
  const keys = evaluated.map(({ after }) => after.request.newKeyFile)
  return [state, domains, key, oldKey, ...dnsFile, ...sample, ...reports, ...keys].filter(file => file != null)
}

function viewOf({ plan, after, zone }: EvaluatedPlan, all: readonly PlanState[], options: RotatePlanOptions): PlanView {
  const sharesDomain = all.filter(({ request }) => request.domain === plan.domain).length > 1
  const view = present(plan, {
    stateFile: options.state ?? null,
    sharesDomain,
    zone,
    dialect: options.dialect ?? 'bind',
    signer: options.signer ?? null,
    newKeyFile: privateFileOf(after.request, options),
    sequence: (_, { id }: PlanPhase) => after.calendar.find(({ phase }) => phase === id)?.sequence ?? 0,
  })
  const where = options.format === 'sh' ? { directory: process.cwd(), sharesDomain } : {}
  return { ...view, ...where, ...(options.format === 'text' ? { verbose: options.verbose === true } : {}) }
}

/** Only a private key can be put in place; the plan may know a public one. */
function privateFileOf({ newKeyFile }: RotationRequest, { signer }: RotatePlanOptions): string | null {
  return signer !== undefined && newKeyFile !== null && privateKeyIn(newKeyFile) !== undefined ? newKeyFile : null
}

async function render(views: readonly PlanView[], context: Context, options: RotatePlanOptions): Promise<string> {
  const format = await PLAN_FORMATS[options.format].load()
  const style = options.output === undefined ? stdoutStyle(context, options.color) : fileStyle(context, options.color)
  return format(views, await style)
}
