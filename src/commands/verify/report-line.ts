// One line of ndjson for dkim verify --merge: a report, or the record of a shard, as far as they are counted.

import { RESULT_ORDER } from '../../core/dkim/result.js'
import type { Entry } from '../../report/verification/format.js'
import { MAX_SHARDS, type ShardRecord, type ShardStart } from './shard.js'

export type Report = Entry['report']

/** How every line of ours begins; inside a JSON string its quotes would be escaped. */
export const START = '{"schema":"dkim.'

export function hasSchema(value: unknown, schema: string): value is { readonly schema: string } {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === schema
}

export function isShardRecord(value: unknown): value is ShardRecord {
  if (!hasSchema(value, 'dkim.shard/1')) return false
  const { seen, names } = value as Partial<ShardRecord>
  return hasPlace(value) && Number.isSafeInteger(seen) && typeof names === 'string'
}

export function isShardStart(value: unknown): value is ShardStart {
  return hasSchema(value, 'dkim.shard-start/1') && hasPlace(value)
}

/** Shard I of N. */
function hasPlace(value: object): boolean {
  const { shard = 0, of = 0 } = value as Partial<ShardStart>
  return Number.isSafeInteger(shard) && 1 <= shard && shard <= of && of <= MAX_SHARDS
}

const RESULTS: ReadonlySet<unknown> = new Set([...RESULT_ORDER, 'none'])

export function isReport(value: unknown): value is Report {
  if (!hasSchema(value, 'dkim.verification/1')) return false
  const { input, result, signatures } = value as Partial<Extract<Report, { signatures: unknown }>>
  if (typeof input !== 'string') return false
  return result === null || (RESULTS.has(result) && Array.isArray(signatures) && signatures.every(isSignature))
}

/** What of a signature is counted. */
function isSignature(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { result, reason, domain, selector } = value as Readonly<Record<string, unknown>>
  return RESULTS.has(result) && [reason, domain, selector].every(one => one === null || typeof one === 'string')
}
