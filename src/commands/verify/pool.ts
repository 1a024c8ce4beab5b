// Threads for a long batch: groups of messages go out to whichever is free, results come back in the order of the input.

import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { Resolver } from '../../core/dns/resolver.js'
import { DkimError } from '../../core/errors.js'
import { toJsonLine } from '../../report/json/json.js'
import { visible } from '../../report/text/style.js'
import { Summary } from '../../report/verification/summary.js'
import type { Context } from '../context.js'
import { asksLiveDns } from '../dns.js'
import { EXIT_CODES } from '../exit-code.js'
import { terminalColumns } from '../io/stdout-style.js'
import type { DeferredInput } from '../mail/input.js'
import { type JudgeData, openGroupJudge, type PackedGroup, packed, type ThreadResult } from './group.js'
import { failedReport } from './judge-input.js'
import type { VerifyCommandOptions } from './options.js'
import { answerThread } from './shared-dns.js'

export interface GroupResult extends ThreadResult {
  readonly group: readonly DeferredInput[]
}

/** What a thread is started with. */
export interface ThreadData extends JudgeData {
  /** Where live DNS is asked; null where zone files have all there is, which each thread reads itself. */
  readonly dns: MessagePort | null
}

export interface PoolParts {
  readonly context: Context
  readonly options: VerifyCommandOptions
  readonly jobs: number
  readonly resolver: Resolver
  readonly settle: (result: GroupResult) => Promise<void>
}

/**
 * Groups that one thread has in hand: it goes on with the second while the results of the first are on their way. Where names are
 * asked for, the slowest name of a group must not hold up the names of the next ones.
 */
const IN_HAND = { zone: 2, live: 8 } as const
/** For each group in hand another one waits for its turn: enough to keep all threads busy, and what bounds the memory. */
const AHEAD = 2
/** Of one thread: a message takes constant memory, so that more is a fault, which then ends the thread and not the run. */
const HEAP_MEGABYTES = 256
/** For what is garbage at once, in three parts, of which two are used; by itself each thread would take 48 MB. With 6 it takes a tenth longer. */
const YOUNG_MEGABYTES = 12

interface Task {
  readonly group: readonly DeferredInput[]
  /** A thread died while it had this group and others in hand: now it gets a thread to itself, to see whether it is to blame. */
  suspect: boolean
  /** Null while it waits for a thread, and when that is done with it. */
  thread: Thread | null
  result: ThreadResult | null
}

interface Thread {
  readonly worker: Pick<Worker, 'postMessage' | 'terminate'>
  /** It has begun to work. */
  isOnline: boolean
  /** What it was given, in that order; results come back in the same order. */
  readonly tasks: Task[]
}

export class Pool {
  readonly #parts: PoolParts
  readonly #inHand: number
  readonly #threads: Thread[] = []
  /** In the order of the input: done, out, or waiting for a thread. */
  #tasks: Task[] = []
  #telling: Promise<void> = Promise.resolve()
  #wake: (() => void) | null = null
  #closed = false
  /** The system gives no further thread: open files, memory or processes have run out. */
  #isFull = false

  constructor(parts: PoolParts) {
    this.#parts = parts
    this.#inHand = asksLiveDns(parts.options) ? IN_HAND.live : IN_HAND.zone
  }

