// The two hashes of §3.7: body hashes, one per distinct (canonicalization, l=), and the canonical header that is signed.

import { createHash, type Hash, hash } from 'node:crypto'
import { LIMITS } from '../limits.js'
import { type BodyCanonicalizer, bodyCanonicalizer } from './canonicalize-body.js'
import { CanonicalHeader } from './canonicalize-header.js'
import { type FieldIndex, type HeaderField, type HeaderSection, selectFields } from './header.js'
import type { CanonicalizationName } from './result.js'

export interface BodyHash {
  /** In base64, as bh= has it: a string of that size costs less than a buffer. */
  readonly digest: string
  /** Octets of the canonical body, whatever l= says. */
  readonly total: number
}

const EMPTY = Buffer.alloc(0)

/** Up to here a body is kept and hashed in one call, which is half the price of a hash object. */
const SMALL = 4096

/** SHA-256 over the first `limit` octets of what it is given. */
class PrefixHash {
  readonly #limit: number
  #total = 0
  #small = EMPTY
  #smallLength = 0
  #hash: Hash | null = null
  #digest: string | null = null

  constructor(limit: number) {
    this.#limit = limit
  }

  update(bytes: Buffer): void {
    const room = this.#limit - this.#total
    this.#total += bytes.length
    if (room >= bytes.length) this.#update(bytes)
    else if (room > 0) this.#update(bytes.subarray(0, room))
  }

  #update(bytes: Buffer): void {
    const length = this.#smallLength + bytes.length
    if (this.#hash === null && length <= SMALL) {
      if (length > this.#small.length) {
        // Mostly all that comes, but for the last CRLF; what comes byte by byte still costs linear time.
        const grown = Buffer.allocUnsafe(Math.max(length + 16, 2 * this.#small.length))
        this.#small.copy(grown, 0, 0, this.#smallLength)
        this.#small = grown
      }
      bytes.copy(this.#small, this.#smallLength)
      this.#smallLength = length
      return
    }
    this.#hash ??= createHash('sha256').update(this.#small.subarray(0, this.#smallLength))
    this.#hash.update(bytes)
  }

  digest(): BodyHash {
    this.#digest ??=
      this.#hash === null
        ? hash('sha256', this.#small.subarray(0, this.#smallLength), 'base64')
        : this.#hash.digest('base64')
    return { digest: this.#digest, total: this.#total }
  }
}

interface BodyPass {
  readonly name: CanonicalizationName
  readonly canonicalizer: BodyCanonicalizer
  readonly hashes: { readonly limit: number; readonly hash: PrefixHash }[]
}

/** The digest of a canonicalization and l=; undefined for what was not asked for. */
export type BodyHashes = (canonicalization: CanonicalizationName, length: number | null) => BodyHash | undefined

/** Hashes one body for several signatures: each canonicalization is computed once, each l= of it hashed once. */
export class BodyHasher {
  readonly #passes: BodyPass[] = []
  /** Distinct l= so far. */
  readonly #lengths: number[] = []

  /** Asks for a hash before the body comes; `length` is l=. False where there are too many distinct l= already. */
  request(canonicalization: CanonicalizationName, length: number | null): boolean {
    if (length !== null && !this.#lengths.includes(length)) {
      if (this.#lengths.length >= LIMITS.bodyLengths) return false
      this.#lengths.push(length)
    }
    const limit = length ?? Number.POSITIVE_INFINITY
    const { hashes } = this.#pass(canonicalization)
    if (!hashes.some(asked => asked.limit === limit)) hashes.push({ limit, hash: new PrefixHash(limit) })
    return true
  }

  #pass(name: CanonicalizationName): BodyPass {
    const existing = this.#passes.find(pass => pass.name === name)
    if (existing !== undefined) return existing
    const hashes: BodyPass['hashes'] = []
    const canonicalizer = bodyCanonicalizer(name, bytes => {
      for (const { hash } of hashes) hash.update(bytes)
    })
    const pass = { name, canonicalizer, hashes }
    this.#passes.push(pass)
    return pass
  }

  write(chunk: Buffer): void {
    for (const { canonicalizer } of this.#passes) canonicalizer.write(chunk)
  }

  /** The digests of what was asked for. */
  end(): BodyHashes {
    for (const { canonicalizer } of this.#passes) canonicalizer.end()
    return (canonicalization, length) => {
      const limit = length ?? Number.POSITIVE_INFINITY
      const pass = this.#passes.find(({ name }) => name === canonicalization)
      return pass?.hashes.find(asked => asked.limit === limit)?.hash.digest()
    }
  }
}

interface SignedHeader {
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
  const fields = selectFields(signed.index, signed.signedFields, signed.except)
  return written(signed, fields, Buffer.allocUnsafe(roomFor(signed, fields)))
}

const SCRATCH = Buffer.allocUnsafeSlow(16_384)

/** The same in memory that the next call overwrites: for those who hash it at once. */
export function sharedCanonicalHeaderOf(signed: SignedHeader): Buffer {
  const fields = selectFields(signed.index, signed.signedFields, signed.except)
  const octets = roomFor(signed, fields)
  return written(signed, fields, octets <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(octets))
}

/** Canonicalization makes nothing longer, but for the CRLF of each field. */
function roomFor({ signatureField }: SignedHeader, fields: readonly HeaderField[]): number {
  let octets = signatureField.length + 2
  for (let index = 0; index < fields.length; index += 1) octets += fields[index]!.valueEnd - fields[index]!.start + 2
  return octets
}

function written(signed: SignedHeader, fields: readonly HeaderField[], target: Buffer): Buffer {
  const canonical = new CanonicalHeader(signed.canonicalization, target)
  for (const field of fields) canonical.addField(signed.section, field)
  canonical.addSignature(signed.signatureField)
  return canonical.bytes
}

export function sha256(bytes: Buffer): Buffer {
  return hash('sha256', bytes, 'buffer')
}
