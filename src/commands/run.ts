// Where the process meets the program: the only file that knows `process`.

import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import type { Context, Output } from './context.js'
import { EXIT_CODES } from './exit-code.js'
import { openOutput } from './io/output.js'
import { isBrokenPipe, main } from './main.js'
import { say } from './stderr.js'

const STDIN = 0
const THREAD = join(__dirname, 'thread.cjs')
/** The V8 of Node 24, where the flag is what it is in that of Node 20. */
const KNOWN_V8 = 13
/** By itself V8 takes four times as much in the end. */
const YOUNG_OCTETS = 8 << 20
/** What the shell makes of a program that SIGPIPE ended: nothing that a reader has not taken counts as done. Node itself ignores that signal. */
const BROKEN_PIPE = 141

/** Runs the program on a process: exit code, signals, and a reader that has gone away (`| head -1`) included. */
export function run(process: NodeJS.Process): void {
  let abort: AbortController | undefined
  let received: 'SIGINT' | 'SIGTERM' | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      received = signal
      abort?.abort()
      // A second signal, or a command that does not listen, ends the process the ordinary way. Raised again, since exit() would wait
      // for the threads: a large RSA key in the making takes its time.
      setTimeout(() => process.kill(process.pid, signal), 1500).unref()
    })
  }
  let closed = false
  let hasStream = false
  const failed = (error: Error, isProduct: boolean): void => {
    closed = true
    if (isBrokenPipe(error)) process.exit(BROKEN_PIPE)
    // Usually a full disk: the output is incomplete, and only this exit code says so.
    if (isProduct) {
      say(context, 'error', `cannot write to standard output: ${reasonOf(error)}`)
      say(context, 'hint', 'the output is incomplete: do not use it')
    }
    process.exit(EXIT_CODES.usage)
  }
  const output = (fd: number, stream: () => NodeJS.WriteStream, isProduct: boolean): Output =>
    openOutput({
      fd,
      open: () => {
        hasStream = true
        return stream().on('error', error => failed(error, isProduct))
      },
      failed: error => failed(error, isProduct),
    })
  let stdout: Output | undefined
  let stderr: Output | undefined
  const context: Context = {
    get stdin() {
      return process.stdin
    },
    // libuv cannot poll Windows pipes.
    ...(process.platform === 'win32' ? {} : { stdinFd: STDIN }),
    get stdout() {
      stdout ??= output(1, () => process.stdout, true)
      return stdout
    },
    get stderr() {
      stderr ??= output(2, () => process.stderr, false)
      return stderr
    },
    env: process.env,
    now: () => new Date(),
    // Made when somebody listens: a short command is done before.
    get signal() {
      if (abort === undefined) {
        abort = new AbortController()
        if (received !== undefined) abort.abort()
      }
      return abort.signal
    },
    get processors() {
      return availableParallelism()
    },
    widenPool(threads) {
      // libuv reads it when the first operation comes.
      process.env['UV_THREADPOOL_SIZE'] ??= String(threads)
    },
    boundYoungSpace() {
      // A V8 that we do not know could have no such flag, and would say so on stderr.
      if (Number.parseInt(process.versions.v8, 10) > KNOWN_V8) return
      const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
      // For all threads, and a new thread sets it back to 2. At 2 the flags are those of the build, whose code a new thread starts in.
      setFlagsFromString(`--semi-space-growth-factor=${(young?.space_size ?? 0) < YOUNG_OCTETS ? 2 : 1}`)
    },
    // The program is one CommonJS bundle; its worker threads use a second one in the same directory.
    // The single-file program has no second file to run in a thread.
    ...(existsSync(THREAD) ? { workerScript: THREAD } : {}),
  }
  void main(process.argv.slice(2), context).then(code => {
    // An interrupted run has no result: the exit code reports the signal, as shells expect (130, 143).
    if (received !== undefined && code !== EXIT_CODES.ok) process.kill(process.pid, received)
    if (closed) return
    process.exitCode = code
    // All output is written: exiting is faster than letting Node.js clean up.
    if (received === undefined && !hasStream) process.exit()
  })
}

function reasonOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : error.message
  return code === 'ENOSPC' ? 'no space left on device' : code
}
