// Both canonicalizers against the evil signer's slow twin: every short string, every way to cut it, and random long ones.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyCanonicalizer } from '../../src/core/dkim/canonicalize-body.js'
import { CanonicalHeader } from '../../src/core/dkim/canonicalize-header.js'
import { parseHeaderSection } from '../../src/core/dkim/header.js'
import { canonicalField, canonicalBody as oracle } from '../support/evil-signer.js'

const NAMES = ['simple', 'relaxed'] as const

function canonical(name: (typeof NAMES)[number], chunks: readonly Buffer[]): string {
  let text = ''
  const canonicalizer = bodyCanonicalizer(name, bytes => {
    text += bytes.toString('latin1')
  })
  for (const chunk of chunks) canonicalizer.write(chunk)
  canonicalizer.end()
  return text
}

const ALPHABET = ['\r', '\n', ' ', '\t', 'a']

function* stringsOf(length: number): Generator<string> {
  if (length === 0) yield ''
  else for (const rest of stringsOf(length - 1)) for (const letter of ALPHABET) yield letter + rest
}

/** Every way to cut a text. */
function* cutsOf(bytes: Buffer): Generator<Buffer[]> {
  for (let mask = 0; mask < 1 << Math.max(0, bytes.length - 1); mask += 1) {
    const chunks: Buffer[] = []
    let start = 0
    for (let index = 1; index < bytes.length; index += 1) {
      if (mask & (1 << (index - 1))) {
        chunks.push(bytes.subarray(start, index))
        start = index
      }
    }
    yield [...chunks, bytes.subarray(start)]
  }
}

function randomCut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let start = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(start, start + size))
    start += size
  }
  return [...chunks, bytes.subarray(start)]
}

