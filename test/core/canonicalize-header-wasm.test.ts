// Relaxed header fields by WebAssembly against its twin, the loop in canonicalize-header.ts.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assemble, SOURCES } from '../../scripts/wasm/assemble.mjs'
import { CanonicalHeader } from '../../src/core/canonicalize-header.js'
import { MODULE, wasmRelaxer } from '../../src/core/canonicalize-header-wasm.js'
import { parseHeaderSection } from '../../src/core/index.js'

const few = wasmRelaxer(65_535)
const relaxer = wasmRelaxer(1)!

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

function twin(header: string, signature: string): string {
  const section = parseHeaderSection(bytes(header))
  const canonical = new CanonicalHeader('relaxed')
  for (const field of section.fields) canonical.addField(section, field)
  canonical.addSignature(bytes(signature))
  return canonical.bytes.toString('latin1')
}

function byWasm(header: string, signature: string): string | undefined {
  const section = parseHeaderSection(bytes(header))
  return relaxer.relax(section.bytes, section.fields, bytes(signature))?.toString('latin1')
}

const values = fc
  .array(fc.constantFrom(' ', '\t', '\r\n ', '\r\n\t', '\r', '\n', '\0', '\x80', '\xff', 'word', 'Z', ':'), {
    maxLength: 30,
  })
  .map(parts => parts.join(''))
const fields = fc.tuple(
  fc.constantFrom('From', 'TO', 'x', 'X-[@`{', 'Sub ject', '', 'é'),
  fc.constantFrom('', ' ', '\t '),
  values,
)
const headers = fc
  .array(fields, { maxLength: 12 })
  .map(list => list.map(([name, blank, value]) => `${name}${blank}:${value}\r\n`).join(''))

describe('relaxed fields by WebAssembly', () => {
  test('wait until there is enough to do', () => {
    expect(few).toBeNull()
    expect(relaxer).not.toBeNull()
  })

  test('are what the loop makes of them', () => {
    fc.assert(
      fc.property(headers, values, (header, value) => {
        const signature = `DKIM-Signature \t:${value}`
        expect(byWasm(header, signature)).toBe(twin(header, signature))
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['Subject:\r\n', 'subject:\r\n'],
    ['Subject: \t \r\n', 'subject:\r\n'],
    ['SubJect \t:  a \t b\r\n\t c  \r\n', 'subject:a b c\r\n'],
    ['A:\r\n b\r\n', 'a:b\r\n'],
    ['A: \r\n', 'a:\r\n'],
    ['A: b\rc\nd\r\n', 'a:b\rc\nd\r\n'],
    ['[Z]@`: x\r\n', '[z]@`:x\r\n'],
  ])('%j', (header, canonical) => {
    expect(byWasm(header, 'S: v \r\n ')).toBe(`${canonical}s:v`)
    expect(twin(header, 'S: v \r\n ')).toBe(`${canonical}s:v`)
  })

  test('nothing of an earlier message shines through', () => {
    expect(byWasm(`Long: ${'x '.repeat(500)}\r\n`, `S:${'y'.repeat(300)}`)).toHaveLength(5 + 999 + 2 + 302)
    expect(byWasm('A: \r\n', 'S: ')).toBe('a:\r\ns:')
  })

  test('more than its memory holds is refused, not cut', () => {
    const fits = 4 * 65_536
    const lengthOf = (size: number): string => `A:${'b'.repeat(size)}\r\n`
    // Header section and signature field twice, and two octets for each of two line ends.
    const most = fits / 2 - 2 - 'S:'.length - 'A:\r\n'.length
    expect(byWasm(lengthOf(most), 'S:')).toBe(twin(lengthOf(most), 'S:'))
    expect(byWasm(lengthOf(most + 1), 'S:')).toBeUndefined()
  })

  test('the module is what the assembler makes of its source', () => {
    expect(MODULE).toBe(assemble(readFileSync(SOURCES['canonicalize-header-wasm'], 'utf8')).toString('base64'))
  })
})
