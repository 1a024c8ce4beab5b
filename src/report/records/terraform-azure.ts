// Terraform, provider azurerm: the text as it is; the provider splits it.

import type { Dialect } from './dialect.js'
import { type DnsRecord, relativeName } from './dns-record.js'
import { hclResource, hclString } from './hcl.js'

function resource(record: DnsRecord): string {
  const common = [
    { name: 'resource_group_name', value: 'var.resource_group_name' },
    { name: 'zone_name', value: hclString(record.zone ?? '') },
    { name: 'name', value: hclString(relativeName(record)) },
    { name: 'ttl', value: String(record.ttl) },
  ]
  return record.type === 'CNAME'
    ? hclResource('azurerm_dns_cname_record', record, [...common, { name: 'record', value: hclString(record.value) }])
    : hclResource('azurerm_dns_txt_record', record, [
        ...common,
        '',
        '  record {',
        `    value = ${hclString(record.value)}`,
        '  }',
      ])
}

export const terraformAzure: Dialect = {
  summary: 'Terraform, azurerm_dns_txt_record',
  use: 'put it into a .tf file, set var.resource_group_name, terraform plan',
  useToReplace: 'put it in the place of the old resource, terraform plan',
  needsDomain: true,
  format: records => records.map(resource).join('\n'),
}
