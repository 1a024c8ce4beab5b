// Standard output and error where they are a file or a pipe: small texts are written at once, since opening a stream of Node takes longer
// than most of what a small command does.

import { fstatSync, type Stats, statSync, writeSync } from 'node:fs'
import type { Output } from '../context.js'
import { isFileError } from './file-fault.js'

/** Octets that go to a pipe at once: few enough not to wait for its reader. What is more goes through a stream, which signals interrupt. */
const PIPE_LIMIT = 16_384

export interface OutputParts {
  readonly fd: number
  /** The stream, for all that is not written at once. */
  readonly open: () => Output
  /** Called with what ends the process. */
  readonly failed: (error: Error) => void
}

/** The stream itself where there is a terminal or a device. */
export function openOutput(parts: OutputParts): Output {
  const limit = limitOf(parts.fd)
  return limit === 0 ? parts.open() : new DirectOutput(parts, limit)
}

function limitOf(fd: number): number {
  try {
    const stats = fstatSync(fd)
    if (stats.isFile() || isNullDevice(stats)) return Number.POSITIVE_INFINITY
    // What Node starts has sockets for pipes.
    return stats.isFIFO() || stats.isSocket() ? PIPE_LIMIT : 0
  } catch {
    return 0
  }
}

/** Of other devices only Node's stream knows whether they are terminals. */
function isNullDevice(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === statSync('/dev/null').rdev
}

class DirectOutput implements Output {
  readonly isTTY = false
  readonly #parts: OutputParts
  #left: number
  #stream: Output | null = null

  constructor(parts: OutputParts, limit: number) {
    this.#parts = parts
    this.#left = limit
  }

  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): boolean {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    const written = this.#stream === null && bytes.length <= this.#left ? this.#writeNow(bytes) : 0
    if (written < bytes.length) return this.#open().write(bytes.subarray(written), done)
    done?.()
    return true
  }

  once(event: 'drain', listener: () => void): unknown {
    return this.#open().once(event, listener)
  }

  #open(): Output {
    this.#stream ??= this.#parts.open()
    return this.#stream
  }

  /** How many octets were taken: less than all where the pipe is full and does not make its writers wait. */
  #writeNow(bytes: Uint8Array): number {
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(this.#parts.fd, bytes, written)
    } catch (error) {
      if (!isFileError(error)) throw error
      if (error.code !== 'EAGAIN') this.#parts.failed(error)
    }
    this.#left -= written
    return written
  }
}
