// Azure DNS: az commands. They split long texts themselves.

import { shellQuoted } from '../../core/syntax/shell-word.js'
import type { Dialect } from './dialect.js'
import { type DnsRecord, relativeName } from './dns-record.js'

function commands(record: DnsRecord): string[] {
  const { type, value, ttl, zone, replaces } = record
  const set = `--resource-group "$RESOURCE_GROUP" --zone-name ${zone}`
  const name = relativeName(record)
  const az = 'az network dns record-set'
  if (type === 'CNAME') {
    return [
      `${az} cname create ${set} --name ${name} --ttl ${ttl}`,
      `${az} cname set-record ${set} --record-set-name ${name} --cname ${value}`,
    ]
  }
  return [
    ...(replaces ? [`${az} txt delete ${set} --name ${name} --yes`] : []),
    `${az} txt create ${set} --name ${name} --ttl ${ttl}`,
    `${az} txt add-record ${set} --record-set-name ${name} --value ${shellQuoted(value)}`,
  ]
}

export const azure: Dialect = {
  summary: 'az commands for Azure DNS',
  use: 'set RESOURCE_GROUP to the resource group of the zone, run them',
  needsDomain: true,
  format: records => records.flatMap(record => commands(record).map(line => `${line}\n`)).join(''),
}
