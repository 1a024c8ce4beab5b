import { beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../../src/core/dkim/key-record.js'
import { noAnswer, type TxtAnswer } from '../../../src/core/dns/resolver.js'
import { generatePrivateKey } from '../../../src/core/keys/private-key.js'
import { advanceCalendar } from '../../../src/core/rotation/calendar-entries.js'
import { viewRecord } from '../../../src/core/rotation/evidence.js'
import { keyFactsOf, readServerAnswer } from '../../../src/core/rotation/observe.js'
import { check, DAY, T0 } from './scenario.js'

let record: string
let fingerprint: string
beforeAll(async () => {
  const { publicKey } = await generatePrivateKey('ed25519')
  record = formatKeyRecord({ keyType: 'ed25519', publicKey: publicKey.p })
  fingerprint = publicKey.fingerprint
})

const found = (texts: string[], more: Partial<TxtAnswer> = {}): TxtAnswer => ({
  ...noAnswer('s._domainkey.example.com', 'found', null),
  records: texts.map(text => ({ data: Buffer.from(text, 'latin1'), ttl: 300, strings: 1 })),
  ...more,
})
const read = (answer: TxtAnswer, impossible: TxtAnswer | null = null, authoritative = true) =>
  readServerAnswer({ server: 'ns1', authoritative, record: answer, impossible })

describe('what one server says', () => {
  it('a key, whatever else stands beside it', () => {
    expect(read(found([record]))).toMatchObject({ status: 'found', fingerprint, revoked: false, ttl: 300 })
    expect(read(found(['verification=1', record]))).toMatchObject({ status: 'found', fingerprint })
    expect(read(found([`h=sha256; s=email; ${record.replace('v=DKIM1; ', '')}`]))).toMatchObject({ fingerprint })
  })

  it('an empty p= is a revocation', () => {
    expect(read(found(['v=DKIM1; p=']))).toMatchObject({ status: 'found', fingerprint: null, revoked: true })
  })

  it.each([
    ['no key at all', () => ['hello']],
    ['a broken key', () => ['v=DKIM1; k=rsa; p=AAAA']],
    ['two keys', () => [record, 'v=DKIM1; p=AAAA']],
    ['a key for another hash', () => [`${record}; h=sha1`]],
    ['a key for another service', () => [`${record}; s=tlsrpt`]],
  ])('%s is not the key', (_what, texts) => {
    const answer = read(found(texts()))
    expect(answer).toMatchObject({ status: 'found', fingerprint: null, revoked: false })
    expect(viewRecord([answer], fingerprint).state).toBe('wrong-key')
  })

  it.each([
    ['nxdomain', true, 'absent'],
    ['nodata', true, 'absent'],
    ['cname-loop', true, 'absent'],
    ['refused', true, 'lame'],
    ['refused', false, 'temporary'],
    ['servfail', true, 'temporary'],
    ['timeout', true, 'temporary'],
    ['network', true, 'temporary'],
    ['malformed', true, 'temporary'],
  ] as const)('%s (authoritative: %s) is %s', (status, authoritative, expected) => {
    expect(read(noAnswer('x', status, null), null, authoritative).status).toBe(expected)
  })

  it('what a wildcard answers is not there', () => {
    expect(read(found([record]), found([record])).status).toBe('absent')
    expect(read(found([record], { wildcard: true })).status).toBe('absent')
    expect(read(found([record]), found(['v=spf1 -all'])).status).toBe('found')
  })

  it('keeps the end of an alias and its TTL', () => {
    const chain = [
      { name: 'a', type: 'CNAME' as const, target: 'b', ttl: 60 },
      { name: 'b', type: 'CNAME' as const, target: 'c', ttl: 7200 },
    ]
    expect(read(found([record], { chain }))).toMatchObject({ alias: 'c', aliasTtl: 7200, ttl: 300 })
  })
})

it('a record is kept as one line that can be published again', () => {
  expect(keyFactsOf('s', { text: `${record.replace('; ', ';\r\n\t')}`, alias: null }).record).toBe(record)
  expect(keyFactsOf('s', { text: `${record}; n=\u001b[2J`, alias: null }).record).toBeNull()
})

it('a date that moves in the calendar gets the next sequence, one that does not keeps its own', () => {
  const first = check({ fresh: ['absent'] })
  const entries = advanceCalendar([], first.plan)
  expect(new Set(entries.map(({ sequence }) => sequence))).toEqual(new Set([0]))
  expect(advanceCalendar(entries, first.plan)).toEqual(entries)
  const later = check({ now: T0 + 2 * DAY, fresh: ['absent'] }, {}, first.progress)
  const moved = advanceCalendar(entries, later.plan)
  const sequence = (id: string) => moved.find(({ phase }) => phase === id)?.sequence
  expect([sequence('publish'), sequence('switch'), sequence('revoke')]).toEqual([0, 1, 1])
})
