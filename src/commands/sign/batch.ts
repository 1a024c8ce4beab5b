// Many messages, each to a file of its own: read one after the other, signed on all cores, reported in input order.

import { DkimError } from '../../core/errors.js'
import { toJson, toJsonLine } from '../../report/json/json.js'
import { type SigningOutcome, signingJson } from '../../report/signing.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from '../exit-code.js'
import { SPOOL_LIMIT } from '../io/byte-source.js'
import { unreadable } from '../io/file-fault.js'
import { openFileInDirectory, openOutputFile, refuseInput } from '../io/output-file.js'
import { countFiles, Progress } from '../io/progress.js'
import { pathsOf } from '../mail/file-list.js'
import { type Input, type MessageInput, readInputs, tornMessage } from '../mail/input.js'
import { say } from '../stderr.js'
import {
  aboutInput,
  checkFields,
  eachChunk,
  inputFiles,
  type NewFields,
  NotPublished,
  type ReadySigner,
  readToSign,
  type SignContext,
  withoutReplaced,
} from './message.js'
import { type Argument, type Target, Targets } from './targets.js'

export async function signBatch(files: readonly string[], bench: SignContext): Promise<ExitCode> {
  const { context, options } = bench
  const batch = new SignBatch(files, bench)
  try {
    for await (const argument of argumentsOf(files, bench)) {
      if (context.signal.aborted) break
      await batch.read(argument, readInputs([argument.path], context, { unquoteMbox: options.unquoteMbox === true }))
    }
  } catch (error) {
    // finish() reports an interrupted run.
    if (error !== context.signal.reason) throw error
  } finally {
    await batch.drain()
  }
  return batch.finish()
}

async function* argumentsOf(files: readonly string[], { context, options }: SignContext): AsyncGenerator<Argument> {
  for (const path of files) yield { path, listed: false }
  const { filesFrom = [], null: nul = false } = options
  for await (const path of pathsOf([], filesFrom, { nul, context })) yield { path, listed: true }
}

/** Messages waiting for fsync while others are signed: syncing many files takes as long as syncing one. */
const DISK_WAITS = 16
/** Signatures that wait in the pool, which would stand still until this thread has seen that one is done. */
const RESERVED_PLACES = 2
/** Messages that are read and not yet signed, per job. */
const MESSAGES_AHEAD = 4
/** All of them: each may have a file open. */
const MAX_AHEAD = 256
/** What all of them may hold of memory. */
const MAX_HELD_BYTES = 32 << 20

interface Task {
  readonly outcome: Promise<Outcome>
  /** Held in memory until then. */
  readonly bytes: number
  readonly part: number
}

interface Outcome extends SigningOutcome {
  readonly code: ExitCode
}

class SignBatch {
  readonly #bench: SignContext
  readonly #targets: Targets
  readonly #progress: Progress
  readonly #jobs: number
  /** Signatures that may be in the pool at a time: the jobs without this thread, which is one of them. */
  readonly #places: number
  #inPool = 0
  readonly #codes = new Set<ExitCode>()
  readonly #warned = new Set<string>()
  /** For --format json, which is one document. */
  readonly #collected: SigningOutcome[] = []
  #single: boolean
  #tasks: Task[] = []
  #bytes = 0
  #count = 0
  #signed = 0

