// Points of Curve25519 in Edwards form that protect nothing: small order, or not encoded canonically (RFC 8032 §5.1.3, RFC 7748 §6.1).

/** p = 2^255 - 19, little endian: y must be below it. */
const FIELD_PRIME = Buffer.from('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex')

/** The y coordinates of the eight points whose order divides 8, little endian; the sign bit of x is masked before the comparison. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000', // order 4
  '0100000000000000000000000000000000000000000000000000000000000000', // the identity
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // order 2
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', // order 8
].map(hex => Buffer.from(hex, 'hex'))

/** With such a public key a signature exists that verifies for every message. `point` has 32 octets. */
export function isWeakEd25519Point(point: Buffer): boolean {
  return !isBelowPrime(point) || SMALL_ORDER_Y.some(weak => isSameY(point, weak))
}

/** An octet of y: the highest bit of the last one is the sign of x. */
function yOctet(point: Buffer, index: number): number {
  return index === 31 ? point[31]! & 0x7f : point[index]!
}

function isSameY(point: Buffer, y: Buffer): boolean {
  for (let index = 0; index < 32; index += 1) if (yOctet(point, index) !== y[index]) return false
  return true
}

function isBelowPrime(point: Buffer): boolean {
  for (let index = 31; index >= 0; index -= 1) {
    const octet = yOctet(point, index)
    if (octet !== FIELD_PRIME[index]) return octet < FIELD_PRIME[index]!
  }
  return false
}

const PRIME = (1n << 255n) - 19n
/** -121665/121666, the constant of the curve (RFC 8032 §5.1). */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n

/** Whether 32 octets are a point of the curve at all: half of all values are (RFC 8032 §5.1.3). */
export function isEd25519Point(point: Buffer): boolean {
  const octets = Buffer.from(point).reverse()
  octets[0]! &= 0x7f
  const y = BigInt(`0x${octets.toString('hex')}`)
  if (y >= PRIME) return false
  const numerator = (y * y - 1n + PRIME) % PRIME
  const denominator = (D * y * y + 1n) % PRIME
  // x² = numerator / denominator: a square, by Euler's criterion on the product, which is one exactly when the quotient is.
  const square = (numerator * denominator) % PRIME
  return square === 0n || power(square, (PRIME - 1n) / 2n) === 1n
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let factor = base, rest = exponent; rest > 0n; rest >>= 1n, factor = (factor * factor) % PRIME)
    if (rest & 1n) result = (result * factor) % PRIME
  return result
}
