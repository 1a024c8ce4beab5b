// The received message against the one that was sent: canonical streams side by side, exact to the byte.

import { type FieldIndex, type HeaderSection, indexFields } from '../dkim/header.js'
import type { Signature } from '../dkim/signature.js'
import { canonicalBody, digestOf } from './body-target.js'
import { HeaderModel, positionsOf } from './header-model.js'
import type { HeaderOracle } from './header-oracle.js'

export interface Excerpt {
  /** Around the difference, as latin1. */
  readonly text: string
  /** From the difference on. */
  readonly hex: string
}

export interface Difference {
  /** Octets of the canonical form that are the same in both. */
  readonly offset: number
  /** Counted from 1; for the body. */
  readonly line: number
  readonly received: Excerpt
  readonly original: Excerpt
}

export interface FieldComparison {
  readonly name: string
  /** Null where the message has no such field (left). */
  readonly received: string | null
  readonly original: string | null
  /** Null where both are the same in canonical form. */
  readonly difference: Difference | null
}

export interface Comparison {
  readonly fields: readonly FieldComparison[]
  /** Null where both bodies are the same in canonical form, or one is too large to be compared. */
  readonly body: Difference | null
  readonly bodyCompared: boolean
  /** The original's body has the hash that bh= says. */
  readonly originalBodyHash: boolean | null
  /** The signature verifies over the original's header fields. */
  readonly originalHeader: boolean | null
}

export interface Side {
  readonly section: HeaderSection
  readonly body: Buffer | null
}

export function compareWithOriginal(
  signature: Signature,
  received: Side & { readonly index: FieldIndex },
  original: Side,
  oracle: HeaderOracle | null,
): Comparison {
  const { canonicalization, bodyHash } = signature
  const model = HeaderModel.of(received.section, received.index, signature)
  const positions = positionsOf(original.section, indexFields(original.section.fields), signature)
  const originalModel = new HeaderModel(model.canonicalization, positions, model.signatureField)
  const bodies =
    received.body === null || original.body === null || canonicalization === null
      ? null
      : [canonicalBody(received.body, canonicalization.body), canonicalBody(original.body, canonicalization.body)]
  const length = Number.isFinite(signature.bodyLength) ? signature.bodyLength : null
  return {
    fields: model.positions.map(({ name, raw }, position) =>
      compareField(model, name, raw, positions[position]!.raw, position),
    ),
    body: bodies === null ? null : firstDifference(bodies[0]!, bodies[1]!),
    bodyCompared: bodies !== null,
    originalBodyHash: bodies === null || bodyHash === null ? null : digestOf(bodies[1]!, length).equals(bodyHash),
    originalHeader: oracle === null ? null : oracle.confirms(originalModel.bytes),
  }
}

function compareField(
  model: HeaderModel,
  name: string,
  received: string | null,
  original: string | null,
  position: number,
): FieldComparison {
  const [a, b] = [received, original].map(raw => model.canonicalChange({ position, raw }).bytes)
  return { name, received, original, difference: firstDifference(a!, b!) }
}

export function firstDifference(received: Buffer, original: Buffer): Difference | null {
  if (received.equals(original)) return null
  const end = Math.min(received.length, original.length)
  let offset = 0
  // Blocks first: the native comparison is a hundred times faster than a loop.
  for (let size = 65_536; size >= 1; size = Math.floor(size / 16)) {
    while (
      offset + size <= end &&
      received.subarray(offset, offset + size).equals(original.subarray(offset, offset + size))
    )
      offset += size
  }
  let line = 1
  for (let at = received.indexOf(0x0a); at !== -1 && at < offset; at = received.indexOf(0x0a, at + 1)) line += 1
  return { offset, line, received: excerpt(received, offset), original: excerpt(original, offset) }
}

const CONTEXT = 32

function excerpt(bytes: Buffer, offset: number): Excerpt {
  return {
    text: bytes.toString('latin1', Math.max(0, offset - CONTEXT), Math.min(bytes.length, offset + CONTEXT)),
    hex: bytes.subarray(offset, offset + 16).toString('hex'),
  }
}
