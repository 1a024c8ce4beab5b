// Terraform, provider aws: it puts the outer quotes around a TXT value itself, so a second string begins with `""`.

import type { Dialect } from './dialect.js'
import { characterStrings, fullName } from './dns-record.js'
import { hclResource, hclString } from './hcl.js'
import { quoted } from './master-file.js'

/** The quoted strings without a space between them, and without the first and the last quote. */
function innerStrings(value: string): string {
  return characterStrings(value).map(quoted).join('').slice(1, -1)
}

export const terraformAws: Dialect = {
  summary: 'Terraform, aws_route53_record',
  use: 'put it into a .tf file, set var.zone_id, terraform plan',
  useToReplace: 'put it in the place of the old resource, terraform plan',
  needsDomain: true,
  format: records =>
    records
      .map(record => {
        const value = record.type === 'TXT' ? innerStrings(record.value) : record.value
        return hclResource('aws_route53_record', record, [
          { name: 'zone_id', value: 'var.zone_id' },
          { name: 'name', value: hclString(fullName(record)) },
          { name: 'type', value: hclString(record.type) },
          { name: 'ttl', value: String(record.ttl) },
          { name: 'records', value: `[${hclString(value)}]` },
        ])
      })
      .join('\n'),
}
