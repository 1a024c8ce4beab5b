// A thread of a batch: opens its own files, asks DNS through the main thread, and sends back what is to be written.

import { Readable, Writable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { KeyCache } from '../../core/index.js'
import { styleFor } from '../../report/style.js'
import type { Context } from '../context.js'
import { openResolver } from '../dns.js'
import { DeferredReader } from '../input.js'
import { type PackedGroup, unpacked } from './group.js'
import { judgeInput } from './judge-input.js'
import { policyOf } from './options.js'
import type { ThreadData, ThreadResult } from './pool.js'
import { threadResolver } from './shared-dns.js'
import { openWriter, VerifyRun } from './verify-run.js'

/** Keeps what is written to it. */
class Collector extends Writable {
  #texts: string[] = []

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#texts.push(chunk.toString())
    done()
  }

  take(): string {
    const text = this.#texts.join('')
    this.#texts = []
    return text
  }
}

async function main({ options, env, now, columns, dns }: ThreadData): Promise<void> {
  const stdout = new Collector({ highWaterMark: Number.MAX_SAFE_INTEGER })
  const stderr = new Collector({ highWaterMark: Number.MAX_SAFE_INTEGER })
  const { signal } = new AbortController()
  const context: Context = { stdin: Readable.from([]), stdout, stderr, env, now: () => now, signal, processors: 1 }
  const bench = {
    resolver: dns === null ? await openResolver(context, options) : threadResolver(dns),
    policy: policyOf(options),
    keys: new KeyCache(),
    now,
    lenientEol: options.lenientEol === true,
    signal,
  }
  const style = await styleFor({ option: options.color, env, isTTY: false, columns })
  const writer = await openWriter(options.format)

  const files = new DeferredReader()
  const judge = async (group: PackedGroup): Promise<ThreadResult> => {
    const run = new VerifyRun(context, options, { writer, style, bench, single: false })
    for (const deferred of unpacked(group)) {
      const outcome = judgeInput(files.open(deferred), bench)
      const waiting = run.take(outcome instanceof Promise ? await outcome : outcome)
      if (waiting !== undefined) await waiting
    }
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
