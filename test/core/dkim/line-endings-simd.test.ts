// Line ends by WebAssembly, and its twin octet by octet, against regular expressions that say the same.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assemble } from '../../../scripts/wasm.mjs'
import { LINE_BY_LINE, LineEndNormalizer, OCTET_BY_OCTET } from '../../../src/core/dkim/line-endings.js'
import { MODULE, PIECE, simdLineEnds } from '../../../src/core/dkim/line-endings-simd.js'

const simd = simdLineEnds(1 << 20)!
const engines = [
  { name: 'WebAssembly', lineEnds: simd },
  { name: 'octet by octet', lineEnds: OCTET_BY_OCTET },
  { name: 'line by line', lineEnds: LINE_BY_LINE },
]

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const isBare = (text: string, afterCr: boolean): boolean => {
  const whole = `${afterCr ? '\r' : ''}${text}`
  return /\r(?!\n|$)|(?<!\r)\n/.test(whole)
}
const crlf = (text: string, afterCr: boolean): string =>
  (afterCr ? `\r${text}` : text).replace(/(?<!\r)\n/g, '\r\n').slice(afterCr ? 1 : 0)

const texts = fc
  .array(
    fc.tuple(fc.constantFrom('\r', '\n', '\r\n', 'a', 'word', '\0', '\x8a', '\x0b'), fc.integer({ min: 1, max: 40 })),
    {
      maxLength: 40,
    },
  )
  .map(parts => parts.map(([part, count]) => part.repeat(count)).join(''))
/** Mail as it is: nothing bare but what is put in. */
const mails = fc
  .tuple(fc.array(fc.nat(90), { minLength: 1, maxLength: 30 }), fc.constantFrom('\r\n', '\n'))
  .map(([lengths, end]) => lengths.map(length => 'x'.repeat(length) + end).join(''))

describe.each(engines)('line ends, $name', ({ lineEnds }) => {
  test('are what the regular expressions say', () => {
    fc.assert(
      fc.property(fc.oneof(texts, mails), fc.boolean(), fc.nat(15), (text, afterCr, offset) => {
        fc.pre(text !== '')
        const piece = bytes('?'.repeat(offset) + text).subarray(offset)
        expect(lineEnds.hasBareLineEnd(piece, afterCr)).toBe(isBare(text, afterCr))
        expect(lineEnds.withCrlf(piece, afterCr).toString('latin1')).toBe(crlf(text, afterCr))
      }),
      { numRuns: 1000 },
    )
  })

  test.each([1, 15, 16, 17, 31, 32, 33, PIECE - 1, PIECE])(
    'one bare end at every place of %i octets is seen',
    length => {
      const places =
        length > 100 ? [0, 1, 15, 16, length >> 1, length - 17, length - 16, length - 2, length - 1] : undefined
      for (const at of places ?? Array.from({ length }, (_, index) => index)) {
        const piece = Buffer.alloc(length, 'x')
        piece[at] = 0x0a
        expect(lineEnds.hasBareLineEnd(piece, false), `LF at ${at}`).toBe(true)
        expect(lineEnds.withCrlf(piece, false).length).toBe(length + 1)
        piece[at] = 0x0d
        // The last octet is judged with the next piece.
        expect(lineEnds.hasBareLineEnd(piece, false), `CR at ${at}`).toBe(at < length - 1)
      }
    },
  )

  test('a piece of nothing but LF grows to twice its size', () => {
    const piece = Buffer.alloc(PIECE, '\n')
    expect(lineEnds.withCrlf(piece, false).equals(Buffer.from('\r\n'.repeat(PIECE)))).toBe(true)
    expect(lineEnds.withCrlf(piece, true).length).toBe(2 * PIECE - 1)
  })
})

describe('the WebAssembly module of line ends', () => {
  test('is what its text assembles to', async () => {
    expect(MODULE).toBe(await assemble('line-ends.wat'))
  })

  test('gives a message of many pieces the same, wherever it is cut', () => {
    const text = `${'a line of text\n'.repeat(6000)}${'\n'.repeat(300)}${'b'.repeat(PIECE)}\n`
    for (const size of [PIECE - 1, PIECE, PIECE + 1, 100_000]) {
      const out: Buffer[] = []
      const normalizer = new LineEndNormalizer(chunk => out.push(Buffer.from(chunk)))
      for (let start = 0; start < text.length; start += size) normalizer.write(bytes(text.slice(start, start + size)))
      normalizer.end()
      expect(Buffer.concat(out).toString('latin1') === text.replaceAll('\n', '\r\n'), String(size)).toBe(true)
      expect(normalizer.mixed).toBe(false)
    }
  })
})
