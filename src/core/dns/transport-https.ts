// DNS over HTTPS (RFC 8484): POST, the content type, the size and the question checked before a byte is read as DNS.

import { DNS_LIMITS } from '../limits.js'
import { fitOf } from './message.js'
import { abortFailure, type Exchange, TransportFailure } from './transport.js'

const MEDIA_TYPE = 'application/dns-message'

export const exchangeHttps: Exchange<{ readonly url: string }> = async (server, query, signal) => {
  try {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': MEDIA_TYPE, accept: MEDIA_TYPE },
      body: new Uint8Array(query),
      // An answer from elsewhere is not the answer of the server that was trusted.
      redirect: 'error',
      signal,
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new TransportFailure('network', `HTTP status ${response.status}`)
    }
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (type !== MEDIA_TYPE) {
      await response.body?.cancel()
      throw new TransportFailure('malformed', `the server answers with ${type ?? 'no content type'}`)
    }
    const bytes = await readBody(response)
    if (fitOf(bytes, query) !== 'stray') return bytes
    throw new TransportFailure('malformed', 'an answer to another question')
  } catch (error) {
    if (error instanceof TransportFailure) throw error
    if (signal.aborted) throw abortFailure(signal)
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no HTTPS connection'
    throw new TransportFailure('network', code)
  }
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  // `for await` cancels the body when it is left early.
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > DNS_LIMITS.messageBytes) throw new TransportFailure('malformed', 'larger than any DNS message')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
