// Findings as GitHub workflow commands, which show up as annotations of the file.

import { visible } from '../text/style.js'
import type { Level, Subject } from './subject.js'

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const satisfies Record<Level, string>

/** One line a finding; nothing for a subject without any. */
export function toGithub({ place, findings }: Subject): string {
  const file = 'file' in place && place.file !== '-' ? `file=${property(place.file)},line=1,` : ''
  return findings
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
