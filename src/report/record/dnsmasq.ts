// dnsmasq.conf: character-strings between commas, each in quotes, in which \" and \\ stand for themselves. It has no TTL per record.

import { type Dialect, linesOf } from './dialect.js'
import { characterStrings, fullName } from './dns-record.js'
import { quoted } from './master-file.js'

export const dnsmasq: Dialect = {
  summary: 'the configuration of dnsmasq',
  use: 'append it to dnsmasq.conf, check it with dnsmasq --test, restart dnsmasq',
  needsDomain: true,
  noCname: 'dnsmasq answers a CNAME only for targets that it knows itself',
  format: linesOf(
    record => `txt-record=${[fullName(record), ...characterStrings(record.value).map(quoted)].join(',')}`,
  ),
}
