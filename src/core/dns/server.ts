// The embedded name server: a zone in memory over UDP and TCP, for demos, tests and integration tests of our users.

import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { createServer, isIPv6, type Server, type Socket } from 'node:net'
import { DkimError } from '../errors.js'
import { DNS_LIMITS } from '../limits.js'
import { serverText } from './nameserver.js'
import { replyTo } from './reply.js'
import type { Zone } from './zone.js'

export interface ServerOptions {
  /** A zone, or how to get the one that counts now. A zone may be changed while it is served. */
  readonly zone: Zone | (() => Zone)
  /** An IP address of this machine; 127.0.0.1 where absent. */
  readonly address?: string
  /** 0 takes a free one. */
  readonly port?: number
}

export interface RunningServer {
  readonly address: string
  readonly port: number
  /** `IP:PORT`, as --nameserver takes it. */
  readonly nameserver: string
  /** Questions answered or ignored so far. */
  readonly queries: number
  close(): Promise<void>
}

/** How often a free port is tried when UDP has one that TCP has not. */
const PORT_ATTEMPTS = 10
const IDLE_MILLISECONDS = 10_000

const LISTEN_HINTS: Readonly<Record<string, string>> = {
  EACCES: 'ports below 1024 need root: use a higher one',
  EADDRNOTAVAIL: 'not an address of this machine: use 127.0.0.1',
}

/** Resolves when both sockets listen; throws DkimError('usage') where they cannot. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { address = '127.0.0.1', port = 0 } = options
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listen(options, address, port)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      if (code === 'EADDRINUSE' && port === 0 && attempt < PORT_ATTEMPTS) continue
      const hint = LISTEN_HINTS[code] ?? 'use port 0 for any free port'
      throw new DkimError('usage', `cannot listen on ${serverText(address, port)} (${code})`, hint)
    }
  }
}

async function listen({ zone }: ServerOptions, address: string, port: number): Promise<RunningServer> {
  const current = typeof zone === 'function' ? zone : () => zone
  const sockets = new Set<Socket>()
  let queries = 0
  const reply = (bytes: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined => {
    queries += 1
    return replyTo(bytes, current(), transport)
  }
  const udp = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const tcp = createServer(socket => serveConnection(socket, sockets, bytes => reply(bytes, 'tcp')))
  udp.on('message', (bytes, peer) => {
    const answer = reply(bytes, 'udp')
    if (answer !== undefined) udp.send(answer, peer.port, peer.address)
  })
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await Promise.all([closed(udp), closed(tcp)])
  }
  try {
    await bound(udp, address, port)
    const { port: actual } = udp.address()
    await listening(tcp, address, actual)
    udp.on('error', () => undefined)
    tcp.on('error', () => undefined)
    return {
      address,
      port: actual,
      nameserver: serverText(address, actual),
      get queries() {
        return queries
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Framed queries, one behind the other (RFC 7766 §6.2.1.1), none of them longer than a query can be. */
function serveConnection(socket: Socket, sockets: Set<Socket>, reply: (bytes: Buffer) => Buffer | undefined): void {
  let received = Buffer.alloc(0)
  sockets.add(socket)
  socket.setTimeout(IDLE_MILLISECONDS, () => socket.destroy())
  socket.on('close', () => sockets.delete(socket))
  socket.on('error', () => socket.destroy())
  socket.on('data', chunk => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 2) {
      const length = received.readUInt16BE(0)
      if (length > DNS_LIMITS.udpPayload) {
        socket.destroy()
        return
      }
      if (received.length < 2 + length) return
      const answer = reply(received.subarray(2, 2 + length))
      received = received.subarray(2 + length)
      if (answer === undefined) continue
      const frame = Buffer.alloc(2)
      frame.writeUInt16BE(answer.length)
      socket.write(Buffer.concat([frame, answer]))
    }
  })
}

function bound(udp: UdpSocket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    udp.once('error', reject)
    udp.bind(port, address, () => {
      udp.off('error', reject)
      resolve()
    })
  })
}

function listening(tcp: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    tcp.once('error', reject)
    tcp.listen(port, address, () => {
      tcp.off('error', reject)
      resolve()
    })
  })
}

function closed(closable: { close(done: () => void): unknown }): Promise<void> {
  return new Promise(resolve => {
    try {
      closable.close(() => resolve())
    } catch {
      resolve()
    }
  })
}
