// Findings as GitHub workflow commands, which show up as annotations of the file.

import { visible } from '../style.js'
import { findingsOf, type Level } from './finding.js'
import type { Entry } from './format.js'

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const satisfies Record<Level, string>

/** One line a finding; nothing for a message without any. */
export function toGithub(report: Entry['report']): string {
  const file = report.input === '-' ? '' : `file=${property(report.input)},line=1,`
  return findingsOf(report)
    .map(({ code, level, text }) => `::${COMMANDS[level]} ${file}title=${property(`dkim: ${code}`)}::${data(text)}\n`)
    .join('')
}

/** The runner ends a message at a line end and decodes %XX. */
function data(text: string): string {
  return visible(text).replaceAll('%', '%25')
}

/** In a property, a colon or a comma would start the next part. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
