// What all transports share: how they are called, and the failures they end with.

import type { AnswerStatus } from './resolver.js'

/** Nothing came back that could be trusted. */
export class TransportFailure extends Error {
  readonly status: Extract<AnswerStatus, 'timeout' | 'network' | 'malformed'>

  constructor(status: Extract<AnswerStatus, 'timeout' | 'network' | 'malformed'>, why: string) {
    super(why)
    this.name = 'TransportFailure'
    this.status = status
  }
}

/** Sends a query and resolves with the bytes that fit it; rejects with a TransportFailure, at the latest when `signal` aborts. */
export type Exchange<Server> = (server: Server, query: Buffer, signal: AbortSignal) => Promise<Buffer>

/** What ended a transport early, as our failure. */
export function abortFailure(signal: AbortSignal): TransportFailure {
  return signal.reason instanceof TransportFailure ? signal.reason : new TransportFailure('timeout', 'aborted')
}

const NETWORK_FAULTS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'no name server is listening at this address'],
  ['EHOSTUNREACH', 'no route to the server'],
  ['ENETUNREACH', "the server's network is unreachable"],
  ['ECONNRESET', 'the server closed the connection'],
])

export function networkFailure(error: unknown): TransportFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'the connection failed'
  const text = NETWORK_FAULTS.get(code)
  return new TransportFailure('network', text === undefined ? code : `${text} (${code})`)
}
