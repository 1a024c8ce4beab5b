// DMARC Policy Records (RFC 9989 §4.7, §4.8): tags, defaults, and what is wrong with them.
import { describe, expect, it } from 'vitest'
import { type DmarcRecord, parseDmarcRecord } from '../../../src/core/dmarc/record.js'

const record = (tags: string): DmarcRecord => parseDmarcRecord(`v=DMARC1; ${tags}`)!

describe('a record', () => {
  it('has the defaults of §4.7', () => {
    expect(record('p=none')).toMatchObject({
      p: 'none',
      sp: null,
      np: null,
      adkim: 'relaxed',
      aspf: 'relaxed',
      psd: 'u',
      testing: false,
      rua: [],
      ruf: [],
      effect: 'published',
      faults: [],
    })
  })

  it('keeps every tag as published, unknown ones too', () => {
    expect([...record('p=reject; pct=50; Adkim=s; x = some text ').tags]).toEqual([
      ['p', 'reject'],
      ['pct', '50'],
      ['Adkim', 's'],
      ['x', 'some text'],
    ])
    // Tag names are case-sensitive (RFC 6376 §3.2).
    expect(record('p=reject; Adkim=s').adkim).toBe('relaxed')
  })

  it.each([
    ['mailto:d@example.com', ['mailto:d@example.com']],
    ['mailto:d@example.com!10m', ['mailto:d@example.com']],
    ['mailto:a@example.com , https://example.com/r?x=1', ['mailto:a@example.com', 'https://example.com/r?x=1']],
    ['d@example.com', []],
    ['mailto:', []],
    ['mailto:a b@example.com', []],
    ['mailto:a@example.com!10x', []],
  ])('rua=%s', (value, uris) => {
    expect(record(`p=none; rua=${value}`).rua).toEqual(uris)
  })

  it.each([
    ['p=block', 'ignored', [{ kind: 'invalid-value', tag: 'p' }]],
    ['p=none; p=none', 'ignored', [{ kind: 'duplicate-tag', tag: 'p' }]],
    ['p=none; v=DMARC1', 'published', [{ kind: 'duplicate-tag', tag: 'v' }]],
    ['p=none; t=yes', 'published', [{ kind: 'invalid-value', tag: 't' }]],
    ['p=none; nonsense', 'published', [{ kind: 'not-a-tag', tag: 'nonsense' }]],
    ['p=none; sp=', 'published', [{ kind: 'not-a-tag', tag: 'sp=' }]],
    ['rua=mailto:a@example.com', 'none', []],
  ])('%s', (tags, effect, faults) => {
    expect(record(tags)).toMatchObject({ effect, faults })
  })
})

it.each([
  '',
  'v=DMARC1x',
  'v=dmarc1; p=none',
  ' v=DMARC1; p=none',
  'p=none; v=DMARC1',
  'v=spf1 -all',
  'DMARC1; p=none',
])('%j is not a record', text => {
  expect(parseDmarcRecord(text)).toBeNull()
})

it.each(['v=DMARC1', 'v=DMARC1;', 'V = DMARC1 ; p=none', 'v\t=\tDMARC1\t;p=none'])('%j is a record', text => {
  expect(parseDmarcRecord(text)).not.toBeNull()
})
