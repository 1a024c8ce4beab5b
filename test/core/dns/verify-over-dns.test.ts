// Whole verifications through the live client: what the key record allows, and how many packets a message can cause.
import { describe, expect, it } from 'vitest'
import { KeyCache } from '../../../src/core/dkim/key-lookup.js'
import type { VerificationReport } from '../../../src/core/dkim/result.js'
import { verify } from '../../../src/core/dkim/verify.js'
import { createClient } from '../../../src/core/dns/client.js'
import { evilField, evilSign } from '../../support/evil-signer.js'
import { p } from '../../support/keys.js'
import { type Handler, type RawDnsServer, startRawDnsServer } from '../../support/raw-dns-server.js'
import { ASKED, reply, txt } from '../../support/wire.js'

const MESSAGE =
  'From: <a@legit.test>\r\nTo: <b@rcpt.test>\r\nSubject: hi\r\nDate: Mon, 01 Jan 2024 00:00:00 +0000\r\n\r\nHello\r\n'
const P = p('rsa2048')
const now = new Date('2024-01-02T00:00:00Z')

async function withServer<T>(handler: Handler, work: (server: RawDnsServer) => Promise<T>): Promise<T> {
  const server = await startRawDnsServer(handler)
  try {
    return await work(server)
  } finally {
    await server.close()
  }
}

const record =
  (text: string): Handler =>
  query =>
    reply(query, { answers: [txt(ASKED, text)] })

function judge(message: string, text: string): Promise<{ report: VerificationReport; queries: number }> {
  return withServer(record(text), async server => {
    const resolver = createClient({ nameservers: [server.text], timeout: 2000 })
    const report = await verify(Buffer.from(message, 'latin1'), { resolver, now })
    return { report, queries: server.queries.length }
  })
}

describe('what the key record allows', () => {
  it.each<[string, string, string | null, Record<string, string>?]>([
    ['a plain record', `v=DKIM1; p=${P}`, null],
    ['D-15 h=sha1', `v=DKIM1; h=sha1; p=${P}`, 'inappropriate-hash-algorithm'],
    ['D-15 h=sha1:sha256', `v=DKIM1; h=sha1:sha256; p=${P}`, null],
    ['D-15 h=foo:sha256', `v=DKIM1; h=foo:sha256; p=${P}`, null],
    ['D-16 s=tlsrpt', `v=DKIM1; s=tlsrpt; p=${P}`, 'inappropriate-service-type'],
    ['D-16 s=email:web', `v=DKIM1; s=email:web; p=${P}`, null],
    ['D-16 s=*', `v=DKIM1; s=*; p=${P}`, null],
    ['D-17 t=s, i= in a subdomain', `v=DKIM1; t=y:s; p=${P}`, 'identity-not-permitted', { i: '@sub.legit.test' }],
    ['D-17 t=s, i= at the domain', `v=DKIM1; t=s; p=${P}`, null, { i: '@legit.test' }],
    ['D-18 t=y', `v=DKIM1; t=y; p=${P}`, null],
  ])('%s', async (_row, text, reason, tags = {}) => {
    const { report, queries } = await judge(evilSign(MESSAGE, { tags }), text)
    expect(report.signatures[0]!.reason).toBe(reason)
    expect(queries).toBe(1)
    if (text.includes('t=y')) {
      const { key, warnings } = report.signatures[0]!
      expect(key?.testing || warnings.some(({ code }) => code === 'testing-key')).toBe(true)
    }
  })
})

describe('packets', () => {
  it('1,000 messages signed by one domain cause one query', async () => {
    await withServer(record(`v=DKIM1; p=${P}`), async server => {
      const options = { resolver: createClient({ nameservers: [server.text] }), now, keys: new KeyCache() }
      const message = Buffer.from(evilSign(MESSAGE), 'latin1')
      const reports = await Promise.all(Array.from({ length: 1000 }, () => verify(message, options)))
      expect(reports.filter(({ result }) => result === 'pass')).toHaveLength(1000)
      expect(server.queries).toHaveLength(1)
    })
  })

  it('D-23 a message of 50 signatures by silent domains costs ten names at most, and little time', async () => {
    await withServer(
      () => undefined,
      async server => {
        const fields = Array.from({ length: 50 }, (_, index) => evilField(MESSAGE, { tags: { s: `s${index}` } }))
        const resolver = createClient({ nameservers: [server.text], timeout: 600, attemptTimeout: 150 })
        const started = Date.now()
        const report = await verify(Buffer.from(fields.join('') + MESSAGE, 'latin1'), { resolver, now })
        expect(report.result).toBe('temperror')
        expect(new Set(server.queries.map(({ name }) => name)).size).toBeLessThanOrEqual(10)
        expect(Date.now() - started).toBeLessThan(3000)
      },
    )
  })

  it('every name that a message can ask for ends in ._domainkey and its domain', async () => {
    await withServer(record('v=DKIM1; p='), async server => {
      const resolver = createClient({ nameservers: [server.text] })
      for (const s of ['a', 'a.b', 'xn--a', 'x\\.y', '*', '..', 'a\0b', 'localhost', '_dmarc']) {
        await verify(Buffer.from(evilSign(MESSAGE, { tags: { s } }), 'latin1'), { resolver, now })
      }
      expect(server.queries.map(({ name }) => name).sort()).toEqual([
        '_dmarc._domainkey.legit.test',
        'a._domainkey.legit.test',
        'a.b._domainkey.legit.test',
        'localhost._domainkey.legit.test',
      ])
    })
  })
})
