// The master file format (RFC 1035 §5.1), which zone files and many APIs share.

import { characterStrings, type DnsRecord, ownerName } from './dns-record.js'

/** One character-string in quotes: "\X … is used to quote that character", and ";" means nothing in there. */
export function quoted(string: string): string {
  return `"${string.replace(/["\\]/g, '\\$&')}"`
}

/** `"first 255" "the rest"` */
export function quotedStrings(value: string): string {
  return characterStrings(value).map(quoted).join(' ')
}

/** The data of the record: quoted strings, or a target with its final dot. */
export function recordData({ type, value }: DnsRecord): string {
  return type === 'TXT' ? quotedStrings(value) : `${value}.`
}

/** The record on one line, so that it can be found, appended and piped. */
export function zoneLine(record: DnsRecord): string {
  return `${ownerName(record)} ${record.ttl} IN ${record.type} ${recordData(record)}`
}
