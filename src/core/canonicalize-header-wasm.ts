// Relaxed canonicalization of header fields (§3.4.2) by WebAssembly, octet by octet as in canonicalize-header.ts, but three times as fast.
// Optional: where it cannot run, or the header section does not fit, the loop there does the same.

import type { HeaderField } from './header.js'
import { instantiate, type WithMemory } from './web-assembly.js'

/** scripts/wasm/relaxed-field.wat, as scripts/wasm/assemble.mjs writes it. */
export const MODULE =
  'AGFzbQEAAAABCgFgBX9/f39/AX8DAgEABQMBAAQHEgIGbWVtb3J5AgAFcmVsYXgAAAqBAgH+AQIBfwF/A0AgACABSQRAIAQgAC0AACIFIAVBwQBrQRpJ' +
  'QQV0ajoAACAAQQFqIQAgBEEBaiEEDAELCyAEQTo6AAAgBEEBaiIEIQYDQCACIANJBEAgAi0AACEFIAJBAWohAiAFQSBLBEAgBCAFOgAAIARBAWohBAwC' +
  'CyAFQSBGIAVBCUZyBEAgBCAGRyAEQQFrLQAAQSBHcQRAIARBIDoAACAEQQFqIQQLDAILIAVBDUYgAiADSXEgAi0AAEEKRnEEQCACQQFqIQIMAgsgBCAF' +
  'OgAAIARBAWohBAwBCwsgBCAEIAZHIARBAWstAABBIEZxayIEQY0UOwAAIARBAmoL'

interface Exports extends WithMemory {
  relax(start: number, nameEnd: number, valueStart: number, valueEnd: number, to: number): number
}

export interface WasmRelaxer {
  /**
   * The fields of a header section, each with its CRLF, and behind them the signature field without one. Valid until the next call;
   * undefined where there is too much of them.
   */
  relax(section: Uint8Array, fields: readonly HeaderField[], signatureField: Uint8Array): Buffer | undefined
}

const COLON = 0x3a
const SP = 0x20
const HTAB = 0x09

/** So many octets go the slow way before the module is worth its own start. */
const WORTH = 65_536

let relaxer: WasmRelaxer | null | undefined
let waited = 0

/** One for all: it keeps nothing between calls but its scratch memory. Null where the platform has no such thing, and while `octets` are not yet worth it. */
export function wasmRelaxer(octets: number): WasmRelaxer | null {
  if (relaxer !== undefined) return relaxer
  waited += octets
  if (waited >= WORTH) relaxer = open()
  return relaxer ?? null
}

function open(): WasmRelaxer | null {
  const exports = instantiate<Exports>(MODULE)
  if (exports === null) return null
  const memory = Buffer.from(exports.memory.buffer)
  return {
    relax(section, fields, signatureField) {
      const signatureAt = section.length
      const from = signatureAt + signatureField.length
      // What is canonical is no longer than what it was made of, but for a CRLF at the end of each field.
      if (2 * (from + fields.length + 1) > memory.length) return undefined
      memory.set(section, 0)
      memory.set(signatureField, signatureAt)
      let to = from
      for (let index = 0; index < fields.length; index += 1) {
        const { start, nameEnd, valueStart, valueEnd } = fields[index]!
        to = exports.relax(start, nameEnd, valueStart, valueEnd, to)
      }
      const colon = memory.indexOf(COLON, signatureAt)
      let nameEnd = colon
      while (nameEnd > signatureAt && (memory[nameEnd - 1] === SP || memory[nameEnd - 1] === HTAB)) nameEnd -= 1
      return memory.subarray(from, exports.relax(signatureAt, nameEnd, colon + 1, from, to) - 2)
    },
  }
}
