// dkim verify --merge: the ndjson of shards, or of any runs, added up into one report and one exit code; gaps and duplicates are found.

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { DkimError } from '../../core/index.js'
import { toJson, toJsonLine } from '../../report/json.js'
import type { Entry } from '../../report/verification/format.js'
import { Summary, summaryJson, summaryText } from '../../report/verification/summary.js'
import type { Context } from '../context.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from '../exit-code.js'
import { unreadable } from '../file-fault.js'
import { say } from '../main.js'
import { exitCodeOf } from './judge-input.js'
import { keyOf, numberOf } from './names.js'
import type { VerifyCommandOptions } from './options.js'
import type { ShardRecord } from './shard.js'

/** A line is not longer than this: what is, is no report. */
const MAX_LINE = 4 << 20

/** What keeps the sum from being the whole. */
interface Problem {
  readonly code:
    | 'torn-line'
    | 'no-report'
    | 'conflict'
    | 'shard-missing'
    | 'shard-cut-off'
    | 'shard-of-another-run'
    | 'unreadable'
  readonly text: string
}

/** At most so many of one kind are told one by one. */
const MAX_TOLD = 10

export async function mergeShards(
  context: Context,
  paths: readonly string[],
  { format, quiet }: VerifyCommandOptions,
): Promise<ExitCode> {
  if (format !== 'text' && format !== 'json' && format !== 'ndjson') {
    throw new DkimError('usage', `--merge writes no ${format}`, 'use --format text, json or ndjson')
  }
  const merger = new Merger()
  for (const path of paths.length === 0 ? ['-'] : paths) await readFile(context, path, merger)
  merger.finish()
  for (const { text } of merger.told) say(context, 'error', text)
  const { data } = merger.summary
  const report = { ...summaryJson(data), shards: merger.shards, duplicates: merger.duplicates, problems: merger.told }
  if (!quiet)
    context.stdout.write(format === 'text' ? textOf(merger) : (format === 'json' ? toJson : toJsonLine)(report))
  return merger.exitCode
}

function textOf({ summary, shards, duplicates, problems }: Merger): string {
  const of = shards.length === 0 ? '' : `${shards.length} shards; `
  const twice = duplicates === 0 ? 'nothing stands twice' : `${duplicates} messages stood twice and were counted once`
  const problem = problems === 0 ? 'complete' : `NOT complete: ${problems} problem${problems === 1 ? '' : 's'}`
  return `${summaryText(summary.data)}\n${of}${twice}; ${problem}\n`
}

async function readFile(context: Context, path: string, merger: Merger): Promise<void> {
  const input = path === '-' ? context.stdin : createReadStream(path)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  // readline does not pass on the errors of its input.
  const failed = new Promise<never>((_resolve, reject) => input.once('error', reject))
  failed.catch(() => lines.close())
  let number = 0
  try {
    for await (const line of lines) {
      number += 1
      if (line !== '') merger.add(line, `${path}:${number}`)
    }
    await Promise.race([failed, Promise.resolve()])
  } catch (error) {
    merger.fail('unreadable', unreadable(path, error).message)
  }
}

class Merger {
  readonly summary = new Summary()
  readonly #codes = new Set<ExitCode>()
  /** By the number of the name: what its report came to. Names themselves would take ten times the memory. */
  readonly #seen = new Map<bigint, string>()
  readonly #shards = new Map<number, ShardRecord>()
  readonly #told: Problem[] = []
  readonly #problems = new Map<Problem['code'], number>()
  #names = 0
  duplicates = 0

  get told(): readonly Problem[] {
    return this.#told
  }

  get problems(): number {
    return Array.from(this.#problems.values()).reduce((sum, count) => sum + count, 0)
  }

  get shards(): readonly number[] {
    return [...this.#shards.keys()].sort((one, other) => one - other)
  }

  get exitCode(): ExitCode {
    if (this.problems > 0) return combineExitCodes([...this.#codes, EXIT_CODES.usage])
    return this.summary.messages === 0 ? EXIT_CODES.nothing : combineExitCodes(this.#codes)
  }

  add(line: string, place: string): void {
    const value = line.length > MAX_LINE ? undefined : parse(line)
    if (value === undefined) this.fail('torn-line', `${place} is cut off or damaged`)
    else if (isShardRecord(value)) this.#addShard(value, place)
    else if (isReport(value)) this.#addReport(value, place)
    else if (!hasSchema(value, 'dkim.summary/1')) this.fail('no-report', `${place} is no report of dkim verify`)
  }

  fail(code: Problem['code'], text: string): void {
    const count = (this.#problems.get(code) ?? 0) + 1
    this.#problems.set(code, count)
    if (count <= MAX_TOLD) this.#told.push({ code, text })
    else if (count === MAX_TOLD + 1) this.#told.push({ code, text: `further ones of this kind: ${code}` })
  }

  #addReport(report: Entry['report'], place: string): void {
    const number = keyOf(report.input)
    const outcome = outcomeOf(report)
    const before = this.#seen.get(number)
    if (before === outcome) {
      this.duplicates += 1
      return
    }
    if (before !== undefined) {
      this.fail('conflict', `${place}: ${report.input} stands twice, with another result`)
      return
    }
    this.#seen.set(number, outcome)
    this.#names = (this.#names + numberOf(report.input)) >>> 0
    this.#codes.add(exitCodeOf(report.result))
    this.summary.add(report)
  }

  #addShard(record: ShardRecord, place: string): void {
    const [first] = this.#shards.values()
    if (first !== undefined && (first.of !== record.of || first.seen !== record.seen || first.names !== record.names)) {
      this.fail(
        'shard-of-another-run',
        `${place}: shard ${record.shard} of ${record.of} is of another run, or saw other inputs`,
      )
      return
    }
    this.#shards.set(record.shard, record)
  }

  /** Where shards told how many messages there are, all of them must be here. */
  finish(): void {
    const [first] = this.#shards.values()
    if (first === undefined) return
    for (let shard = 1; shard <= first.of; shard += 1) {
      if (!this.#shards.has(shard))
        this.fail('shard-missing', `shard ${shard} of ${first.of} is missing, or was cut off`)
    }
    const { messages } = this.summary
    const names = this.#names.toString(16).padStart(8, '0')
    if (this.#shards.size === first.of && (messages !== first.seen || names !== first.names)) {
      this.fail('shard-cut-off', `${messages} of ${first.seen} messages are here: reports are missing`)
    }
  }
}

/** What two reports of one message must agree in. */
function outcomeOf(report: Entry['report']): string {
  return report.result === null
    ? 'unreadable'
    : `${report.result} ${report.signatures.map(({ result }) => result).join(' ')}`
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function hasSchema(value: unknown, schema: string): value is { readonly schema: string } {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === schema
}

function isShardRecord(value: unknown): value is ShardRecord {
  if (!hasSchema(value, 'dkim.shard/1')) return false
  const { shard, of, seen, names } = value as Partial<ShardRecord>
  return [shard, of, seen].every(Number.isSafeInteger) && typeof names === 'string'
}

function isReport(value: unknown): value is Entry['report'] {
  if (!hasSchema(value, 'dkim.verification/1')) return false
  const { input, result, signatures } = value as Partial<Extract<Entry['report'], { signatures: unknown }>>
  return (
    typeof input === 'string' &&
    (result === null || (typeof result === 'string' && Array.isArray(signatures) && signatures.every(isObject)))
  )
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
