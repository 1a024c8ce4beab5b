// The body hash that is looked for, and bodies held against it (§3.4, §3.7).

import { hash } from 'node:crypto'
import { bodyCanonicalizer } from '../dkim/canonicalize-body.js'
import type { CanonicalizationName } from '../dkim/result.js'

/** Octets of a body from which every guess about it takes long: the clock is read for each. */
export const LARGE_BODY = 100_000

export interface BodyTarget {
  readonly canonicalization: CanonicalizationName
  /** l=, null where the whole body counts. */
  readonly length: number | null
  readonly digest: Buffer
}

/** The canonical form of a whole body. */
export function canonicalBody(body: Buffer, canonicalization: CanonicalizationName): Buffer {
  const chunks: Buffer[] = []
  const canonicalizer = bodyCanonicalizer(canonicalization, bytes => chunks.push(Buffer.from(bytes)))
  canonicalizer.write(body)
  canonicalizer.end()
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

export function digestOf(canonical: Buffer, length: number | null): Buffer {
  return hash('sha256', length === null ? canonical : canonical.subarray(0, length), 'buffer')
}

/** True where these canonical bytes have the hash. */
export function matchesCanonical(target: BodyTarget, canonical: Buffer): boolean {
  return digestOf(canonical, target.length).equals(target.digest)
}
