// From the verdicts of plans to the exit code.

import { DkimError } from '../../core/errors.js'
import type { PlanVerdict, RotationPlan } from '../../core/rotation/plan.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from '../exit-code.js'
import type { EvaluatedPlan } from './evaluated-plan.js'
import type { RotatePlanOptions } from './options.js'

const VERDICT_CODES = {
  planned: EXIT_CODES.ok,
  'on-track': EXIT_CODES.ok,
  'action-due': EXIT_CODES.problem,
  alarm: EXIT_CODES.problem,
  temporary: EXIT_CODES.temporary,
} as const satisfies Record<PlanVerdict, ExitCode>

export function exitCodeOf(evaluated: readonly EvaluatedPlan[], { assert }: RotatePlanOptions): ExitCode {
  if (assert === undefined) return combineExitCodes(evaluated.map(({ plan }) => VERDICT_CODES[plan.verdict]))
  return combineExitCodes(evaluated.map(({ plan }) => assertedCode(plan, assert)))
}

function assertedCode({ phases, verdict }: RotationPlan, asserted: string): ExitCode {
  const phase = phases.find(({ id }) => id === asserted)
  if (phase === undefined) {
    throw new DkimError('usage', `the plan has no ${asserted} phase`, `it has ${phases.map(({ id }) => id).join(', ')}`)
  }
  if (verdict === 'temporary') return EXIT_CODES.temporary
  return phase.status === 'current' || phase.status === 'late' ? EXIT_CODES.ok : EXIT_CODES.problem
}
