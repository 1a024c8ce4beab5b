// Terraform, provider cloudflare version 5: the content is what the API takes.

import type { Dialect } from './dialect.js'
import { fullName } from './dns-record.js'
import { hclResource, hclString } from './hcl.js'
import { quotedStrings } from './master-file.js'

export const terraformCloudflare: Dialect = {
  summary: 'Terraform, cloudflare_dns_record',
  use: 'put it into a .tf file, set var.zone_id, terraform plan',
  useToReplace: 'put it in the place of the old resource, terraform plan',
  needsDomain: true,
  format: records =>
    records
      .map(record => {
        const { type, value, ttl } = record
        return hclResource('cloudflare_dns_record', record, [
          { name: 'zone_id', value: 'var.zone_id' },
          { name: 'name', value: hclString(fullName(record)) },
          { name: 'type', value: hclString(type) },
          { name: 'ttl', value: String(ttl) },
          { name: 'content', value: hclString(type === 'TXT' ? quotedStrings(value) : value) },
          ...(type === 'CNAME' ? [{ name: 'proxied', value: 'false' }] : []),
        ])
      })
      .join('\n'),
}
