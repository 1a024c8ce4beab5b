// Dialects of Terraform, one for each provider.

import type { Dialect } from './dialect.js'
import { characterStrings, type DnsRecord, fullName, relativeName } from './dns-record.js'
import { quoted, quotedStrings, recordData } from './zone-file.js'

// Terraform's HCL: quoted strings, in which "${" and "%{" begin templates and are doubled to mean themselves.

function hclString(text: string): string {
  // A function, since in a replacement text "$$" would stand for one "$".
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/[$%](?=\{)/g, sign => sign + sign)
  return `"${escaped}"`
}

interface HclAttribute {
  readonly name: string
  readonly value: string
}

/** A resource block with its attributes aligned the way `terraform fmt` does. */
function hclResource(type: string, record: DnsRecord, lines: readonly (HclAttribute | string)[]): string {
  const width = Math.max(...lines.map(line => (typeof line === 'string' ? 0 : line.name.length)))
  const body = lines.map(line => (typeof line === 'string' ? line : `  ${line.name.padEnd(width)} = ${line.value}`))
  return `resource "${type}" "${identifier(record)}" {\n${body.join('\n')}\n}\n`
}

/** "Identifiers can contain letters, digits, underscores, and hyphens" and do not start with a digit. */
function identifier(record: DnsRecord): string {
  return `dkim_${fullName(record).replace('._domainkey', '').replaceAll('.', '_')}`
}

// Terraform, provider aws: it puts the outer quotes around a TXT value itself, so a second string begins with `""`.

/** The quoted strings without a space between them, and without the first and the last quote. */
function innerStrings(value: string): string {
  return characterStrings(value).map(quoted).join('').slice(1, -1)
}

export const terraformAws: Dialect = {
  summary: 'Terraform, aws_route53_record',
  use: 'put it into a .tf file, set var.zone_id, terraform plan',
  useToReplace: 'replace the old resource with it, terraform plan',
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

// Terraform, provider cloudflare version 5: the content is what the API takes.

export const terraformCloudflare: Dialect = {
  summary: 'Terraform, cloudflare_dns_record',
  use: 'put it into a .tf file, set var.zone_id, terraform plan',
  useToReplace: 'replace the old resource with it, terraform plan',
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

// Terraform, provider google: master file data.

export const terraformGoogle: Dialect = {
  summary: 'Terraform, google_dns_record_set',
  use: 'put it into a .tf file, set var.managed_zone, terraform plan',
  useToReplace: 'replace the old resource with it, terraform plan',
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

// Terraform, provider azurerm: the text as it is; the provider splits it.

function azureResource(record: DnsRecord): string {
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
  useToReplace: 'replace the old resource with it, terraform plan',
  needsDomain: true,
  format: records => records.map(azureResource).join('\n'),
}
