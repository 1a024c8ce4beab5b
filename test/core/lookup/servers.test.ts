// Comparing servers, waiting, and names: with answers made by hand and a clock that is turned by hand.
import { describe, expect, it } from 'vitest'
import { type Answer, type DnsSource, emptyAnswer } from '../../../src/core/dns/answer.js'
import { noAnswer } from '../../../src/core/dns/resolver.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../../src/core/dns/zone-resolver.js'
import { expectRecord, meets } from '../../../src/core/lookup/expectation.js'
import { readKeyName } from '../../../src/core/lookup/key-name.js'
import { askAuthoritative, askResolvers, type ServersReport, zoneOf } from '../../../src/core/lookup/servers.js'
import { waitUntilAgreed } from '../../../src/core/lookup/wait.js'
import { ED25519, RSA_2048 } from '../../support/public-keys.js'

const source = (zone: string): DnsSource => zoneResolver(readZone(Buffer.from(zone), 'zone'))
const NAME = 'sel._domainkey.example.com'

const RECURSIVE = source(`$ORIGIN example.com.
@ SOA ns1 root 9 2 3 4 5
@ NS ns1
@ NS ns2
@ NS ns3.elsewhere.test.
ns1 A 192.0.2.1
ns1 AAAA 2001:db8::1
ns2 A 192.0.2.2
alias CNAME www.elsewhere.test.
www.elsewhere.test. A 192.0.2.9
elsewhere.test. SOA a b 1 2 3 4 5
`)

function authoritative(serial: number, record: string | null): DnsSource {
  const text = record === null ? '' : `sel._domainkey TXT "${record}"\n`
  return source(`$ORIGIN example.com.\n$TTL 60\n@ SOA ns1 root ${serial} 2 3 4 5\n${text}`)
}

const failing = (status: Answer['status']): DnsSource => ({
  txt: () => noAnswer(NAME, status, null, 'x'),
  query: async name => emptyAnswer(name, status, null, 'x'),
})

const parent: DnsSource = {
  txt: RECURSIVE.txt,
  query: async (name, type) => ({ ...(await RECURSIVE.query(name, type)), authoritative: false }),
}

async function ask(servers: Record<string, DnsSource>): Promise<ServersReport> {
  return (await askAuthoritative(RECURSIVE, NAME, address => servers[address]!))!
}

const states = ({ servers }: ServersReport): string[] => servers.map(({ server, state }) => `${server} ${state}`)

