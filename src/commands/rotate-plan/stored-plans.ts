// Plans from a state file, held against the options of this call: the plan that was made stays the plan.

import { DkimError, type PlanState } from '../../core/index.js'
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
  readonly plans: readonly PlanState[]
  /** Shaping options that were given again and had no effect. */
  readonly ignored: readonly string[]
}

export function updatePlans(plans: readonly PlanState[], options: RotatePlanOptions): StoredPlans {
  for (const plan of plans) refuseOtherNames(plan, options)
  return {
    plans: plans.map(plan => withKey(plan, options)),
    ignored: SHAPING.filter(name => options[name] !== undefined),
  }
}

function refuseOtherNames({ request }: PlanState, { domain, selector, newSelector, state }: RotatePlanOptions): void {
  const wrong =
    (domain !== undefined && !domain.some(name => name.toLowerCase().replace(/\.$/, '') === request.domain)) ||
    (selector !== undefined && !selector.some(name => name.toLowerCase() === request.old.selector.toLowerCase())) ||
    (newSelector !== undefined && newSelector.toLowerCase() !== request.new.selector.toLowerCase())
  if (!wrong) return
  throw new DkimError(
    'usage',
    `${state} holds the plan for ${request.domain} from ${request.old.selector} to ${request.new.selector}`,
    'leave --domain, --selector and --new-selector out, or name another state file',
  )
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
