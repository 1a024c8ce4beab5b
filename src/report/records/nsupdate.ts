// nsupdate (RFC 2136): one transaction for each zone, which does nothing where it does not fit, so that it can run twice.

import type { Dialect } from './dialect.js'
import { type DnsRecord, fullName } from './dns-record.js'
import { recordData } from './master-file.js'

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
