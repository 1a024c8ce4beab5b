// The embedded server: asked by our client over real sockets, and with octets no client sends.
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient, type DnsClient } from '../../../src/core/dns/client.js'
import { type RunningServer, startServer } from '../../../src/core/dns/server.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { FLAG, name, u16 } from '../../support/wire.js'

const ZONE = `$ORIGIN legit.test.
$TTL 600
@ SOA ns1 root 2026 3600 600 86400 30
  NS ns1
  MX 10 mail
ns1 A 192.0.2.1
    AAAA 2001:db8::1
s2048._domainkey TXT ( "v=DKIM1; k=rsa; p=${'A'.repeat(230)}" "${'B'.repeat(180)}" )
s4096._domainkey TXT ( "v=DKIM1; k=rsa; p=${'A'.repeat(230)}" "${'B'.repeat(255)}" "${'C'.repeat(255)}" "${'D'.repeat(20)}" )
huge._domainkey TXT ${Array.from({ length: 8 }, () => `"${'E'.repeat(255)}"`).join(' ')}
bytes._domainkey TXT "\\000\\233\\255" ""
a1._domainkey CNAME a2
a2 CNAME a3
a3 CNAME s4096._domainkey
loop._domainkey CNAME loop2
loop2 CNAME loop._domainkey
gone._domainkey CNAME gone.vendor.test.
wild._domainkey.w DNAME target.legit.test.
x.target TXT "dname"
`

const open: RunningServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.close()))
})

async function serve(zone = ZONE, address = '127.0.0.1'): Promise<{ server: RunningServer; client: DnsClient }> {
  const server = await startServer({ zone: readZone(Buffer.from(zone), 'test.zone'), address })
  open.push(server)
  return { server, client: createClient({ nameservers: [server.nameserver], timeout: 1000, attemptTimeout: 200 }) }
}

const text = (records: readonly { data: Uint8Array }[]): string[] =>
  records.map(({ data }) => Buffer.from(data).toString('latin1'))

describe('answers', () => {
  it.each(['127.0.0.1', '::1'])('keys of 2048 and 4096 bits, and more than a datagram holds, on %s', async address => {
    const { server, client } = await serve(ZONE, address)
    expect(text((await client.txt('s2048._domainkey.legit.test')).records)[0]).toHaveLength(428)
    expect(text((await client.txt('s4096._domainkey.legit.test')).records)[0]).toHaveLength(778)
    expect(server.queries).toBe(2)
    expect(text((await client.txt('huge._domainkey.legit.test')).records)[0]).toHaveLength(2040)
    expect(server.queries).toBe(4)
  })

  it('octets as they are, TTLs, chains, and every kind of no', async () => {
    const { client } = await serve()
    const bytes = await client.txt('bytes._domainkey.legit.test')
    expect(bytes.records).toEqual([
      { data: Buffer.from([0, 233, 255]), ttl: 600, strings: 2, lengths: expect.any(Array) },
    ])
    expect((await client.txt('a1._domainkey.legit.test')).chain.map(({ target }) => target)).toEqual([
      'a2.legit.test',
      'a3.legit.test',
      's4096._domainkey.legit.test',
    ])
    expect(await client.txt('none._domainkey.legit.test')).toMatchObject({ status: 'nxdomain', negativeTtl: 30 })
    expect((await client.query('_domainkey.legit.test', 'TXT')).status).toBe('nodata')
    expect((await client.query('ns1.legit.test', 'TXT')).status).toBe('nodata')
    expect((await client.txt('loop._domainkey.legit.test')).status).toBe('cname-loop')
    expect(await client.txt('gone._domainkey.legit.test')).toMatchObject({
      status: 'nxdomain',
      chain: [{ target: 'gone.vendor.test' }],
    })
  })

  it('other types', async () => {
    const { client } = await serve()
    const data = async (name: string, type: 'A' | 'AAAA' | 'NS' | 'MX' | 'SOA'): Promise<unknown> =>
      (await client.query(name, type)).records[0]!.data
    expect(await data('ns1.legit.test', 'A')).toEqual({ type: 'A', address: '192.0.2.1' })
    expect(await data('ns1.legit.test', 'AAAA')).toEqual({ type: 'AAAA', address: '2001:db8::1' })
    expect(await data('legit.test', 'NS')).toEqual({ type: 'NS', target: 'ns1.legit.test' })
    expect(await data('legit.test', 'MX')).toEqual({ type: 'MX', preference: 10, target: 'mail.legit.test' })
    expect(await data('legit.test', 'SOA')).toMatchObject({ serial: 2026, minimum: 30 })
  })

  it('plays failures', async () => {
    const { client } = await serve(
      '{"a._domainkey.x.test": {"error": "SERVFAIL"}, "b._domainkey.x.test": {"error": "TIMEOUT"}, "c._domainkey.x.test": {"error": "NXDOMAIN"}}',
    )
    const statuses = ['a', 'b', 'c'].map(async label => (await client.txt(`${label}._domainkey.x.test`)).status)
    expect(await Promise.all(statuses)).toEqual(['servfail', 'timeout', 'nxdomain'])
  })

  it('a zone may grow while it is served', async () => {
    const { client, server } = await serve('')
    expect((await client.txt('new._domainkey.x.test')).status).toBe('nxdomain')
    const zone = readZone(Buffer.from('new._domainkey.x.test. TXT "v=DKIM1; p="'), 'z')
    const grown = await startServer({ zone: () => zone })
    open.push(grown)
    expect((await createClient({ nameservers: [grown.nameserver] }).txt('new._domainkey.x.test')).status).toBe('found')
    expect(server.queries).toBe(1)
  })
})

