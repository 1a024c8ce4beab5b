// Dialects of tools that keep DNS in files: octoDNS and Ansible (YAML), DNSControl (JavaScript).

import type { Dialect } from './dialect.js'
import { type DnsRecord, fullName, relativeName } from './dns-record.js'
import { recordData } from './zone-file.js'

// YAML 1.2 §7.3.2: in a single-quoted scalar nothing is special but the quote itself.

function yamlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

// octoDNS: a zone file in YAML. ";" is written "\;", unless the zone's provider sets escaped_semicolons: false.

function octodnsEntry(record: DnsRecord): string {
  const value = record.type === 'TXT' ? record.value.replaceAll(';', '\\;') : `${record.value}.`
  return `${yamlString(relativeName(record))}:\n  type: ${record.type}\n  ttl: ${record.ttl}\n  value: ${yamlString(value)}\n`
}

export const octodns: Dialect = {
  summary: 'a zone of octoDNS (YAML)',
  use: 'put it into the YAML file of the zone, octodns-sync; with escaped_semicolons: false remove the backslashes before ";"',
  useToReplace: 'replace the old record in the YAML file of the zone with it, octodns-sync',
  needsDomain: false,
  oneZone: true,
  format: records => records.map(octodnsEntry).join(''),
}

// Ansible: tasks for community.general.nsupdate. !unsafe keeps "{{" in a value from being a template.

function ansibleTask(record: DnsRecord): string {
  const { zone, type, ttl } = record
  return [
    `- name: ${yamlString(`DKIM key ${fullName(record)}`)}`,
    '  community.general.nsupdate:',
    '    server: "{{ dns_server }}"',
    '    key_name: "{{ dns_key_name }}"',
    '    key_secret: "{{ dns_key_secret }}"',
    '    key_algorithm: hmac-sha256',
    `    zone: ${yamlString(zone ?? '')}`,
    `    record: ${yamlString(relativeName(record))}`,
    `    type: ${type}`,
    `    ttl: ${ttl}`,
    // The module's value is a list: a text would be split at its commas.
    '    value:',
    `      - !unsafe ${yamlString(recordData(record))}`,
    '    state: present',
    '',
  ].join('\n')
}

export const ansible: Dialect = {
  summary: 'Ansible tasks (community.general.nsupdate)',
  use: 'put them into a play that sets dns_server, dns_key_name and dns_key_secret',
  needsDomain: true,
  format: records => records.map(ansibleTask).join(''),
}

// DNSControl: JavaScript that extends the zone; long texts are split by DNSControl.

const dnscontrolCall = (record: DnsRecord): string => {
  const data = record.type === 'TXT' ? record.value : `${record.value}.`
  return `  ${record.type}(${JSON.stringify(relativeName(record))}, ${JSON.stringify(data)}, TTL(${record.ttl}))`
}

export const dnscontrol: Dialect = {
  summary: 'DNSControl (JavaScript)',
  use: 'put it below the D() of the zone in dnsconfig.js, dnscontrol preview',
  useToReplace: 'replace the old line of dnsconfig.js with it, dnscontrol preview',
  needsDomain: true,
  format: records => {
    const zones = [...new Set(records.map(({ zone }) => zone))]
    return zones
      .map(name => {
        const calls = records.filter(({ zone }) => zone === name).map(dnscontrolCall)
        return `D_EXTEND(${JSON.stringify(name)},\n${calls.join(',\n')}\n);\n`
      })
      .join('')
  },
}
