// Finds the line behind which a stream of bytes has a given SHA-256: the digest of every prefix at the cost of about one block each.
// node:crypto can only copy a hash state by a new object, four microseconds a line; here the state is eight numbers (FIPS 180-4 §6.2).

import { hash } from 'node:crypto'

// biome-ignore format: eight in a row
const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
])

// biome-ignore format: eight in a row
const INITIAL = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]

const BLOCK = 64

export interface Prefix {
  readonly octets: number
  /** Lines of the prefix. */
  readonly lines: number
}

/** Write canonical bytes in any chunking; `found` is the shortest prefix that ends a line and has the digest. */
export class PrefixScanner {
  readonly #target: Int32Array
  readonly #state = Int32Array.from(INITIAL)
  readonly #trial = new Int32Array(8)
  readonly #words = new Int32Array(64)
  readonly #pending = new Uint8Array(BLOCK)
  readonly #padded = new Uint8Array(2 * BLOCK)
  #pendingLength = 0
  #octets = 0
  #lines = 0
  #found: Prefix | null = null

  constructor(digest: Buffer) {
    this.#target = Int32Array.from({ length: 8 }, (_, index) => digest.readInt32BE(4 * index))
  }

  get found(): Prefix | null {
    return this.#found
  }

  /** Prefixes that were tried. */
  get tried(): number {
    return this.#lines
  }

  write(chunk: Buffer): void {
    let start = 0
    while (this.#found === null && start < chunk.length) {
      const lf = chunk.indexOf(0x0a, start)
      const end = lf === -1 ? chunk.length : lf + 1
      this.#update(chunk, start, end)
      start = end
      if (lf === -1) continue
      this.#lines += 1
      if (this.#endsHere()) this.#found = { octets: this.#octets, lines: this.#lines }
    }
  }

  #update(chunk: Uint8Array, start: number, end: number): void {
    this.#octets += end - start
    let index = start
    if (this.#pendingLength > 0) {
      const taken = Math.min(BLOCK - this.#pendingLength, end - index)
      this.#pending.set(chunk.subarray(index, index + taken), this.#pendingLength)
      this.#pendingLength += taken
      index += taken
      if (this.#pendingLength < BLOCK) return
      compress(this.#state, this.#words, this.#pending, 0)
      this.#pendingLength = 0
    }
    for (; index + BLOCK <= end; index += BLOCK) compress(this.#state, this.#words, chunk, index)
    if (index < end) this.#pending.set(chunk.subarray(index, end), 0)
    this.#pendingLength = end - index
  }

  /** The digest of what was written so far is the one that is looked for. */
  #endsHere(): boolean {
    const padded = this.#padded
    const length = this.#pendingLength
    const blocks = length + 9 > BLOCK ? 2 : 1
    padded.fill(0)
    padded.set(this.#pending.subarray(0, length), 0)
    padded[length] = 0x80
    const bits = this.#octets * 8
    const end = blocks * BLOCK
    const high = Math.floor(bits / 2 ** 32)
    for (let byte = 0; byte < 4; byte += 1) {
      padded[end - 1 - byte] = (bits / 2 ** (8 * byte)) & 0xff
      padded[end - 5 - byte] = (high >>> (8 * byte)) & 0xff
    }
    this.#trial.set(this.#state)
    for (let block = 0; block < blocks; block += 1) compress(this.#trial, this.#words, padded, block * BLOCK)
    return this.#trial[0] === this.#target[0] && this.#trial.every((word, index) => word === this.#target[index])
  }
}

/** One block into the state. */
function compress(state: Int32Array, words: Int32Array, bytes: Uint8Array, start: number): void {
  for (let t = 0, index = start; t < 16; t += 1, index += 4) {
    words[t] = (bytes[index]! << 24) | (bytes[index + 1]! << 16) | (bytes[index + 2]! << 8) | bytes[index + 3]!
  }
  for (let t = 16; t < 64; t += 1) {
    const x = words[t - 15]!
    const y = words[t - 2]!
    const small0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const small1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    words[t] = (words[t - 16]! + small0 + words[t - 7]! + small1) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let t = 0; t < 64; t += 1) {
    const big1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const one = (h + big1 + (g ^ (e & (f ^ g))) + K[t]! + words[t]!) | 0
    const big0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const two = (big0 + ((a & b) | (c & (a | b)))) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  state[0] = (state[0]! + a) | 0
  state[1] = (state[1]! + b) | 0
  state[2] = (state[2]! + c) | 0
  state[3] = (state[3]! + d) | 0
  state[4] = (state[4]! + e) | 0
  state[5] = (state[5]! + f) | 0
  state[6] = (state[6]! + g) | 0
  state[7] = (state[7]! + h) | 0
}

const SLICE = 262_144

/** The prefix of canonical bytes that ends a line and has the digest, confirmed by node:crypto; null too where `goOn` ends the scan. */
export function findPrefix(
  canonical: Buffer,
  digest: Buffer,
  goOn: () => boolean,
): { readonly prefix: Prefix | null; readonly tried: number } {
  const scanner = new PrefixScanner(digest)
  for (let at = 0; at < canonical.length && scanner.found === null && goOn(); at += SLICE) {
    scanner.write(canonical.subarray(at, at + SLICE))
  }
  const { found, tried } = scanner
  const confirmed = found !== null && hash('sha256', canonical.subarray(0, found.octets), 'buffer').equals(digest)
  return { prefix: confirmed ? found : null, tried }
}