/** One datagram there, one back; null for silence. */
function datagram(port: number, bytes: Buffer): Promise<Buffer | null> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    const end = (answer: Buffer | null): void => {
      clearTimeout(timer)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(() => end(null), 150)
    socket.on('message', end)
    socket.send(bytes, port, '127.0.0.1')
  })
}

describe('what no client sends', () => {
  const question = Buffer.concat([name('s2048._domainkey.legit.test'), u16(16), u16(1)])
  const query = (flags: number, counts: number[], rest: Buffer): Buffer =>
    Buffer.concat([u16(7), u16(flags), ...counts.map(u16), rest])

  it.each([
    ['nothing', Buffer.alloc(0), null],
    ['11 octets', Buffer.alloc(11), null],
    ['a response', query(FLAG.QR, [1, 0, 0, 0], question), null],
    ['no question', query(0, [0, 0, 0, 0], Buffer.alloc(0)), 1],
    ['65535 questions', query(0, [65535, 0, 0, 0], question), 1],
    ['half a question', query(0, [1, 0, 0, 0], question.subarray(0, 9)), 1],
    ['a pointer to itself', query(0, [1, 0, 0, 0], Buffer.concat([u16(0xc00c), u16(16), u16(1)])), 1],
    ['an update', query(5 << 11, [1, 0, 0, 0], question), 4],
    ['class CH', query(0, [1, 0, 0, 0], Buffer.concat([question.subarray(0, -2), u16(3)])), 5],
    ['type ANY', query(0, [1, 0, 0, 0], Buffer.concat([question.subarray(0, -4), u16(255), u16(1)])), 0],
  ])('%s', async (_row, bytes, rcode) => {
    const { server, client } = await serve()
    const answer = await datagram(server.port, bytes)
    expect(answer === null ? null : answer[3]! & 15).toBe(rcode)
    expect((await client.txt('s2048._domainkey.legit.test')).status).toBe('found')
  })

  it('no EDNS: 512 octets and then TCP', async () => {
    const { server } = await serve()
    const answer = await datagram(
      server.port,
      query(0, [1, 0, 0, 0], Buffer.concat([name('s4096._domainkey.legit.test'), u16(16), u16(1)])),
    )
    expect(answer!.readUInt16BE(2) & FLAG.TC).toBe(FLAG.TC)
    expect(answer!.length).toBeLessThanOrEqual(512)
  })

  it('two queries in one TCP segment, then one that claims 64 kB', async () => {
    const { server } = await serve()
    const one = query(0, [1, 0, 0, 0], question)
    const frame = Buffer.concat([u16(one.length), one])
    const received = await new Promise<Buffer>(resolve => {
      const chunks: Buffer[] = []
      const socket = connect(server.port, '127.0.0.1', () => socket.write(Buffer.concat([frame, frame, u16(65535)])))
      socket.on('data', chunk => chunks.push(chunk))
      socket.on('close', () => resolve(Buffer.concat(chunks)))
      socket.on('error', () => undefined)
    })
    const first = received.readUInt16BE(0)
    expect(received.length).toBe(2 * (first + 2))
  })

  it('an address that is taken is a usage error', async () => {
    const { server } = await serve()
    await expect(startServer({ zone: readZone(Buffer.from(''), 'z'), port: server.port })).rejects.toMatchObject({
      code: 'usage',
    })
  })
})
