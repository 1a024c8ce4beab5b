// Line ends of a message, found and made CRLF at the edge of the program: DKIM is defined over CRLF lines alone (§5.3, RFC 5322 §2.3).

import { type LineEnds, PIECE, simdLineEnds } from './line-endings-simd.js'

/** How the lines of a message end, as its first line end shows; `none` where it has no line end at all. */
export type LineEnd = 'crlf' | 'lf' | 'none'

const LF = 0x0a
const CR = 0x0d

/**
 * Hands a message on with CRLF line ends.
 *
 * The first line end decides. LF: the message was stored the Unix way, and every LF without a CR becomes CRLF.
 * CRLF: the bytes are those that were transmitted, and none of them is touched, so that a bare CR or LF stays data as §3.4 has it.
 * A line end of another kind than the first makes the message `mixed`: other software may see other lines in it than we do.
 *
 * What need not be converted is handed on as it is, the rest is copied once; such a copy is valid only while the sink is called.
 * Nothing is held back between chunks.
 */
export class LineEndNormalizer {
  readonly #sink: (chunk: Uint8Array) => void
  #lineEnd: LineEnd = 'none'
  #mixed = false
  /** The last byte so far was a CR: what it is shows only in the next chunk. */
  #afterCr = false

  constructor(sink: (chunk: Uint8Array) => void) {
    this.#sink = sink
  }

  /** Final once the first LF was seen. */
  get lineEnd(): LineEnd {
    return this.#lineEnd
  }

  /** Final after `end()`. */
  get mixed(): boolean {
    return this.#mixed
  }

  write(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    if (this.#lineEnd === 'none') this.#findLineEnd(chunk)
    if (this.#lineEnd === 'lf') this.#writeLf(chunk)
    else {
      if (!this.#mixed) this.#mixed = hasBareLineEnd(chunk, this.#afterCr)
      this.#sink(chunk)
    }
    this.#afterCr = chunk[chunk.length - 1] === CR
  }

  end(): void {
    if (this.#afterCr) this.#mixed = true
    this.#afterCr = false
  }

  #findLineEnd(chunk: Uint8Array): void {
    const first = chunk.indexOf(LF)
    if (first === -1) return
    const afterCr = first === 0 ? this.#afterCr : chunk[first - 1] === CR
    this.#lineEnd = afterCr ? 'crlf' : 'lf'
  }

  #writeLf(chunk: Uint8Array): void {
    // With LF line ends any CR is foreign, whether alone or before an LF.
    if (this.#afterCr || (!this.#mixed && chunk.includes(CR))) this.#mixed = true
    if (!chunk.includes(LF)) {
      this.#sink(chunk)
      return
    }
    const { withCrlf } = lineEndsFor(chunk.length)
    for (let start = 0; start < chunk.length; start += PIECE) {
      this.#sink(withCrlf(chunk.subarray(start, start + PIECE), isCrBefore(chunk, start, this.#afterCr)))
    }
  }
}

/** Whether lines of CRLF text hold a CR or LF alone, which is data for the hash and the end of a line for other software. */
export class BareLineEndFinder {
  #found = false
  #afterCr = false

  write(chunk: Uint8Array): void {
    if (this.#found || chunk.length === 0) return
    this.#found = hasBareLineEnd(chunk, this.#afterCr)
    this.#afterCr = chunk[chunk.length - 1] === CR
  }

  end(): boolean {
    return this.#found || this.#afterCr
  }
}

/** Counts the lines that end with CRLF, LF and CR, and remembers where each kind comes first: for messages whose line ends are mixed. */
export class LineEndCensus {
  readonly #kinds = { CRLF: { count: 0, first: 0 }, LF: { count: 0, first: 0 }, CR: { count: 0, first: 0 } }
  #line = 1
  #afterCr = false

  write(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === LF) this.#take(this.#afterCr ? 'CRLF' : 'LF')
      else if (this.#afterCr) this.#take('CR')
      this.#afterCr = byte === CR
    }
  }

  /** `CRLF on 12 lines, first line 1; LF on line 7` */
  describe(): string {
    if (this.#afterCr) this.#take('CR')
    this.#afterCr = false
    const found = Object.entries(this.#kinds).filter(([, { count }]) => count > 0)
    const parts = found
      .sort(([, one], [, other]) => one.first - other.first)
      .map(
        ([kind, { count, first }]) =>
          `${kind} on ${count === 1 ? `line ${first}` : `${count} lines, first line ${first}`}`,
      )
    return parts.join('; ')
  }

  #take(kind: 'CRLF' | 'LF' | 'CR'): void {
    const found = this.#kinds[kind]
    found.count += 1
    if (found.count === 1) found.first = this.#line
    this.#line += 1
  }
}

function hasBareLineEnd(chunk: Uint8Array, afterCr: boolean): boolean {
  const lineEnds = lineEndsFor(chunk.length)
  for (let start = 0; start < chunk.length; start += PIECE) {
    const piece = chunk.subarray(start, start + PIECE)
    if (lineEnds.hasBareLineEnd(piece, isCrBefore(chunk, start, afterCr))) return true
  }
  return false
}

/** Up to so many octets: a search a line costs less than the warming up of a loop over octets. */
const SMALL = 16_384

function lineEndsFor(octets: number): LineEnds {
  return simdLineEnds(octets) ?? (octets <= SMALL ? LINE_BY_LINE : OCTET_BY_OCTET)
}

function isCrBefore(chunk: Uint8Array, start: number, afterCr: boolean): boolean {
  return start === 0 ? afterCr : chunk[start - 1] === CR
}

/** The rules themselves. */
export const OCTET_BY_OCTET: LineEnds = {
  hasBareLineEnd(piece, afterCr) {
    let before = afterCr
    for (const octet of piece) {
      if (before !== (octet === LF)) return true
      before = octet === CR
    }
    return false
  },
  withCrlf(piece, afterCr) {
    const converted = Buffer.allocUnsafe(2 * piece.length)
    let length = 0
    let before = afterCr
    for (const octet of piece) {
      if (octet === LF && !before) converted[length++] = CR
      converted[length++] = octet
      before = octet === CR
    }
    return converted.subarray(0, length)
  },
}

/** The same by searches of Node's own. */
export const LINE_BY_LINE: LineEnds = {
  hasBareLineEnd(piece, afterCr) {
    if (piece.length === 0) return false
    if ((piece[0] === LF) !== afterCr) return true
    const last = piece.length - 1
    for (let start = afterCr ? 1 : 0; ; ) {
      const lf = piece.indexOf(LF, start)
      const cr = piece.indexOf(CR, start)
      if (lf === -1) return cr !== -1 && cr < last
      if (cr !== lf - 1) return true
      start = lf + 1
    }
  },
  withCrlf(piece, afterCr) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    const converted = Buffer.allocUnsafe(2 * bytes.length)
    let length = 0
    let start = 0
    for (let lf = bytes.indexOf(LF); lf !== -1; lf = bytes.indexOf(LF, start)) {
      length += bytes.copy(converted, length, start, lf)
      if (lf === 0 ? !afterCr : bytes[lf - 1] !== CR) converted[length++] = CR
      converted[length++] = LF
      start = lf + 1
    }
    length += bytes.copy(converted, length, start)
    return converted.subarray(0, length)
  },
}