  constructor(files: readonly string[], bench: SignContext) {
    const { context, options } = bench
    this.#bench = bench
    this.#single = files.length === 1 && options.filesFrom === undefined
    this.#targets = new Targets(options.outDir)
    const { filesFrom, null: nul } = options
    this.#progress = new Progress(context, () => countFiles(files, filesFrom, nul), options.quiet !== true)
    this.#jobs = options.jobs ?? context.processors ?? 1
    this.#places = this.#jobs === 1 ? 0 : this.#jobs - 1 + RESERVED_PLACES
    // A new file does not wait for the disk: then no more threads want the processor than there are jobs.
    context.setThreadPoolSize?.(Math.max(1, this.#jobs - 1) + (options.inPlace ? DISK_WAITS : 0))
  }

  async read(argument: Argument, inputs: AsyncIterable<Input>): Promise<void> {
    try {
      this.#targets.refuseInside(argument)
      for await (const input of inputs) {
        await this.#take(input, argument)
        // Places in the pool become free, and signals are heard.
        await new Promise(resolve => setImmediate(resolve))
      }
    } catch (error) {
      if (this.#bench.context.signal.aborted) return
      await this.#add({ outcome: Promise.resolve(failed(argument.path, error)), bytes: 0, part: 1 })
    }
  }

  async #take(input: Input, argument: Argument): Promise<void> {
    if (!input.alone) this.#single = false
    const part = input.part ?? 1
    try {
      if (input.error !== undefined) throw input.error
      if (input.torn) throw tornMessage(input)
      if (this.#targets.isRefused(input)) return
      const target = this.#targets.of(input, argument)
      const held = await hold(input)
      const message = held === null ? input : { ...input, chunks: () => [held] }
      const outcome = this.#sign(message, target, await readToSign(message, this.#bench))
      // Thrown again where it is reported.
      outcome.catch(() => undefined)
      // Its bytes are there only until the next message is asked for.
      if (held === null) await outcome
      await this.#add({ outcome, bytes: held?.length ?? 0, part })
    } catch (error) {
      await this.#add({ outcome: Promise.resolve(failed(input.name, error)), bytes: 0, part })
    }
  }

  async #sign(input: MessageInput, target: Target, ready: ReadySigner): Promise<Outcome> {
    try {
      const fields = this.#inPool < this.#places ? await this.#signInPool(ready) : ready.sign()
      const rest = withoutReplaced(input, fields)
      await checkFields(rest, fields, this.#bench)
      await write(rest, fields, target, this.#bench)
      const { signatures, warnings, warningCodes } = fields
      const signed = { input: input.name, output: target.path, signatures, warnings, warningCodes }
      return { ...signed, error: null, code: EXIT_CODES.ok }
    } catch (error) {
      return failed(input.name, error)
    }
  }

  async #signInPool(ready: ReadySigner): Promise<NewFields> {
    this.#inPool += 1
    try {
      return await ready.signLater()
    } finally {
      this.#inPool -= 1
    }
  }

  async #add(task: Task): Promise<void> {
    this.#tasks.push(task)
    this.#bytes += task.bytes
    const ahead = Math.min(MAX_AHEAD, DISK_WAITS + this.#jobs * MESSAGES_AHEAD)
    while (this.#tasks.length > ahead || (this.#tasks.length > 0 && this.#bytes > MAX_HELD_BYTES)) await this.#settle()
  }

  async drain(): Promise<void> {
    while (this.#tasks.length > 0) await this.#settle()
    this.#progress.clear()
  }

  async #settle(): Promise<void> {
    const task = this.#tasks.shift()!
    this.#bytes -= task.bytes
    const outcome = await task.outcome
    this.#progress.clear()
    this.#count += 1
    if (outcome.error === null) this.#signed += 1
    this.#codes.add(outcome.code)
    this.#say(outcome)
    await this.#report(outcome)
    this.#progress.step([task.part])
  }

  #say({ input, warnings, error }: Outcome): void {
    const { context, options } = this.#bench
    const about = (text: string) => aboutInput(input, text)
    for (const warning of options.quiet ? [] : warnings) {
      // Warnings that apply to the whole batch are printed once.
      if (this.#warned.has(warning) || this.#warned.size >= MAX_WARNINGS) continue
      this.#warned.add(warning)
      say(context, 'warning', about(warning))
    }
    if (error === null) return
    say(context, 'error', about(error.message))
    say(context, 'hint', error.hint)
  }

  async #report({ code: _, ...outcome }: Outcome): Promise<void> {
    const { context, options } = this.#bench
    if (options.quiet) return
    if (options.format === 'json') this.#collected.push(outcome)
    if (options.format !== 'ndjson' || context.stdout.write(toJsonLine(signingJson(outcome)))) return
    await new Promise<void>(resolve => context.stdout.once('drain', resolve))
  }

  finish(): ExitCode {
    const { context, options } = this.#bench
    const { signal, stdout } = context
    if (signal.aborted) {
      say(context, 'note', `signed ${this.#signed} messages; the others are unchanged`)
      throw signal.reason
    }
    if (options.format === 'json' && !options.quiet) {
      const reports = this.#collected.map(signingJson)
      stdout.write(toJson(this.#single && reports.length === 1 ? reports[0] : reports))
    }
    const left = this.#count - this.#signed
    if (left > 0 && this.#count > 1 && !options.quiet)
      say(context, 'note', `signed ${this.#signed} of ${this.#count} messages`)
    return combineExitCodes(this.#codes)
  }
}

/** Warnings that differ from each other, in one run. */
const MAX_WARNINGS = 100

async function write(
  input: MessageInput,
  { bytes }: NewFields,
  { path, mode }: Target,
  bench: SignContext,
): Promise<void> {
  const { options } = bench
  if (!options.inPlace) refuseInput(path, inputFiles(bench), 'use another --out-dir')
  const file = options.inPlace ? openOutputFile(path, mode) : openFileInDirectory(path, mode)
  try {
    file.write(bytes)
    await eachChunk(input, file.write)
    // In place of the only copy of a message comes nothing that a power failure could take away; below --out-dir it is made again.
    if (options.inPlace) await file.commitLater()
    else file.place()
  } finally {
    file.abandon()
  }
}

/** One bad message of many has its own error, and the others are signed. What is our fault ends the run. */
function failed(input: string, fault: unknown): Outcome {
  const error = fault instanceof DkimError ? fault : unreadable(input, fault)
  const { code, message, hint } = error
  const exitCode = error instanceof NotPublished ? error.exitCode : EXIT_CODES.usage
  return {
    input,
    output: null,
    signatures: [],
    warnings: [],
    warningCodes: [],
    error: { code, message, hint },
    code: exitCode,
  }
}

/** A message that is not too long, read once into memory: the next one can be read before it is signed, and what is written is what was signed. */
async function hold(input: MessageInput): Promise<Buffer | null> {
  if (input.size !== null && input.size > SPOOL_LIMIT) return null
  const pieces: Buffer[] = []
  let size = 0
  for await (const chunk of input.chunks()) {
    size += chunk.length
    if (size > SPOOL_LIMIT) return null
    pieces.push(Buffer.from(chunk))
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
}
