import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyCache } from '../../../src/core/dkim/key-lookup.js'
import { messageResult, REASONS, RESULT_ORDER, type Result } from '../../../src/core/dkim/result.js'
import { Verifier, type VerifyOptions, verify } from '../../../src/core/dkim/verify.js'
import { noAnswer, type Resolver, type TxtAnswer } from '../../../src/core/dns/resolver.js'
import { LIMITS } from '../../../src/core/limits.js'
import { evilField, evilSign } from '../../support/evil-signer.js'
import { CountingResolver, M0, NOW, REC } from '../../support/hostile.js'
import { keyRecord } from '../../support/keys.js'

const now = new Date(NOW * 1000)
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const GOOD = bytes(evilSign(M0))

describe('whatever the message and whatever DNS says', () => {
  const piece = fc.constantFrom(
    evilField(M0),
    evilField(M0, { key: 'ed25519' }),
    M0,
    'From: <a@legit.test>\r\n',
    'DKIM-Signature: ',
    'v=1; a=rsa-sha256; d=legit.test; s=sel; h=from; bh=; b=',
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    ':',
    ';',
    '=',
    '\xff',
    'X: y',
  )
  const records = fc.array(
    fc.constantFrom(
      keyRecord('rsa2048'),
      keyRecord('ed25519'),
      'v=DKIM1; p=',
      'v=spf1',
      '',
      '\0',
      'p=\xff;;',
      'v=DKIM1; k=x; p=A',
    ),
    { maxLength: 6 },
  )

  it('it never throws, asks for keys alone, and answers the same in every chunking', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), records, fc.nat(2000), async (pieces, texts, cut) => {
        const message = bytes(pieces.join(''))
        const resolver = (): CountingResolver => new CountingResolver({ 'sel._domainkey.legit.test': texts })
        const first = resolver()
        const report = await verify(message, { resolver: first, now })
        expect(first.queries.every(name => name === 'sel._domainkey.legit.test')).toBe(true)
        expect(first.queries.length).toBeLessThanOrEqual(1)
        const chunks = [message.subarray(0, cut), message.subarray(cut)]
        expect(await verify(chunks, { resolver: resolver(), now })).toEqual(report)
        for (const { result, reason, bodyHash, headerSignature } of report.signatures) {
          if (result === 'pass') expect([reason, bodyHash, headerSignature]).toEqual([null, 'match', 'match'])
          else expect(REASONS[reason!].result).toBe(result)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('a signed message', () => {
  it('with one octet of the signed part changed does not pass', async () => {
    const unsigned = GOOD.indexOf('Message-ID:')
    const body = GOOD.indexOf('\r\n\r\n') + 4
    for (let index = 0; index < GOOD.length; index += 1) {
      if (index >= unsigned && index < body) continue
      const changed = Buffer.from(GOOD)
      changed[index] = changed[index]! ^ 0x01
      const report = await verify(changed, { resolver: new CountingResolver(REC), now })
      expect([index, report.result === 'pass']).toEqual([index, false])
    }
  })

  it('with an unsigned octet changed still passes, or says why not', async () => {
    const start = GOOD.indexOf('Message-ID:') + 12
    for (let index = start; index < GOOD.indexOf('\r\n\r\n'); index += 1) {
      const changed = Buffer.from(GOOD)
      changed[index] = 0x78
      expect((await verify(changed, { resolver: new CountingResolver(REC), now })).result).toBe('pass')
    }
  })
})

describe('key look-ups', () => {
  it('that never answer are given up with the budget of the message', async () => {
    const resolver: Resolver = {
      txt: (name, signal) =>
        new Promise<TxtAnswer>(resolve =>
          signal?.addEventListener('abort', () => resolve(noAnswer(name, 'timeout', 'given up'))),
        ),
    }
    const outside = new AbortController()
    const waiting = verify(GOOD, { resolver, now, signal: outside.signal })
    outside.abort()
    const report = await waiting
    expect([report.result, report.signatures[0]?.reason]).toEqual(['temperror', 'key-unavailable'])
  })

  it('are begun while the body still comes', () => {
    const resolver = new CountingResolver(REC)
    const verifier = new Verifier({ resolver, now })
    verifier.write(GOOD.subarray(0, GOOD.indexOf('\r\n\r\n') + 4))
    expect(resolver.queries).toEqual(['sel._domainkey.legit.test'])
  })
})

describe('parsed keys', () => {
  const candidate = async (options: VerifyOptions) => {
    const verifier = new Verifier(options)
    verifier.write(GOOD)
    expect((await verifier.end()).result).toBe('pass')
    const [first] = await verifier.evidence()
    return first?.lookup?.candidates[0]
  }

  it('stay with the resolver whose answers they came from', async () => {
    const resolver = new CountingResolver(REC)
    const first = await candidate({ resolver, now })
    expect(first?.key).not.toBeNull()
    expect(await candidate({ resolver, now })).toBe(first)
    expect(await candidate({ resolver: new CountingResolver(REC), now })).not.toBe(first)
    // Asked for again all the same: what DNS says is the resolver's to remember.
    expect(resolver.queries).toHaveLength(2)
  })

  it('or in the cache that is given', async () => {
    const keys = new KeyCache()
    const first = await candidate({ resolver: new CountingResolver(REC), now, keys })
    expect(await candidate({ resolver: new CountingResolver(REC), now, keys })).toBe(first)
  })
})

describe('limits', () => {
  it('ten signatures are evaluated, and the eleventh is told of', async () => {
    const report = (count: number) =>
      verify(bytes(evilField(M0).repeat(count) + M0), { resolver: new CountingResolver(REC), now })
    expect((await report(LIMITS.signatures)).warnings.map(({ code }) => code)).not.toContain('signature-limit')
    const more = await report(LIMITS.signatures + 1)
    expect(more.signatures).toHaveLength(LIMITS.signatures)
    expect(more.warnings.map(({ code }) => code)).toContain('signature-limit')
  })

  it('four different l= are hashed, the fifth is not, and does not pass', async () => {
    const lengths = Array.from({ length: LIMITS.bodyLengths + 1 }, (_, length) => length)
    const fields = lengths.map(length => evilField(M0, { length, extra: `l=${length}` })).join('')
    const report = await verify(bytes(fields + M0), { resolver: new CountingResolver(REC), now })
    expect(report.signatures.map(({ bodyHash }) => bodyHash)).toEqual(['match', 'match', 'match', 'match', 'unchecked'])
    expect(report.signatures.every(({ reason }) => reason === 'body-partly-signed')).toBe(true)
    const allowed = await verify(bytes(fields + M0), {
      resolver: new CountingResolver(REC),
      now,
      policy: { allowPartialBody: true },
    })
    expect(allowed.signatures.map(({ result }) => result)).toEqual(['pass', 'pass', 'pass', 'pass', 'policy'])
  })
})

describe('results', () => {
  it('of a message are the best of its signatures', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Result>(...RESULT_ORDER)), results => {
        const best = RESULT_ORDER.find(result => results.includes(result))
        expect(messageResult(results)).toBe(best ?? 'none')
      }),
    )
  })

  it('come from the table, which cites a section and tells what to do', () => {
    for (const { text, section, advice, result } of Object.values(REASONS)) {
      expect(RESULT_ORDER).toContain(result)
      expect([text, section, advice].every(words => words.length > 5)).toBe(true)
      expect(text).toMatch(/^[a-z]/)
    }
  })
})
