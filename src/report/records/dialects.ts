// The table of dialects. A new one is a row here, and is written in the file of its family of escaping.

import { DkimError } from '../../core/errors.js'
import type { Dialect } from './dialect.js'
import { ansible, dnscontrol, octodns } from './dns-as-code.js'
import type { DnsRecord } from './dns-record.js'
import { json } from './json.js'
import { p, panel, txt } from './panel.js'
import { cloudflare, digitalocean, gandi, route53 } from './provider-api.js'
import { azure, gcloud, powerdns, powershell } from './shell.js'
import { terraformAws, terraformAzure, terraformCloudflare, terraformGoogle } from './terraform.js'
import { bind, dnsmasq, nsupdate, tinydns, unbound } from './zone-file.js'

export const DIALECTS = {
  bind,
  txt,
  p,
  panel,
  json,
  tinydns,
  dnsmasq,
  unbound,
  nsupdate,
  powerdns,
  route53,
  cloudflare,
  gcloud,
  azure,
  digitalocean,
  gandi,
  'terraform-aws': terraformAws,
  'terraform-cloudflare': terraformCloudflare,
  'terraform-google': terraformGoogle,
  'terraform-azure': terraformAzure,
  octodns,
  dnscontrol,
  ansible,
  powershell,
} as const satisfies Record<string, Dialect>

export type DialectName = keyof typeof DIALECTS

export const DIALECT_NAMES = Object.keys(DIALECTS) as DialectName[]

export function isNameless(name: DialectName): boolean {
  const dialect: Dialect = DIALECTS[name]
  return dialect.nameless === true
}

/** The records in a dialect. Throws DkimError('usage') where it cannot hold them. */
export function formatRecords(name: DialectName, records: readonly DnsRecord[]): string {
  const dialect: Dialect = DIALECTS[name]
  if (dialect.needsDomain && records.some(({ domain }) => domain === null)) {
    throw new DkimError(
      'usage',
      `the ${name} dialect needs the full record name`,
      'give the domain: --domain example.com',
    )
  }
  const zones = new Set(records.map(({ zone }) => zone))
  if (zones.size > 1 && (dialect.oneZone || (name === 'bind' && records.some(({ relative }) => relative)))) {
    const hint = 'ask for the records of one domain at a time (dkim format-record)'
    throw new DkimError('usage', `relative names from ${zones.size} zones would be ambiguous`, hint)
  }
  if (dialect.noCname !== undefined && records.some(({ type }) => type === 'CNAME')) {
    throw new DkimError(
      'usage',
      `the ${name} dialect cannot hold this record: ${dialect.noCname}`,
      'use another --dialect, or enter it by hand with --dialect panel',
    )
  }
  return dialect.format(records)
}
