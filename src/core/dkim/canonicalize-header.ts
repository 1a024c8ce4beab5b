// Canonicalization of header fields (§3.4.1 simple, §3.4.2 relaxed), byte for byte into one growing buffer.

import type { HeaderField, HeaderSection } from './header.js'
import type { CanonicalizationName } from './result.js'

const SP = 0x20
const HTAB = 0x09
const CR = 0x0d
const LF = 0x0a
const COLON = 0x3a

/** Canonical fields, one behind the other: what the data hash is taken over (§3.7). */
export class CanonicalHeader {
  readonly #canonicalization: CanonicalizationName
  #bytes: Buffer
  #length = 0

  /** `scratch` may be reused by the caller once the result has been hashed. */
  constructor(canonicalization: CanonicalizationName, scratch: Buffer = Buffer.allocUnsafe(4096)) {
    this.#canonicalization = canonicalization
    this.#bytes = scratch
  }

  /** The canonical bytes so far: a view, not a copy. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** A field of the message, with its CRLF. */
  addField(section: HeaderSection, field: HeaderField): void {
    this.#append(section.bytes, field.start, field.nameEnd, field.valueStart, field.valueEnd)
    this.#bytes[this.#length++] = CR
    this.#bytes[this.#length++] = LF
  }

  /** The signature itself, its b= already emptied: without the trailing CRLF (§3.7). */
  addSignature(field: Buffer): void {
    const { nameEnd, valueStart } = nameOf(field)
    this.#append(field, 0, nameEnd, valueStart, field.length)
  }

  #append(source: Buffer, start: number, nameEnd: number, valueStart: number, end: number): void {
    this.#reserve(end - start + 2)
    this.#length =
      this.#canonicalization === 'simple'
        ? this.#length + source.copy(this.#bytes, this.#length, start, end)
        : relaxed(source, start, nameEnd, valueStart, end, this.#bytes, this.#length)
  }

  #reserve(octets: number): void {
    const needed = this.#length + octets
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(2 * needed)
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}

/** Where the name of a field that stands alone ends, and its value begins. */
function nameOf(field: Buffer): { nameEnd: number; valueStart: number } {
  const colon = field.indexOf(COLON)
  let nameEnd = colon
  while (nameEnd > 0 && isBlank(field[nameEnd - 1])) nameEnd -= 1
  return { nameEnd, valueStart: colon + 1 }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SP || byte === HTAB
}

/**
 * "Convert all header field names to lowercase … Unfold … Convert all sequences of one or more WSP characters to a single SP …
 * Delete all WSP characters at the end of each unfolded header field value … and before and after the colon."
 * Writes to `target` at `offset`, returns the offset behind.
 */
function relaxed(
  source: Buffer,
  start: number,
  nameEnd: number,
  valueStart: number,
  end: number,
  target: Buffer,
  offset: number,
): number {
  let out = offset
  for (let index = start; index < nameEnd; index += 1) {
    const byte = source[index]!
    target[out++] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
  }
  target[out++] = COLON
  const valueOut = out
  // A blank is written where none stands yet, and taken back at the end: whatever is printable costs one comparison.
  for (let index = valueStart; index < end; index += 1) {
    const byte = source[index]!
    if (byte > SP) target[out++] = byte
    else if (byte === SP || byte === HTAB) {
      if (out > valueOut && target[out - 1] !== SP) target[out++] = SP
    } else if (byte === CR && index + 1 < end && source[index + 1] === LF) index += 1
    else target[out++] = byte
  }
  return out > valueOut && target[out - 1] === SP ? out - 1 : out
}
