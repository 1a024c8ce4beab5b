// A plan as input for nsupdate (RFC 2136): only what is due is live, each transaction changes nothing where it does not fit.

import { visible } from '../text/style.js'
import { transaction } from './change.js'
import type { PhaseView, PlanView } from './view.js'

export function planNsupdate(views: readonly PlanView[]): string {
  const lines = views.flatMap(view => [
    `; DKIM key rotation ${view.domain}: ${view.old.selector} to ${view.new.selector}`,
    `; ${view.now}: ${view.stage}, ${visible(view.stageText)}`,
    ...view.phases.flatMap(phaseLines),
    '',
  ])
  return `${lines.join('\n')}`
}

function phaseLines(phase: PhaseView): string[] {
  if (phase.changes.length === 0 || phase.status === 'done') return []
  const isDue = phase.status === 'current' || phase.status === 'late'
  const heading = `; ${phase.title}: not before ${phase.notBefore}${isDue ? ', due now' : ''}`
  const lines = phase.records.flatMap(transaction)
  return ['', heading, ...(isDue ? lines : lines.map(line => `; ${line}`))]
}