  /** Waits while enough is on its way. */
  async submit(group: readonly DeferredInput[]): Promise<void> {
    this.#tasks.push(taskOf(group))
    this.#dispatch()
    while (this.#tasks.length >= this.#parts.jobs * this.#inHand * AHEAD && !this.#parts.context.signal.aborted)
      await this.#change()
    await this.#telling
  }

  async drain(): Promise<void> {
    while (this.#tasks.length > 0 && !this.#parts.context.signal.aborted) await this.#change()
    await this.#telling
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  #change(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  #dispatch(): void {
    for (const task of this.#tasks) {
      if (task.result !== null || task.thread !== null) continue
      const thread = this.#freeThread(task)
      if (thread === undefined) return
      task.thread = thread
      thread.tasks.push(task)
      thread.worker.postMessage(packed(task.group))
    }
  }

  /** One without work, else a new one, else the one with the least work, if it can take some more. */
  #freeThread({ suspect }: Task): Thread | undefined {
    const idle = this.#threads.find(({ tasks }) => tasks.length === 0) ?? this.#start()
    if (idle !== undefined || suspect) return idle
    const open = this.#threads.filter(({ tasks }) => tasks.length < this.#inHand && !tasks.some(task => task.suspect))
    return open.sort((one, other) => one.tasks.length - other.tasks.length)[0]
  }

  #start(): Thread | undefined {
    const { context, jobs, options } = this.#parts
    if (this.#isFull && this.#threads.length === 0) return this.#startHere()
    if (this.#isFull || this.#threads.length >= jobs || context.workerScript === undefined) return undefined
    if (!hasRoom(1 + this.#threads.filter(({ isOnline }) => !isOnline).length)) {
      this.#isFull = true
      return this.#threads.length === 0 ? this.#startHere() : undefined
    }
    const dns = asksLiveDns(options) ? this.#openDns() : null
    const data: ThreadData = { ...this.#dataOf(), dns }
    const worker = new Worker(context.workerScript, {
      workerData: data,
      transferList: dns === null ? [] : [dns],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    })
    const thread: Thread = { worker, isOnline: false, tasks: [] }
    worker.on('online', () => {
      thread.isOnline = true
    })
    worker.on('message', (result: ThreadResult) => this.#finished(thread, result))
    // One that never began has given its open files back only when it is gone.
    worker.on('error', error => thread.isOnline && this.#died(thread, error))
    worker.on('exit', () => this.#died(thread, new Error('the thread ended')))
    this.#threads.push(thread)
    return thread
  }

  #dataOf(): JudgeData {
    const { context, options } = this.#parts
    const columns = terminalColumns(context.stdout)
    return { options, env: { ...context.env }, now: options.now ?? context.now(), columns }
  }

  /** This thread takes the place of all: slower, but the run goes on. */
  #startHere(): Thread {
    const judge = openGroupJudge(this.#dataOf(), () => this.#parts.resolver)
    // Told of with the first group.
    judge.catch(() => undefined)
    let before: Promise<void> = Promise.resolve()
    const judgeNext = async (group: PackedGroup): Promise<void> => {
      try {
        this.#finished(thread, await (await judge)(group))
      } catch (error) {
        this.#died(thread, error instanceof Error ? error : new Error(String(error)))
      }
    }
    const worker = {
      postMessage: (group: PackedGroup) => {
        before = before.then(() => judgeNext(group))
      },
      terminate: async () => 0,
    }
    const thread: Thread = { worker, isOnline: true, tasks: [] }
    this.#threads.push(thread)
    return thread
  }

  #openDns(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    answerThread(port1, this.#parts.resolver, this.#parts.context.signal)
    return port2
  }

  #finished(thread: Thread, result: ThreadResult): void {
    const task = thread.tasks.shift()
    if (task !== undefined) Object.assign(task, { thread: null, result })
    this.#tell()
  }

  /** A new thread replaces it. Its groups, then the messages of the group to blame, are retried one by one: only the one that crashed it is lost. */
  #died(thread: Thread, error: Error): void {
    const index = this.#threads.indexOf(thread)
    if (index === -1 || this.#closed) return
    this.#threads.splice(index, 1)
    for (const task of thread.tasks) task.thread = null
    if (!thread.isOnline) {
      // No message is at fault: the others take its work.
      this.#isFull = true
      this.#tell()
      return
    }
    const [task, ...others] = thread.tasks
    if (others.length > 0) for (const any of thread.tasks) any.suspect = true
    else if (task !== undefined && task.group.length === 1) {
      task.result = lost(task.group[0]!, error, this.#parts.options)
    } else if (task !== undefined) {
      this.#tasks.splice(
        this.#tasks.indexOf(task),
        1,
        ...task.group.map(input => ({ ...taskOf([input]), suspect: true })),
      )
    }
    this.#tell()
  }

  /** Tells of what is done, up to the first group that is not. */
  #tell(): void {
    while (this.#tasks[0]?.result) {
      const { group, result } = this.#tasks.shift()!
      this.#telling = this.#telling.then(() => this.#parts.settle({ ...result!, group }))
    }
    this.#dispatch()
    this.#wake?.()
  }
}

/** Open files that a thread may take for itself, its messages and the modules that it loads. */
const FILES_OF_THREAD = 10

/** Whether so many threads can have all the files they need: one that finds none left would refuse good messages. */
function hasRoom(threads: number): boolean {
  const opened: number[] = []
  try {
    for (let count = 0; count < threads * FILES_OF_THREAD; count += 1) opened.push(openSync(devNull, 'r'))
    return true
  } catch {
    return false
  } finally {
    for (const fd of opened) closeSync(fd)
  }
}

function taskOf(group: readonly DeferredInput[]): Task {
  return { group, suspect: false, thread: null, result: null }
}

/** Its own record where the format has one a line or one document; the text report has the error line on stderr. */
function lost(
  { name }: DeferredInput,
  fault: Error,
  { format, quiet, summary: counted }: VerifyCommandOptions,
): ThreadResult {
  const error = new DkimError(
    'limit',
    `${name}: crashed the verifier thread (${fault.message})`,
    'verify it separately with --jobs 1',
  )
  const report = failedReport(name, error)
  const summary = new Summary()
  summary.add(report)
  return {
    text: format === 'ndjson' && !quiet && !counted ? toJsonLine(report) : '',
    errors: `dkim: error: ${visible(error.message)}\n`,
    codes: [EXIT_CODES.internal],
    summary: summary.data,
    entries: [{ report }],
  }
}
