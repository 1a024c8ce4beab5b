// Gandi LiveDNS: the body of a new record set, with quoted strings of the master file kind.

import { toJson } from '../json/json.js'
import type { Dialect } from './dialect.js'
import { type DnsRecord, relativeName } from './dns-record.js'
import { recordData } from './master-file.js'

const body = (record: DnsRecord) => ({
  rrset_name: relativeName(record),
  rrset_type: record.type,
  rrset_ttl: record.ttl,
  rrset_values: [recordData(record)],
})

export const gandi: Dialect = {
  summary: "the body of a request to Gandi's LiveDNS API",
  use: 'POST it to /v5/livedns/domains/ZONE/records; one request per record',
  useToReplace: 'PUT its rrset_ttl and rrset_values to /v5/livedns/domains/ZONE/records/NAME/TXT',
  needsDomain: true,
  oneZone: true,
  format: records => records.map(record => toJson(body(record))).join(''),
}
