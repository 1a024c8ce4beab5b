// The table of dialects: a new DNS host is one row here and one file beside this one.

import { DkimError } from '../../core/errors.js'
import { ansible } from './ansible.js'
import { azure } from './azure.js'
import { bind } from './bind.js'
import { cloudflare } from './cloudflare.js'
import type { Dialect } from './dialect.js'
import { digitalocean } from './digitalocean.js'
import type { DnsRecord } from './dns-record.js'
import { dnscontrol } from './dnscontrol.js'
import { dnsmasq } from './dnsmasq.js'
import { gandi } from './gandi.js'
import { gcloud } from './gcloud.js'
import { json } from './json.js'
import { nsupdate } from './nsupdate.js'
import { octodns } from './octodns.js'
import { p } from './p.js'
import { panel } from './panel.js'
import { powerdns } from './powerdns.js'
import { powershell } from './powershell.js'
import { route53 } from './route53.js'
import { terraformAws } from './terraform-aws.js'
import { terraformAzure } from './terraform-azure.js'
import { terraformCloudflare } from './terraform-cloudflare.js'
import { terraformGoogle } from './terraform-google.js'
import { tinydns } from './tinydns.js'
import { txt } from './txt.js'
import { unbound } from './unbound.js'

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
