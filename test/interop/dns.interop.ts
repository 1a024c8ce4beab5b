// Our DNS client and `dkim lookup` against NSD, BIND and Unbound: what records, aliases, denials, truncation and signatures look like there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type DnsClient } from '../../src/core/dns/client.js'
import type { TxtAnswer } from '../../src/core/dns/resolver.js'
import { dkim } from '../support/cli.js'
import { RSA_1024, RSA_2048, RSA_2048_SECOND, RSA_4160 } from '../support/public-keys.js'
import { freePort, hasProgram, Peers } from './dns-peers.js'

const MISSING = ['nsd', 'named', 'unbound', 'dnssec-signzone', 'dnssec-keygen'].filter(name => !hasProgram(name))
if (MISSING.length > 0)
  console.error(`interop: SKIPPED is everything with name servers: ${MISSING.join(', ')} not found`)

const quoted = (text: string): string => (text.match(/.{1,255}/g) ?? []).map(part => `"${part}"`).join(' ')
const record = (p: string): string => quoted(`v=DKIM1; k=rsa; p=${p}`)

const zone = (serial: number, key: string): string => `$TTL 600
@ IN SOA ns1 root ( ${serial} 3600 600 86400 30 )
  IN NS ns1
  IN NS ns2
ns1 IN A 127.0.0.1
ns2 IN A 127.0.0.2
s1024._domainkey IN TXT ${record(RSA_1024)}
s2048._domainkey IN TXT ${record(key)}
s4096._domainkey IN TXT ${record(RSA_4160)}
huge._domainkey IN TXT ${quoted('x'.repeat(2000))}
bytes._domainkey IN TXT "\\000\\233\\255" "" ";\\"\\\\"
two._domainkey IN TXT "v=spf1 -all"
two._domainkey IN TXT ${record(RSA_1024)}
revoked._domainkey IN TXT "v=DKIM1; p="
a1._domainkey IN CNAME a2
a2 IN CNAME a3
a3 IN CNAME s4096._domainkey
loop._domainkey IN CNAME loop2
loop2 IN CNAME loop._domainkey
gone._domainkey IN CNAME gone.vendor
*.wild IN TXT "v=spf1 -all"
`

const peers = new Peers()
let authority = 0
let resolver = 0
const nameserver = { nsd: '', bind: '', bind6: '', unbound: '' }

