// One change of a record as a line of a master file (RFC 1035 §5.1) with a word of what to do with it.

import type { RecordChange } from '../../core/index.js'

const WORDS = { publish: 'add', replace: 'replace by', remove: 'remove' } as const

export function changeText(change: RecordChange): string {
  return `; ${WORDS[change.action]}\n${masterLine(change)}\n`
}

function masterLine({ action, name, type, ttl, value }: RecordChange): string {
  const owner = `${name}. ${ttl} IN ${type}`
  if (value === null) return action === 'remove' ? `; ${owner}` : `; ${owner}: the record that dkim keygen prints`
  const line = type === 'CNAME' ? `${owner} ${value}.` : `${owner} ${characterStrings(value)}`
  return action === 'remove' ? `; ${line}` : line
}

const MAX_STRING = 255

/** Character-strings of at most 255 octets; the text is latin1, one character an octet. */
export function characterStrings(value: string): string {
  const strings: string[] = []
  for (let start = 0; start < value.length; start += MAX_STRING) strings.push(value.slice(start, start + MAX_STRING))
  return (strings.length === 0 ? [''] : strings).map(text => `"${escapeString(text)}"`).join(' ')
}

function escapeString(text: string): string {
  return text.replace(/["\\]|[^ -~]/g, character =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\${String(character.charCodeAt(0) & 0xff).padStart(3, '0')}`,
  )
}
