// The check of a domain whose mail is sent by others, against a name server on loopback that has what these senders ask for.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../src/core/dns/server.js'
import { Zone } from '../../src/core/dns/zone.js'
import { readZone } from '../../src/core/dns/zone-file.js'
import { BIN } from '../support/cli.js'
import { RSA_1024, RSA_2048 } from '../support/public-keys.js'

const SCRIPT = join(import.meta.dirname, '..', '..', 'examples', 'hosted', 'check-hosted-domain.sh')

/** What each sender asks a customer to publish, and what stands at the end of it. */
const SENDERS = {
  microsoft365: {
    selector1: 'selector1-customer-example._domainkey.contoso.n-v1.dkim.mail.microsoft',
    selector2: 'selector2-customer-example._domainkey.contoso.onmicrosoft.com',
  },
  google: { google: null },
  sendgrid: { s1: 's1.domainkey.u1234567.wl123.sendgrid.net', s2: 's2.domainkey.u1234567.wl123.sendgrid.net' },
  mailchimp: { k2: 'dkim2.mcsv.net', k3: 'dkim3.mcsv.net' },
} as const

type Change = (zone: Map<string, string>) => void

/** Master file lines by name. */
function zoneOf(change: Change): string {
  const zone = new Map<string, string>()
  for (const [selector, target] of Object.values(SENDERS).flatMap(names => Object.entries(names))) {
    const name = `${selector}._domainkey.customer.example`
    const key = `TXT "v=DKIM1; k=rsa; p=" "${RSA_2048.slice(0, 200)}" "${RSA_2048.slice(200)}"`
    zone.set(name, target === null ? key : `CNAME ${target}.`)
    if (target !== null) zone.set(target, key)
  }
  change(zone)
  return Array.from(zone, ([name, data]) => `${name}. 3600 IN ${data}\n`).join('')
}

let server: RunningServer | undefined
afterEach(() => server?.close())

async function check(providers: readonly string[], change: Change = () => undefined) {
  server = await startServer({ zone: readZone(Buffer.from(zoneOf(change)), 'zone', new Zone()) })
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    DKIM: `${process.execPath} ${BIN}`,
    DKIM_OPTIONS: `--nameserver ${server.nameserver}`,
  }
  const child = spawn('sh', [SCRIPT, ...providers], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (text += chunk))
  const code = await new Promise(resolve => child.on('close', resolve))
  return { code, text }
}

const ALL = ['customer.example', ...Object.keys(SENDERS)]

describe('check-hosted-domain.sh', { timeout: 120_000 }, () => {
  it('says ok for every selector of every sender', async () => {
    const { code, text } = await check(ALL)
    expect(text.match(/^ {2}ok {7}\S+$/gm)).toHaveLength(7)
    expect([code, text.includes('WRONG')]).toEqual([0, false])
  })

  it('tells a missing record, a dangling one and a faulty one apart, and ends with the worst', async () => {
    const missing = await check(ALL, zone => zone.delete('k3._domainkey.customer.example'))
    expect(missing).toMatchObject({ code: 3, text: expect.stringContaining('missing  k3') })
    await server?.close()
    const dangling = await check(ALL, zone => zone.delete('s2.domainkey.u1234567.wl123.sendgrid.net'))
    expect(dangling).toMatchObject({ code: 3, text: expect.stringContaining('dangling s2') })
    await server?.close()
    const faulty = await check(ALL, zone => {
      zone.delete('k3._domainkey.customer.example')
      zone.set('google._domainkey.customer.example', `TXT "v=DKIM1; k=rsa; p=${RSA_1024.slice(0, 100)}"`)
    })
    expect(faulty).toMatchObject({ code: 1, text: expect.stringMatching(/WRONG {4}google\n[\s\S]*key-cut/) })
  })

  it('refuses a sender that it does not know', async () => {
    expect(await check(['customer.example', 'pigeons'])).toMatchObject({
      code: 2,
      text: expect.stringContaining('pigeons'),
    })
    expect((await check(['customer.example'])).code).toBe(2)
  })
})
