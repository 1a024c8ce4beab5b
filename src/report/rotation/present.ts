// Completes a plan for its renderers: records in the chosen dialect, the signer's configuration, the path of the state file.

import { type PlanPhase, type RotationPlan, shellQuote } from '../../core/index.js'
import type { DialectName } from '../record/dialects.js'
import { changeView } from './change.js'
import { type PhaseView, type PlanView, withStateFile } from './view.js'

export interface Presentation {
  readonly stateFile: string | null
  readonly dialect: DialectName
  readonly signerText: (plan: RotationPlan, selectors: readonly string[]) => string | null
  readonly sequence: (plan: RotationPlan, phase: PlanPhase) => number
}

export function present(plan: RotationPlan, presentation: Presentation): PlanView {
  const { stateFile } = presentation
  return { ...plan, stateFile, phases: plan.phases.map(phase => presentPhase(plan, phase, presentation)) }
}

function presentPhase(plan: RotationPlan, phase: PlanPhase, presentation: Presentation): PhaseView {
  const { stateFile, dialect, signerText, sequence } = presentation
  const argument = stateFile === null ? null : shellQuote(stateFile)
  return {
    ...phase,
    commands: phase.commands.map(command => withStateFile(command, argument)),
    changes: phase.records.map(change => changeView(change, plan, dialect)),
    signerText: phase.signerSelectors === null ? null : signerText(plan, phase.signerSelectors),
    sequence: sequence(plan, phase),
  }
}