describe.skipIf(MISSING.length > 0)('name servers', () => {
  beforeAll(async () => {
    authority = await freePort()
    resolver = await freePort()
    nameserver.nsd = `127.0.0.2:${authority}`
    nameserver.bind = `127.0.0.1:${authority}`
    nameserver.bind6 = `[::1]:${authority}`
    nameserver.unbound = `127.0.0.1:${resolver}`
    const plain = peers.write('plain.zone', zone(7, RSA_2048))
    const older = peers.write('older.zone', zone(6, RSA_2048_SECOND))
    const { signed, anchors } = peers.sign('signed.test', peers.write('signed.zone', zone(7, RSA_2048)))
    // The same signatures over other data: what an attacker on the way could send.
    const { readFileSync } = await import('node:fs')
    const tampered = peers.write('tampered.zone', readFileSync(signed, 'utf8').replaceAll('v=spf1 -all', 'v=spf1 +all'))
    await peers.nsd('127.0.0.2', authority, { 'plain.test': plain, 'signed.test': tampered })
    await peers.bind('127.0.0.1', authority, { 'plain.test': older, 'signed.test': signed })
    await peers.unbound(
      '127.0.0.1',
      resolver,
      { 'plain.test': nameserver.nsd.replace(':', '@'), 'signed.test': nameserver.bind.replace(':', '@') },
      anchors,
    )
  }, 60_000)
  afterAll(() => peers.stop())

  const clientOf = (server: keyof typeof nameserver): DnsClient =>
    createClient({ nameservers: [nameserver[server]], timeout: 5000 })
  const text = ({ records }: TxtAnswer): string[] => records.map(({ data }) => Buffer.from(data).toString('latin1'))

  describe.each(['nsd', 'bind', 'bind6', 'unbound'] as const)('%s', server => {
    const ask = (selector: string, domain = 'plain.test'): Promise<TxtAnswer> =>
      clientOf(server).txt(`${selector}._domainkey.${domain}`)

    it('keys of 1024, 2048 and more than 4096 bits', async () => {
      expect(text(await ask('s1024'))).toEqual([`v=DKIM1; k=rsa; p=${RSA_1024}`])
      const expected = server.startsWith('bind') ? RSA_2048_SECOND : RSA_2048
      expect(text(await ask('s2048'))).toEqual([`v=DKIM1; k=rsa; p=${expected}`])
      const long = await ask('s4096')
      expect(text(long)).toEqual([`v=DKIM1; k=rsa; p=${RSA_4160}`])
      expect(long.records[0]).toMatchObject({ strings: 3, ttl: 600 })
    })

    it('more than a datagram holds', async () => {
      expect(text(await ask('huge'))).toEqual(['x'.repeat(2000)])
    })

    it('octets as they are', async () => {
      const { records } = await ask('bytes')
      expect(Buffer.from(records[0]!.data)).toEqual(Buffer.from('\0\xe9\xff;"\\', 'latin1'))
      expect(records[0]!.strings).toBe(3)
    })

    it('a chain of aliases, one that dangles, and one that loops', async () => {
      const chained = await ask('a1')
      expect(chained.status).toBe('found')
      expect(chained.chain.map(({ target }) => target)).toEqual([
        'a2.plain.test',
        'a3.plain.test',
        's4096._domainkey.plain.test',
      ])
      expect(await ask('gone')).toMatchObject({ status: 'nxdomain', chain: [{ target: 'gone.vendor.plain.test' }] })
      // A resolver may answer a loop with SERVFAIL; nobody may be led around in it.
      expect(['cname-loop', 'servfail']).toContain((await ask('loop')).status)
    })

    it('no such name, and a name without text', async () => {
      expect(await ask('none')).toMatchObject({ status: 'nxdomain', negativeTtl: 30 })
      expect(await clientOf(server).query('ns1.plain.test', 'TXT')).toMatchObject({ status: 'nodata' })
      expect(await clientOf(server).query('_domainkey.plain.test', 'TXT')).toMatchObject({ status: 'nodata' })
    })

    it('a wildcard, and two records at one name', async () => {
      expect((await clientOf(server).query('any.wild.plain.test', 'TXT')).status).toBe('found')
      expect(text(await ask('two')).sort()).toEqual([`v=DKIM1; k=rsa; p=${RSA_1024}`, 'v=spf1 -all'])
    })
  })

  it('a signed zone is told from an unsigned one', async () => {
    expect(await clientOf('unbound').txt('s4096._domainkey.signed.test')).toMatchObject({
      status: 'found',
      authenticated: true,
    })
    expect(await clientOf('unbound').txt('s4096._domainkey.plain.test')).toMatchObject({
      status: 'found',
      authenticated: false,
    })
    expect(await clientOf('unbound').txt('none._domainkey.signed.test')).toMatchObject({
      status: 'nxdomain',
      authenticated: true,
    })
    const { stdout } = await dkim(['lookup', 'signed.test', '-s', 's4096', '--nameserver', nameserver.unbound])
    expect(stdout).toContain('signed, and validated by the resolver')
  })

  it('data that its signature does not cover is a temporary failure, not a key', async () => {
    const port = await freePort()
    const other = new Peers()
    try {
      const { readFileSync } = await import('node:fs')
      const anchors = readFileSync(`${peers.folder}/anchors`, 'utf8')
      await other.unbound('127.0.0.1', port, { 'signed.test': nameserver.nsd.replace(':', '@') }, anchors)
      const client = createClient({ nameservers: [`127.0.0.1:${port}`], timeout: 8000 })
      expect((await client.txt('two._domainkey.signed.test')).status).toBe('servfail')
    } finally {
      await other.stop()
    }
  })

  it('two authoritative servers that disagree', async () => {
    const argv = [
      '--nameserver',
      nameserver.unbound,
      '--all-servers',
      '--server-port',
      String(authority),
      '--format',
      'json',
    ]
    const stale = await dkim(['lookup', 'plain.test', '-s', 's2048', ...argv])
    expect(stale.code).toBe(1)
    expect(JSON.parse(stale.stdout)).toMatchObject({
      agreement: { authoritative: 'stale' },
      servers: [
        { host: 'ns1.plain.test', server: '127.0.0.1', state: 'stale', serial: 6 },
        { host: 'ns2.plain.test', server: '127.0.0.2', state: 'same', serial: 7, ttl: 600 },
      ],
    })
    const same = await dkim(['lookup', 'plain.test', '-s', 's1024', ...argv])
    expect(same.code).toBe(0)
    expect(JSON.parse(same.stdout)).toMatchObject({ agreement: { authoritative: 'consistent' } })
  })

  it('resolvers and authority beside each other, and a wait that is over at once', async () => {
    const set = ['--nameserver', nameserver.unbound, '--resolver-set', `${nameserver.unbound},${nameserver.nsd}`]
    const { code, stdout } = await dkim(['lookup', 'plain.test', '-s', 's2048', ...set, '--format', 'json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ agreement: { recursive: 'consistent' } })
    const wait = ['--wait', '--timeout', '2s', '--interval', '200ms', '--expect', `v=DKIM1; p=${RSA_2048}`]
    expect((await dkim(['lookup', 'plain.test', '-s', 's2048', ...set, ...wait])).code).toBe(0)
    expect((await dkim(['lookup', 'plain.test', '-s', 's1024', ...set, ...wait])).code).toBe(75)
  })
})
