// The signing algorithms (§3.3, RFC 8301, RFC 8463), one row each: all that the rest of the engine needs to know about them.

import { type KeyObject, sign, verify } from 'node:crypto'
import { isWeakEd25519Point } from './ed25519.js'

/** a= (§3.3, RFC 8463). */
export type AlgorithmName = keyof typeof ALGORITHMS
/** k= (§3.6.1, RFC 8463). */
export type KeyType = 'rsa' | 'ed25519'

interface Algorithm {
  readonly keyType: KeyType
  /** The name in the key record's h=. */
  readonly hash: 'sha256'
  /** Octets of the body hash. */
  readonly hashLength: number
  /** Verifies a signature over the canonical header (§3.7); a wrong length is a mismatch, not an error. */
  verify(key: KeyObject, header: Buffer, hashOf: HashFunction, signature: Buffer, bits: number): boolean
  sign(key: KeyObject, header: Buffer, hashOf: HashFunction): Buffer
  /** The same in the thread pool, so that a batch signs on as many cores as there are. */
  signLater(key: KeyObject, header: Buffer, hashOf: HashFunction): Promise<Buffer>
}

/** SHA-256 of some bytes. */
type HashFunction = (bytes: Buffer) => Buffer

const ED25519_SIGNATURE_OCTETS = 64

export const ALGORITHMS = {
  'rsa-sha256': {
    keyType: 'rsa',
    hash: 'sha256',
    hashLength: 32,
    // RFC 8017 §8.2.2: "If the length of the signature S is not k octets, output invalid signature"
    verify: (key, header, _hashOf, signature, bits) =>
      signature.length === Math.ceil(bits / 8) && verify('sha256', header, key, signature),
    sign: (key, header) => sign('sha256', header, key),
    signLater: (key, header) => signInPool('sha256', header, key),
  },
  'ed25519-sha256': {
    keyType: 'ed25519',
    hash: 'sha256',
    hashLength: 32,
    // RFC 8463 §3: PureEdDSA over the SHA-256 of the header, not over the header itself.
    verify: (key, header, hashOf, signature) =>
      signature.length === ED25519_SIGNATURE_OCTETS &&
      !isWeakEd25519Point(signature.subarray(0, 32)) &&
      verify(null, hashOf(header), key, signature),
    sign: (key, header, hashOf) => sign(null, hashOf(header), key),
    signLater: (key, header, hashOf) => signInPool(null, hashOf(header), key),
  },
} as const satisfies Record<string, Algorithm>

function signInPool(hash: 'sha256' | null, bytes: Buffer, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(hash, bytes, key, (error, signature) => (error === null ? resolve(signature) : reject(error)))
  })
}

export function algorithmOf(name: AlgorithmName): Algorithm {
  return ALGORITHMS[name]
}

const NAMES: ReadonlySet<string> = new Set(Object.keys(ALGORITHMS))

export function isAlgorithmName(name: string): name is AlgorithmName {
  return NAMES.has(name)
}

/** The algorithm that a key of this type signs with. */
export function algorithmFor(keyType: KeyType): AlgorithmName {
  return keyType === 'rsa' ? 'rsa-sha256' : 'ed25519-sha256'
}
