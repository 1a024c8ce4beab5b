// Says whether a canonical header is the one that was signed: one SHA-256 where RSA gave the digest away, one verification otherwise.

import { hash, verify } from 'node:crypto'
import { sha256 } from '../dkim/message-hash.js'
import { ALGORITHMS, type AlgorithmName } from '../keys/algorithm.js'
import type { PublicKey } from '../keys/public-key.js'
import { type RecoveredDigest, recoverDigest } from './recovered-digest.js'

export interface HeaderOracle {
  /** Cheap, and right but for the final word of `confirms`. */
  matches(header: Buffer): boolean
  /** Real verification. */
  confirms(header: Buffer): boolean
  /** Null for Ed25519, and where the padding does not fit. */
  readonly recovered: RecoveredDigest | null
  /** False where no header can match: the key did not make this signature. */
  readonly usable: boolean
  /** True where an Ed25519 signature is over the header itself, not over its SHA-256 (RFC 8463 §3). */
  isUnhashed(header: Buffer): boolean
}

export function headerOracle(algorithm: AlgorithmName, key: PublicKey, signature: Buffer): HeaderOracle {
  const confirms = (header: Buffer): boolean =>
    ALGORITHMS[algorithm].verify(key.keyObject, header, sha256, signature, key.bits)
  const { keyObject } = key
  if (key.type === 'ed25519') {
    const isUnhashed = (header: Buffer): boolean =>
      signature.length === 64 && verify(null, header, keyObject, signature)
    return { matches: confirms, confirms, recovered: null, usable: true, isUnhashed }
  }
  const isUnhashed = (): boolean => false
  const recovered = recoverDigest(keyObject, signature) ?? null
  if (recovered === null) return { matches: () => false, confirms, recovered, usable: false, isUnhashed }
  const { algorithm: digestName, digest } = recovered
  const matches = (header: Buffer): boolean => hash(digestName, header, 'buffer').equals(digest)
  // What was signed with another digest algorithm never verifies; the recovered digest has the last word there.
  return { matches, confirms: digestName === 'sha256' ? confirms : matches, recovered, usable: true, isUnhashed }
}
