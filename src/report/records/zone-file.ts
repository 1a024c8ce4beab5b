// Dialects of zone files and name servers: the master file format (RFC 1035 §5.1), and the formats that differ from it only in their escapes. Many APIs take its data.

import type { TxtAnswer } from '../../core/dns/resolver.js'
import { DkimError } from '../../core/errors.js'
import { type Dialect, linesOf } from './dialect.js'
import { characterStrings, type DnsRecord, fullName, ownerName } from './dns-record.js'

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

// BIND, NSD, Knot and every other server that reads master files (RFC 1035 §5).

export const bind: Dialect = {
  summary: 'a zone file (BIND, NSD, Knot DNS)',
  use: 'append it to the zone file, increase the SOA serial, reload the zone',
  useToReplace: 'replace the old line with it, increase the SOA serial, reload the zone',
  needsDomain: false,
  format: linesOf(zoneLine),
}

// unbound.conf: a record in the master file format inside single quotes, in which "'" can only be written as \039.

export const unbound: Dialect = {
  summary: 'local-data of Unbound',
  use: 'put it into a file that unbound.conf includes, check it with unbound-checkconf, reload',
  useToReplace: 'replace the old line with it, check it with unbound-checkconf, reload',
  needsDomain: true,
  format: records => {
    const lines = records.map(record => zoneLine({ ...record, relative: false }).replaceAll("'", '\\039'))
    return `server:\n${lines.map(line => `  local-data: '${line}'\n`).join('')}`
  },
}

// dnsmasq.conf: character-strings between commas, each in quotes, in which \" and \\ stand for themselves. It has no TTL per record.

/** It reads lines into 1025 bytes: with the line end and the final NUL, 1023 are left. */
const MAX_LINE = 1023

function dnsmasqLine(record: DnsRecord): string {
  const text = `txt-record=${[fullName(record), ...characterStrings(record.value).map(quoted)].join(',')}`
  if (text.length <= MAX_LINE) return text
  throw new DkimError(
    'record-invalid',
    `dnsmasq cannot read a line of ${text.length} characters`,
    'use a key of 2048 bits',
  )
}

export const dnsmasq: Dialect = {
  summary: 'the configuration of dnsmasq',
  use: 'append it to dnsmasq.conf, check it with dnsmasq --test, restart dnsmasq',
  useToReplace: 'replace the old line of dnsmasq.conf with it, check it with dnsmasq --test, restart dnsmasq',
  needsDomain: true,
  noCname: 'dnsmasq serves a CNAME only for targets it knows',
  format: linesOf(dnsmasqLine),
}

// nsupdate (RFC 2136): one transaction for each zone, which does nothing where it does not fit, so that it can run twice.

/** A key is added only where no record is, and revoked only where one is. */
function prerequisite(record: DnsRecord): string {
  return `prereq ${record.replaces ? 'yxrrset' : 'nxrrset'} ${fullName(record)}. ${record.type}`
}

function changes(record: DnsRecord): string[] {
  const name = `${fullName(record)}.`
  const remove = record.replaces ? [`update delete ${name} ${record.type}`] : []
  return [...remove, `update add ${name} ${record.ttl} IN ${record.type} ${recordData(record)}`]
}

function transaction(records: readonly DnsRecord[]): string[] {
  const { zone, domain } = records[0]!
  // Without a zone nsupdate asks DNS which one holds the name; the domain itself need not be one.
  const zoneLines = zone === domain ? [] : [`zone ${zone}.`]
  return [...zoneLines, ...records.map(prerequisite), ...records.flatMap(changes), 'send']
}

export const nsupdate: Dialect = {
  summary: 'nsupdate (RFC 2136 dynamic update)',
  use: 'run it: nsupdate -k KEYFILE update.txt',
  needsDomain: true,
  format: records => {
    const zones = [...new Set(records.map(({ zone }) => zone))]
    const groups = zones.map(name => records.filter(({ zone }) => zone === name))
    return groups.map(group => `${transaction(group).join('\n')}\n`).join('')
  },
}

// tinydns-data: fields between colons, every other byte as \ooo (octal). tinydns splits long texts itself, at 127 bytes.

const octalEscaped = (text: string): string =>
  text.replace(/[:\\]/g, character => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)

export const tinydns: Dialect = {
  summary: 'the data file of tinydns (djbdns)',
  use: 'append it to the data file, run tinydns-data',
  useToReplace: 'replace the old line of the data file with it, run tinydns-data',
  needsDomain: true,
  format: linesOf(record => {
    const { type, value, ttl } = record
    const kind = type === 'TXT' ? "'" : 'C'
    return `${kind}${fullName(record)}:${octalEscaped(value)}:${ttl}`
  }),
}

// What DNS said as zone file lines: byte by byte, so that it reads back as the same answer (RFC 1035 §5.1).

/** The aliases, then the records at their end. */
export function toZoneLines(answer: TxtAnswer): string[] {
  const owner = answer.chain.at(-1)?.target ?? answer.name.toLowerCase()
  const links = answer.chain.map(({ name, target, ttl }) => `${name}. ${ttl} IN CNAME ${target}.`)
  const records = answer.records.map(
    ({ data, ttl }) => `${owner}.${ttl === null ? '' : ` ${ttl}`} IN TXT ${answerStrings(data)}`,
  )
  return [...links, ...records]
}

const MAX_STRING = 255

function answerStrings(data: Uint8Array): string {
  const quoted: string[] = []
  for (let start = 0; start === 0 || start < data.length; start += MAX_STRING) {
    quoted.push(`"${escapedBytes(data.subarray(start, start + MAX_STRING))}"`)
  }
  return quoted.join(' ')
}

function escapedBytes(bytes: Uint8Array): string {
  return Array.from(bytes, byte => {
    const character = String.fromCharCode(byte)
    if (character === '"' || character === '\\') return `\\${character}`
    return byte < 0x20 || byte > 0x7e ? `\\${String(byte).padStart(3, '0')}` : character
  }).join('')
}
