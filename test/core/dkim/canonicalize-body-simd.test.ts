// The fast paths of body canonicalization against a slow twin that is the text of §3.4.3 and §3.4.4 in regular expressions.
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { assemble } from '../../../scripts/wasm.mjs'
import { bodyCanonicalizer } from '../../../src/core/dkim/canonicalize-body.js'
import { MODULE, PIECE, simdRelaxer } from '../../../src/core/dkim/canonicalize-body-simd.js'
import type { CanonicalizationName } from '../../../src/core/dkim/result.js'

// From here on the fast path is taken for all that is long enough.
const simd = simdRelaxer(1 << 20)!

function relaxedTwin(body: string): string {
  const lines = body.split('\r\n').map(line => line.replace(/[ \t]+$/, '').replace(/[ \t]+/g, ' '))
  const text = lines.join('\r\n').replace(/(?:\r\n)+$/, '')
  return text === '' ? '' : `${text}\r\n`
}

function simpleTwin(body: string): string {
  return `${body.replace(/(?:\r\n)+$/, '')}\r\n`
}

function canonicalize(name: CanonicalizationName, chunks: readonly Buffer[]): string {
  const out: Buffer[] = []
  const canonicalizer = bodyCanonicalizer(name, bytes => out.push(Buffer.from(bytes)))
  for (const chunk of chunks) canonicalizer.write(chunk)
  canonicalizer.end()
  return Buffer.concat(out).toString('latin1')
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let start = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(start, start + size))
    start += size
  }
  return [...chunks, bytes.subarray(start)]
}

const pieces = fc.constantFrom(
  ' ',
  '\t',
  '  ',
  '\t ',
  '\r\n',
  '\r\n\r\n',
  '\r',
  '\n',
  ' \r',
  '\r\r\n',
  'a',
  'word',
  'x y',
  '\0',
  '\xa0',
  '=',
)
/** Long enough for the fast path, with what is rare in few places. */
const bodies = fc
  .array(fc.tuple(pieces, fc.integer({ min: 1, max: 40 })), { maxLength: 120 })
  .map(parts => parts.map(([piece, count]) => piece.repeat(count)).join(''))
/** Mail as it is: no bare CR or LF, so that the fast path takes all of it. */
const mailBodies = fc
  .array(fc.constantFrom('word', ' ', '  ', '\t', '\r\n', ' \r\n', 'longer-word-without-blanks', '\r\n\r\n'), {
    minLength: 300,
    maxLength: 2000,
  })
  .map(parts => parts.join(''))
const sizes = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 6 })

describe('body canonicalization', () => {
  test('is what the twin says, however the body is cut', () => {
    fc.assert(
      fc.property(fc.oneof(bodies, mailBodies), sizes, (body, cuts) => {
        const chunks = cut(Buffer.from(body, 'latin1'), cuts)
        expect(canonicalize('relaxed', chunks)).toBe(relaxedTwin(body))
        expect(canonicalize('simple', chunks)).toBe(simpleTwin(body))
      }),
      { numRuns: 300 },
    )
  })

  test.each([-1, 0, 1])('does not depend on where a piece ends (%i)', shift => {
    for (const edge of ['a  b', 'a \r\n', 'a\r\n\r\n b', 'a\t\r\nb', 'a\rb', ' \r', '\r\n']) {
      for (let offset = 0; offset <= edge.length; offset += 1) {
        const body =
          `${'line of text \r\n'.repeat(9000)}`.slice(0, PIECE + shift - offset).replace(/\r$/, 'x') + edge.repeat(2)
        expect(canonicalize('relaxed', [Buffer.from(body)]), `${JSON.stringify(edge)} ${offset}`).toBe(
          relaxedTwin(body),
        )
      }
    }
  })

  test('holds back any number of empty lines as a count', () => {
    const chunks = [Buffer.from('a'), ...new Array<Buffer>(50).fill(Buffer.from('\r\n'.repeat(3000))), Buffer.from('b')]
    expect(canonicalize('relaxed', chunks)).toBe(`a${'\r\n'.repeat(150_000)}b\r\n`)
  })
})

describe('the WebAssembly module', () => {
  test('is what its text assembles to', async () => {
    expect(MODULE).toBe(await assemble('relaxed-body.wat'))
  })

  test('runs here, and leaves a bare CR to the other loop', () => {
    const relax = (held: string, content: string) => simd.relax(Buffer.from(held), Buffer.from(content))?.toString()
    expect(relax(' ', 'a\t\tb \r\nc')).toBe(' a b\r\nc')
    expect(relax(' \r', '\nc')).toBe('\r\nc')
    expect(relax('', 'a \rb')).toBeUndefined()
    expect(relax('\r', 'c')).toBeUndefined()
  })

  test('is not started for less than 32 KB', async () => {
    vi.resetModules()
    const fresh = await import('../../../src/core/dkim/canonicalize-body-simd.js')
    expect([fresh.simdRelaxer(32_767), fresh.simdRelaxer(0)]).toEqual([null, null])
    expect(fresh.simdRelaxer(1)).not.toBeNull()
    expect(fresh.simdRelaxer(0)).not.toBeNull()
  })
})
