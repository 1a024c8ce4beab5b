// DER written by hand for tests, right or wrong on purpose; and RSA as plain arithmetic.
import { createHash } from 'node:crypto'

export function hexOf(value: bigint, octets?: number): Buffer {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const bytes = Buffer.from(even, 'hex')
  return octets === undefined ? bytes : Buffer.concat([Buffer.alloc(Math.max(0, octets - bytes.length)), bytes])
}

export function tlv(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  const size = hexOf(BigInt(body.length))
  const length = body.length < 128 ? Buffer.of(body.length) : Buffer.concat([Buffer.of(0x80 | size.length), size])
  return Buffer.concat([Buffer.of(tag), length, body])
}

export function integer(value: bigint): Buffer {
  const bytes = hexOf(value)
  return tlv(2, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

const RSA_ENCRYPTION = Buffer.from('06092a864886f70d010101', 'hex')
const NULL = Buffer.from('0500', 'hex')

export function rsaPublicKeyDer(n: bigint, e: bigint): Buffer {
  return tlv(0x30, integer(n), integer(e))
}

export function spkiDer(key: Buffer, algorithm: Buffer = Buffer.concat([RSA_ENCRYPTION, NULL])): Buffer {
  return tlv(0x30, tlv(0x30, algorithm), tlv(3, Buffer.of(0), key))
}

export function rsaRecord(n: bigint, e: bigint): string {
  return `v=DKIM1; k=rsa; p=${spkiDer(rsaPublicKeyDer(n, e)).toString('base64')}`
}

/** DigestInfo of SHA-256 up to the digest (RFC 8017 §9.2). */
export const SHA256_PREFIX = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2) with an exchangeable DigestInfo. */
export function padded(data: Buffer, octets: number, prefix: Buffer = SHA256_PREFIX): Buffer {
  const info = Buffer.concat([prefix, createHash('sha256').update(data).digest()])
  return Buffer.concat([Buffer.of(0, 1), Buffer.alloc(octets - info.length - 3, 0xff), Buffer.of(0), info])
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

export function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString('hex')}`)
}

/** The inverse of `a` modulo `m`; undefined where there is none. */
export function inverse(a: bigint, m: bigint): bigint | undefined {
  let [r0, r1, s0, s1] = [((a % m) + m) % m, m, 1n, 0n]
  while (r1 !== 0n) {
    const quotient = r0 / r1
    ;[r0, r1, s0, s1] = [r1, r0 - quotient * r1, s1, s0 - quotient * s1]
  }
  return r0 === 1n ? ((s0 % m) + m) % m : undefined
}
