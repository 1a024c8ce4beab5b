// The records as data, for programs.

import { parseKeyRecord } from '../../core/dkim/key-record.js'
import { publicKeyOfRecord } from '../../core/dkim/record-key.js'
import { toJson } from '../json/json.js'
import type { Dialect } from './dialect.js'
import { characterStrings, type DnsRecord, fullName } from './dns-record.js'

/** The key in the record, null where it is revoked. */
function keyOf(value: string) {
  const record = parseKeyRecord(value)
  if (record.publicKey === '') return null
  const { type, bits, fingerprint } = publicKeyOfRecord(record).key
  return { type, bits, fingerprint }
}

/** One record of `dkim.records/1`. */
export function recordJson(record: DnsRecord) {
  const { selector, domain, type, value, ttl } = record
  const data = type === 'TXT' ? { value, strings: characterStrings(value), key: keyOf(value) } : { value: `${value}.` }
  return { selector, domain, name: fullName(record), type, ttl, ...data }
}

export const json: Dialect = {
  summary: 'JSON for programs',
  use: 'read it with any JSON parser',
  needsDomain: false,
  format: records => toJson({ schema: 'dkim.records/1', records: records.map(recordJson) }),
}
