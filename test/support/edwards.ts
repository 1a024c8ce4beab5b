// Edwards25519 (RFC 8032 §5.1) as plain arithmetic on BigInts: slow, obvious, and independent of the product and of OpenSSL.
import { inverse, power } from './der.js'

export const P = 2n ** 255n - 19n
/** The order of the prime subgroup. */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n
const D = mod(-121665n * inverse(121666n, P)!)
const SQRT_MINUS_1 = power(2n, (P - 1n) / 4n, P)

export interface Point {
  readonly x: bigint
  readonly y: bigint
}

export const IDENTITY: Point = { x: 0n, y: 1n }

function mod(value: bigint): bigint {
  return ((value % P) + P) % P
}

export function add(one: Point, other: Point): Point {
  const product = mod(D * one.x * other.x * one.y * other.y)
  return {
    x: mod((one.x * other.y + other.x * one.y) * inverse(mod(1n + product), P)!),
    y: mod((one.y * other.y + one.x * other.x) * inverse(mod(1n - product), P)!),
  }
}

export function multiply(factor: bigint, point: Point): Point {
  let result = IDENTITY
  let square = point
  for (let left = factor; left > 0n; left >>= 1n) {
    if (left & 1n) result = add(result, square)
    square = add(square, square)
  }
  return result
}

/** A point with this y; undefined where there is none. */
export function pointOf(y: bigint): Point | undefined {
  const u = mod(y * y - 1n)
  const v = mod(D * y * y + 1n)
  const square = mod(u * inverse(v, P)!)
  const root = power(square, (P + 3n) / 8n, P)
  for (const x of [root, mod(root * SQRT_MINUS_1)]) if (mod(x * x) === square) return { x, y }
  return undefined
}

export const BASE: Point = (() => {
  const point = pointOf(mod(4n * inverse(5n, P)!))!
  return point.x % 2n === 0n ? point : { x: P - point.x, y: point.y }
})()

/** Little endian, with the sign bit of x (§5.1.2); `y` may be written above P, and the sign may lie. */
export function encode(y: bigint, sign: bigint): Buffer {
  return Buffer.from((y | (sign << 255n)).toString(16).padStart(64, '0'), 'hex').reverse()
}

export function encodePoint({ x, y }: Point): Buffer {
  return encode(y, x & 1n)
}

/** The eight points whose order divides 8. */
export function smallOrderPoints(): Point[] {
  for (let y = 2n; ; y += 1n) {
    const point = pointOf(y)
    const torsion = point === undefined ? IDENTITY : multiply(L, point)
    const points = Array.from({ length: 8 }, (_, factor) => multiply(BigInt(factor), torsion))
    if (new Set(points.map(item => encodePoint(item).toString('hex'))).size === 8) return points
  }
}

export function toLittleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}

export function fromLittleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}
