// Terraform, provider google: master file data.

import type { Dialect } from './dialect.js'
import { fullName } from './dns-record.js'
import { hclResource, hclString } from './hcl.js'
import { recordData } from './master-file.js'

export const terraformGoogle: Dialect = {
  summary: 'Terraform, google_dns_record_set',
  use: 'put it into a .tf file, set var.managed_zone, terraform plan',
  useToReplace: 'put it in the place of the old resource, terraform plan',
  needsDomain: true,
  format: records =>
    records
      .map(record =>
        hclResource('google_dns_record_set', record, [
          { name: 'managed_zone', value: 'var.managed_zone' },
          { name: 'name', value: hclString(`${fullName(record)}.`) },
          { name: 'type', value: hclString(record.type) },
          { name: 'ttl', value: String(record.ttl) },
          { name: 'rrdatas', value: `[${hclString(recordData(record))}]` },
        ]),
      )
      .join('\n'),
}
