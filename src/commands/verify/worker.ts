// A thread of a batch: opens its own files, asks DNS through the main thread, and sends back what is to be written.

import { setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { KeyCache } from '../../core/index.js'
import { styleFor } from '../../report/style.js'
import type { Context, Output } from '../context.js'
import { openResolver } from '../dns.js'
import { DeferredReader } from '../input.js'
import { type PackedGroup, unpacked } from './group.js'
import { judgeInput, type Outcome } from './judge-input.js'
import { policyOf } from './options.js'
import type { ThreadData, ThreadResult } from './pool.js'
import { threadResolver } from './shared-dns.js'
import { openWriter, VerifyRun } from './verify-run.js'

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

async function main({ options, env, now, columns, dns }: ThreadData): Promise<void> {
  const stdout = new Collector()
  const stderr = new Collector()
  const { signal } = new AbortController()
  // A group of messages listens to it at once.
  setMaxListeners(0, signal)
  const context: Context = { stdin: Readable.from([]), stdout, stderr, env, now: () => now, signal, processors: 1 }
  const bench = {
    resolver: dns === null ? await openResolver(context, options) : threadResolver(dns),
    policy: policyOf(options),
    keys: new KeyCache(),
    now,
    lenientEol: options.lenientEol === true,
    signal,
    dnsTime: null,
  }
  const style = await styleFor({ option: options.color, env, isTTY: false, columns })
  const writer = await openWriter(options.format)

  const files = new DeferredReader()
  const judge = async (group: PackedGroup): Promise<ThreadResult> => {
    const run = new VerifyRun(context, options, { writer, style, bench, single: false })
    // The names of the whole group are asked for before any is waited for; what is told keeps its order.
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
  // One after the other: what is written belongs to the group that is being judged.
  let before: Promise<void> = Promise.resolve()
  parentPort?.on('message', (group: PackedGroup) => {
    before = before.then(async () => parentPort?.postMessage(await judge(group)))
  })
}

void main(workerData as ThreadData)
