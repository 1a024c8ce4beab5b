// Shards: each of N runs takes the messages whose name falls to it, the same ones whatever the machine or the order.

import { InvalidArgumentError } from '../command.js'
import { numberOf } from './names.js'

export interface Shard {
  /** Counted from 1. */
  readonly index: number
  readonly of: number
}

/** The first line of a shard's ndjson: where the last one is not there, it shows that this was a shard. */
export interface ShardStart {
  readonly schema: 'dkim.shard-start/1'
  readonly shard: number
  readonly of: number
}

/** The last line of a shard's ndjson: without it the shard was cut off, and with all of them gaps show. */
export interface ShardRecord {
  readonly schema: 'dkim.shard/1'
  readonly shard: number
  readonly of: number
  /** Messages of this shard. */
  readonly messages: number
  /** Messages of all shards, as this one saw them, and the sum of their numbers: shards of one run agree on both. */
  readonly seen: number
  readonly names: string
  readonly exitCode: number
}

export const MAX_SHARDS = 1_000_000

/** `3/8` */
export function parseShard(value: string): Shard {
  const match = /^(\d{1,7})\/(\d{1,7})$/.exec(value)
  const [index, of] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || index < 1 || index > of || of > MAX_SHARDS) {
    throw new InvalidArgumentError('expected I/N with I from 1 to N, for instance 3/8')
  }
  return { index, of }
}

/** Tells which names are this shard's, and keeps the account that its last record gives. */
export class ShardFilter {
  readonly #shard: Shard
  #seen = 0
  #taken = 0
  #names = 0

  constructor(shard: Shard) {
    this.#shard = shard
  }

  get start(): ShardStart {
    const { index, of } = this.#shard
    return { schema: 'dkim.shard-start/1', shard: index, of }
  }

  takes(name: string): boolean {
    const number = numberOf(name)
    const mine = number % this.#shard.of === this.#shard.index - 1
    this.#seen += 1
    this.#names = (this.#names + number) >>> 0
    if (mine) this.#taken += 1
    return mine
  }

  record(exitCode: number): ShardRecord {
    const { index, of } = this.#shard
    const names = this.#names.toString(16).padStart(8, '0')
    return { schema: 'dkim.shard/1', shard: index, of, messages: this.#taken, seen: this.#seen, names, exitCode }
  }
}
