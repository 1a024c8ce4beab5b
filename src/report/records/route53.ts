// Amazon Route 53: a change batch. Values are quoted strings of the master file kind.

import { toJson } from '../json/json.js'
import type { Dialect } from './dialect.js'
import { type DnsRecord, fullName } from './dns-record.js'
import { recordData } from './master-file.js'

const change = (record: DnsRecord) => ({
  // CREATE fails where a record is: a key is never changed under its selector.
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
  format: records => toJson({ Changes: records.map(change) }),
}
