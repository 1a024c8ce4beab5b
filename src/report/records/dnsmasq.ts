// dnsmasq.conf: character-strings between commas, each in quotes, in which \" and \\ stand for themselves. It has no TTL per record.

import { DkimError } from '../../core/errors.js'
import { type Dialect, linesOf } from './dialect.js'
import { characterStrings, type DnsRecord, fullName } from './dns-record.js'
import { quoted } from './master-file.js'

/** It reads lines into 1025 octets: with the line end and the final NUL, 1023 are left. */
const MAX_LINE = 1023

function line(record: DnsRecord): string {
  const text = `txt-record=${[fullName(record), ...characterStrings(record.value).map(quoted)].join(',')}`
  if (text.length <= MAX_LINE) return text
  throw new DkimError(
    'record-invalid',
    `dnsmasq cannot read a line of ${text.length} characters`,
    'use a key of 2048 bits',
  )
}

export const dnsmasq: Dialect = {
  summary: 'the configuration of dnsmasq',
  use: 'append it to dnsmasq.conf, check it with dnsmasq --test, restart dnsmasq',
  useToReplace: 'put it in the place of the old line of dnsmasq.conf, check it with dnsmasq --test, restart dnsmasq',
  needsDomain: true,
  noCname: 'dnsmasq serves a CNAME only for targets it knows',
  format: linesOf(line),
}
