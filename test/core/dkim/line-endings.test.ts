import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LineEnd, LineEndNormalizer } from '../../../src/core/dkim/line-endings.js'

interface Outcome {
  readonly text: string
  readonly lineEnd: LineEnd
  readonly mixed: boolean
}

function normalize(chunks: readonly Uint8Array[]): Outcome {
  const out: Buffer[] = []
  const normalizer = new LineEndNormalizer(chunk => out.push(Buffer.from(chunk)))
  for (const chunk of chunks) normalizer.write(chunk)
  normalizer.end()
  return { text: Buffer.concat(out).toString('latin1'), lineEnd: normalizer.lineEnd, mixed: normalizer.mixed }
}

/** The same, written with whole strings and regular expressions. */
function oracle(text: string): Outcome {
  const first = /\r?\n/.exec(text)
  const lineEnd = first === null ? 'none' : first[0] === '\n' ? 'lf' : 'crlf'
  const bare = /\r(?!\n)|(?<!\r)\n/.test(text)
  if (lineEnd === 'lf') return { text: text.replace(/(?<!\r)\n/g, '\r\n'), lineEnd, mixed: text.includes('\r') }
  return { text, lineEnd, mixed: bare }
}

function cut(text: string, sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text, 'latin1')
  const chunks: Buffer[] = []
  let start = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(start, start + size))
    start += size
  }
  return [...chunks, bytes.subarray(start)]
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

describe('line ends', () => {
  it.each<[string, string, LineEnd, boolean]>([
    ['', '', 'none', false],
    ['a', 'a', 'none', false],
    ['a\r\nb\r\n', 'a\r\nb\r\n', 'crlf', false],
    ['a\nb\n', 'a\r\nb\r\n', 'lf', false],
    ['a\nb', 'a\r\nb', 'lf', false],
    ['\n', '\r\n', 'lf', false],
    ['a\r\nb\n', 'a\r\nb\n', 'crlf', true],
    ['a\r\nb\rc\r\n', 'a\r\nb\rc\r\n', 'crlf', true],
    ['a\r\n\r', 'a\r\n\r', 'crlf', true],
    ['a\nb\r\n', 'a\r\nb\r\n', 'lf', true],
    ['a\nb\rc\n', 'a\r\nb\rc\r\n', 'lf', true],
    ['a\rb\n', 'a\rb\r\n', 'lf', true],
    ['a\rb', 'a\rb', 'none', true],
    ['a\r\r\n', 'a\r\r\n', 'crlf', true],
    ['a\n\r\n', 'a\r\n\r\n', 'lf', true],
  ])('%j', (input, text, lineEnd, mixed) => {
    expect(normalize([bytes(input)])).toEqual({ text, lineEnd, mixed })
    expect(normalize([...input].map(bytes))).toEqual({ text, lineEnd, mixed })
  })

  it('P-08, P-09 agrees with the oracle on all short texts over CR, LF and a letter', () => {
    const alphabet = ['\r', '\n', 'a']
    let texts = ['']
    for (let length = 1; length <= 7; length += 1) {
      texts = texts.flatMap(text => alphabet.map(letter => text + letter))
      for (const text of texts) {
        expect(normalize([bytes(text)])).toEqual(oracle(text))
        expect(normalize([...text].map(bytes))).toEqual(oracle(text))
      }
    }
  })

  it('gives the same for every chunking and every alignment', () => {
    const piece = fc.constantFrom('\r', '\n', '\r\n', 'a', '\t', ' ', '\x0b', '\xff', '\x00', 'words on a line')
    const text = fc.array(piece, { maxLength: 60 }).map(pieces => pieces.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat(9), { maxLength: 30 }), (input, sizes) => {
        expect(normalize(cut(input, sizes))).toEqual(oracle(input))
      }),
      { numRuns: 2000 },
    )
  })

  it('finds one bare line end wherever it is in a long message', () => {
    const line = `${'x'.repeat(70)}\r\n`
    fc.assert(
      fc.property(fc.nat(999), fc.constantFrom('\r', '\n'), fc.nat(5), (at, bare, offset) => {
        const clean = line.repeat(20)
        const inside = clean[at] === '\n' ? at + 1 : at
        const input = line + clean.slice(0, inside) + bare + clean.slice(inside)
        const padded = bytes('?'.repeat(offset) + input).subarray(offset)
        expect(normalize([padded])).toMatchObject({ lineEnd: 'crlf', mixed: true, text: input })
      }),
    )
  })

  it('converts a chunk of many blocks, wherever a line end falls', () => {
    for (const shift of [0, 1, 2, 3]) {
      const text = `${'x'.repeat(shift)}\n${'line\n\ttext\n'.repeat(9000)}`
      expect(normalize([bytes(text)])).toEqual(oracle(text))
      const mixed = `\n${'y'.repeat(32_765 + shift)}\r\n${'z\n'.repeat(40_000)}`
      expect(normalize([bytes(mixed)])).toEqual(oracle(mixed))
    }
  })

  it('hands on the very same chunk where there is nothing to convert', () => {
    const seen: Uint8Array[] = []
    const normalizer = new LineEndNormalizer(chunk => seen.push(chunk))
    const chunks = ['a\r\n', 'b\r', '\nc'].map(bytes)
    for (const chunk of chunks) normalizer.write(chunk)
    expect(seen).toEqual(chunks)
    expect(seen.every((chunk, index) => chunk === chunks[index])).toBe(true)
  })
})
