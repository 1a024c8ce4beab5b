// DigitalOcean's API: the body of a new record; it splits long texts itself.

import { toJson } from '../json/json.js'
import type { Dialect } from './dialect.js'
import { type DnsRecord, relativeName } from './dns-record.js'

const body = (record: DnsRecord) => ({
  type: record.type,
  name: relativeName(record),
  data: record.type === 'TXT' ? record.value : `${record.value}.`,
  ttl: record.ttl,
})

export const digitalocean: Dialect = {
  summary: "the body of a request to DigitalOcean's API",
  use: 'POST it to /v2/domains/ZONE/records; of several, each by itself',
  useToReplace: 'PUT it to /v2/domains/ZONE/records/RECORD_ID: do not add a second record',
  needsDomain: true,
  oneZone: true,
  format: records => records.map(record => toJson(body(record))).join(''),
}
