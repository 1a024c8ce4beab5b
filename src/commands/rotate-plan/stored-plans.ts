// Plans from a state file, held against the options of this call: the plan that was made stays the plan.

import { DkimError } from '../../core/errors.js'
import type { PlanState } from '../../core/rotation/state.js'
import { readNewKey } from './new-key.js'
import type { RotatePlanOptions } from './options.js'

/** Options that shape a plan; a plan that exists is not reshaped by naming them again. */
const SHAPING = [
  'domains',
  'scheme',
  'type',
  'bits',
  'emergency',
  'beside',
  'flip',
  'cadence',
  'start',
  'overlap',
  'queueLifetime',
  'signatureLifetime',
  'propagation',
  'fast',
  'providerMinimum',
  'revokedFor',
  'ttl',
  'timeZone',
  'businessDays',
  'holidays',
  'disclose',
] as const satisfies readonly (keyof RotatePlanOptions)[]

export interface StoredPlans {
  /** What this call is about; empty where none of the stored plans is. */
  readonly chosen: readonly PlanState[]
  /** Shaping options that were given again and had no effect. */
  readonly ignored: readonly string[]
}

export function choosePlans(plans: readonly PlanState[], options: RotatePlanOptions): StoredPlans {
  const named = plans.filter(({ request }) => isNamed(request, options))
  const chosen = named.filter(plan => !isSuperseded(plan, plans)).map(plan => withKey(plan, options))
  const [first] = chosen
  const { newSelector } = options
  if (first !== undefined && newSelector !== undefined && !sameName(newSelector, first.request.new.selector)) {
    throw new DkimError(
      'usage',
      `${options.state} holds the plan for ${nameOf(first)}`,
      'omit --new-selector, or use another state file',
    )
  }
  const ignored = chosen.length === 0 ? [] : SHAPING.filter(name => options[name] !== undefined)
  return { chosen, ignored }
}

/**
 * A confirmation or a guard is about one rotation: where this call means several of them without naming each, it is refused. What
 * was done for one domain would be remembered for all.
 */
export function refuseSeveral(plans: readonly PlanState[], options: RotatePlanOptions): void {
  const option = options.confirm !== undefined ? '--confirm' : options.assert !== undefined ? '--assert' : undefined
  if (option === undefined || plans.length < 2) return
  const isAlone = (of: (plan: PlanState) => string): boolean => new Set(plans.map(of)).size === plans.length
  const byDomain = options.domain !== undefined && isAlone(({ request }) => request.domain)
  const bySelector = options.selector !== undefined && isAlone(({ request }) => request.old.selector.toLowerCase())
  if (byDomain || bySelector) return
  const choices = plans.map(({ request: { domain, old } }) => `--domain ${domain} --selector ${old.selector}`)
  const more = choices.length > MAX_CHOICES ? [`${choices.length - MAX_CHOICES} more`] : []
  throw new DkimError(
    'usage',
    `${option} is for one rotation, and this call means ${plans.length}`,
    `name one: ${[...choices.slice(0, MAX_CHOICES), ...more].join(', ')}`,
  )
}

const MAX_CHOICES = 20

function nameOf({ request: { domain, old, new: fresh } }: PlanState): string {
  return `${domain} from ${old.selector} to ${fresh.selector}`
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase().replace(/\.$/, '') === b.toLowerCase()
}

/** --domain and --selector choose among the plans of a file; without them all are meant. */
function isNamed({ domain, old }: PlanState['request'], options: RotatePlanOptions): boolean {
  const byDomain = options.domain?.some(name => sameName(name, domain)) ?? true
  const bySelector = options.selector?.some(name => sameName(name, old.selector)) ?? true
  return byDomain && bySelector
}

/** A rotation whose new key is being retired by the next one, and whose own old key is gone, has nothing more to say. */
function isSuperseded({ request, progress }: PlanState, plans: readonly PlanState[]): boolean {
  const next = plans.find(
    other => other.request.domain === request.domain && sameName(other.request.old.selector, request.new.selector),
  )
  if (next === undefined) return false
  const { confirmedAt, firstNewAt } = next.progress.signers
  return progress.oldState === 'absent' || progress.oldState === 'revoked' || (confirmedAt ?? firstNewAt) !== null
}

/** A plan may be made before its key; a key that is in the plan is not exchanged. */
function withKey(plan: PlanState, options: RotatePlanOptions): PlanState {
  const { request } = plan
  const key = readNewKey(options, request.domain, request.new.selector)
  if (key === undefined) return plan
  const { fingerprint } = request.new
  if (fingerprint !== null && fingerprint !== key.facts.fingerprint) {
    throw new DkimError(
      'usage',
      `${key.file} is not the key of this plan: ${key.facts.fingerprint} instead of ${fingerprint}`,
      'a plan keeps its key; start a new plan for another one',
    )
  }
  return { ...plan, request: { ...request, new: { ...request.new, ...key.facts }, newKeyFile: key.file } }
}
