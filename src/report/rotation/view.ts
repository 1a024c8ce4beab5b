// A plan as the renderers get it: the engine's plan, and the texts that depend on the DNS host and the mail server.

import type { PlanPhase, RotationPlan } from '../../core/rotation/plan.js'
import { shellPath } from '../../core/syntax/shell-word.js'
import type { ChangeView } from './change.js'

export interface PhaseView extends PlanPhase {
  /** The changes of records, as the DNS host wants them. */
  readonly changes: readonly ChangeView[]
  /** What the mail server's configuration must say; null where it stays as it is or no server was named. */
  readonly signerText: string | null
  /** A calendar's revision of the date (RFC 5545 §3.8.7.4). */
  readonly sequence: number
}

export interface PlanView extends Omit<RotationPlan, 'phases'> {
  readonly phases: readonly PhaseView[]
  readonly stateFile: string | null
  /** Where the plan was made: paths in it are relative to this directory. */
  readonly directory?: string
  /** Every step in full where several plans are shown. */
  readonly verbose?: boolean
  /** The state file has another rotation of the same domain. */
  readonly sharesDomain?: boolean
}

/** `--state plan.json --domain example.com`: one rotation of a state file, which may hold several now or later. Null without a file. */
export function stateSelection(view: Pick<PlanView, 'stateFile' | 'sharesDomain' | 'domain' | 'old'>): string | null {
  const { stateFile, sharesDomain, domain, old } = view
  if (stateFile === null) return null
  return `--state ${shellPath(stateFile)} --domain ${domain}${sharesDomain ? ` --selector ${old.selector}` : ''}`
}

/** The engine's commands name the state file by a placeholder, and what is in it need not be repeated. */
export function withStateFile(command: string, selection: string | null): string {
  if (selection === null) return command
  return command.replace(/^dkim rotate-plan .*? --state plan\.json/, () => `dkim rotate-plan ${selection}`)
}

/** What the figures behind the dates are called. */
export const INPUT_NAMES = {
  negativeTtl: 'negative TTL',
  oldTtl: 'old TTL',
  propagation: 'propagation',
  overlap: 'overlap',
  ttlLead: 'TTL lead',
  revokedFor: 'revoked for',
  queueLifetime: 'queue lifetime',
  cadence: 'cadence',
} as const satisfies Record<keyof PlanView['inputs'], string>
