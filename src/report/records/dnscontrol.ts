// DNSControl: JavaScript that extends the zone; long texts are split by DNSControl.

import type { Dialect } from './dialect.js'
import { type DnsRecord, relativeName } from './dns-record.js'

const call = (record: DnsRecord): string => {
  const data = record.type === 'TXT' ? record.value : `${record.value}.`
  return `  ${record.type}(${JSON.stringify(relativeName(record))}, ${JSON.stringify(data)}, TTL(${record.ttl}))`
}

export const dnscontrol: Dialect = {
  summary: 'DNSControl (JavaScript)',
  use: 'put it below the D() of the zone in dnsconfig.js, dnscontrol preview',
  useToReplace: 'put it in the place of the old line of dnsconfig.js, dnscontrol preview',
  needsDomain: true,
  format: records => {
    const zones = [...new Set(records.map(({ zone }) => zone))]
    return zones
      .map(name => {
        const calls = records.filter(({ zone }) => zone === name).map(call)
        return `D_EXTEND(${JSON.stringify(name)},\n${calls.join(',\n')}\n);\n`
      })
      .join('')
  },
}
