// How a question is put when servers are slow, dead or many names are asked for: what is in flight, what is waited for, what is kept.
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from '../../../src/core/dns/client.js'
import { DNS_LIMITS } from '../../../src/core/limits.js'
import { type Handler, type RawDnsServer, startRawDnsServer } from '../../support/raw-dns-server.js'
import { ASKED, reply, txt } from '../../support/wire.js'

const NAME = 'sel._domainkey.legit.test'
const good: Handler = query => reply(query, { answers: [txt(ASKED, 'v=DKIM1; p=AB')] })

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.close()))
})

async function serve(handler: Handler): Promise<RawDnsServer> {
  const server = await startRawDnsServer(handler)
  open.push(server)
  return server
}

async function slow(milliseconds: number): Promise<{ text: string; most: () => number }> {
  const server = await serve(good)
  // A name that a busy machine asks for twice is still one name.
  const now = new Set<string>()
  let most = 0
  server.onUdp = (socket, peer, query) => {
    now.add(query.name)
    most = Math.max(most, now.size)
    setTimeout(() => {
      now.delete(query.name)
      if (open.includes(server)) socket.send(good(query, 1) as Buffer, peer.port, peer.address)
    }, milliseconds)
  }
  server.onTcp = () => undefined
  return { text: server.text, most: () => most }
}

describe('asking', () => {
  it(`has ${DNS_LIMITS.concurrency} names in flight and no more, over all clients`, async () => {
    const { text, most } = await slow(100)
    const clients = ['a', 'b'].map(prefix => ({ prefix, client: createClient({ nameservers: [text] }) }))
    const numbers = Array.from({ length: 100 }, (_, index) => index)
    const answers = await Promise.all(
      clients.flatMap(({ prefix, client }) =>
        numbers.map(number => client.txt(`${prefix}${number}._domainkey.legit.test`)),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['found']))
    expect(most()).toBe(DNS_LIMITS.concurrency)
  })

  it('reaches the second server within a short time', async () => {
    const [dead, alive] = [await serve(() => undefined), await serve(good)]
    const client = createClient({ nameservers: [dead.text, alive.text], timeout: 900 })
    expect((await client.txt(NAME)).status).toBe('found')
  })

  it('takes a late answer to the first attempt, within the time and not after it', async () => {
    const { text } = await slow(600)
    expect((await createClient({ nameservers: [text], timeout: 1500, attemptTimeout: 100 }).txt(NAME)).status).toBe(
      'found',
    )
    expect((await createClient({ nameservers: [text], timeout: 300 }).txt(NAME)).status).toBe('timeout')
  })

  it('keeps a failure where that is wanted, and tells of its use', async () => {
    const server = await serve(query => reply(query, { rcode: 5 }))
    const used: string[] = []
    const client = createClient({ nameservers: [server.text], onFailureKept: ({ name }) => used.push(name) })
    for (let index = 0; index < 3; index += 1) expect((await client.txt(NAME)).status).toBe('refused')
    expect([server.queries.length, used]).toEqual([1, [NAME, NAME]])
  })

  it('finds a server that answers over TCP alone, and says so', async () => {
    const server = await serve(good)
    server.onUdp = () => undefined
    const answer = await createClient({ nameservers: [server.text], timeout: 1000 }).txt(NAME)
    expect([answer.status, answer.detail]).toEqual(['found', `${server.text} answered over TCP, and not over UDP`])
  })
})
