// Relaxed canonicalization of header fields (§3.4.2) by WebAssembly, octet by octet as in canonicalize-header.ts, but three times as fast.
// Optional: where it cannot run, or the header section does not fit, the loop there does the same.

import { nameOf } from './canonicalize-header.js'
import type { HeaderField } from './header.js'
import { instantiate, onceWorth, type WithMemory } from './web-assembly.js'

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
  relax(section: Buffer, fields: readonly HeaderField[], signatureField: Buffer): Buffer | undefined
}

/** For so many octets that are to be relaxed; null where JavaScript does it. */
export const wasmRelaxer = onceWorth(65_536, open)

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
      const { nameEnd, valueStart } = nameOf(signatureField)
      const end = exports.relax(signatureAt, signatureAt + nameEnd, signatureAt + valueStart, from, to)
      return memory.subarray(from, end - 2)
    },
  }
}
