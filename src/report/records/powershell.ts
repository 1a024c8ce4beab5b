// The DNS server of Windows. Add-DnsServerResourceRecord takes one string of at most 254 characters; longer texts go in through WMI.

import type { Dialect } from './dialect.js'
import { type DnsRecord, relativeName } from './dns-record.js'
import { zoneLine } from './master-file.js'

const MAX_TEXT = 254

/** "To … use a single quotation mark in a single-quoted string, use two consecutive" ones; in there nothing else is special. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function timeSpan(seconds: number): string {
  const part = (count: number): string => String(count).padStart(2, '0')
  const day = Math.floor(seconds / 86_400)
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(part).join(':')
  return day === 0 ? clock : `${day}.${clock}`
}

function commands(record: DnsRecord): string[] {
  const { zone, type, value, ttl, replaces } = record
  const where = `-ZoneName ${literal(zone ?? '')} -Name ${literal(relativeName(record))}`
  const remove = replaces ? [`Remove-DnsServerResourceRecord ${where} -RRType ${type} -Force`] : []
  const add = `Add-DnsServerResourceRecord ${where} -TimeToLive ${timeSpan(ttl)}`
  if (type === 'CNAME') return [...remove, `${add} -CName -HostNameAlias ${literal(`${value}.`)}`]
  if (value.length <= MAX_TEXT) return [...remove, `${add} -Txt -DescriptiveText ${literal(value)}`]
  return [
    ...remove,
    'Invoke-CimMethod -Namespace root/MicrosoftDNS -ClassName MicrosoftDNS_ResourceRecord ' +
      '-MethodName CreateInstanceFromTextRepresentation ' +
      `-Arguments @{ DnsServerName = $env:COMPUTERNAME; ContainerName = ${literal(zone ?? '')}; ` +
      `TextRepresentation = ${literal(zoneLine({ ...record, relative: false }))} }`,
  ]
}

export const powershell: Dialect = {
  summary: 'PowerShell for the DNS server of Windows',
  use: 'run it on the DNS server',
  needsDomain: true,
  format: records => records.flatMap(record => commands(record).map(line => `${line}\n`)).join(''),
}
