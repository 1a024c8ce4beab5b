import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSignatureField, type SignatureTag } from '../../../src/core/dkim/format-signature.js'
import { parseHeaderSection } from '../../../src/core/dkim/header.js'
import { parseSignature, withEmptyB } from '../../../src/core/dkim/signature.js'

const BH = 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI='
const label = fc.stringMatching(/^[a-z](?:[a-z0-9]{0,18}[a-z0-9])?$/)
const domain = fc.array(label, { minLength: 2, maxLength: 4 }).map(labels => labels.join('.'))
const fields = fc.array(fc.stringMatching(/^[a-z][a-z-]{0,30}$/), { maxLength: 40 }).map(names => ['from', ...names])
const tagsArbitrary = fc.record({
  d: domain,
  s: domain,
  h: fields,
  z: fc.option(fc.string({ unit: fc.constantFrom('a', '=20', '=3B', '=E4', '|', ':'), maxLength: 200 })),
  t: fc.option(fc.nat(4_000_000_000)),
})

describe('a formatted field', () => {
  it('has lines under 78 columns, folds where it may, and is read back', () => {
    fc.assert(
      fc.property(tagsArbitrary, fc.uint8Array({ minLength: 64, maxLength: 512 }), ({ d, s, h, z, t }, signature) => {
        const tags: SignatureTag[] = [
          ['v', '1'],
          ['a', 'rsa-sha256'],
          ['c', 'simple/simple'],
          ['d', d],
          ['s', s],
          ...(t === null ? [] : ([['t', String(t)]] as const)),
          ['h', h.join(':'), 'colon'],
          ...(z === null ? [] : ([['z', z, 'quoted']] as const)),
          ['bh', BH, 'anywhere'],
        ]
        const unsigned = formatSignatureField(tags)
        const b = Buffer.from(signature).toString('base64')
        const field = unsigned.fill(b)
        expect(field.endsWith('\r\n')).toBe(true)
        for (const line of field.slice(0, -2).split('\r\n')) expect(line.length).toBeLessThan(78)
        expect(field.slice(0, -2)).not.toMatch(/\r\n(?![ \t])|\r\n[ \t]*(?:\r\n|$)/)
        // A hex-octet is one token (§2.11): no fold inside.
        const written = z === null ? '' : (/; z=([^;]*);/.exec(field.replace(/\r\n (?=z=)/, ' '))?.[1] ?? '')
        expect(written).not.toMatch(/=[0-9A-F]?\r\n/)

        const section = parseHeaderSection(Buffer.from(field, 'latin1'))
        const parsed = parseSignature(section, section.fields[0]!)
        expect(parsed.rejection).toBeNull()
        expect(parsed).toMatchObject({ domain: d, selector: s, signedFields: h, timestamp: t })
        expect(parsed.signature?.toString('base64')).toBe(b)
        // What was hashed is what a verifier makes of the finished field, octet for octet.
        expect(withEmptyB(section, parsed).toString('latin1')).toBe(unsigned.text)
      }),
      { numRuns: 500 },
    )
  })
})
