// dkim verify --merge: the ndjson of shards, or of any runs, added up into one report and one exit code; gaps and duplicates are found.

import { createReadStream } from 'node:fs'
import { DkimError } from '../../core/errors.js'
import { toJson, toJsonLine } from '../../report/json/json.js'
import { Summary, summaryJson, summaryText } from '../../report/verification/summary.js'
import type { Context } from '../context.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from '../exit-code.js'
import { unreadable } from '../io/file-fault.js'
import { textChunks } from '../mail/file-list.js'
import { say } from '../stderr.js'
import {
  hasSchema,
  isReport,
  isShardRecord,
  isShardStart,
  jsonLines,
  parseLine,
  type Report,
  START,
} from './json-lines.js'
import { exitCodeOf } from './judge-input.js'
import { NameTable, numberOf } from './names.js'
import type { VerifyCommandOptions } from './options.js'
import type { ShardRecord } from './shard.js'

export async function mergeShards(
  context: Context,
  paths: readonly string[],
  { format, quiet }: VerifyCommandOptions,
): Promise<ExitCode> {
  if (format !== 'text' && format !== 'json' && format !== 'ndjson') {
    throw new DkimError('usage', `--merge does not support --format ${format}`, 'use --format text, json or ndjson')
  }
  const merger = new Merger()
  for (const path of paths.length === 0 ? ['-'] : paths) await readFile(context, path, merger)
  merger.finish()
  for (const { text, hint } of merger.told) {
    say(context, 'error', text)
    if (hint !== undefined) say(context, 'hint', hint)
  }
  const { data } = merger.summary
  const problems = merger.told.map(({ code, text }) => ({ code, text }))
  const report = { ...summaryJson(data), shards: merger.shards, duplicates: merger.duplicates, problems }
  if (!quiet)
    context.stdout.write(format === 'text' ? textOf(merger) : (format === 'json' ? toJson : toJsonLine)(report))
  return merger.exitCode
}

function textOf({ summary, shards, duplicates, problems }: Merger): string {
  const of = shards.length === 0 ? '' : `${counted(shards.length, 'shard')}; `
  const stood = `${counted(duplicates, 'message')} appeared twice and ${duplicates === 1 ? 'was' : 'were'} counted once`
  const twice = duplicates === 0 ? 'no duplicates' : stood
  // What is missing of a run without shards, nobody can tell from its reports.
  const complete = shards.length === 0 ? 'no problem' : 'complete'
  const problem = problems === 0 ? complete : `NOT complete: ${counted(problems, 'problem')}`
  return `${summaryText(summary.data)}\n${of}${twice}; ${problem}\n`
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

async function readFile(context: Context, path: string, merger: Merger): Promise<void> {
  const file = new MergedFile(path === '-' ? 'standard input' : path, merger)
  try {
    for await (const lines of jsonLines(textChunks(path === '-' ? context.stdin : createReadStream(path), path))) {
      context.signal.throwIfAborted()
      for (const line of lines) file.add(line)
      // What is no ndjson of ours from its beginning on is not read to its end.
      if (file.isForeign) break
    }
    file.close()
  } catch (error) {
    const { message, hint } = unreadable(path, error)
    merger.fail('unreadable', message, hint)
  }
}

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
  readonly hint?: string | undefined
}

/** At most so many of one kind are told one by one. */
const MAX_TOLD = 10

/** A line that a crash cut. The run that went on from there has told of its message again. */
interface Torn {
  readonly place: string
  readonly input: string | null
}

export class Merger {
  readonly summary = new Summary()
  readonly #codes = new Set<ExitCode>()
  /** By name: what its report came to, as a number of #outcomes. */
  readonly #seen = new NameTable()
  readonly #outcomes = new Map<string, number>()
  readonly #shards = new Map<number, ShardRecord>()
  /** How many shards there are, as the first one says that began. */
  #of = 0
  readonly #torn: Torn[] = []
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

  /** False where the line is none of ours. */
  add(line: string, place: string): boolean {
    const value = parseLine(line)
    if (value === undefined) return this.#addTorn(line, place)
    if (isShardStart(value)) this.#of ||= value.of
    else if (isShardRecord(value)) this.#addShard(value, place)
    else if (isReport(value)) this.#addReport(value, place)
    else return hasSchema(value, 'dkim.summary/1')
    return true
  }

  fail(code: Problem['code'], text: string, hint?: string): void {
    const count = (this.#problems.get(code) ?? 0) + 1
    this.#problems.set(code, count)
    if (count <= MAX_TOLD) this.#told.push({ code, text, hint })
    else if (count === MAX_TOLD + 1) this.#told.push({ code, text: `more problems of this kind: ${code}` })
  }

  /** When an interrupted run is continued in the same file, a complete line follows a partial one. */
  #addTorn(line: string, place: string): boolean {
    if (!line.startsWith(START)) return false
    const seam = line.lastIndexOf(START)
    if (seam > 0) this.add(line.slice(seam), place)
    const input = /^\{"schema":"dkim\.verification\/1","input":("(?:[^"\\]|\\.)*")/.exec(line)?.[1]
    this.#torn.push({ place, input: input === undefined ? null : String(parseLine(input)) })
    return true
  }

