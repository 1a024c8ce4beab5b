// Lines of ndjson: the same for every chunking, and none too long.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLines } from '../../../src/commands/verify/json-lines.js'

async function linesOf(chunks: readonly Buffer[], limit?: number): Promise<(string | null)[]> {
  async function* stream() {
    yield* chunks
  }
  const lines: (string | null)[] = []
  for await (const some of jsonLines(stream(), limit)) lines.push(...some)
  return lines
}

describe('lines', () => {
  it('are what stands between line ends, however they come', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ä', '\n', '\r', '{', '\u2028') })
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (whole, size) => {
        const bytes = Buffer.from(whole)
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        )
        const expected = whole.split('\n')
        if (expected.at(-1) === '') expected.pop()
        expect(await linesOf(chunks)).toEqual(expected)
      }),
    )
  })

  it('that are too long are null, and the next one is whole', async () => {
    const chunks = ['aaaaa\nbbb', 'bbb\ncc', 'ccc'].map(text => Buffer.from(text))
    expect(await linesOf(chunks, 5)).toEqual(['aaaaa', null, 'ccccc'])
    expect(await linesOf(chunks, 6)).toEqual(['aaaaa', 'bbbbbb', 'ccccc'])
    expect(await linesOf(chunks, 4)).toEqual([null, null, null])
  })
})
