// A plan as the renderers get it: the engine's plan, and the texts that depend on the DNS host and the mail server.

import type { PlanPhase, RotationPlan } from '../../core/index.js'

export interface PhaseView extends PlanPhase {
  /** The records of this phase, as the DNS host wants them; null where there are none. */
  readonly recordText: string | null
  /** What the mail server's configuration must say; null where it stays as it is or no server was named. */
  readonly signerText: string | null
  /** A calendar's revision of the date (RFC 5545 §3.8.7.4). */
  readonly sequence: number
}

export interface PlanView extends Omit<RotationPlan, 'phases'> {
  readonly phases: readonly PhaseView[]
  readonly stateFile: string | null
}

/** The placeholder that the engine's commands carry for the state file. */
const STATE_PLACEHOLDER = '--state plan.json'

/** The commands as this user can type them. */
export function withStateFile(command: string, stateArgument: string | null): string {
  const replacement = stateArgument === null ? '' : `--state ${stateArgument}`
  return command.replace(STATE_PLACEHOLDER, () => replacement).replace(/ {2,}/g, ' ')
}