  #addReport(report: Report, place: string): void {
    const before = this.#seen.add(report.input, this.#numberOfOutcome(report))
    if (before === undefined) {
      this.#names = (this.#names + numberOf(report.input)) >>> 0
      this.#codes.add(exitCodeOf(report.result))
      this.summary.add(report)
    } else if (before === this.#numberOfOutcome(report)) this.duplicates += 1
    else this.fail('conflict', `${place}: ${report.input} appears twice with different results`)
  }

  #numberOfOutcome(report: Report): number {
    const outcome = outcomeOf(report)
    const known = this.#outcomes.get(outcome)
    if (known !== undefined) return known
    this.#outcomes.set(outcome, this.#outcomes.size)
    return this.#outcomes.size - 1
  }

  #addShard(record: ShardRecord, place: string): void {
    const [first] = this.#shards.values()
    if (first !== undefined && (first.of !== record.of || first.seen !== record.seen || first.names !== record.names)) {
      this.fail(
        'shard-of-another-run',
        `${place}: shard ${record.shard} of ${record.of} is from another run or had other inputs`,
      )
      return
    }
    this.#shards.set(record.shard, record)
    // Internal errors appear in no report.
    if (record.exitCode === EXIT_CODES.internal) this.#codes.add(EXIT_CODES.internal)
  }

  /** If shards reported message counts, all messages must be present. */
  finish(): void {
    const [first] = this.#shards.values()
    const of = first?.of ?? this.#of
    const whole = first !== undefined && this.#isWhole(first)
    for (const { place, input } of this.#torn) {
      if (whole || (input !== null && this.#seen.has(input))) this.duplicates += 1
      else this.fail('torn-line', `${place} is cut off or damaged`)
    }
    if (whole) return
    for (let shard = 1; shard <= of; shard += 1) {
      if (!this.#shards.has(shard)) this.fail('shard-missing', `shard ${shard} of ${of} is missing or truncated`)
    }
    if (first === undefined || this.#shards.size !== of) return
    const { messages } = this.summary
    if (messages < first.seen) {
      this.fail('shard-cut-off', `only ${messages} of ${first.seen} messages found: reports are missing`)
    } else {
      const what = `${messages} messages found, but the shards had ${first.seen}`
      this.fail('shard-of-another-run', `${what}: some reports are from another run`)
    }
  }

  #isWhole({ of, seen, names }: ShardRecord): boolean {
    const sum = this.#names.toString(16).padStart(8, '0')
    return this.#shards.size === of && this.summary.messages === seen && sum === names
  }
}

/** What two reports of one message must agree in. */
function outcomeOf(report: Report): string {
  return report.result === null
    ? 'unreadable'
    : `${report.result} ${report.signatures.map(({ result }) => result).join(' ')}`
}

/** This many foreign lines without a single report mean a different kind of file. */
const MAX_FOREIGN = 1000

export class MergedFile {
  readonly #name: string
  readonly #merger: Merger
  #number = 0
  #ours = 0
  /** Positions of foreign lines before the first report. */
  #foreign: string[] = []
  #first = ''

  constructor(name: string, merger: Merger) {
    this.#name = name
    this.#merger = merger
  }

  get isForeign(): boolean {
    return this.#foreign.length >= MAX_FOREIGN
  }

  /** Null stands for a line that is too long. */
  add(line: string | null): void {
    this.#number += 1
    if (line === '' || line === '\r' || this.isForeign) return
    const place = `${this.#name}:${this.#number}`
    if (line !== null && this.#merger.add(line, place)) this.#ours += 1
    else {
      if (this.#foreign.length === 0) this.#first = line?.slice(0, 16) ?? ''
      this.#foreign.push(place)
    }
    if (this.#ours > 0) this.#tellForeign()
  }

  #tellForeign(): void {
    for (const place of this.#foreign) this.#merger.fail('no-report', `${place} is not a dkim verify report`)
    this.#foreign = []
  }

  close(): void {
    if (this.#foreign.length === 0) return
    const hint = HINTS.find(([start]) => start.test(this.#first))?.[1] ?? USUAL_HINT
    this.#merger.fail('no-report', `${this.#name} is not dkim verify ndjson`, hint)
  }
}

const USUAL_HINT = '--merge reads the output of dkim verify --format ndjson'

/** What is given by mistake, by how it begins. */
const HINTS: readonly (readonly [start: RegExp, hint: string])[] = [
  [/^[ \t]*[[{]/, 'it looks like one JSON document: write the reports with --format ndjson'],
  [/^\u001f\ufffd/, 'it is compressed: unpack it first, as in gunzip -c FILE.gz | dkim verify --merge -'],
]
