// A verification report as build systems want it: the message, and one finding for each fault.

import { REASONS, type Reason, type VerificationReport, WARNINGS, type WarningCode } from '../../core/dkim/result.js'
import { toGithub } from '../ci/github.js'
import { toJunit } from '../ci/junit.js'
import { toSarif } from '../ci/sarif.js'
import type { Check, Finding, Level, Subject } from '../ci/subject.js'
import { type Entry, type Format, isFailed } from './format.js'

const OTHER_RULES = {
  'not-signed': {
    text: 'the message is not signed',
    advice: 'the sender signs with dkim sign; for received mail, check that this is the original message',
  },
  'input-unreadable': { text: 'the input could not be read', advice: 'check the path and permissions' },
} as const satisfies Record<string, { text: string; advice: string }>

const VERIFICATION: Check = {
  command: 'verify',
  rule: code => {
    if (Object.hasOwn(OTHER_RULES, code)) return OTHER_RULES[code as keyof typeof OTHER_RULES]
    const more = `more: dkim help ${code}`
    if (!Object.hasOwn(REASONS, code)) return { text: WARNINGS[code as WarningCode], advice: more }
    const { text, advice, section } = REASONS[code as Reason]
    return { text, advice: `${advice} (${section}); ${more}` }
  },
}

export const GITHUB: Format = { each: ({ report }) => toGithub(subjectOf(report)) }
export const JUNIT: Format = { whole: entries => toJunit(subjectsOf(entries), VERIFICATION) }
export const SARIF: Format = { whole: entries => toSarif(subjectsOf(entries), VERIFICATION) }

function subjectsOf(entries: readonly Entry[]): Subject[] {
  return entries.map(({ report }) => subjectOf(report))
}

function subjectOf(report: Entry['report']): Subject {
  return { name: report.input, place: { file: report.input }, kind: kindOf(report), findings: findingsOf(report) }
}

function kindOf(report: Entry['report']): Subject['kind'] {
  if (isFailed(report) || report.result === 'temperror') return 'error'
  return report.result === 'pass' ? 'pass' : 'failure'
}

/** Errors are what keeps the message from passing; where it passes, a bad signature beside the good one is a note. */
function findingsOf(report: Entry['report']): Finding[] {
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
