// Dialects of providers' APIs: JSON bodies of requests.

import { toJson } from '../json/json.js'
import type { Dialect } from './dialect.js'
import { type DnsRecord, fullName, relativeName } from './dns-record.js'
import { quotedStrings, recordData } from './zone-file.js'

// Amazon Route 53: a change batch. Values are quoted strings of the master file kind.

const route53Change = (record: DnsRecord) => ({
  // CREATE fails where a record exists: a key is never changed under its selector.
  Action: record.replaces ? 'UPSERT' : 'CREATE',
  ResourceRecordSet: {
    Name: `${fullName(record)}.`,
    Type: record.type,
    TTL: record.ttl,
    ResourceRecords: [{ Value: recordData(record) }],
  },
})

export const route53: Dialect = {
  summary: 'a change batch of Amazon Route 53',
  use: 'aws route53 change-resource-record-sets --hosted-zone-id ZONE_ID --change-batch file://change.json',
  needsDomain: true,
  format: records => toJson({ Changes: records.map(route53Change) }),
}

// Cloudflare's API: the body of a new record, or of a batch of them. A proxied CNAME would hide the key, so it never is.

const cloudflareBody = (record: DnsRecord) => {
  const { type, value, ttl } = record
  const common = { type, name: fullName(record), content: type === 'TXT' ? quotedStrings(value) : value, ttl }
  return type === 'TXT' ? common : { ...common, proxied: false }
}

export const cloudflare: Dialect = {
  summary: "the body of a request to Cloudflare's API",
  use: 'POST it to /client/v4/zones/ZONE_ID/dns_records, several records to …/dns_records/batch; for the web form use --dialect panel',
  useToReplace: 'PUT it to /client/v4/zones/ZONE_ID/dns_records/RECORD_ID: a second record would break both',
  needsDomain: true,
  format: records =>
    toJson(records.length === 1 ? cloudflareBody(records[0]!) : { posts: records.map(cloudflareBody) }),
}

// DigitalOcean's API: the body of a new record; it splits long texts itself.

const digitaloceanBody = (record: DnsRecord) => ({
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
  format: records => records.map(record => toJson(digitaloceanBody(record))).join(''),
}

// Gandi LiveDNS: the body of a new record set, with quoted strings of the master file kind.

const gandiBody = (record: DnsRecord) => ({
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
  format: records => records.map(record => toJson(gandiBody(record))).join(''),
}
