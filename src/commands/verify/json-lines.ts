// ndjson read back for dkim verify --merge: line by line with bounded memory, and what each line is.

import { RESULT_ORDER } from '../../core/dkim/result.js'
import type { Entry } from '../../report/verification/format.js'
import { MAX_SHARDS, type ShardRecord, type ShardStart } from './shard.js'

/** A report is not longer than this. */
const MAX_LINE = 4 << 20
const LF = 0x0a

/** The lines of each piece of the stream; null stands for one that is too long. */
export async function* jsonLines(stream: AsyncIterable<Buffer>, limit = MAX_LINE): AsyncGenerator<(string | null)[]> {
  let held: Buffer[] = []
  let length = 0
  const take = (piece: Buffer): void => {
    length += piece.length
    if (length <= limit) held.push(piece)
    else held = []
  }
  const finish = (): string | null => {
    const line = length > limit ? null : Buffer.concat(held).toString()
    held = []
    length = 0
    return line
  }
  for await (const chunk of stream) {
    const lines: (string | null)[] = []
    let start = 0
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, start)) {
      take(chunk.subarray(start, at))
      lines.push(finish())
      start = at + 1
    }
    take(chunk.subarray(start))
    yield lines
  }
  if (length > 0) yield [finish()]
}

/** Undefined where it is no JSON. */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

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
