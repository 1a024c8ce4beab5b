// Names of messages as numbers: of a million of them eight megabytes are kept, not a hundred.

import { bytesOfPath } from '../io/file-name.js'

/** FNV-1a over the UTF-8 of a name, then mixed: also spreads names that differ only in their last digits. Used to assign shards. */
export function numberOf(name: string): number {
  let hash = 0x811c9dc5
  for (const octet of bytesOfPath(name)) hash = Math.imul(hash ^ octet, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** In 64 bits two of a hundred million names share a number once in 4000 runs; in 32 bits some of any hundred thousand do. */
export function keyOf(name: string): bigint {
  let one = 0x9747b28c
  let other = 0x3c6ef372
  for (const octet of bytesOfPath(name)) {
    one = Math.imul(one ^ octet, 0x9e3779b1)
    other = Math.imul(other ^ octet, 0x5f356495)
  }
  // Each half ends up with bits of both.
  one = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(other ^ (other >>> 13), 0xc2b2ae35)
  other = Math.imul(other ^ (other >>> 16), 0x85ebca6b) ^ Math.imul(one ^ (one >>> 13), 0xc2b2ae35)
  return (BigInt(other >>> 0) << 32n) | BigInt(one >>> 0)
}

/** Filled first, then asked. */
export class NameSet {
  #keys = new BigUint64Array(1024)
  #size = 0
  #sorted = true

  add(name: string): void {
    if (this.#size === this.#keys.length) {
      const grown = new BigUint64Array(2 * this.#size)
      grown.set(this.#keys)
      this.#keys = grown
    }
    this.#keys[this.#size] = keyOf(name)
    this.#size += 1
    this.#sorted = false
  }

  has(name: string): boolean {
    if (this.#size === 0) return false
    if (!this.#sorted) this.#keys.subarray(0, this.#size).sort()
    this.#sorted = true
    const key = keyOf(name)
    let low = 0
    for (let high = this.#size; low < high; ) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low < this.#size && this.#keys[low] === key
  }
}
