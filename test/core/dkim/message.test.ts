import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageSplitter } from '../../../src/core/dkim/message.js'
import { LIMITS } from '../../../src/core/limits.js'

interface Parts {
  readonly header: string
  readonly complete: boolean
  readonly body: string
  readonly calls: number
}

function split(chunks: readonly Buffer[]): Parts {
  let header = ''
  let complete = false
  let calls = 0
  const body: Buffer[] = []
  const splitter = new MessageSplitter({
    header(section, whole) {
      header = section.toString('latin1')
      complete = whole
      calls += 1
    },
    body: chunk => body.push(Buffer.from(chunk)),
  })
  for (const chunk of chunks) splitter.write(chunk)
  splitter.end()
  return { header, complete, body: Buffer.concat(body).toString('latin1'), calls }
}

/** With whole strings. */
function oracle(text: string): Parts {
  const boundary = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n') + 2 || -1
  const header = boundary < 2 && boundary !== 0 ? text : text.slice(0, boundary)
  return { header, complete: true, body: text.slice(header.length + 2), calls: 1 }
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

describe('MessageSplitter', () => {
  it.each<[string, string, string]>([
    ['A: b\r\n\r\nbody\r\n', 'A: b\r\n', 'body\r\n'],
    ['A: b\r\n\r\n', 'A: b\r\n', ''],
    ['A: b\r\n', 'A: b\r\n', ''],
    ['A: b', 'A: b', ''],
    ['', '', ''],
    ['\r\nbody', '', 'body'],
    ['\r\n', '', ''],
    ['A: b\r\n\r\n\r\n\r\n', 'A: b\r\n', '\r\n\r\n'],
    ['A: b\n\nbody\r\n', 'A: b\n\nbody\r\n', ''],
    ['A: b\r\n \r\nbody', 'A: b\r\n \r\nbody', ''],
    ['A: b\r\r\n\r\nx', 'A: b\r\r\n', 'x'],
  ])('%j', (text, header, body) => {
    const expected = { header, complete: true, body, calls: 1 }
    expect(split([Buffer.from(text)])).toEqual(expected)
    expect(split(cut(text, new Array(text.length).fill(1)))).toEqual(expected)
  })

  it('P-16 gives the same for every chunking', () => {
    const unit = fc.constantFrom('A: b\r\n', '\r\n', '\r', '\n', ' ', 'x', '\0', '\xff')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20 }), fc.array(fc.nat(6)), (text, sizes) => {
        expect(split(cut(text, sizes))).toEqual(oracle(text))
      }),
      { numRuns: 2000 },
    )
  })

  const header = (octets: number): string => `A: ${'b'.repeat(octets - 5)}\r\n`
  const chunkings = {
    whole: [],
    'cut behind the header': [LIMITS.headerBytes],
    'cut inside the empty line': [LIMITS.headerBytes + 1],
    'in pieces': new Array(600).fill(2048),
  }

  it.each(Object.entries(chunkings))('P-17 takes a header section of exactly the limit, %s', (_, sizes) => {
    const text = `${header(LIMITS.headerBytes)}\r\nbody`
    const parts = split(cut(text, sizes))
    expect([parts.complete, parts.header.length, parts.body]).toEqual([true, LIMITS.headerBytes, 'body'])
  })

  it.each(Object.entries(chunkings))('cuts one that is longer, %s', (_, sizes) => {
    for (const text of [
      `${header(LIMITS.headerBytes + 1)}\r\nbody`,
      header(LIMITS.headerBytes + 1),
      `${header(LIMITS.headerBytes)}x`,
    ]) {
      const parts = split(cut(text, sizes))
      expect([parts.complete, parts.header.length, parts.body, parts.calls]).toEqual([false, LIMITS.headerBytes, '', 1])
    }
  })

  it('takes an unclosed header section of exactly the limit', () => {
    const text = header(LIMITS.headerBytes)
    for (const sizes of Object.values(chunkings)) expect(split(cut(text, sizes)).complete).toBe(true)
  })

  it('takes linear time byte by byte', () => {
    const bytes = Buffer.from(header(300_000))
    const start = performance.now()
    split(Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1)))
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
