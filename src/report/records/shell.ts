// Dialects of commands to run: each value is one shell word.

import { shellQuoted } from '../../core/syntax/shell-word.js'
import { type Dialect, linesOf } from './dialect.js'
import { type DnsRecord, fullName, relativeName } from './dns-record.js'
import { recordData, zoneLine } from './zone-file.js'

// pdnsutil of PowerDNS: master file data as one shell word.

export const powerdns: Dialect = {
  summary: 'pdnsutil of PowerDNS',
  use: 'run it on the primary server, then: pdnsutil increase-serial ZONE',
  needsDomain: true,
  format: linesOf(record => {
    const verb = record.replaces ? 'replace-rrset' : 'add-record'
    const { zone, type, ttl } = record
    return `pdnsutil ${verb} ${zone} ${relativeName(record)} ${type} ${ttl} ${shellQuoted(recordData(record))}`
  }),
}

// Google Cloud DNS: one gcloud command for each record. --rrdatas is a list between commas, or between what ^…^ in front says.

/** The data as a list of one item: a delimiter that does not occur keeps its commas. */
function oneItem(data: string): string {
  if (!data.includes(',')) return data
  let delimiter = '|'
  while (data.includes(delimiter)) delimiter += '|'
  return `^${delimiter}^${data}`
}

export const gcloud: Dialect = {
  summary: 'gcloud commands for Google Cloud DNS',
  use: 'set DNS_ZONE to the name of the managed zone (gcloud dns managed-zones list), run them',
  needsDomain: true,
  format: linesOf(record => {
    const verb = record.replaces ? 'update' : 'create'
    const { type, ttl } = record
    const rrdatas = shellQuoted(oneItem(recordData(record)))
    return `gcloud dns record-sets ${verb} ${fullName(record)}. --zone="$DNS_ZONE" --type=${type} --ttl=${ttl} --rrdatas=${rrdatas}`
  }),
}

// Azure DNS: az commands. They split long texts themselves.

function azCommands(record: DnsRecord): string[] {
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
  format: records => records.flatMap(record => azCommands(record).map(line => `${line}\n`)).join(''),
}

// The DNS server of Windows. Add-DnsServerResourceRecord takes one string of at most 254 characters; longer texts go in through WMI.

const MAX_TEXT = 254

/** "To … use a single quotation mark in a single-quoted string, use two consecutive" ones; in there nothing else is special. */
function powershellString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function timeSpan(seconds: number): string {
  const part = (count: number): string => String(count).padStart(2, '0')
  const day = Math.floor(seconds / 86_400)
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(part).join(':')
  return day === 0 ? clock : `${day}.${clock}`
}

function powershellCommands(record: DnsRecord): string[] {
  const { zone, type, value, ttl, replaces } = record
  const where = `-ZoneName ${powershellString(zone ?? '')} -Name ${powershellString(relativeName(record))}`
  const remove = replaces ? [`Remove-DnsServerResourceRecord ${where} -RRType ${type} -Force`] : []
  const add = `Add-DnsServerResourceRecord ${where} -TimeToLive ${timeSpan(ttl)}`
  if (type === 'CNAME') return [...remove, `${add} -CName -HostNameAlias ${powershellString(`${value}.`)}`]
  if (value.length <= MAX_TEXT) return [...remove, `${add} -Txt -DescriptiveText ${powershellString(value)}`]
  return [
    ...remove,
    'Invoke-CimMethod -Namespace root/MicrosoftDNS -ClassName MicrosoftDNS_ResourceRecord ' +
      '-MethodName CreateInstanceFromTextRepresentation ' +
      `-Arguments @{ DnsServerName = $env:COMPUTERNAME; ContainerName = ${powershellString(zone ?? '')}; ` +
      `TextRepresentation = ${powershellString(zoneLine({ ...record, relative: false }))} }`,
  ]
}

export const powershell: Dialect = {
  summary: 'PowerShell for the DNS server of Windows',
  use: 'run it on the DNS server',
  needsDomain: true,
  format: records => records.flatMap(record => powershellCommands(record).map(line => `${line}\n`)).join(''),
}
