// Name servers on loopback addresses and one port: a resolver, a primary, a secondary that lags, and one that refuses.

import { createSocket, type Socket } from 'node:dgram'
import { type RunningServer, startServer } from '../../../src/core/dns/server.js'
import { Zone } from '../../../src/core/dns/zone.js'
import { readZone } from '../../../src/core/dns/zone-file.js'

export const HOSTS = { resolver: '127.0.0.1', primary: '127.0.0.2', secondary: '127.0.0.3', lame: '127.0.0.4' } as const

const FRAME = `$ORIGIN example.com.
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 3600
@ 3600 IN NS ns1
@ 3600 IN NS ns2
@ 3600 IN NS ns3
ns1 3600 IN A ${HOSTS.primary}
ns2 3600 IN A ${HOSTS.secondary}
ns3 3600 IN A ${HOSTS.lame}
`

/** TXT records by selector; null plays a server that does not answer for the name. */
export type Keys = Readonly<Record<string, string | null>>

export function zoneOf(keys: Keys, ttl = 3600, more = ''): Zone {
  const lines = Object.entries(keys).flatMap(([selector, text]) =>
    text === null ? [] : [`${selector}._domainkey ${ttl} IN TXT ${strings(text)}\n`],
  )
  const zone = readZone(Buffer.from(FRAME + lines.join('') + more), 'test.zone', new Zone())
  for (const [selector, text] of Object.entries(keys)) {
    if (text === null) zone.fail(`${selector}._domainkey.example.com`, 'timeout', 'test.zone')
  }
  return zone
}

function strings(text: string): string {
  return (text.match(/.{1,255}/g) ?? ['']).map(part => `"${part}"`).join(' ')
}

export class Servers {
  readonly port: number
  primary = zoneOf({})
  secondary = zoneOf({})
  /** What the resolver knows, where that is more than the zone. */
  beyond: Zone | undefined
  readonly #closers: (() => Promise<unknown>)[]

  private constructor(port: number, closers: (() => Promise<unknown>)[]) {
    this.port = port
    this.#closers = closers
  }

  static async start(): Promise<Servers> {
    let servers: Servers | undefined
    const closers: (() => Promise<unknown>)[] = []
    const first = await startServer({ address: HOSTS.resolver, zone: () => servers!.beyond ?? servers!.primary })
    closers.push(() => first.close())
    servers = new Servers(first.port, closers)
    const { port } = first
    const others: RunningServer[] = [
      await startServer({ address: HOSTS.primary, port, zone: () => servers!.primary }),
      await startServer({ address: HOSTS.secondary, port, zone: () => servers!.secondary }),
    ]
    const lame = await refuser(HOSTS.lame, port)
    closers.push(
      ...others.map(server => () => server.close()),
      () => new Promise<void>(done => lame.close(() => done())),
    )
    return servers
  }

  get arguments(): string[] {
    return ['--nameserver', `${HOSTS.resolver}:${this.port}`, '--server-port', String(this.port), '--timeout', '400ms']
  }

  async close(): Promise<void> {
    await Promise.all(this.#closers.map(close => close()))
  }
}

/** Answers every question with REFUSED (RFC 1035 §4.1.1). */
function refuser(address: string, port: number): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('message', (query, peer) => {
    const reply = Buffer.from(query)
    reply.writeUInt8(0x80 | (query[2]! & 0x01), 2)
    reply.writeUInt8(5, 3)
    socket.send(reply, peer.port, peer.address)
  })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => resolve(socket))
  })
}
