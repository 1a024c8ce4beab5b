// What is known of each of many names, in some twenty bytes a name: a Map takes five times as much, and ends at 16 million.

import { keyOf } from './names.js'

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
