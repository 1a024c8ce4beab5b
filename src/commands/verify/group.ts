// A group of messages: how it crosses from one thread to another, and how it is judged, in a thread or in the main one.

import { setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import { KeyCache } from '../../core/dkim/key-lookup.js'
import type { Resolver } from '../../core/dns/resolver.js'
import { styleFor } from '../../report/text/style.js'
import type { Entry } from '../../report/verification/format.js'
import type { SummaryData } from '../../report/verification/summary.js'
import type { Context, Output } from '../context.js'
import type { ExitCode } from '../exit-code.js'
import { type DeferredInput, DeferredReader } from '../mail/input.js'
import { judgeInput, type Outcome } from './judge-input.js'
import { policyOf, type VerifyCommandOptions } from './options.js'
import { openWriter, VerifyRun } from './verify-run.js'

export interface PackedGroup {
  readonly names: readonly string[]
  readonly alone: readonly boolean[]
  /** Null where it is the one before. */
  readonly paths: readonly (string | null)[]
  /** Start and end of each. */
  readonly places: Float64Array
  readonly unquote: readonly boolean[]
}

export function packed(group: readonly DeferredInput[]): PackedGroup {
  const places = new Float64Array(2 * group.length)
  group.forEach(({ deferred }, index) => {
    places[2 * index] = deferred.start
    places[2 * index + 1] = deferred.end
  })
  return {
    names: group.map(({ name }) => name),
    alone: group.map(({ alone }) => alone),
    paths: group.map(({ deferred }, index) =>
      deferred.path === group[index - 1]?.deferred.path ? null : deferred.path,
    ),
    places,
    unquote: group.map(({ deferred }) => deferred.unquote),
  }
}

export function* unpacked({ names, alone, paths, places, unquote }: PackedGroup): Generator<DeferredInput> {
  let path = ''
  for (const [index, name] of names.entries()) {
    path = paths[index] ?? path
    const deferred = { path, start: places[2 * index]!, end: places[2 * index + 1]!, unquote: unquote[index]! }
    yield { name, alone: alone[index]!, deferred }
  }
}

/** What a thread makes of a group. Plain data: it crosses from one thread to another. */
export interface ThreadResult {
  readonly text: string
  /** For stderr. */
  readonly errors: string
  readonly codes: readonly ExitCode[]
  readonly summary: SummaryData
  /** For formats that are one document. */
  readonly entries: readonly Entry[]
}

/** What all judging of a run has in common. Plain data. */
export interface JudgeData {
  readonly options: VerifyCommandOptions
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: Date
  /** Of the terminal that the main thread writes to. */
  readonly columns: number | undefined
}

/** Keeps what is written to it. */
class Collector implements Output {
  #texts: string[] = []

  write(chunk: string | Uint8Array, done?: () => void): boolean {
    this.#texts.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
    done?.()
    return true
  }

  once(): void {
    // It is never full, so that nobody waits.
  }

  take(): string {
    const text = this.#texts.join('')
    this.#texts = []
    return text
  }
}

export type GroupJudge = (group: PackedGroup) => Promise<ThreadResult>

export async function openGroupJudge(
  { options, env, now, columns }: JudgeData,
  openResolver: (context: Context) => Resolver | Promise<Resolver>,
): Promise<GroupJudge> {
  const { signal } = new AbortController()
  // A group of messages listens to it at once.
  setMaxListeners(0, signal)
  const openContext = () => {
    const [stdout, stderr] = [new Collector(), new Collector()]
    return { stdin: Readable.from([]), stdout, stderr, env, now: () => now, signal, processors: 1 } satisfies Context
  }
  const bench = {
    resolver: await openResolver(openContext()),
    policy: policyOf(options),
    keys: new KeyCache(),
    now,
    lenientEol: options.lenientEol === true,
    signal,
    dnsTime: null,
  } as const
  const style = await styleFor({ option: options.color, env, isTTY: false, columns })
  const writer = await openWriter(options.format)
  const files = new DeferredReader()
  // Several groups may be under way at once: each has its own output, and every message is read without a pause.
  return async group => {
    const context = openContext()
    const { stdout, stderr } = context
    const run = new VerifyRun(context, options, { writer, style, bench, single: false })
    // The names of the whole group are asked for before any is waited for; the reports keep their order.
    const outcomes: (Outcome | Promise<Outcome>)[] = []
    for (const deferred of unpacked(group)) {
      let read = false
      const outcome = judgeInput(files.open(deferred), bench, () => {
        read = true
      })
      const settled = outcome instanceof Promise && !read ? await outcome : outcome
      if (outcomes.length > 0 || settled instanceof Promise) outcomes.push(settled)
      else await run.take(settled)
    }
    for (const outcome of outcomes) await run.take(await outcome)
    await run.flush()
    return { text: stdout.take(), errors: stderr.take(), ...run.account }
  }
}
