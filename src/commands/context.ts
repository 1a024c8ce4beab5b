// A command's access to the outside: streams, environment, clock. Injected so that tests can replace it.

import type { Readable } from 'node:stream'

/** What commands need of a stream that they write to. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  /** False where the writer should wait for `drain`. */
  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): boolean
  once(event: 'drain', listener: () => void): unknown
}

export interface Context {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** The descriptor behind `stdin`, where long input may be read from it directly; then `stdin` is not touched. */
  readonly stdinFd?: number
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** The wall clock; commands with --now override it. */
  readonly now: () => Date
  /** Aborted on SIGINT and SIGTERM: long-running commands clean up and return. */
  readonly signal: AbortSignal
  /** Processors that this process may use. */
  readonly processors?: number
  /** Thread pool size; must be set before the pool is first used. */
  readonly setThreadPoolSize?: (threads: number) => void
  /** Called now and then in a long run: keeps the room for young objects from growing on, which in a batch die at once. */
  readonly capYoungGeneration?: () => void
  /** The program that a thread of a batch runs; without it there are no threads. */
  readonly workerScript?: string
}
