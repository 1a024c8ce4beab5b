// What a report found wrong, flat: one finding for each fault, as the formats of build systems want it.

import { REASONS, type Reason, type VerificationReport, type WarningCode } from '../../core/index.js'
import { type Entry, isFailed } from './format.js'

export type FindingCode = Reason | WarningCode | 'not-signed' | 'input-unreadable'
export type Level = 'error' | 'warning' | 'note'

export interface Finding {
  readonly code: FindingCode
  readonly level: Level
  /** One sentence, with text of strangers in it: escape it. */
  readonly text: string
}

/** Errors are what keeps the message from passing; where it passes, a bad signature beside the good one is a note. */
export function findingsOf(report: Entry['report']): Finding[] {
  if (isFailed(report)) return [{ code: 'input-unreadable', level: 'error', text: report.error.message }]
  if (report.result === 'none') return [{ code: 'not-signed', level: 'error', text: 'the message is not signed' }]
  return [...verdictsOf(report), ...warningsOf(report)]
}

function verdictsOf(report: VerificationReport): Finding[] {
  return report.signatures.flatMap(({ reason, detail, domain, selector }) => {
    if (reason === null) return []
    const who = `${domain ?? 'unknown domain'}${selector === null ? '' : ` (selector ${selector})`}`
    const text = `${who}: ${REASONS[reason].text}${detail === null ? '' : `: ${detail}`}`
    return [{ code: reason, level: levelOf(report, reason), text }]
  })
}

function levelOf(report: VerificationReport, reason: Reason): Level {
  if (report.result === 'pass') return 'note'
  return REASONS[reason].result === 'temperror' ? 'warning' : 'error'
}

function warningsOf(report: VerificationReport): Finding[] {
  const all = [
    ...report.warnings.map(warning => ({ warning, domain: null })),
    ...report.signatures.flatMap(({ warnings, domain }) => warnings.map(warning => ({ warning, domain }))),
  ]
  return all.map(({ warning, domain }) => ({
    code: warning.code,
    level: 'note',
    text: domain === null ? warning.text : `${domain}: ${warning.text}`,
  }))
}
