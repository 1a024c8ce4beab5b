// The header as it was signed, made for trying: canonical fields side by side in one buffer, any of them exchanged at the cost of a copy (§3.7).

import { CanonicalHeader } from '../dkim/canonicalize-header.js'
import { type FieldIndex, type HeaderSection, selectFields } from '../dkim/header.js'
import type { CanonicalizationName } from '../dkim/result.js'
import { type Signature, withEmptyB } from '../dkim/signature.js'

/** What one item of h= selects: the field without its CRLF as latin1, or null where the message has none (left). */
export interface Position {
  readonly name: string
  readonly raw: string | null
}

/** Another field, or none, at a position; the position behind the last one is the signature field. */
export interface Change {
  readonly position: number
  readonly raw: string | null
}

/** A change in canonical bytes, with its CRLF. */
export interface CanonicalChange {
  readonly position: number
  readonly bytes: Buffer
}

const NOTHING = Buffer.alloc(0)

export class HeaderModel {
  readonly canonicalization: CanonicalizationName
  readonly positions: readonly Position[]
  /** Its b= emptied, without CRLF. */
  readonly signatureField: string
  readonly #base: Buffer
  /** Of the pieces in the base; one more than there are pieces. */
  readonly #offsets: readonly number[]
  #scratch = Buffer.alloc(0)

  constructor(canonicalization: CanonicalizationName, positions: readonly Position[], signatureField: string) {
    this.canonicalization = canonicalization
    this.positions = positions
    this.signatureField = signatureField
    const pieces = positions.map(({ raw }) => this.#canonical(raw, true))
    pieces.push(this.#canonical(signatureField, false))
    const offsets = [0]
    for (const piece of pieces) offsets.push(offsets.at(-1)! + piece.length)
    this.#offsets = offsets
    this.#base = Buffer.concat(pieces)
  }

  static of(section: HeaderSection, index: FieldIndex, signature: Signature): HeaderModel {
    const canonicalization = signature.canonicalization?.header ?? 'simple'
    const signatureField = withEmptyB(section, signature).toString('latin1')
    return new HeaderModel(canonicalization, positionsOf(section, index, signature), signatureField)
  }

  /** The position of the signature field. */
  get last(): number {
    return this.positions.length
  }

  get bytes(): Buffer {
    return this.#base
  }

  canonicalChange({ position, raw }: Change): CanonicalChange {
    return { position, bytes: this.#canonical(raw, position !== this.last) }
  }

  /** True where the change does not show in the canonical form. */
  isSame({ position, bytes }: CanonicalChange): boolean {
    return bytes.equals(this.#base.subarray(this.#offsets[position]!, this.#offsets[position + 1]!))
  }

  /** The canonical header with the changes made, which are in the order of their positions: valid until the next call. */
  with(changes: readonly CanonicalChange[]): Buffer {
    let length = this.#base.length
    for (const { bytes } of changes) length += bytes.length
    if (this.#scratch.length < length) this.#scratch = Buffer.allocUnsafe(2 * length)
    const out = this.#scratch
    let written = 0
    let from = 0
    for (const { position, bytes } of changes) {
      const start = this.#offsets[position]!
      written += this.#base.copy(out, written, from, start)
      written += bytes.copy(out, written)
      from = this.#offsets[position + 1]!
    }
    written += this.#base.copy(out, written, from)
    return out.subarray(0, written)
  }

  #canonical(raw: string | null, crlf: boolean): Buffer {
    if (raw === null) return NOTHING
    const canonical = new CanonicalHeader(this.canonicalization, Buffer.allocUnsafe(raw.length + 4))
    canonical.addSignature(Buffer.from(raw, 'latin1'))
    return crlf ? Buffer.concat([canonical.bytes, CRLF]) : canonical.bytes
  }
}

const CRLF = Buffer.from('\r\n')

/** One position for each item of h=, filled from the bottom up (§5.4.2). */
export function positionsOf(
  section: Pick<HeaderSection, 'text'>,
  index: FieldIndex,
  { signedFields, field }: Pick<Signature, 'signedFields' | 'field'>,
): Position[] {
  const selected = selectFields(index, signedFields, field)
  let next = 0
  return signedFields.map(name => {
    const candidate = selected[next]
    if (candidate?.name !== name) return { name, raw: null }
    next += 1
    return { name, raw: section.text.slice(candidate.start, candidate.valueEnd) }
  })
}