describe('every authoritative server', () => {
  it('is asked at each of its addresses; one without an address is unreachable', async () => {
    const report = await ask({
      '192.0.2.1': authoritative(9, 'a'),
      '2001:db8::1': authoritative(9, 'a'),
      '192.0.2.2': authoritative(9, 'a'),
    })
    expect(report.servers.map(({ host, server, state, serial, ttl }) => [host, server, state, serial, ttl])).toEqual([
      ['ns1.example.com', '192.0.2.1', 'same', 9, 60],
      ['ns1.example.com', '2001:db8::1', 'same', 9, 60],
      ['ns2.example.com', '192.0.2.2', 'same', 9, 60],
      ['ns3.elsewhere.test', '', 'unreachable', null, null],
    ])
    expect(report.agreement).toBe('unreachable')
  })

  it('an older serial with another answer is stale, the same serial with another answer differs', async () => {
    const report = await ask({
      '192.0.2.1': authoritative(9, 'new'),
      '2001:db8::1': authoritative(8, 'old'),
      '192.0.2.2': authoritative(9, null),
    })
    expect(states(report)).toEqual(['192.0.2.1 same', '2001:db8::1 stale', '192.0.2.2 differs', ' unreachable'])
    expect(report.agreement).toBe('split')
  })

  it('an older serial with the same answer is the same', async () => {
    const report = await ask({
      '192.0.2.1': authoritative(9, 'a'),
      '2001:db8::1': authoritative(8, 'a'),
      '192.0.2.2': authoritative(9, 'a'),
    })
    expect(states(report).slice(0, 3)).toEqual(['192.0.2.1 same', '2001:db8::1 same', '192.0.2.2 same'])
  })

  it('who refuses or is not in charge is lame, who is silent is unreachable', async () => {
    const report = await ask({
      '192.0.2.1': authoritative(9, 'a'),
      '2001:db8::1': failing('refused'),
      '192.0.2.2': failing('timeout'),
    })
    expect(states(report).slice(0, 3)).toEqual(['192.0.2.1 same', '2001:db8::1 lame', '192.0.2.2 unreachable'])
    expect(report.agreement).toBe('lame')
    expect(states(await ask({ '192.0.2.1': parent, '2001:db8::1': parent, '192.0.2.2': parent }))[0]).toBe(
      '192.0.2.1 lame',
    )
  })

  const referring = (zone: string, host: string, address?: string): DnsSource => ({
    txt: RECURSIVE.txt,
    query: async name => ({
      ...emptyAnswer(name, 'refused', 'the server only refers to other servers', 'x'),
      referral: [{ name: zone, ttl: 60, data: { type: 'NS', target: host } }],
      glue: address === undefined ? [] : [{ name: host, ttl: 60, data: { type: 'A', address } }],
    }),
  })

  it('of a zone that is cut off below is found by referral and glue, from one cut to the next', async () => {
    const cut = (child: string): DnsSource => referring(child, `ns.${child}`, '192.0.2.7')
    const servers: Record<string, DnsSource> = {
      '192.0.2.1': cut('_domainkey.example.com'),
      '192.0.2.7': failing('refused'),
    }
    const lame = await askAuthoritative(RECURSIVE, NAME, address => servers[address] ?? failing('timeout'))
    expect(lame).toMatchObject({
      agreement: 'lame',
      servers: [
        { host: 'ns._domainkey.example.com', server: '192.0.2.7', zone: '_domainkey.example.com', state: 'lame' },
      ],
    })
    servers['192.0.2.7'] = referring(NAME, 'ns2.example.com')
    servers['192.0.2.2'] = authoritative(3, 'a')
    const found = await askAuthoritative(RECURSIVE, NAME, address => servers[address] ?? failing('timeout'))
    expect(found!.servers.map(({ server, zone, state }) => [server, zone, state])).toEqual([
      ['192.0.2.2', NAME, 'same'],
    ])
  })

  it('that refers to itself or upwards ends the search', async () => {
    for (const zone of ['example.com', 'com', '_domainkey.example.com']) {
      const report = await askAuthoritative(RECURSIVE, NAME, () => referring(zone, 'ns1.example.com'))
      expect(report!.agreement).toBe('lame')
    }
  })

  it('the zone is that of the name itself, not that of an alias', async () => {
    expect(await zoneOf(RECURSIVE, NAME)).toBe('example.com')
    expect(await zoneOf(RECURSIVE, 'alias.example.com')).toBe('example.com')
    expect(await zoneOf(source(''), NAME)).toBeNull()
  })
})

describe('resolvers', () => {
  it('are compared with what most of them say', async () => {
    const good = authoritative(1, 'a')
    const servers: Record<string, DnsSource> = { a: good, b: good, c: authoritative(1, null), d: failing('timeout') }
    const report = await askResolvers(['a', 'b', 'c', 'd'], NAME, server => servers[server]!)
    expect(states(report)).toEqual(['a same', 'b same', 'c differs', 'd unreachable'])
    expect(report.agreement).toBe('split')
  })
})

