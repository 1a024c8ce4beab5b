// Line ends of long pieces by WebAssembly, sixteen octets at a time: some ten times as fast as JavaScript.
// Optional: where it cannot run, the loops in line-endings.ts do the same.

import { instantiate, onceWorth, type WithMemory } from './web-assembly.js'

/** Assembled from scripts/wasm/line-ends.wat by `npm run wasm`. */
export const MODULE =
  'AGFzbQEAAAABDgJgAn9/AX9gA39/fwF/AwMCAAEFAwEAAgchAwZtZW1vcnkCAAtiYXJlTGluZUVuZAAABnRvQ3JsZgABCu0BAlYBAXsDQCAAQQFr/QAEAP0MDQ0NDQ0NDQ0NDQ0NDQ0NDf0jIAD9AAQA/QwKCgoKCgoKCgoKCgoKCgoK/SP9USAC/VAhAiAAQRBqIgAgAUkNAAsgAv1TC5MBAgF7AX8DQCACIAD9AAQAIgP9CwQAIAP9DAoKCgoKCgoKCgoKCgoKCgr9IyAAQQFr/QAEAP0MDQ0NDQ0NDQ0NDQ0NDQ0NDf0j/U/9ZCIERQRAIABBEGohACACQRBqIQIFIAIgBGgiBGoiAkGNFDsBACACQQJqIQIgACAEakEBaiEACyAAIAFJDQALIAIgACABa2sL'

/** Octets of one piece: with its converted copy few enough for the processor's cache. */
export const PIECE = 32_768
/** What a block reads behind the end. */
const PADDING = 16
const START = 16
const COPY = START + PIECE + PADDING

const CR = 0x0d
const LF = 0x0a

interface Exports extends WithMemory {
  bareLineEnd(start: number, end: number): number
  toCrlf(start: number, end: number, to: number): number
}

/** Both take no more than a piece, and whether a CR came before it. */
export interface LineEnds {
  /** True where an LF has no CR before it or a CR no LF behind it. The last octet is not judged: the next piece shows. */
  hasBareLineEnd(piece: Uint8Array, afterCr: boolean): boolean
  /** The piece with a CR before each LF that has none; valid until the next call. */
  withCrlf(piece: Uint8Array, afterCr: boolean): Buffer
}

/** For so many octets that are to be looked at; null where JavaScript does it. */
export const simdLineEnds = onceWorth(65_536, open)

function open(): LineEnds | null {
  const exports = instantiate<Exports>(MODULE)
  if (exports === null) return null
  const memory = Buffer.from(exports.memory.buffer)
  const place = (piece: Uint8Array, afterCr: boolean): number => {
    memory[START - 1] = afterCr ? CR : 0
    memory.set(piece, START)
    const end = START + piece.length
    memory.fill(0, end, end + PADDING)
    return end
  }
  return {
    hasBareLineEnd(piece, afterCr) {
      const end = place(piece, afterCr)
      if (memory[end - 1] === CR) memory[end] = LF
      return exports.bareLineEnd(START, end) === 1
    },
    withCrlf(piece, afterCr) {
      return memory.subarray(COPY, exports.toCrlf(START, place(piece, afterCr), COPY))
    },
  }
}
