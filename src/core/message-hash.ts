// The two hashes of §3.7: body hashes, one per distinct (canonicalization, l=), and the canonical header that is signed.

import { createHash, type Hash } from 'node:crypto'
import { type BodyCanonicalizer, bodyCanonicalizer } from './canonicalize-body.js'
import { CanonicalHeader } from './canonicalize-header.js'
import { type FieldIndex, type HeaderField, type HeaderSection, selectFields } from './header.js'
import { LIMITS } from './limits.js'
import type { CanonicalizationName } from './result.js'

export interface BodyHash {
  readonly digest: Buffer
  /** Octets of the canonical body, whatever l= says. */
  readonly total: number
}

/** SHA-256 over the first `limit` octets of what it is given. */
class PrefixHash {
  readonly #hash: Hash = createHash('sha256')
  readonly #limit: number
  #total = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  update(bytes: Buffer): void {
    const room = this.#limit - this.#total
    this.#total += bytes.length
    if (room >= bytes.length) this.#hash.update(bytes)
    else if (room > 0) this.#hash.update(bytes.subarray(0, room))
  }

  digest(): BodyHash {
    return { digest: this.#hash.digest(), total: this.#total }
  }
}

interface Lane {
  readonly canonicalizer: BodyCanonicalizer
  readonly hashes: Map<number, PrefixHash>
}

/** Hashes one body for several signatures: each canonicalization is computed once, each l= of it hashed once. */
export class BodyHasher {
  readonly #lanes = new Map<CanonicalizationName, Lane>()
  readonly #lengths = new Set<number>()

  /** Asks for a hash before the body comes; `length` is l=. False where there are too many distinct l= already. */
  request(canonicalization: CanonicalizationName, length: number | null): boolean {
    const limit = length ?? Number.POSITIVE_INFINITY
    if (length !== null) {
      if (!this.#lengths.has(length) && this.#lengths.size >= LIMITS.bodyLengths) return false
      this.#lengths.add(length)
    }
    const lane = this.#lane(canonicalization)
    if (!lane.hashes.has(limit)) lane.hashes.set(limit, new PrefixHash(limit))
    return true
  }

  #lane(canonicalization: CanonicalizationName): Lane {
    const existing = this.#lanes.get(canonicalization)
    if (existing !== undefined) return existing
    const hashes = new Map<number, PrefixHash>()
    const canonicalizer = bodyCanonicalizer(canonicalization, bytes => {
      for (const hash of hashes.values()) hash.update(bytes)
    })
    const lane = { canonicalizer, hashes }
    this.#lanes.set(canonicalization, lane)
    return lane
  }

  write(chunk: Buffer): void {
    for (const { canonicalizer } of this.#lanes.values()) canonicalizer.write(chunk)
  }

  /** The digests of what was asked for. */
  end(): (canonicalization: CanonicalizationName, length: number | null) => BodyHash | undefined {
    const results = new Map<CanonicalizationName, Map<number, BodyHash>>()
    for (const [name, { canonicalizer, hashes }] of this.#lanes) {
      canonicalizer.end()
      results.set(name, new Map(Array.from(hashes, ([length, hash]) => [length, hash.digest()])))
    }
    return (canonicalization, length) => results.get(canonicalization)?.get(length ?? Number.POSITIVE_INFINITY)
  }
}

export interface SignedHeader {
  readonly section: HeaderSection
  readonly index: FieldIndex
  readonly canonicalization: CanonicalizationName
  /** h=, in lower case. */
  readonly signedFields: readonly string[]
  /** The signature field with its b= emptied, without CRLF. */
  readonly signatureField: Buffer
  /** The field under judgement where it stands in the section already; null while signing. */
  readonly except: HeaderField | null
}

/** The canonical bytes the signature is made over: the selected fields in the order of h=, then the signature field itself. */
export function canonicalHeaderOf(signed: SignedHeader): Buffer {
  const canonical = new CanonicalHeader(signed.canonicalization)
  for (const field of selectFields(signed.index, signed.signedFields, signed.except)) {
    canonical.addField(signed.section, field)
  }
  canonical.addSignature(signed.signatureField)
  return canonical.bytes
}

export function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
