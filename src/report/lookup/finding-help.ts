// What a finding of dkim lookup means, without a record at hand.

import { FINDINGS, type FindingCode } from '../../core/lookup/findings.js'
import { wrapped } from '../text/rows.js'
import type { Style } from '../text/style.js'

const SEVERITIES = {
  critical: 'anyone could sign as the domain',
  error: 'verifiers reject or ignore the key',
  warning: 'works, but should be fixed',
  info: 'worth knowing',
} as const

export const FINDING_CODES = Object.keys(FINDINGS) as FindingCode[]

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(FINDINGS, text)
}

export function findingHelp(code: FindingCode, style: Style): string {
  const { severity, text, fix } = FINDINGS[code]
  const lines = [
    style.strong(code),
    '',
    ...wrapped('found by', 'dkim lookup', style),
    ...wrapped('severity', `${severity}: ${SEVERITIES[severity]}`, style),
    ...wrapped('what', text, style),
    ...wrapped('fix', fix, style),
  ]
  return `${lines.join('\n')}\n`
}
