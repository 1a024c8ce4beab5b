// Line ends of a message, found and made CRLF at the edge of the program: DKIM is defined over CRLF lines alone (§5.3, RFC 5322 §2.3).

/** How the lines of a message end, as its first line end shows; `none` where it has no line end at all. */
export type LineEnd = 'crlf' | 'lf' | 'none'

const LF = 0x0a
const CR = 0x0d
const CRLF = Uint8Array.of(CR, LF)
/** What is converted at a time. */
const BLOCK = 32 * 1024

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
  /** Where every byte of a block could be a line end. */
  #space = Buffer.alloc(0)

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
    let afterCr = this.#afterCr
    for (let start = 0; start < chunk.length; start += BLOCK) {
      const block = chunk.subarray(start, start + BLOCK)
      this.#sink(this.#withCrlf(block, afterCr))
      afterCr = block[block.length - 1] === CR
    }
  }

  /** One pass, four bytes at a time where none of them is near a line end; the copy is valid until the next one is made. */
  #withCrlf(block: Uint8Array, afterCr: boolean): Uint8Array {
    if (this.#space.length < 2 * block.length) this.#space = Buffer.allocUnsafeSlow(2 * block.length)
    const converted = this.#space
    const source = new DataView(block.buffer, block.byteOffset, block.length)
    const target = new DataView(converted.buffer)
    let length = 0
    for (let index = 0; index < block.length; ) {
      if (index + 4 <= block.length) {
        const word = source.getUint32(index)
        if (!hasLowByte(word)) {
          target.setUint32(length, word)
          index += 4
          length += 4
          continue
        }
      }
      const byte = block[index]!
      if (byte === LF && !(index === 0 ? afterCr : block[index - 1] === CR)) {
        converted[length] = CR
        length += 1
      }
      converted[length] = byte
      length += 1
      index += 1
    }
    return converted.subarray(0, length)
  }
}

/**
 * True where an LF has no CR before it or a CR no LF behind it. The last byte is not judged: the next chunk shows.
 * Four bytes are looked at together: those above 0F, which is nearly all mail, cost a quarter of a look each.
 */
function hasBareLineEnd(chunk: Uint8Array, afterCr: boolean): boolean {
  if (afterCr !== (chunk[0] === LF)) return true
  if (chunk.length < 16) return hasBareLineEndIn(chunk, 1, chunk.length)
  const lead = (4 - (chunk.byteOffset & 3)) & 3
  const words = new Uint32Array(chunk.buffer, chunk.byteOffset + lead, (chunk.length - lead) >>> 2)
  if (hasBareLineEndIn(chunk, 1, lead + 1)) return true
  for (let index = 0; index < words.length; index += 1) {
    if (!hasLowByte(words[index]!)) continue
    // One pair more than the word has bytes: its last byte may be a CR.
    const start = lead + index * 4
    if (hasBareLineEndIn(chunk, start, start + 5)) return true
  }
  return hasBareLineEndIn(chunk, lead + words.length * 4, chunk.length)
}

/** The classic test for a byte below n in a word, here n = 0x10. A false alarm costs time only. */
function hasLowByte(word: number): boolean {
  return ((word - 0x10101010) & ~word & 0x80808080) !== 0
}

/** Judges the bytes at `start` to `end - 1`, each with the one before it: "CR before" without "LF now", or the reverse, is a bare one. */
function hasBareLineEndIn(chunk: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, chunk.length)
  for (let index = Math.max(start, 1); index < stop; index += 1) {
    if ((chunk[index - 1] === CR) !== (chunk[index] === LF)) return true
  }
  return false
}

/** The bytes that end a line in a message of this kind. */
export function lineEndBytes(lineEnd: LineEnd): Uint8Array {
  return lineEnd === 'lf' ? CRLF.subarray(1) : CRLF
}
