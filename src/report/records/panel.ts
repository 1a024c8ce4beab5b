// What to type into which field of a DNS host's web form, with the mistakes that cost people their afternoon.

import type { Dialect } from './dialect.js'
import { characterStrings, type DnsRecord, fullName, relativeName } from './dns-record.js'

function fields(record: DnsRecord): string[] {
  const { type, value, ttl, domain, zone, replaces } = record
  const name = relativeName(record)
  return [
    replaces ? 'Change the record that is there:' : 'Add a record:',
    '',
    `  Type   ${type}`,
    `  Name   ${name}`,
    `  ${type === 'TXT' ? 'Value ' : 'Target'} ${value}`,
    `  TTL    ${ttl}`,
    '',
    ...(domain === null ? [] : [`  The whole name becomes ${fullName(record)}.`]),
    `  - Forms add the zone${zone === null ? '' : ` (${zone})`} to the name by themselves: do not type it a second time.`,
    ...(type === 'TXT' ? textMistakes(value) : targetMistakes()),
    '',
  ]
}

function textMistakes(value: string): string[] {
  const strings = characterStrings(value).length
  return [
    '  - Paste the value as one line, without quotes around it and without spaces or line breaks that were not there.',
    ...(strings > 1
      ? [
          `  - The value has ${value.length} characters, more than the 255 of one string. Most forms split it themselves; where one`,
          '    refuses it, ask for strings in quotes: take them from --dialect bind, as "…" "…" on one line.',
        ]
      : []),
    '  - One key, one record: a second TXT record of the same name breaks both. A new key gets a new selector.',
  ]
}

function targetMistakes(): string[] {
  return [
    '  - The target is typed as it is; where a form adds the zone to targets as well, end it with a dot.',
    '  - Switch a proxy off ("DNS only"): a proxied CNAME hides the key.',
    '  - No other record may have this name.',
  ]
}

export const panel: Dialect = {
  summary: 'what to type into the web form of a DNS host',
  use: 'open the DNS page of the zone and fill in the form',
  needsDomain: false,
  format: records => `${records.flatMap(fields).join('\n').replace(/\n+$/, '')}\n`,
}
