// What a run works with, what it judges, and what the state file is told of it.

import type { RotationPlan } from '../../core/rotation/plan.js'
import type { PlanState, RotationState } from '../../core/rotation/state.js'
import type { Context } from '../context.js'
import { say } from '../stderr.js'
import type { RotatePlanOptions } from './options.js'
import type { StateFile } from './state-file.js'
import type { Witnesses } from './witnesses.js'

export interface Run {
  readonly context: Context
  readonly options: RotatePlanOptions
  readonly now: Date
  readonly witnesses: Witnesses
  readonly stored: StateFile | undefined
}

/** Says something beside the plan, unless the run is to be quiet. */
export function mention({ context, options }: Pick<Run, 'context' | 'options'>, ...said: Said): void {
  if (!options.quiet) say(context, ...said)
}

type Said = [kind: 'note' | 'warning', text: string]

export interface Judged {
  readonly before: PlanState
  readonly after: PlanState
  readonly plan: RotationPlan
  /** The zone that holds the key records; null where it is not known. */
  readonly zone: string | null
}

/** The plans that this run was not about stay as they are. */
export function stateOf(judged: readonly Judged[], now: Date, stored: StateFile | undefined): RotationState {
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

export function isStored(plan: PlanState, stored: StateFile): boolean {
  return stored.state.plans.some(other => isSamePlan(plan, other))
}

function isSamePlan({ request: a }: PlanState, { request: b }: PlanState): boolean {
  return a.domain === b.domain && a.old.selector === b.old.selector && a.new.selector === b.new.selector
}