describe('aliases', () => {
  const alias = (rest: string): DnsSource => source(`${NAME}. 60 CNAME k.vendor.test.\n${rest}`)

  it('lead to what is compared, where it is said', async () => {
    const servers: Record<string, DnsSource> = {
      a: alias('k.vendor.test. 60 TXT "one"'),
      b: alias('k.vendor.test. 60 TXT "one"'),
      c: alias('k.vendor.test. 60 TXT "two"'),
      d: alias(''),
      e: source(`${NAME}. CNAME other.vendor.test.\nother.vendor.test. TXT "one"`),
    }
    const report = await askResolvers(['a', 'b', 'c', 'd', 'e'], NAME, server => servers[server]!)
    expect(states(report)).toEqual(['a same', 'b same', 'c differs', 'd same', 'e differs'])
  })
})

describe('waiting', () => {
  const sight = (agrees: boolean) => [{ server: 'x', status: 'found', agrees }] as const

  async function wait(
    answers: readonly boolean[],
    timeout: number,
  ): Promise<{ agreed: boolean; pauses: number[]; looks: number }> {
    let now = 0
    let looks = 0
    const pauses: number[] = []
    const { agreed } = await waitUntilAgreed({
      look: async () => sight(answers[Math.min(looks++, answers.length - 1)]!),
      timeout,
      firstPause: 1000,
      now: () => now,
      sleep: async milliseconds => {
        pauses.push(milliseconds)
        now += milliseconds
      },
      signal: new AbortController().signal,
    })
    return { agreed, pauses, looks }
  }

  it('ends with the first look that agrees', async () => {
    expect(await wait([true], 10_000)).toEqual({ agreed: true, pauses: [], looks: 1 })
    expect(await wait([false, false, true], 10_000)).toEqual({ agreed: true, pauses: [1000, 1500], looks: 3 })
  })

  it('looks a last time when time is up, and no more', async () => {
    expect(await wait([false], 3000)).toEqual({ agreed: false, pauses: [1000, 1500, 500], looks: 4 })
    expect(await wait([false], 0)).toEqual({ agreed: false, pauses: [], looks: 1 })
  })

  it('never pauses longer than a minute', async () => {
    const { pauses } = await wait([false], 3_600_000)
    expect(Math.max(...pauses)).toBe(60_000)
  })
})

describe('expectations', () => {
  it('compare keys, not texts', () => {
    const expectation = expectRecord(`v=DKIM1; k=rsa; p=${RSA_2048}`)
    expect(meets(expectation, 'found', [`t=s; p=${RSA_2048.slice(0, 9)} ${RSA_2048.slice(9)}`])).toBe(true)
    expect(meets(expectation, 'found', [`v=DKIM1; k=ed25519; p=${ED25519}`])).toBe(false)
    expect(meets(expectation, 'found', ['v=DKIM1; p=', 'junk'])).toBe(false)
    expect(meets(expectation, 'timeout', [])).toBe(false)
    expect(meets(expectRecord('v=DKIM1; p='), 'found', ['v=DKIM1; p='])).toBe(true)
    expect(meets(expectRecord('none'), 'nxdomain', [])).toBe(true)
    expect(meets(expectRecord('none'), 'servfail', [])).toBe(false)
    expect(() => expectRecord('v=DKIM1; p=x')).toThrow(expect.objectContaining({ code: 'record-invalid' }))
  })
})

describe('names', () => {
  it('are read from both forms, and nothing else', () => {
    expect(readKeyName('a.b._domainkey.Example.COM.')).toEqual({
      name: 'a.b._domainkey.example.com',
      selector: 'a.b',
      domain: 'example.com',
    })
    expect(readKeyName('example.com', 'Sel')).toEqual({
      name: 'sel._domainkey.example.com',
      selector: 'sel',
      domain: 'example.com',
    })
    for (const [text, selector] of [
      ['_domainkey.example.com', undefined],
      ['.', 'a'],
      ['a..b', 's'],
      ['exa\u200dmple.com', 's'],
      ['legit\u3002test', 's'],
      ['example.com', 'a\0b'],
    ] as const) {
      expect(() => readKeyName(text, selector), `${text} ${selector}`).toThrow(
        expect.objectContaining({ name: 'DkimError' }),
      )
    }
  })
})
