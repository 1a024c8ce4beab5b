// tinydns-data: fields between colons, every other octet as \ooo (octal). tinydns splits long texts itself, at 127 octets.

import { type Dialect, linesOf } from './dialect.js'
import { fullName } from './dns-record.js'

const octalEscaped = (text: string): string =>
  text.replace(/[:\\]/g, character => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)

export const tinydns: Dialect = {
  summary: 'the data file of tinydns (djbdns)',
  use: 'append it to the data file, run tinydns-data',
  useToReplace: 'put it in the place of the old line of the data file, run tinydns-data',
  needsDomain: true,
  format: linesOf(record => {
    const { type, value, ttl } = record
    const kind = type === 'TXT' ? "'" : 'C'
    return `${kind}${fullName(record)}:${octalEscaped(value)}:${ttl}`
  }),
}
