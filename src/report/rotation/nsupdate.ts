// A plan as input for nsupdate (RFC 2136): only what is due is live, each transaction changes nothing where it does not fit.

import type { RecordChange } from '../../core/index.js'
import { visible } from '../style.js'
import { recordData } from './change.js'
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

/** The prerequisite (RFC 2136 §2.4) makes a second run harmless, and refuses where somebody else has changed the record. */
function transaction(change: RecordChange): string[] {
  const { action, name, type, ttl, value, before } = change
  if (value === null && action !== 'remove') return [`; ${name} ${type}: the record that dkim keygen prints`]
  const owner = `${name}.`
  const add = `update add ${owner} ${ttl} IN ${type} ${value === null ? '' : recordData(type, value)}`
  const remove = `update delete ${owner} ${type}`
  if (action === 'publish') return [`prereq nxrrset ${owner} ${type}`, add, 'send']
  const known = before === null ? '' : ` ${recordData(type, before)}`
  const prerequisite = `prereq yxrrset ${owner} ${type}${known}`
  return action === 'remove' ? [prerequisite, remove, 'send'] : [prerequisite, remove, add, 'send']
}
