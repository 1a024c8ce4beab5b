// The main loop of dkim verify: each input is verified and reported once, by one thread or several.

import { DNS_LIMITS, LIMITS } from '../../core/limits.js'
import { toJsonLine } from '../../report/json/json.js'
import { isFailed } from '../../report/verification/format.js'
import type { Context } from '../context.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { countFiles, Progress } from '../io/progress.js'
import { pathsOf } from '../mail/file-list.js'
import { type DeferredInput, type DeferringOptions, type Found, type Input, readEach } from '../mail/input.js'
import type { MessageExplainer } from './explain.js'
import { readsAgain } from './explain-options.js'
import type { Journal } from './journal.js'
import { judgeInput, type Outcome, type VerifyContext } from './judge-input.js'
import { runNameOf, type VerifyCommandOptions } from './options.js'
import type { GroupResult, Pool } from './pool.js'
import { ShardFilter } from './shard.js'
import type { VerifyRun } from './verify-run.js'

export interface BatchParts {
  readonly context: Context
  readonly paths: readonly string[]
  readonly options: VerifyCommandOptions
  readonly bench: VerifyContext
}

export async function verifyAll(run: VerifyRun, parts: BatchParts): Promise<ExitCode> {
  const { options, paths, context } = parts
  const shard = options.shard === undefined ? undefined : new ShardFilter(options.shard)
  const batch = new Batch(run, parts, await openExtras(run, parts))
  try {
    const { filesFrom } = options
    const all = filesFrom === undefined ? paths : pathsOf(paths, filesFrom, { nul: options.null === true, context })
    if (shard !== undefined) await run.write(toJsonLine(shard.start))
    for await (const inputs of readEach(all, context, batch.inputOptions)) {
      await batch.takeAll(inputs, ({ name }) => shard?.takes(name) !== false)
      if (batch.stopped) break
    }
    await batch.drain()
    context.signal.throwIfAborted()
  } finally {
    await batch.close()
  }
  // A shard that --fail-fast ended has not seen all of its messages: without its record the merge says so.
  return run.finish(shard === undefined || batch.stopped ? undefined : code => shard.record(code))
}

/** What few runs need, loaded for those. */
interface Extras {
  /** For --explain and --trace, which read a message again. */
  readonly explainer: MessageExplainer | null
  readonly journal: Journal | undefined
  /** Here from the start where threads are asked for; a run that turns out to be long loads them later. */
  readonly threads: typeof import('./pool.js') | undefined
}

async function openExtras(run: VerifyRun, parts: BatchParts): Promise<Extras> {
  const { context, options, paths } = parts
  return {
    explainer: readsAgain(options)
      ? (await import('./explain.js')).openExplainer(context, options, paths.length <= 1)
      : null,
    journal: options.resume === undefined ? undefined : await openJournal(options.resume, run, parts),
    threads: options.jobs === undefined ? undefined : await import('./pool.js'),
  }
}

async function openJournal(path: string, run: VerifyRun, { paths, options }: BatchParts): Promise<Journal> {
  const { Journal } = await import('./journal.js')
  return Journal.open(path, runNameOf(paths, options), (codes, summary) => run.add(codes, summary))
}

/** Threads are started once a run has lasted so many milliseconds: each costs a good part of that. */
const THREADS_AFTER_MS = 300
/** Messages that wait for DNS at once, so that the names of the next ones are asked for even while the first name is slow. */
const MAX_WAITING_MESSAGES = 8 * DNS_LIMITS.concurrency
/** Of header sections, which a waiting message keeps. */
const MAX_WAITING_BYTES = 32 << 20
/** Milliseconds between two turns of the event loop. */
const YIELD_INTERVAL_MS = 100
/** What one thread is given at a time. */
const GROUP_MESSAGES = 64
const GROUP_BYTES = 4 << 20

/** A message whose report waits for its turn. */
interface Waiting {
  readonly outcome: Outcome | Promise<Outcome>
  settled: Outcome | null
  readonly part: number
  /** Of its header section at most. */
  readonly bytes: number
}

class Batch {
  readonly #run: VerifyRun
  readonly #parts: BatchParts
  readonly #explainer: MessageExplainer | null
  readonly #journal: Journal | undefined
  readonly #progress: Progress
  readonly #start = Date.now()
  #lastTurn = this.#start
  #threads: typeof import('./pool.js') | undefined
  #jobCount: number | undefined
  #pool: Pool | undefined
  #group: DeferredInput[] = []
  #bytes = 0
  /** Judged here, and not reported yet. */
  readonly #ahead: Waiting[] = []
  #aheadBytes = 0
  #reporting: Promise<void> | null = null
  /** What kept a report from being written, for the run to end with. */
  #fault: { readonly fault: unknown } | null = null
  /** --fail-fast has met what it stops at. */
  stopped = false

