// Ansible: tasks for community.general.nsupdate. !unsafe keeps "{{" in a value from being a template.

import type { Dialect } from './dialect.js'
import { type DnsRecord, fullName, relativeName } from './dns-record.js'
import { recordData } from './master-file.js'
import { yamlString } from './yaml.js'

function task(record: DnsRecord): string {
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
  format: records => records.map(task).join(''),
}
