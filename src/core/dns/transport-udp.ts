// DNS over UDP (RFC 1035 §4.2.1, RFC 5452): a fresh socket for every query, so that the source port is as random as the id.

import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { DNS_LIMITS } from '../limits.js'
import { fitOf } from './message.js'
import { abortFailure, type Exchange, networkFailure, TransportFailure } from './transport.js'

/** The socket is connected: the kernel drops what other addresses send, and a closed port is known at once. */
export const exchangeUdp: Exchange<{ readonly address: string; readonly port: number }> = (server, query, signal) =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
    let strays = 0
    const settle = (outcome: Buffer | TransportFailure): void => {
      signal.removeEventListener('abort', onAbort)
      socket.removeAllListeners()
      // Errors that arrive after the answer are of no interest, and must not be thrown either.
      socket.on('error', () => undefined)
      socket.close()
      if (outcome instanceof TransportFailure) reject(outcome)
      else resolve(outcome)
    }
    const onAbort = (): void => settle(abortFailure(signal))
    socket.on('error', error => settle(networkFailure(error)))
    socket.on('message', bytes => {
      if (fitOf(bytes, query) !== 'stray') return settle(bytes)
      strays += 1
      if (strays >= DNS_LIMITS.strays) settle(new TransportFailure('malformed', `${strays} unrelated datagrams`))
    })
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    // Without a route to the server, connecting itself fails; the error comes here and nowhere else.
    socket.connect(server.port, server.address, (failure?: Error) => {
      if (failure) return settle(networkFailure(failure))
      socket.send(query, error => {
        if (error) settle(networkFailure(error))
      })
    })
  })
