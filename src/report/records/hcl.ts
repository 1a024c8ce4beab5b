// Terraform's HCL: quoted strings, in which "${" and "%{" begin templates and are doubled to mean themselves.

import { type DnsRecord, fullName } from './dns-record.js'

export function hclString(text: string): string {
  // A function, since in a replacement text "$$" would stand for one "$".
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/[$%](?=\{)/g, sign => sign + sign)
  return `"${escaped}"`
}

export interface HclAttribute {
  readonly name: string
  readonly value: string
}

/** A resource block with its attributes aligned the way `terraform fmt` does. */
export function hclResource(type: string, record: DnsRecord, lines: readonly (HclAttribute | string)[]): string {
  const width = Math.max(...lines.map(line => (typeof line === 'string' ? 0 : line.name.length)))
  const body = lines.map(line => (typeof line === 'string' ? line : `  ${line.name.padEnd(width)} = ${line.value}`))
  return `resource "${type}" "${identifier(record)}" {\n${body.join('\n')}\n}\n`
}

/** "Identifiers can contain letters, digits, underscores, and hyphens" and do not start with a digit. */
function identifier(record: DnsRecord): string {
  return `dkim_${fullName(record).replace('._domainkey', '').replaceAll('.', '_')}`
}
