// Cloudflare's API: the body of a new record, or of a batch of them. A proxied CNAME would hide the key, so it never is.

import { toJson } from '../json/json.js'
import type { Dialect } from './dialect.js'
import { type DnsRecord, fullName } from './dns-record.js'
import { quotedStrings } from './master-file.js'

const body = (record: DnsRecord) => {
  const { type, value, ttl } = record
  const common = { type, name: fullName(record), content: type === 'TXT' ? quotedStrings(value) : value, ttl }
  return type === 'TXT' ? common : { ...common, proxied: false }
}

export const cloudflare: Dialect = {
  summary: "the body of a request to Cloudflare's API",
  use: 'POST it to /client/v4/zones/ZONE_ID/dns_records, several records to …/dns_records/batch; for the web form use --dialect panel',
  useToReplace: 'PUT it to /client/v4/zones/ZONE_ID/dns_records/RECORD_ID: a second record would break both',
  needsDomain: true,
  format: records => toJson(records.length === 1 ? body(records[0]!) : { posts: records.map(body) }),
}
