// Completes a plan for its renderers: records in the chosen dialect, the signer's configuration, the path of the state file.

import type { PlanPhase, RotationPlan } from '../../core/rotation/plan.js'
import type { DialectName } from '../records/dialects.js'
import { installCommand, type Signer } from '../signer/signer.js'
import { formatSigner, SIGNERS, type SignerName } from '../signer/signers.js'
import { changeView } from './change.js'
import { type PhaseView, type PlanView, stateSelection, withStateFile } from './view.js'

export interface Presentation {
  readonly stateFile: string | null
  /** The state file has another rotation of the same domain. */
  readonly sharesDomain?: boolean
  /** The zone that holds the key records; null where it is not known. */
  readonly zone?: string | null
  readonly dialect: DialectName
  readonly signer: SignerName | null
  readonly newKeyFile?: string | null
  readonly sequence: (plan: RotationPlan, phase: PlanPhase) => number
}

export function present(plan: RotationPlan, presentation: Presentation): PlanView {
  const { stateFile } = presentation
  return { ...plan, stateFile, phases: plan.phases.map(phase => presentPhase(plan, phase, presentation)) }
}

function presentPhase(plan: RotationPlan, phase: PlanPhase, presentation: Presentation): PhaseView {
  const { stateFile, sharesDomain = false, dialect, signer, zone = null, sequence } = presentation
  const selection = stateSelection({ ...plan, stateFile, sharesDomain })
  return {
    ...phase,
    commands: phase.commands.map(command => withStateFile(command, selection)),
    changes: phase.records.map(change => changeView(change, plan, dialect, zone)),
    signerText:
      signer === null || phase.signerSelectors === null
        ? null
        : signerText(plan, phase.signerSelectors, signer, presentation.newKeyFile ?? null),
    sequence: sequence(plan, phase),
  }
}

/** The whole configuration as it is from the switch on, with what makes the server read it. */
function signerText(
  plan: RotationPlan,
  selectors: readonly string[],
  name: SignerName,
  newKeyFile: string | null,
): string {
  const signer: Signer = SIGNERS[name]
  const { keyPath, reload } = signer
  const keys = [plan.old, plan.new]
    .filter(({ selector }) => selectors.includes(selector))
    .map(({ selector, type }) => {
      return { selector, domain: plan.domain, type: type ?? ('rsa' as const), path: keyPath(selector, plan.domain) }
    })
  const { selector } = plan.new
  const file = newKeyFile ?? `${selector}._domainkey.${plan.domain}.private.pem`
  return `# first, put the private key in place: ${installCommand(signer, file, keyPath(selector, plan.domain))}\n${formatSigner(name, keys)}\n# then: ${reload}\n`
}
