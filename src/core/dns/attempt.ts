// One question to one server: over UDP, again over TCP where the answer did not fit, or over HTTPS.

import { randomInt } from 'node:crypto'
import { decodeMessage, encodeQuery, type Message, type Question, RCODES } from './message.js'
import { MalformedMessage } from './message-name.js'
import type { Nameserver } from './nameserver.js'
import { TransportFailure } from './transport.js'
import { exchangeHttps } from './transport-https.js'
import { exchangeTcp } from './transport-tcp.js'
import { exchangeUdp } from './transport-udp.js'

/** How a question is put to a server; over HTTPS there is no choice. */
export type Form = 'edns' | 'plain' | 'tcp'

/** Asks once in this form, until `signal` aborts. */
export async function ask(
  server: Nameserver,
  question: Omit<Question, 'edns'>,
  form: Form,
  signal: AbortSignal,
): Promise<Message> {
  const message = await askOnce(server, { ...question, edns: form !== 'plain' }, form, signal)
  if (form === 'plain' || !dislikesEdns(message)) return message
  // RFC 6891 §7: a server that does not know EDNS is asked again without it.
  return askOnce(server, { ...question, edns: false }, form, signal)
}

function dislikesEdns({ rcode, answers }: Message): boolean {
  const unknown = rcode === RCODES.FORMERR || rcode === RCODES.NOTIMP || rcode === RCODES.BADVERS
  return unknown && answers.length === 0
}

async function askOnce(server: Nameserver, question: Question, form: Form, signal: AbortSignal): Promise<Message> {
  // Over HTTPS the id is 0, for the sake of caches on the way (RFC 8484 §4.1).
  const query = await encodeQuery(question, server.kind === 'https' ? 0 : randomInt(0x10000))
  if (server.kind === 'https') return decoded(await exchangeHttps(server, query, signal))
  if (form === 'tcp') return decoded(await exchangeTcp(server, query, signal))
  const overUdp = decoded(await exchangeUdp(server, query, signal), true)
  if (!overUdp.truncated) return overUdp
  query.writeUInt16BE(randomInt(0x10000), 0)
  return decoded(await exchangeTcp(server, query, signal))
}

function decoded(bytes: Buffer, mayBeTruncated = false): Message {
  // A truncated answer is not used, and may be cut anywhere: only its header counts.
  const truncated = (bytes[2]! & 0x02) !== 0
  if (truncated && !mayBeTruncated) throw new TransportFailure('malformed', 'unexpectedly truncated')
  // An error code alone may stand in a bare header; "there is no such name" has to say which name.
  if (bytes.readUInt16BE(4) === 0 && (bytes[3]! & 0x0f) === RCODES.NXDOMAIN) {
    throw new TransportFailure('malformed', 'NXDOMAIN without the question it answers')
  }
  try {
    return decodeMessage(truncated ? headerAlone(bytes) : bytes)
  } catch (error) {
    if (error instanceof MalformedMessage) throw new TransportFailure('malformed', error.message)
    throw error
  }
}

function headerAlone(bytes: Buffer): Buffer {
  const header = Buffer.from(bytes.subarray(0, 12))
  header.fill(0, 4)
  return header
}
