// The digest that the signer signed, recovered from an RSA signature with the public key (RFC 8017 §8.2.2). Evidence only, never a verdict.

import { constants, type KeyObject, publicDecrypt } from 'node:crypto'

export interface RecoveredDigest {
  readonly algorithm: 'sha256' | 'sha1' | 'sha384' | 'sha512'
  readonly digest: Buffer
}

/** DigestInfo up to the digest itself (RFC 8017 §9.2, note 1). */
const PREFIXES = {
  sha256: '3031300d060960864801650304020105000420',
  sha1: '3021300906052b0e03021a05000414',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
} as const satisfies Record<RecoveredDigest['algorithm'], string>

/** Undefined where the padding does not fit: this key did not make this signature, or the signature was damaged. */
export function recoverDigest(key: KeyObject, signature: Buffer): RecoveredDigest | undefined {
  let info: Buffer
  try {
    info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature)
  } catch {
    return undefined
  }
  const hex = info.toString('hex')
  for (const algorithm of ['sha256', 'sha1', 'sha384', 'sha512'] as const) {
    const prefix = PREFIXES[algorithm]
    const length = Number.parseInt(prefix.slice(-2), 16)
    if (hex.startsWith(prefix) && info.length === prefix.length / 2 + length) {
      return { algorithm, digest: info.subarray(prefix.length / 2) }
    }
  }
  return undefined
}
