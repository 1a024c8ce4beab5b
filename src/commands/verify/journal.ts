// The journal of a batch (--resume): lets an interrupted run continue with the same final summary.

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { DkimError } from '../../core/errors.js'
import { type Count, type Share, Summary, type SummaryData } from '../../report/verification/summary.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { unwritable } from '../io/file-fault.js'
import { lockFile } from '../io/file-lock.js'
import { parseLine } from './json-lines.js'
import { NameSet } from './names.js'

/** The first line: what the run was about. Another run's journal is refused. */
interface Head {
  readonly schema: 'dkim.journal/1'
  readonly run: string
}

/** Every further line: the names that are done, and what they came to. */
interface Step {
  readonly done: readonly string[]
  readonly codes: readonly ExitCode[]
  readonly summary: SummaryData
}

const PIECE = 65_536
/** Messages of one line. A crash costs at most as many, which are then verified again. */
const STEP = 64

export class Journal {
  readonly #path: string
  readonly #fd: number
  readonly #done: NameSet
  readonly #unlock: () => void
  /** Of the file, as this run left it. */
  #size: number
  #names: string[] = []
  #codes = new Set<ExitCode>()
  #summary = new Summary()

  constructor(path: string, fd: number, done: NameSet, unlock: () => void) {
    this.#unlock = unlock
    this.#path = path
    this.#fd = fd
    this.#done = done
    this.#size = fstatSync(fd).size
  }

  /**
   * Opens the journal at `path`, or begins it; `resumed` is told of what earlier runs did. It is for this run alone until it is closed.
   * A file that holds anything but our own lines is refused as it is.
   */
  static open(path: string, run: string, resumed: (codes: readonly ExitCode[], summary: SummaryData) => void): Journal {
    const unlock = lockFile(path, 0)
    let fd: number | undefined
    try {
      const isNew = !existsSync(path)
      fd = openJournal(path)
      if (!fstatSync(fd).isFile()) throw refusal(`${path} is no regular file`)
      const done = replay(fd, path, run, resumed)
      if (fstatSync(fd).size === 0) begin(fd, path, run, isNew)
      return new Journal(path, fd, done, unlock)
    } catch (error) {
      if (fd !== undefined) closeSync(fd)
      unlock()
      throw error
    }
  }

  has(name: string): boolean {
    return this.#done.has(name)
  }

  add(name: string, code: ExitCode, report: Parameters<Summary['add']>[0]): void {
    this.#names.push(name)
    this.#codes.add(code)
    this.#summary.add(report)
  }

  /** What a thread has done. */
  merge(names: readonly string[], codes: readonly ExitCode[], summary: SummaryData): void {
    for (const name of names) this.#names.push(name)
    for (const code of codes) this.#codes.add(code)
    this.#summary.merge(summary)
  }

  /** Enough has been added for a line. */
  get isDue(): boolean {
    return this.#names.length >= STEP
  }