describe.each(NAMES)('%s body', name => {
  it('P-15, B-09 of every string up to six letters, whole and byte by byte', () => {
    const wrong: string[] = []
    let count = 0
    for (let length = 0; length <= 6; length += 1) {
      for (const text of stringsOf(length)) {
        const bytes = Buffer.from(text)
        const expected = oracle(text, name)
        const single = Array.from(bytes, byte => Buffer.of(byte))
        if (canonical(name, [bytes]) !== expected || canonical(name, single) !== expected) wrong.push(text)
        count += 1
      }
    }
    expect(wrong).toEqual([])
    expect(count).toBe(19_531)
  })

  it('P-16 of every string up to five letters, cut in every way', () => {
    const wrong: string[] = []
    for (let length = 0; length <= 5; length += 1) {
      for (const text of stringsOf(length)) {
        const expected = oracle(text, name)
        for (const chunks of cutsOf(Buffer.from(text))) if (canonical(name, chunks) !== expected) wrong.push(text)
      }
    }
    expect(wrong).toEqual([])
  })

  it('of random text, cut at random', () => {
    const unit = fc.constantFrom('\r\n', '\r\n\r\n', '\r', '\n', ' ', '\t', 'word', '\0', '\xa0', '\x0b', '\xff')
    const text = fc.string({ unit, maxLength: 200 })
    fc.assert(
      fc.property(text, fc.array(fc.nat(30)), (body, sizes) => {
        const chunks = randomCut(Buffer.from(body, 'latin1'), sizes)
        expect(canonical(name, chunks)).toBe(oracle(body, name))
      }),
      { numRuns: 2000 },
    )
  })

  it('of long text, for which there is a faster way', () => {
    const words = ['\r\n', '\r\n\r\n', '\n', ' ', '\t', ' \t', 'word', 'a', '\0', '\xa0', 'x'.repeat(40)]
    const rare = fc.oneof({ weight: 60, arbitrary: fc.constantFrom(...words) }, fc.constantFrom('\r', ' \n', ' \r'))
    const text = fc.string({ unit: rare, minLength: 500, maxLength: 3000, size: 'max' })
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 4 }), (body, sizes) => {
        const chunks = randomCut(Buffer.from(body, 'latin1'), sizes)
        expect(canonical(name, chunks)).toBe(oracle(body, name))
      }),
      { numRuns: 300 },
    )
  })

  it.each(['a ', ' a\r\n', 'a \r\n \r\n', 'a\n ', 'ab\r ', '\t'])('of %j past every border of pieces', unit => {
    for (const length of [1023, 1024, 1025, 65_534, 65_535, 65_536, 65_537, 131_073]) {
      const body = unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
      expect(canonical(name, [Buffer.from(body)]) === oracle(body, name)).toBe(true)
      expect(canonical(name, [Buffer.from(`${body}x`)]) === oracle(`${body}x`, name)).toBe(true)
    }
  })

  it.each([
    [['\na\r\r\n\r\n\r', '\n\naa']],
    [['a b\r\n\r\n\r\n\r\n', 'c d e f']],
    [['a b\r\n\r\n\r\n\r\n ', '\r', '\n c ']],
  ])('keeps every byte behind CRLFs of an earlier chunk: %j', chunks => {
    const expected = oracle(chunks.join(''), name)
    expect(
      canonical(
        name,
        chunks.map(chunk => Buffer.from(chunk)),
      ),
    ).toBe(expected)
  })

  it('is its own canonical form', () => {
    const text = fc.string({ unit: fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', 'a'), maxLength: 30 })
    fc.assert(
      fc.property(text, body => {
        const once = canonical(name, [Buffer.from(body)])
        expect(canonical(name, [Buffer.from(once)])).toBe(once)
      }),
    )
  })

  it.each([
    ['spaces on one line', ' '.repeat(2_000_000), 'x'],
    ['a million empty lines', '\r\n'.repeat(1_000_000), 'x'],
    ['lines of spaces', '  \r\n'.repeat(500_000), 'x'],
    ['bare CRs', '\r'.repeat(2_000_000), ''],
  ])('takes linear time over %s', (_, text, last) => {
    const start = performance.now()
    const chunks = randomCut(Buffer.from(text + last), new Array(100).fill(10_001))
    expect(canonical(name, chunks).length).toBeGreaterThan(0)
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('hands on no byte before it must, and forgets none', () => {
    let seen = 0
    const canonicalizer = bodyCanonicalizer(name, bytes => {
      seen += bytes.length
    })
    canonicalizer.write(Buffer.from('a\r\n\r\n'))
    expect(seen).toBe(1)
    canonicalizer.write(Buffer.from('b'))
    expect(seen).toBe(6)
  })
})

it('the constants of §3.4.3 and §3.4.4 hold for empty bodies', () => {
  for (const body of ['', '\r\n', '\r\n\r\n']) {
    expect(canonical('simple', [Buffer.from(body)])).toBe('\r\n')
    expect(canonical('relaxed', [Buffer.from(body)])).toBe('')
  }
  expect(canonical('relaxed', [Buffer.from(' \t\r\n \r\n')])).toBe('')
  expect(canonical('simple', [Buffer.from(' \r\n')])).toBe(' \r\n')
})

it('the examples of §3.4.5 come out as printed', () => {
  const section = parseHeaderSection(Buffer.from('A: X\r\nB : Y\t\r\n\tZ  \r\n'))
  const header = (how: (typeof NAMES)[number]): string => {
    const canonicalHeader = new CanonicalHeader(how)
    for (const field of section.fields) canonicalHeader.addField(section, field)
    return canonicalHeader.bytes.toString()
  }
  expect(header('relaxed')).toBe('a:X\r\nb:Y Z\r\n')
  expect(header('simple')).toBe('A: X\r\nB : Y\t\r\n\tZ  \r\n')
  const body = [Buffer.from(' C \r\nD \t E\r\n\r\n\r\n')]
  expect(canonical('relaxed', body)).toBe(' C\r\nD E\r\n')
  expect(canonical('simple', body)).toBe(' C \r\nD \t E\r\n')
})

describe.each(NAMES)('%s header', name => {
  const unit = fc.constantFrom(' ', '\t', '\r\n ', '\r\n\t', 'x', 'Y', ':', '\xa0', '\x0b', '\0', '\xe9')
  const field = fc.tuple(
    fc.stringMatching(/^[A-Za-z-]{1,8}$/),
    fc.constantFrom('', ' ', '\t '),
    fc.string({ unit, maxLength: 20 }),
  )

  it('is that of the oracle, and the signature has no CRLF', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), parts => {
        const lines = parts.map(([fieldName, blank, value]) => `${fieldName}${blank}:${value}`)
        const section = parseHeaderSection(Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'))
        const header = new CanonicalHeader(name, Buffer.alloc(8))
        for (const view of section.fields) header.addField(section, view)
        header.addSignature(Buffer.from(lines[0]!, 'latin1'))
        const expected = [...lines, lines[0]!].map(line => canonicalField(line, name)).join('')
        expect(header.bytes.toString('latin1')).toBe(expected.slice(0, -2))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([' '.repeat(1_000_000), '\r\n '.repeat(300_000), 'a b'.repeat(300_000)])('takes linear time (%#)', value => {
    const start = performance.now()
    new CanonicalHeader(name).addSignature(Buffer.from(`A:${value}`))
    expect(performance.now() - start).toBeLessThan(500)
  })
})
