// Dialects for people: a form to fill in, the text to paste, the key alone.

import { parseKeyRecord } from '../../core/dkim/key-record.js'
import { type Dialect, linesOf } from './dialect.js'
import { characterStrings, type DnsRecord, fullName, relativeName } from './dns-record.js'

// What to type into which field of a DNS host's web form, with the mistakes that cost people their afternoon.

function fields(record: DnsRecord): string[] {
  const { type, value, ttl, domain, zone, replaces } = record
  const name = relativeName(record)
  return [
    replaces ? 'Change the existing record:' : 'Add a record:',
    '',
    `  Type   ${type}`,
    `  Name   ${name}`,
    `  ${type === 'TXT' ? 'Value ' : 'Target'} ${value}`,
    `  TTL    ${ttl}`,
    '',
    ...(domain === null ? [] : [`  The full name will be ${fullName(record)}.`]),
    `  - Forms add the zone${zone === null ? '' : ` (${zone})`} to the name automatically: do not enter it.`,
    ...(type === 'TXT' ? textMistakes(value) : targetMistakes()),
    '',
  ]
}

function textMistakes(value: string): string[] {
  const strings = characterStrings(value).length
  return [
    '  - Paste the value as one line, without quotes and without added spaces or line breaks.',
    ...(strings > 1
      ? [
          `  - The value has ${value.length} characters, more than the 255 of one string. Most forms split it automatically; if one`,
          '    rejects it, enter quoted strings: take them from --dialect bind, as "…" "…" on one line.',
        ]
      : []),
    '  - One key, one record: a second TXT record at this name breaks both. Use a new selector for a new key.',
  ]
}

function targetMistakes(): string[] {
  return [
    '  - Enter the target as shown; if the form also appends the zone to targets, end it with a dot.',
    '  - Turn off proxying ("DNS only"): a proxied CNAME hides the key.',
    '  - No other record may have this name.',
  ]
}

export const panel: Dialect = {
  summary: 'what to type into the web form of a DNS host',
  use: 'open the DNS page of the zone and fill in the form',
  needsDomain: false,
  format: records => `${records.flatMap(fields).join('\n').replace(/\n+$/, '')}\n`,
}

// The bare data of the record on one line: for fields that split long texts themselves.

export const txt: Dialect = {
  summary: 'the text of the record on one line',
  use: 'paste it as the value of the TXT record, without quotes',
  useToReplace: 'replace the existing value with it, without quotes',
  needsDomain: false,
  nameless: true,
  format: linesOf(({ value }) => value),
}

// The public key alone: the value of p= (§3.6.1), for programs that build the record themselves.

export const p: Dialect = {
  summary: 'the value of p= alone',
  use: 'paste it into the public key field',
  needsDomain: false,
  nameless: true,
  noCname: 'a CNAME has no public key of its own',
  format: linesOf(({ value }) => parseKeyRecord(value).publicKey),
}
