// Canonicalization of the body (§3.4.3 simple, §3.4.4 relaxed) as push objects: chunks in, canonical bytes out to a sink.
// Only a few facts are carried from chunk to chunk, so that memory stays constant and any chunking gives the same bytes.

import type { CanonicalizationName } from './result.js'

/** Takes canonical bytes; they are valid during the call only. */
export type ByteSink = (bytes: Buffer) => void

export interface BodyCanonicalizer {
  write(chunk: Buffer): void
  end(): void
}

const SP = 0x20
const HTAB = 0x09
const CR = 0x0d
const LF = 0x0a
const CRLF = Buffer.from('\r\n')
const MANY_CRLFS = Buffer.from('\r\n'.repeat(2048))
const LONE_CR = Buffer.from('\r')

export function bodyCanonicalizer(name: CanonicalizationName, sink: ByteSink): BodyCanonicalizer {
  return name === 'simple' ? new SimpleBody(sink) : new RelaxedBody(sink)
}

function emitCrlfs(sink: ByteSink, count: number): void {
  let left = count
  for (; left > 2048; left -= 2048) sink(MANY_CRLFS)
  if (left > 0) sink(MANY_CRLFS.subarray(0, 2 * left))
}

/**
 * "Ignores all empty lines at the end of the message body … If there is no body or no trailing CRLF on the message body, a CRLF is added."
 * CRLFs are held back as a count until content follows.
 */
class SimpleBody implements BodyCanonicalizer {
  readonly #sink: ByteSink
  #crlfs = 0
  #cr = false

  constructor(sink: ByteSink) {
    this.#sink = sink
  }

  write(chunk: Buffer): void {
    let start = 0
    if (this.#cr && chunk.length > 0) {
      this.#cr = false
      if (chunk[0] === LF) {
        this.#crlfs += 1
        start = 1
      } else {
        this.#flush()
        this.#sink(LONE_CR)
      }
    }
    let end = chunk.length
    if (end > start && chunk[end - 1] === CR) {
      this.#cr = true
      end -= 1
    }
    const contentEnd = behindContent(chunk, start, end)
    if (contentEnd > start) {
      this.#flush()
      this.#sink(chunk.subarray(start, contentEnd))
    }
    this.#crlfs += (end - contentEnd) / 2
  }

  end(): void {
    if (this.#cr) {
      this.#flush()
      this.#sink(LONE_CR)
    }
    this.#sink(CRLF)
  }

  #flush(): void {
    if (this.#crlfs > 0) emitCrlfs(this.#sink, this.#crlfs)
    this.#crlfs = 0
  }
}

/** Index behind the last byte that is not part of the CRLFs at the end. */
function behindContent(chunk: Buffer, start: number, end: number): number {
  let index = end
  while (index - 2 >= start && chunk[index - 1] === LF && chunk[index - 2] === CR) index -= 2
  return index
}

/**
 * "Ignore all whitespace at the end of lines … Reduce all sequences of WSP within a line to a single SP … Ignore all empty lines at the end
 * of the message body … If the body is non-empty but does not end with a CRLF, a CRLF is added." A body of nothing else is empty.
 */
class RelaxedBody implements BodyCanonicalizer {
  readonly #sink: ByteSink
  #crlfs = 0
  #blank = false
  #cr = false
  #content = false
  #out = Buffer.alloc(0)

  constructor(sink: ByteSink) {
    this.#sink = sink
  }

  write(chunk: Buffer): void {
    // What has no blanks is canonical as it is, but for the CRLFs at its end.
    if (!this.#blank && !this.#cr && !chunk.includes(SP) && !chunk.includes(HTAB)) this.#writeWithoutBlanks(chunk)
    else this.#writeByteByByte(chunk)
  }

  end(): void {
    if (this.#cr) this.#writeByteByByte(CRLF.subarray(0, 0), true)
    if (this.#content) this.#sink(CRLF)
  }

  #writeWithoutBlanks(chunk: Buffer): void {
    let end = chunk.length
    if (end > 0 && chunk[end - 1] === CR) {
      this.#cr = true
      end -= 1
    }
    const contentEnd = behindContent(chunk, 0, end)
    if (contentEnd > 0) {
      this.#content = true
      emitCrlfs(this.#sink, this.#crlfs)
      this.#crlfs = 0
      this.#sink(chunk.subarray(0, contentEnd))
    }
    this.#crlfs += (end - contentEnd) / 2
  }

  /** `last`: nothing follows, so that a CR held back is content. */
  #writeByteByByte(chunk: Buffer, last = false): void {
    const { length } = chunk
    // Every byte, and before them a blank and a CR that were held back.
    if (this.#out.length < length + 4) this.#out = Buffer.allocUnsafe(length + 4)
    const out = this.#out
    let crlfs = this.#crlfs
    let carried = crlfs > 0
    let blank = this.#blank
    let cr = this.#cr
    let written = 0
    const begin = (): void => {
      this.#content = true
      if (carried) {
        // CRLFs of earlier chunks come before anything of this one; its buffer has no room for them.
        emitCrlfs(this.#sink, crlfs)
        crlfs = 0
        carried = false
      }
      for (; crlfs > 0; crlfs -= 1) {
        out[written++] = CR
        out[written++] = LF
      }
      if (blank) out[written++] = SP
      blank = false
    }
    for (let index = 0; index < length; index += 1) {
      const byte = chunk[index]!
      if (cr) {
        cr = false
        if (byte === LF) {
          crlfs += 1
          blank = false
          continue
        }
        begin()
        out[written++] = CR
      }
      if (byte === SP || byte === HTAB) {
        blank = true
      } else if (byte === CR) {
        cr = true
      } else {
        if (crlfs > 0 || blank || !this.#content) begin()
        out[written++] = byte
      }
    }
    if (cr && last) {
      begin()
      out[written++] = CR
      cr = false
    }
    if (written > 0) this.#sink(out.subarray(0, written))
    this.#crlfs = crlfs
    this.#blank = blank
    this.#cr = cr
  }
}