  /** To be called once the reports of what was added have left the program. */
  flush(): void {
    if (this.#names.length === 0) return
    const step: Step = { done: this.#names, codes: [...this.#codes], summary: this.#summary.data }
    // Before anything can fail: what is not written now is for the next run to do.
    this.#names = []
    this.#codes = new Set()
    this.#summary = new Summary()
    if (fstatSync(this.#fd).size !== this.#size) throw inUse(this.#path)
    this.#size += append(this.#fd, this.#size, `${JSON.stringify(step)}\n`, this.#path)
  }

  close(): void {
    try {
      this.flush()
    } finally {
      closeSync(this.#fd)
      this.#unlock()
    }
  }
}

function openJournal(path: string): number {
  try {
    // Opening a pipe that no one reads from would wait.
    return openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK, 0o600)
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** Where there is no room for it, a file that was not there is not left behind. */
function begin(fd: number, path: string, run: string, isNew: boolean): void {
  try {
    append(fd, 0, headLine(run), path)
  } catch (error) {
    if (isNew) rmSync(path, { force: true })
    throw error
  }
}

/** All of the line or nothing of it; how many bytes that is. */
function append(fd: number, size: number, line: string, path: string): number {
  const bytes = Buffer.from(line)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
  } catch (error) {
    ftruncateSync(fd, size)
    throw unwritable(path, error)
  }
  return bytes.length
}

const HEAD_START = '{"schema":"dkim.journal/1","run":'
const STEP_START = '{"done":['

function headLine(run: string): string {
  return `${JSON.stringify({ schema: 'dkim.journal/1', run } satisfies Head)}\n`
}

function replay(fd: number, path: string, run: string, resumed: Parameters<typeof Journal.open>[2]): NameSet {
  const done = new NameSet()
  refuseForeign(fd, path, run)
  let first = true
  let end = 0
  for (const bytes of linesOf(fd)) {
    end += bytes.length + 1
    const value = parseLine(bytes.toString())
    if (first) {
      if (!isHead(value)) throw refusal(`${path} is not a dkim verify journal`)
      if (value.run !== run) throw refusal(`${path} is the journal of a different run (other inputs or options)`)
      first = false
      continue
    }
    if (!isStep(value)) throw refusal(`${path} is damaged`)
    for (const name of value.done) done.add(name)
    resumed(value.codes, value.summary)
  }
  if (fstatSync(fd).size === end) return done
  // A line that a crash cut is written anew: what it tells of was not finished. What never was a line of ours is not cut off.
  if (!first && !isStartOf(textAt(fd, end, STEP_START.length), STEP_START)) throw refusal(`${path} is damaged`)
  ftruncateSync(fd, end)
  return done
}

/** What does not begin as a journal does belongs to someone else, whether or not it has lines. A crash may have cut our own first line. */
function refuseForeign(fd: number, path: string, run: string): void {
  const start = textAt(fd, 0, HEAD_START.length)
  if (!isStartOf(start, HEAD_START)) throw refusal(`${path} is not a dkim verify journal`)
  const head = Buffer.from(headLine(run)).toString('latin1')
  const text = textAt(fd, 0, head.length)
  if (!text.includes('\n') && !head.startsWith(text) && isWhole(fd, text))
    throw refusal(`${path} is the journal of a different run (other inputs or options)`)
}

function isStartOf(text: string, whole: string): boolean {
  return text === whole.slice(0, text.length)
}

/** The file holds no line end at all. */
function isWhole(fd: number, text: string): boolean {
  if (fstatSync(fd).size <= text.length) return true
  return linesOf(fd).next().done === true
}

function textAt(fd: number, position: number, length: number): string {
  const bytes = Buffer.alloc(length)
  return bytes.toString('latin1', 0, readSync(fd, bytes, 0, length, position))
}

/** The lines that end in LF. */
function* linesOf(fd: number): Generator<Buffer> {
  const piece = Buffer.allocUnsafe(PIECE)
  let rest = Buffer.alloc(0)
  for (let position = 0; ; ) {
    const count = readSync(fd, piece, 0, PIECE, position)
    if (count === 0) return
    position += count
    const bytes = Buffer.concat([rest, piece.subarray(0, count)])
    let start = 0
    for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, start)) {
      yield bytes.subarray(start, at)
      start = at + 1
    }
    rest = bytes.subarray(start)
  }
}

function isHead(value: unknown): value is Head {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 'dkim.journal/1'
}

function isStep(value: unknown): value is Step {
  if (typeof value !== 'object' || value === null || !('done' in value && 'codes' in value && 'summary' in value)) {
    return false
  }
  const { done, codes, summary } = value
  const isCode = (code: unknown): boolean => Object.values<unknown>(EXIT_CODES).includes(code)
  if (!Array.isArray(done) || !done.every(name => typeof name === 'string')) return false
  return Array.isArray(codes) && codes.every(isCode) && isSummaryData(summary)
}

export function isSummaryData(value: unknown): value is SummaryData {
  if (typeof value !== 'object' || value === null) return false
  const { messages, results, reasons, domains, selectors } = value as Partial<SummaryData>
  const rows = (list: readonly (Count | Share)[] | undefined, numbers: number) =>
    Array.isArray(list) &&
    list.every(
      row =>
        Array.isArray(row) &&
        row.length === numbers + 1 &&
        typeof row[0] === 'string' &&
        row.slice(1).every(number => Number.isSafeInteger(number) && number >= 0),
    )
  return (
    Number.isSafeInteger(messages) &&
    Number(messages) >= 0 &&
    rows(results, 1) &&
    rows(reasons, 1) &&
    rows(domains, 2) &&
    rows(selectors, 2)
  )
}

/** Each message would be counted by both. */
function inUse(path: string): DkimError {
  const hint = 'wait for it, or use a separate journal for each run'
  return new DkimError('output-failed', `another dkim verify run is writing to ${path}`, hint)
}

/** No advice to delete it: it may be anything that a person named by mistake. */
function refusal(message: string): DkimError {
  return new DkimError('input-unreadable', message, 'it was left as it is; use another file for --resume')
}
