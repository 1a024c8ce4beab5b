// Canonicalization of the body (§3.4.3 simple, §3.4.4 relaxed) as push objects: chunks in, canonical bytes out to a sink.
// Only a few facts are carried from chunk to chunk, so that memory stays constant and any chunking gives the same bytes.

import { PIECE, simdRelaxer } from './canonicalize-body-simd.js'
import type { CanonicalizationName } from './result.js'

/** Takes canonical bytes; they are valid during the call only. */
type ByteSink = (bytes: Buffer) => void

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
const EMPTY = Buffer.alloc(0)
/** By blank, then by CR. */
const HELD = [
  [EMPTY, LONE_CR],
  [Buffer.from(' '), Buffer.from(' \r')],
]

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

/** Below this a call into WebAssembly does not pay. */
const SIMD_FROM = 64

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
  #out = EMPTY

  constructor(sink: ByteSink) {
    this.#sink = sink
  }

  write(chunk: Buffer): void {
    if (chunk.length <= PIECE) this.#writePiece(chunk)
    else
      for (let start = 0; start < chunk.length; start += PIECE) this.#writePiece(chunk.subarray(start, start + PIECE))
  }

  end(): void {
    if (this.#cr) {
      this.#begin()
      this.#sink(this.#held())
    }
    if (this.#content) this.#sink(CRLF)
  }

  #writePiece(piece: Buffer): void {
    if (piece.length < SIMD_FROM) this.#writeByteByByte(piece)
    // What has no blanks is canonical as it is, but for the CRLFs at its end.
    else if (!this.#blank && !this.#cr && !piece.includes(SP) && !piece.includes(HTAB)) this.#writeWithoutBlanks(piece)
    else if (!this.#writeBySimd(piece)) this.#writeByteByByte(piece)
  }

  /** The CRLFs that were held back are content now. */
  #begin(): void {
    this.#content = true
    if (this.#crlfs > 0) emitCrlfs(this.#sink, this.#crlfs)
    this.#crlfs = 0
  }

  /** What earlier pieces left undecided behind their last CRLF. */
  #held(): Buffer {
    return HELD[this.#blank ? 1 : 0]![this.#cr ? 1 : 0]!
  }

  #writeWithoutBlanks(piece: Buffer): void {
    let end = piece.length
    if (end > 0 && piece[end - 1] === CR) {
      this.#cr = true
      end -= 1
    }
    const contentEnd = behindContent(piece, 0, end)
    if (contentEnd > 0) {
      this.#begin()
      this.#sink(piece.subarray(0, contentEnd))
    }
    this.#crlfs += (end - contentEnd) / 2
  }

  /** False where nothing was done: there is no WebAssembly, or not yet, nothing but white space, or a bare CR. */
  #writeBySimd(piece: Buffer): boolean {
    const end = behindLastWord(piece)
    const relaxer = end === 0 ? null : simdRelaxer(end)
    const canonical = relaxer?.relax(this.#held(), piece.subarray(0, end))
    if (canonical === undefined) return false
    this.#begin()
    this.#blank = false
    this.#cr = false
    this.#sink(canonical)
    this.#writeByteByByte(piece.subarray(end))
    return true
  }

  /** The rule itself: hold back CRLFs, white space and CRs until the next byte decides what they are. */
  #writeByteByByte(piece: Buffer): void {
    const { length } = piece
    // Every octet, and before them a blank and a CR that were held back.
    if (this.#out.length < length + 4) this.#out = Buffer.allocUnsafe(length + 4)
    const out = this.#out
    let blank = this.#blank
    let cr = this.#cr
    let crlfs = 0
    let held = blank || cr || this.#crlfs > 0 || !this.#content
    let written = 0
    for (let index = 0; index < length; index += 1) {
      const octet = piece[index]!
      if (octet > SP && !held) {
        out[written++] = octet
        continue
      }
      if (cr && octet === LF) {
        cr = false
        blank = false
        crlfs += 1
        continue
      }
      const white = octet === SP || octet === HTAB
      if (cr || !(white || octet === CR)) {
        // Content, including a bare CR: first flush what was held back before it.
        if (written === 0) this.#begin()
        for (; crlfs > 0; crlfs -= 1) {
          out[written++] = CR
          out[written++] = LF
        }
        if (blank) out[written++] = SP
        if (cr) out[written++] = CR
        blank = false
        cr = false
        held = false
      }
      if (white) blank = true
      else if (octet === CR) cr = true
      else out[written++] = octet
      held = white || octet === CR
    }
    if (written > 0) this.#sink(out.subarray(0, written))
    this.#crlfs += crlfs
    this.#blank = blank
    this.#cr = cr
  }
}

/** Index after the last byte that is not white space, CR or LF. */
function behindLastWord(piece: Buffer): number {
  let end = piece.length
  while (end > 0 && isWhite(piece[end - 1]!)) end -= 1
  return end
}

function isWhite(octet: number): boolean {
  return octet === SP || octet === CR || octet === LF || octet === HTAB
}