  constructor(run: VerifyRun, parts: BatchParts, { explainer, journal, threads }: Extras) {
    const { context, options, paths } = parts
    this.#run = run
    this.#parts = parts
    this.#explainer = explainer
    this.#journal = journal
    this.#threads = threads
    const { filesFrom, null: nul } = options
    this.#progress = new Progress(context, () => countFiles(paths, filesFrom, nul), options.quiet !== true)
    run.onTerminal = () => this.#progress.clear()
  }

  get inputOptions(): DeferringOptions {
    const { unquoteMbox } = this.#parts.options
    return {
      once: !readsAgain(this.#parts.options),
      ...(unquoteMbox ? { unquoteMbox } : {}),
      defer: () => this.#openPool(),
    }
  }

  /** Those that `isOurs` lets through and that no earlier run has done, until --fail-fast has its failure. */
  async takeAll(inputs: Iterable<Found>, isOurs: (input: Input | DeferredInput) => boolean): Promise<void> {
    const takeOne = (input: Input | DeferredInput): Promise<void> | undefined => {
      if (!isOurs(input) || this.#journal?.has(input.name)) return undefined
      return input.deferred === undefined ? this.#takeHere(input) : this.#hand(input)
    }
    for (const found of inputs) {
      if (found.later === undefined) {
        const waiting = takeOne(found)
        if (waiting !== undefined) await waiting
      } else {
        for await (const input of found.later) {
          await takeOne(input)
          if (this.stopped) return
        }
      }
      if (this.stopped) return
    }
  }

  /** A message to be judged here; waits only where something has to be waited for. */
  #takeHere(input: Input): Promise<void> | undefined {
    if (this.#pool !== undefined) return this.drain().then(() => this.#take(input))
    return this.#take(input)
  }

  #take(input: Input): Promise<void> | undefined {
    let read = false
    const outcome = this.#judge(input, () => {
      read = true
    })
    const part = input.part ?? 1
    if (!(outcome instanceof Promise) && this.#ahead.length === 0)
      return this.#settle(outcome, part) ?? this.#yieldToEventLoop()
    // Nobody knows how long that takes: what is known is told.
    void this.#run.flush()
    const bytes = input.error === undefined ? Math.min(input.size ?? LIMITS.headerBytes, LIMITS.headerBytes) : 0
    const waiting: Waiting = { outcome, settled: null, part, bytes }
    this.#ahead.push(waiting)
    this.#aheadBytes += bytes
    const onSettled = (settled: Outcome): void => {
      waiting.settled = settled
      void this.#reportSettled()
    }
    // A message that fails is met again where the run waits for it.
    if (outcome instanceof Promise) outcome.then(onSettled).catch(() => undefined)
    else waiting.settled = outcome
    // Only what has been read to its end may be left behind: an input is valid until the next one is asked for.
    return this.#settleAhead(!read || this.#explainer !== null)
  }

  /** In the order of the input: all, or until few enough messages wait. */
  async #settleAhead(all: boolean): Promise<void> {
    const isFull = (): boolean => this.#ahead.length >= MAX_WAITING_MESSAGES || this.#aheadBytes >= MAX_WAITING_BYTES
    while (this.#ahead.length > 0 && (all || isFull())) {
      const first = this.#ahead[0]!
      first.settled = await first.outcome
      await this.#reportSettled()
      if (this.#fault !== null) break
    }
    await this.#reporting
    if (this.#fault !== null) throw this.#fault.fault
  }

  /** Up to the first message that still waits: with no further input, nothing that is known may be held back. */
  #reportSettled(): Promise<void> {
    const reportAll = async (): Promise<void> => {
      for (let first = this.#ahead[0]; first?.settled && this.#fault === null; first = this.#ahead[0]) {
        this.#ahead.shift()
        this.#aheadBytes -= first.bytes
        await this.#settle(first.settled, first.part)
        if (this.stopped) this.#ahead.length = 0
      }
    }
    const onFault = (fault: unknown): void => {
      this.#fault ??= { fault }
    }
    this.#reporting ??= reportAll()
      .catch(onFault)
      .finally(() => {
        this.#reporting = null
      })
    return this.#reporting
  }

