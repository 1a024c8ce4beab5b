// DNS over TCP (RFC 1035 §4.2.2, RFC 7766): one query, one framed answer, one deadline for all of it.

import { connect } from 'node:net'
import { fitOf } from './message.js'
import { abortFailure, type Exchange, networkFailure, TransportFailure } from './transport.js'

/** However slowly the octets drip in: `signal` ends it. */
export const exchangeTcp: Exchange<{ readonly address: string; readonly port: number }> = (server, query, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortFailure(signal))
    const socket = connect({ host: server.address, port: server.port })
    const frame = new Frame()
    const settle = (outcome: Buffer | TransportFailure): void => {
      signal.removeEventListener('abort', onAbort)
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      socket.destroy()
      if (outcome instanceof TransportFailure) reject(outcome)
      else resolve(outcome)
    }
    const onAbort = (): void => settle(abortFailure(signal))
    signal.addEventListener('abort', onAbort)
    socket.on('error', error => settle(networkFailure(error)))
    socket.on('close', () =>
      settle(new TransportFailure('malformed', 'the connection closed in the middle of the answer')),
    )
    socket.on('data', chunk => {
      const bytes = frame.add(chunk)
      if (bytes === undefined) return
      const fits = fitOf(bytes, query) !== 'stray'
      settle(fits ? bytes : new TransportFailure('malformed', 'an answer to another question over TCP'))
    })
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.length)
    socket.write(Buffer.concat([length, query]))
  })

/** Gathers one message behind its two octets of length: never more than 64 KiB, whatever is sent. */
class Frame {
  readonly #chunks: Buffer[] = []
  #size = 0

  /** The message once it is whole; what follows it is of no interest. */
  add(chunk: Buffer): Buffer | undefined {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size < 2) return undefined
    const head = this.#chunks[0]!
    const length = head.length >= 2 ? head.readUInt16BE(0) : (head[0]! << 8) | this.#chunks[1]![0]!
    if (this.#size < 2 + length) return undefined
    return Buffer.concat(this.#chunks).subarray(2, 2 + length)
  }
}
