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

const FIRST = 1024

/** Open addressing: a key stands at the first free place from the one that its low bits name. */
export class NameTable {
  #keys = new BigUint64Array(FIRST)
  /** One more than the value; 0 is a free place. */
  #values = new Uint32Array(FIRST)
  #size = 0

  /** The value that stands there already; undefined where the name is new, and then `value` is noted. */
  add(name: string, value: number): number | undefined {
    const key = keyOf(name)
    const place = this.#placeOf(key)
    if (this.#values[place] !== 0) return this.#values[place]! - 1
    this.#keys[place] = key
    this.#values[place] = value + 1
    this.#size += 1
    if (this.#size * 4 > this.#keys.length * 3) this.#grow()
    return undefined
  }

  has(name: string): boolean {
    return this.#values[this.#placeOf(keyOf(name))] !== 0
  }

  #placeOf(key: bigint): number {
    const last = this.#keys.length - 1
    let place = Number(BigInt.asUintN(32, key)) & last
    while (this.#values[place] !== 0 && this.#keys[place] !== key) place = (place + 1) & last
    return place
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values]
    this.#keys = new BigUint64Array(2 * keys.length)
    this.#values = new Uint32Array(2 * keys.length)
    for (let index = 0; index < keys.length; index += 1) {
      if (values[index] === 0) continue
      const place = this.#placeOf(keys[index]!)
      this.#keys[place] = keys[index]!
      this.#values[place] = values[index]!
    }
  }
}