  /** The verdict stays what it is: explanations are added to its report. */
  #judge(input: Input, onRead: () => void): Outcome | Promise<Outcome> {
    const outcome = judgeInput(input, this.#parts.bench, onRead)
    const explainer = this.#explainer
    if (explainer === null || input.error !== undefined) return outcome
    return Promise.resolve(outcome).then(async judged => {
      const { verifier, report } = judged
      if (verifier === null || isFailed(report)) return judged
      return { ...judged, report: await explainer.explain(input, verifier, report) }
    })
  }

  #settle(outcome: Outcome, part: number): Promise<void> | undefined {
    // After an interrupt, DNS is not awaited: the verdict is not reported, and a resumed run repeats the message.
    if (this.#parts.context.signal.aborted) return undefined
    const waiting = this.#run.take(outcome)
    this.#progress.step([part])
    if (this.#parts.options.failFast && outcome.code !== EXIT_CODES.ok) this.stopped = true
    if (this.#journal === undefined) return waiting
    this.#journal.add(outcome.name, outcome.code, outcome.report)
    return !this.#journal.isDue ? waiting : this.#keep()
  }

  /** Where nothing is ever waited for, the event loop has its turn now and then: signals are heard there. */
  #yieldToEventLoop(): Promise<void> | undefined {
    const now = Date.now()
    if (now - this.#lastTurn < YIELD_INTERVAL_MS) return undefined
    this.#lastTurn = now
    this.#parts.context.capYoungGeneration?.()
    return new Promise(resolve => setImmediate(resolve))
  }

  /** The journal follows the reports, never the other way round. */
  async #keep(): Promise<void> {
    await this.#run.written()
    this.#journal?.flush()
  }

  /** Found out late: counting processors loads a module of Node that a short run does without. */
  get #jobs(): number {
    const { context, options } = this.#parts
    const alone = options.failFast || !this.#run.isMechanical || context.workerScript === undefined
    this.#jobCount ??= alone ? 1 : (options.jobs ?? context.processors ?? 1)
    return this.#jobCount
  }

  /** True where messages are for threads from now on. */
  #openPool(): boolean {
    if (this.#pool !== undefined) return true
    const { context, options } = this.#parts
    // Who asks for threads gets them at once.
    const wait = options.jobs === undefined ? THREADS_AFTER_MS : 0
    if (Date.now() - this.#start < wait || this.#jobs < 2) return false
    if (this.#threads === undefined) {
      void import('./pool.js').then(threads => {
        this.#threads = threads
      })
      return false
    }
    this.#pool = new this.#threads.Pool({
      context,
      options: { ...options, color: this.#run.isColoured },
      jobs: this.#jobs,
      resolver: this.#parts.bench.resolver,
      settle: result => this.#settleGroup(result),
    })
    return true
  }

  /** A message for a thread. */
  #hand(input: DeferredInput): Promise<void> | undefined {
    // What was begun here before there were threads stands first.
    if (this.#ahead.length > 0) return this.#settleAhead(true).then(() => this.#hand(input))
    this.#group.push(input)
    this.#bytes += input.deferred.end - input.deferred.start
    return this.#group.length >= GROUP_MESSAGES || this.#bytes >= GROUP_BYTES ? this.#submit() : undefined
  }

  #submit(): Promise<void> | undefined {
    const group = this.#group
    this.#group = []
    this.#bytes = 0
    return group.length === 0 ? undefined : this.#pool?.submit(group)
  }

  async #settleGroup({ group, text, errors, codes, summary, entries }: GroupResult): Promise<void> {
    if (this.#parts.context.signal.aborted) return
    this.#parts.context.capYoungGeneration?.()
    this.#run.add(codes, summary)
    this.#run.collect(entries)
    this.#run.writeErrors(errors)
    await this.#run.write(text)
    this.#progress.step(group.map(({ part = 1 }) => part))
    if (this.#journal === undefined) return
    const names = group.map(({ name }) => name)
    this.#journal.merge(names, codes, summary)
    await this.#keep()
  }

  /** All that was handed out has been told of. */
  async drain(): Promise<void> {
    await this.#settleAhead(true)
    await this.#submit()
    await this.#pool?.drain()
  }

  async close(): Promise<void> {
    this.#progress.clear()
    await this.#run.flush()
    await this.#pool?.close()
    if (this.#journal === undefined) return
    await this.#keep()
    this.#journal.close()
  }
}
