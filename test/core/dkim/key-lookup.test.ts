import { describe, expect, it } from 'vitest'
import { KeyCache } from '../../../src/core/dkim/key-lookup.js'
import type { Reason } from '../../../src/core/dkim/result.js'
import { type AnswerStatus, noAnswer, type TxtAnswer } from '../../../src/core/dns/resolver.js'

const NAME = 's._domainkey.example.com'
const answer = (status: AnswerStatus, texts: readonly string[] = []): TxtAnswer => ({
  ...noAnswer(NAME, status, null),
  records: texts.map(text => ({ data: Buffer.from(text, 'latin1'), ttl: null, strings: 1 })),
})

describe('an answer without a key', () => {
  const REASON_OF = {
    found: 'no-key-for-signature',
    nodata: 'no-key-for-signature',
    nxdomain: 'no-key-for-signature',
    'cname-loop': 'no-key-for-signature',
    servfail: 'key-unavailable',
    refused: 'key-unavailable',
    timeout: 'key-unavailable',
    network: 'key-unavailable',
    malformed: 'key-unavailable',
  } as const satisfies Record<AnswerStatus, Reason>

  it.each(Object.entries(REASON_OF) as [AnswerStatus, Reason][])('%s: %s', (status, reason) => {
    const { candidates, rejection } = new KeyCache().lookup(answer(status, ['v=spf1 -all']))
    expect([candidates, rejection?.reason]).toEqual([[], reason])
    expect(rejection?.detail).toContain(NAME)
  })

  it('says where the alias leads', () => {
    const chain = [{ name: NAME, type: 'CNAME', target: 'gone.example.net', ttl: 60 }] as const
    for (const status of ['nxdomain', 'nodata', 'found'] as const)
      expect(new KeyCache().lookup({ ...answer(status), chain }).rejection?.detail).toContain('gone.example.net')
  })
})

describe('the records of an answer', () => {
  const KEY = 'v=DKIM1; k=rsa; p='

  it.each([
    [16, 4],
    [17, 0],
  ])('%d of them: %d are tried', (count, tried) => {
    const { candidates, rejection } = new KeyCache().lookup(answer('found', new Array(count).fill(KEY)))
    expect(candidates).toHaveLength(tried)
    expect(rejection?.reason).toBe(tried === 0 ? 'key-syntax-error' : undefined)
  })

  it.each([
    [16_384, undefined],
    [16_385, 'key-syntax-error'],
  ])('of %d octets: %s', (octets, reason) => {
    const lookup = new KeyCache().lookup(answer('found', [KEY, 'x'.repeat(octets - KEY.length)]))
    expect(lookup.rejection?.reason).toBe(reason)
  })

  it('are read once, and forgotten where there are too many', () => {
    const cache = new KeyCache(2)
    const first = cache.candidate(`${KEY}; n=1`)
    expect(cache.candidate(`${KEY}; n=1`)).toBe(first)
    cache.candidate(`${KEY}; n=2`)
    cache.candidate(`${KEY}; n=3`)
    expect(cache.candidate(`${KEY}; n=1`)).not.toBe(first)
  })
})
