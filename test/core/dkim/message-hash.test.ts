import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyHasher } from '../../../src/core/dkim/message-hash.js'
import { LIMITS } from '../../../src/core/limits.js'
import { canonicalBody } from '../../support/evil-signer.js'

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('base64')

describe('BodyHasher', () => {
  it('knows the hashes of empty bodies', () => {
    const hasher = new BodyHasher()
    hasher.request('simple', null)
    hasher.request('relaxed', null)
    const hashes = hasher.end()
    expect(hashes('simple', null)?.digest).toBe('frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=')
    expect(hashes('relaxed', null)?.digest).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
  })

  it('T-16 keeps hashes of one canonicalization and different lengths apart', () => {
    const body = fc.string({ unit: fc.constantFrom('a', ' ', '\r\n', '\xff'), maxLength: 60 })
    const lengths = fc.uniqueArray(fc.nat(50), { maxLength: LIMITS.bodyLengths })
    fc.assert(
      fc.property(body, lengths, fc.nat(20), (text, limits, cut) => {
        const hasher = new BodyHasher()
        for (const how of ['simple', 'relaxed'] as const) {
          for (const length of [null, ...limits]) expect(hasher.request(how, length)).toBe(true)
        }
        const bytes = Buffer.from(text, 'latin1')
        hasher.write(bytes.subarray(0, cut))
        hasher.write(bytes.subarray(cut))
        const hashes = hasher.end()
        for (const how of ['simple', 'relaxed'] as const) {
          const canonical = canonicalBody(text, how)
          for (const length of [null, ...limits]) {
            const { digest, total } = hashes(how, length)!
            expect(digest).toBe(sha256(canonical.slice(0, length ?? canonical.length)))
            expect(total).toBe(canonical.length)
          }
        }
      }),
    )
  })

  it('hashes as many different lengths as the limit, and refuses one more', () => {
    const hasher = new BodyHasher()
    for (let length = 0; length < LIMITS.bodyLengths; length += 1) expect(hasher.request('simple', length)).toBe(true)
    expect(hasher.request('simple', LIMITS.bodyLengths)).toBe(false)
    expect(hasher.request('relaxed', 0)).toBe(true)
    expect(hasher.request('simple', null)).toBe(true)
  })

  it('has no hash that was not asked for', () => expect(new BodyHasher().end()('simple', null)).toBeUndefined())
})
