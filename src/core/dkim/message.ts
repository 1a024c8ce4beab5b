// Splits a message into its header section, handed over once and whole, and the chunks of its body (§3.4, RFC 5322 §2.1).

import { isUint8Array } from 'node:util/types'
import { DkimError } from '../errors.js'
import { LIMITS } from '../limits.js'

interface MessageSink {
  /**
   * The header section up to and including the CRLF that ends its last field; a copy of its own.
   * `complete` is false where it is longer than the limit: then it is cut off there, and no body follows.
   */
  header(section: Buffer, complete: boolean): void
  /** A piece of the body; only valid during the call. */
  body(chunk: Buffer): void
}

const BLANK_LINE = Buffer.from('\r\n\r\n')
const EMPTY = Buffer.alloc(0)

/** Takes CRLF. The body begins behind the first empty line; a header section that none closes is a message with an empty body. */
export class MessageSplitter {
  readonly #sink: MessageSink
  #pending = EMPTY
  #length = 0
  #state: 'header' | 'body' | 'oversized' = 'header'

  constructor(sink: MessageSink) {
    this.#sink = sink
  }

  write(chunk: Uint8Array): void {
    if (!isUint8Array(chunk)) throw notBytes(chunk)
    const bytes = chunk instanceof Buffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (this.#state === 'body') this.#sink.body(bytes)
    else if (this.#state === 'header') this.#writeHeader(bytes)
  }

  end(): void {
    if (this.#state !== 'header') return
    const whole = this.#pending.subarray(0, this.#length)
    if (whole.length > LIMITS.headerBytes) this.#cutHeader(whole)
    else this.#finishHeader(whole)
  }

  #writeHeader(chunk: Buffer): void {
    // The first chunk nearly always holds the whole header section: it is searched where it lies.
    const whole = this.#length === 0 ? chunk : this.#append(chunk)
    const from = this.#length === 0 ? 0 : Math.max(0, this.#length - chunk.length - 3)
    const boundary = startsWithBlankLine(whole) ? 0 : endOfFields(whole, from)
    // One byte over the limit may be the CR of the empty line: the answer must not depend on where the chunks were cut.
    const headerLength = boundary === -1 ? whole.length - 1 : boundary
    if (headerLength > LIMITS.headerBytes) {
      this.#cutHeader(whole)
    } else if (boundary === -1) {
      if (this.#length === 0) this.#append(chunk)
    } else {
      this.#finishHeader(whole.subarray(0, boundary))
      this.#pending = EMPTY
      if (boundary + 2 < whole.length) this.#sink.body(whole.subarray(boundary + 2))
    }
  }

  #finishHeader(section: Buffer): void {
    this.#state = 'body'
    this.#sink.header(Buffer.from(section), true)
  }

  #cutHeader(whole: Buffer): void {
    this.#state = 'oversized'
    this.#sink.header(Buffer.from(whole.subarray(0, LIMITS.headerBytes)), false)
    this.#pending = EMPTY
  }

  /** Grows by doubling, so that a header section that comes byte by byte costs linear time. */
  #append(chunk: Buffer): Buffer {
    const length = this.#length + chunk.length
    if (length > this.#pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(4096, 2 * length))
      this.#pending.copy(grown, 0, 0, this.#length)
      this.#pending = grown
    }
    chunk.copy(this.#pending, this.#length)
    this.#length = length
    return this.#pending.subarray(0, length)
  }
}

function startsWithBlankLine(bytes: Buffer): boolean {
  return bytes[0] === 0x0d && bytes[1] === 0x0a
}

/** Index behind the CRLF of the last field, -1 where the empty line has not come yet. */
function endOfFields(bytes: Buffer, from: number): number {
  const index = bytes.indexOf(BLANK_LINE, from)
  return index === -1 ? -1 : index + 2
}

/** A message in memory: whole, or as a sequence of chunks. */
export type MessageBytes = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** Writes all of a message to a consumer of chunks. Throws DkimError('usage') for anything that is not bytes. */
export async function writeAll(message: MessageBytes, consumer: { write(chunk: Uint8Array): void }): Promise<void> {
  // What is neither bytes nor a sequence goes to the consumer too, which refuses it.
  if (isUint8Array(message) || !isIterable(message)) consumer.write(message as Uint8Array)
  else for await (const chunk of message) consumer.write(chunk)
}

function isIterable(value: unknown): value is Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
}

function notBytes(value: unknown): DkimError {
  const kind =
    value === null ? 'null' : typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value
  const hint = 'pass a Uint8Array or Buffer; encode text with Buffer.from(text)'
  return new DkimError('usage', `a message consists of bytes, not of ${kind}`, hint)
}
