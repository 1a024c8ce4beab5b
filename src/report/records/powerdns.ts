// pdnsutil of PowerDNS: master file data as one shell word.

import { shellQuoted } from '../../core/syntax/shell-word.js'
import { type Dialect, linesOf } from './dialect.js'
import { relativeName } from './dns-record.js'
import { recordData } from './master-file.js'

export const powerdns: Dialect = {
  summary: 'pdnsutil of PowerDNS',
  use: 'run it on the primary server, then: pdnsutil increase-serial ZONE',
  needsDomain: true,
  format: linesOf(record => {
    const verb = record.replaces ? 'replace-rrset' : 'add-record'
    const { zone, type, ttl } = record
    return `pdnsutil ${verb} ${zone} ${relativeName(record)} ${type} ${ttl} ${shellQuoted(recordData(record))}`
  }),
}
