// Line ends of a message, found and made CRLF at the edge of the program: DKIM is defined over CRLF lines alone (§5.3, RFC 5322 §2.3).

/** How the lines of a message end, as its first line end shows; `none` where it has no line end at all. */
export type LineEnd = 'crlf' | 'lf' | 'none'

const LF = 0x0a
const CR = 0x0d
const CRLF = Uint8Array.of(CR, LF)

/**
 * Hands a message on with CRLF line ends.
 *
 * The first line end decides. LF: the message was stored the Unix way, and every LF without a CR becomes CRLF.
 * CRLF: the bytes are those that were transmitted, and none of them is touched, so that a bare CR or LF stays data as §3.4 has it.
 * A line end of another kind than the first makes the message `mixed`: other software may see other lines in it than we do.
 *
 * A chunk without a bare LF is handed on as it is, the others are copied once. Nothing is held back between chunks.
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
    const { bareLf, cr } = countLineEnds(chunk, this.#afterCr)
    // With LF line ends any CR is foreign, whether alone or before an LF.
    if (cr > 0 || this.#afterCr) this.#mixed = true
    this.#sink(bareLf === 0 ? chunk : withCrlf(chunk, this.#afterCr, bareLf))
  }
}

function countLineEnds(chunk: Uint8Array, afterCr: boolean): { bareLf: number; cr: number } {
  let bareLf = 0
  let cr = 0
  let previous = afterCr ? CR : 0
  for (let index = 0; index < chunk.length; index += 1) {
    const byte = chunk[index]!
    if (byte === LF && previous !== CR) bareLf += 1
    else if (byte === CR) cr += 1
    previous = byte
  }
  return { bareLf, cr }
}

function withCrlf(chunk: Uint8Array, afterCr: boolean, bareLf: number): Uint8Array {
  const converted = Buffer.allocUnsafe(chunk.length + bareLf)
  let previous = afterCr ? CR : 0
  let length = 0
  for (let index = 0; index < chunk.length; index += 1) {
    const byte = chunk[index]!
    if (byte === LF && previous !== CR) converted[length++] = CR
    converted[length++] = byte
    previous = byte
  }
  return converted
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
    const word = words[index]!
    // The classic test for a byte below n in a word, here n = 0x10; a false alarm costs time only.
    if (((word - 0x10101010) & ~word & 0x80808080) === 0) continue
    // One pair more than the word has bytes: its last byte may be a CR.
    const start = lead + index * 4
    if (hasBareLineEndIn(chunk, start, start + 5)) return true
  }
  return hasBareLineEndIn(chunk, lead + words.length * 4, chunk.length)
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
