// A DNS server on loopback that sends exactly the bytes a test gives it, over UDP and TCP, and keeps every query it saw.

import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { type Query, readQuery } from './wire.js'

/** Datagrams, or framed TCP answers, in order; nothing is silence. */
export type Handler = (query: Query, count: number) => Buffer | readonly Buffer[] | undefined

export interface RawDnsServer {
  readonly address: string
  readonly port: number
  /** `127.0.0.1:PORT`, as --nameserver takes it. */
  readonly text: string
  readonly queries: Query[]
  /** Takes the place of the framed answer over TCP. */
  onTcp: ((socket: Socket, query: Query) => void) | undefined
  /** Sees every UDP query with the socket, to answer from elsewhere or late. */
  onUdp: ((socket: UdpSocket, peer: RemoteInfo, query: Query) => void) | undefined
  close(): Promise<void>
}

export async function startRawDnsServer(handler: Handler, address = '127.0.0.1'): Promise<RawDnsServer> {
  const queries: Query[] = []
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const sockets = new Set<Socket>()
  const tcp = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let received = Buffer.alloc(0)
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      const query = readQuery(received.subarray(2, 2 + received.readUInt16BE(0)), 'tcp')
      received = Buffer.alloc(0)
      queries.push(query)
      if (server.onTcp !== undefined) return server.onTcp(socket, query)
      for (const bytes of asList(handler(query, queries.length))) {
        const length = Buffer.alloc(2)
        length.writeUInt16BE(bytes.length)
        socket.write(Buffer.concat([length, bytes]))
      }
    })
  })
  udp.on('message', (bytes, peer) => {
    const query = readQuery(bytes, 'udp')
    queries.push(query)
    if (server.onUdp !== undefined) return server.onUdp(udp, peer, query)
    for (const datagram of asList(handler(query, queries.length))) udp.send(datagram, peer.port, peer.address)
  })
  const port = await bindBoth(udp, tcp, address)
  const server: RawDnsServer = {
    address,
    port,
    text: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    queries,
    onTcp: undefined,
    onUdp: undefined,
    async close() {
      for (const socket of sockets) socket.destroy()
      await Promise.all([new Promise<void>(done => udp.close(done)), new Promise(done => tcp.close(done))])
    },
  }
  return server
}

function asList(answer: Buffer | readonly Buffer[] | undefined): readonly Buffer[] {
  if (answer === undefined) return []
  return Buffer.isBuffer(answer) ? [answer] : answer
}

/** UDP and TCP on one port that is free for both. */
async function bindBoth(udp: UdpSocket, tcp: Server, address: string): Promise<number> {
  await new Promise<void>(resolve => udp.bind(0, address, resolve))
  const { port } = udp.address()
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject)
    tcp.listen(port, address, resolve)
  })
  return port
}
