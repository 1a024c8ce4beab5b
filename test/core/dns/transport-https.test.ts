// DNS over HTTPS against a server that answers with all that a captive portal or a broken proxy would.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeQuery } from '../../../src/core/dns/message.js'
import { TransportFailure } from '../../../src/core/dns/transport.js'
import { exchangeHttps } from '../../../src/core/dns/transport-https.js'
import { ASKED, name, type Query, readQuery, reply, txt, u16 } from '../../support/wire.js'

let server: Server | undefined
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise(resolve => (server === undefined ? resolve(null) : server.close(resolve)))
  server = undefined
})

type Answer = (response: ServerResponse, query: Query, request: IncomingMessage) => void

async function exchange(answer: Answer, milliseconds = 1000): Promise<Buffer | string> {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => answer(response, readQuery(Buffer.concat(chunks), 'tcp'), request))
  })
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query`
  const query = await encodeQuery({ name: 'sel._domainkey.legit.test', type: 'TXT', recursion: true, edns: true }, 0)
  try {
    return await exchangeHttps({ url }, query, AbortSignal.timeout(milliseconds))
  } catch (error) {
    if (error instanceof TransportFailure) return error.status
    throw error
  }
}

const good = (query: Query): Buffer => reply(query, { answers: [txt(ASKED, 'v=DKIM1; p=')] })
const send = (
  response: ServerResponse,
  body: Buffer | string,
  type = 'application/dns-message',
  status = 200,
): void => {
  response.writeHead(status, { 'content-type': type }).end(body)
}

describe('an exchange', () => {
  it('posts the query with id 0 and takes the answer', async () => {
    let seen: { method: string | undefined; type: string | undefined; id: number } | undefined
    const bytes = await exchange((response, query, request) => {
      seen = { method: request.method, type: request.headers['content-type'], id: query.id }
      send(response, good(query))
    })
    expect(seen).toEqual({ method: 'POST', type: 'application/dns-message', id: 0 })
    expect((bytes as Buffer).includes('v=DKIM1')).toBe(true)
  })

  it.each<[string, Answer, string]>([
    ['a page of HTML', response => send(response, '<html>log in</html>', 'text/html'), 'malformed'],
    ['no content type', response => response.writeHead(200).end('x'), 'malformed'],
    ['a redirect', response => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'network'],
    ['500', (response, query) => send(response, good(query), undefined, 500), 'network'],
    ['an empty body', response => send(response, ''), 'malformed'],
    [
      'an answer to another question',
      (response, query) => send(response, reply(query, { question: Buffer.concat([name('a.test'), u16(16), u16(1)]) })),
      'malformed',
    ],
    ['another id', (response, query) => send(response, reply(query, { id: 1 })), 'malformed'],
    ['64 kB and one', response => send(response, Buffer.alloc(65_536)), 'malformed'],
    ['a connection that breaks', response => response.destroy(), 'network'],
    ['silence', () => undefined, 'timeout'],
    [
      'a body that never ends',
      response => void response.writeHead(200, { 'content-type': 'application/dns-message' }).write('x'),
      'timeout',
    ],
  ])('%s', async (_row, answer, expected) => {
    expect(await exchange(answer, expected === 'timeout' ? 200 : 2000)).toBe(expected)
  })
})
