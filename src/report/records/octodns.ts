// octoDNS: a zone file in YAML. ";" is written "\;", unless the zone's provider sets escaped_semicolons: false.

import type { Dialect } from './dialect.js'
import { type DnsRecord, relativeName } from './dns-record.js'
import { yamlString } from './yaml.js'

function entry(record: DnsRecord): string {
  const value = record.type === 'TXT' ? record.value.replaceAll(';', '\\;') : `${record.value}.`
  return `${yamlString(relativeName(record))}:\n  type: ${record.type}\n  ttl: ${record.ttl}\n  value: ${yamlString(value)}\n`
}

export const octodns: Dialect = {
  summary: 'a zone of octoDNS (YAML)',
  use: 'put it into the YAML file of the zone, octodns-sync; with escaped_semicolons: false remove the backslashes before ";"',
  useToReplace: 'put it in the place of the old record in the YAML file of the zone, octodns-sync',
  needsDomain: false,
  oneZone: true,
  format: records => records.map(entry).join(''),
}
