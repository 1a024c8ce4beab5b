// dkim lookup through the built program: records, exit codes, formats, and every mode over real packets on loopback.
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../../src/core/dns/server.js'
import { Zone } from '../../../src/core/dns/zone.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { BIN, dkim, type Outcome } from '../../support/cli.js'
import { ED25519, RSA_1024, RSA_2048, RSA_2048_SECOND } from '../../support/public-keys.js'
import { HAS_TERMINAL, onTerminal } from '../../support/terminal.js'

const GOOD = `v=DKIM1; k=rsa; p=${RSA_2048}`
const WEAK = `v=DKIM1; k=rsa; p=${RSA_1024}`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-lookup-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const servers: RunningServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close()))
})

let count = 0
function file(content: string, ending = 'json'): string {
  count += 1
  const path = join(folder, `${count}.${ending}`)
  writeFileSync(path, content)
  return path
}

function zone(records: Record<string, unknown>): string {
  return file(JSON.stringify(records))
}

async function serve(content: string): Promise<RunningServer> {
  const server = await startServer({ zone: readZone(Buffer.from(content), 'zone') })
  servers.push(server)
  return server
}

const name = (selector: string): string => `${selector}._domainkey.example.com`

async function json(argv: readonly string[]): Promise<{ code: number | null; report: Record<string, unknown> }> {
  const { code, stdout } = await dkim(['lookup', ...argv, '--format', 'json'])
  return { code, report: JSON.parse(stdout) }
}

function expectUsage({ code, stdout, stderr }: Outcome): void {
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^dkim: error: .*\ndkim: hint: /)
}

describe('results and exit codes', () => {
  const records = (): string =>
    zone({
      [name('good')]: GOOD,
      [name('weak')]: WEAK,
      [name('ed')]: `v=DKIM1; k=ed25519; p=${ED25519}`,
      [name('revoked')]: 'v=DKIM1; p=',
      [name('broken')]: `"${GOOD}"`,
      [name('service')]: `v=DKIM1; s=web; p=${RSA_2048}`,
      [name('spf')]: 'v=spf1 -all',
      [name('twice')]: [GOOD, GOOD],
      [name('crowd')]: [GOOD, ...Array.from({ length: 16 }, (_, index) => `text ${index}`)],
      [name('servfail')]: { error: 'SERVFAIL' },
      [name('timeout')]: { error: 'TIMEOUT' },
      [name('alias')]: { cname: 'good._domainkey.example.com' },
    })

  it.each([
    ['good', 0, 'found'],
    ['weak', 0, 'found'],
    ['ed', 0, 'found'],
    ['alias', 0, 'found'],
    // One record, told twice; and more text than verify reads.
    ['twice', 0, 'found'],
    ['crowd', 1, 'invalid'],
    ['service', 1, 'found'],
    ['revoked', 1, 'revoked'],
    ['broken', 1, 'invalid'],
    ['spf', 3, 'not-found'],
    ['none', 3, 'not-found'],
    ['servfail', 75, 'unavailable'],
    ['timeout', 75, 'unavailable'],
  ])('%s: exit %i, %s', async (selector, exitCode, result) => {
    const { code, report } = await json(['example.com', '--selector', selector, '--dns-file', records()])
    expect([code, report['result']]).toEqual([exitCode, result])
    expect(Object.keys(report)).toEqual(
      expect.arrayContaining([
        'schema',
        'name',
        'result',
        'chain',
        'records',
        'key',
        'findings',
        'provider',
        'servers',
      ]),
    )
    expect(report).toMatchObject({ schema: 'dkim.lookup/1', name: name(selector), servers: [] })
  })

  it('is the same for the whole name, upper case, a final dot, and U-labels', async () => {
    const dns = zone({ 's._domainkey.xn--bcher-kva.example': GOOD })
    for (const argv of [
      ['s._domainkey.xn--bcher-kva.example'],
      ['S._DOMAINKEY.bücher.example.'],
      ['bücher.example', '-s', 's'],
    ]) {
      expect((await json([...argv, '--dns-file', dns])).report).toMatchObject({
        name: 's._domainkey.xn--bcher-kva.example',
        result: 'found',
      })
    }
  })

  it('text, ndjson and quiet', async () => {
    const dns = records()
    const text = await dkim(['lookup', 'example.com', '-s', 'good', '--dns-file', dns])
    expect(text.stdout).toMatch(/^✓ found {2}good\._domainkey\.example\.com/)
    expect(text.stdout).toContain('rsa, 2048 bits, SHA256:')
    const lines = (await dkim(['lookup', 'example.com', '-s', 'good', '--dns-file', dns, '--format', 'ndjson'])).stdout
    expect(lines.split('\n')).toHaveLength(2)
    expect(await dkim(['lookup', 'example.com', '-s', 'broken', '--dns-file', dns, '-q'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: '',
    })
  })

  it('nothing from DNS reaches the terminal raw', async () => {
    const dns = zone({ [name('evil')]: `v=DKIM1; n=\u001b]0;pwn\u0007\u202e; k=\u001b[31m; p=${RSA_2048}\n::error::x` })
    for (const format of ['text', 'json', 'ndjson']) {
      const { stdoutBytes } = await dkim(['lookup', 'example.com', '-s', 'evil', '--dns-file', dns, '--format', format])
      expect(stdoutBytes.toString('latin1')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]|\xe2\x80\xae/)
      expect(stdoutBytes.toString()).not.toMatch(/^::/m)
    }
  })

  it.each([
    [['lookup']],
    [['lookup', 'example.com']],
    [['lookup', 'example.com', '-s', 'a b']],
    [['lookup', 'example.com', '-s', 'a\r\nb']],
    [['lookup', 'nodots', '-s', 'a']],
    [['lookup', 'x._domainkey.example.com', '-s', 'a']],
    [['lookup', 'example.com', '-s', 'a', '--nameserver', '1.1.1.1;x']],
    [['lookup', 'example.com', '-s', 'a', '--offline', '--nameserver', '127.0.0.1']],
    [['lookup', 'example.com', '-s', 'a', '--wait', '--discover']],
    [['lookup', 'example.com', '-s', 'a', '--expect', 'none']],
    [['lookup', 'example.com', '-s', 'a', '--update']],
    [['lookup', 'example.com', '-s', 'a', '--offline', '--resolver-set', 'everyone']],
    [['lookup', '--serve', 'nowhere:1', '--dns-file', 'x']],
    [['lookup', '--serve', '127.0.0.1:0']],
    [['lookup', 'example.com', '-s', 'a', '--dns-file', '/nonexistent']],
    [['lookup', 'example.com', '-s', 'a', '--offline', '--key', '/nonexistent']],
    [['lookup', '--lock', '/nonexistent']],
  ])('refuses %j', async argv => {
    expectUsage(await dkim(argv))
  })
})

describe('--key and --from-message', () => {
  it('tells whether a private or public key is the published one', async () => {
    const directory = mkdtempSync(join(folder, 'keys-'))
    await dkim(['keygen', '--selector', 'k', '--domain', 'example.com', '--out-dir', directory])
    await dkim(['keygen', '--selector', 'other', '--domain', 'example.com', '--out-dir', directory])
    const key = join(directory, 'k._domainkey.example.com.private.pem')
    // A directory of keys stands for the records they would have.
    const base = ['example.com', '-s', 'k', '--dns-file', directory]
    expect(await json([...base, '--key', key])).toMatchObject({ code: 0, report: { match: { matches: true } } })
    const other = join(directory, 'other._domainkey.example.com.private.pem')
    expect(await json([...base, '--key', other])).toMatchObject({
      code: 1,
      report: { result: 'found', match: { matches: false } },
    })
    // Any form of a key, a record too; what DNS does not tell now is not compared.
    const { stdout: record } = await dkim(['format-record', '--key', key, '--dialect', 'txt'])
    expect(await json([...base, '--key', file(record, 'txt')])).toMatchObject({ report: { match: { matches: true } } })
    const failing = ['example.com', '-s', 'k', '--dns-file', zone({ [name('k')]: { error: 'SERVFAIL' } })]
    expect(await json([...failing, '--key', key])).toMatchObject({ code: 75, report: { match: null } })
    expectUsage(await dkim(['lookup', ...base, '--key', file('v=DKIM1; p=', 'txt')]))
    const { stdout } = await dkim(['lookup', ...base, '--key', other])
    expect(stdout).toContain('✗ does not match the published key')
    const secret = file('open sesame\n', 'txt')
    const encrypted = mkdtempSync(join(folder, 'encrypted-'))
    await dkim([
      'keygen',
      '--selector',
      'k',
      '--domain',
      'example.com',
      '--out-dir',
      encrypted,
      '--encrypt',
      '--passphrase-file',
      secret,
    ])
    const locked = join(encrypted, 'k._domainkey.example.com.private.pem')
    expectUsage(await dkim(['lookup', ...base, '--key', locked]))
    expect((await json([...base, '--key', locked, '--passphrase-file', secret])).report).toMatchObject({
      match: { matches: false },
    })
  })

  it('compares with each of several records, whatever their order', async () => {
    const [one, two, other] = [GOOD, `v=DKIM1; k=rsa; p=${RSA_2048_SECOND}`, `v=DKIM1; k=ed25519; p=${ED25519}`]
    const dns = zone({ [name('several')]: { txt: [one, two] }, [name('mixed')]: { txt: ['v=DKIM1; p=', two] } })
    const compared = (selector: string, record: string) =>
      json(['example.com', '-s', selector, '--dns-file', dns, '--key', file(record, 'txt')])
    for (const [selector, record, matches] of [
      ['several', one, true],
      ['several', two, true],
      ['several', other, false],
      ['mixed', two, true],
    ] as const) {
      // Whatever is published: several records are a fault.
      expect(await compared(selector, record)).toMatchObject({ code: 1, report: { match: { matches } } })
    }
    const text = async (record: string) =>
      (await dkim(['lookup', 'example.com', '-s', 'several', '--dns-file', dns, '--key', file(record, 'txt')])).stdout
    expect(await text(two)).toContain('✓ is one of the published keys')
    expect(await text(other)).toContain('✗ matches none of the published keys')
  })

  it('looks up every key that a message asks for, each once', async () => {
    const signature = (domain: string, selector: string): string =>
      `DKIM-Signature: v=1; a=rsa-sha256; d=${domain}; s=${selector};\r\n h=from; bh=AA==; b=AA==\r\n`
    const message = file(
      `${signature('example.com', 'a')}${signature('example.com', 'b')}${signature('example.com', 'a')}From: a@example.com\r\n\r\n${signature('example.org', 'body')}`,
      'eml',
    )
    const dns = zone({ [name('a')]: GOOD, [name('b')]: 'v=DKIM1; p=' })
    const { code, stdout } = await dkim(['lookup', '--from-message', message, '--dns-file', dns, '--format', 'json'])
    expect((JSON.parse(stdout) as { name: string }[]).map(report => report.name)).toEqual([name('a'), name('b')])
    expect(code).toBe(1)
    const server = await serve('')
    await dkim(['lookup', '--from-message', message, '--nameserver', server.nameserver])
    // A stranger chose the names: nothing beside them is asked for.
    expect(server.queries).toBe(2)
    const unsigned = file('From: a@example.com\n\n', 'eml')
    expect(await dkim(['lookup', '--from-message', unsigned, '--offline'])).toMatchObject({ code: 3, stdout: '' })
    expect(await json(['--from-message', unsigned, '--offline'])).toEqual({ code: 3, report: [] })
  })
})

describe('live DNS', () => {
  it('asks the server named, shows TTL, DNSSEC state and the server', async () => {
    const server = await serve(`$TTL 600\n${name('sel')}. TXT "${GOOD.slice(0, 255)}" "${GOOD.slice(255)}"`)
    const { code, report } = await json(['example.com', '-s', 'sel', '--nameserver', server.nameserver])
    expect(code).toBe(0)
    expect(report).toMatchObject({
      records: [{ text: GOOD, ttl: 600, strings: 2 }],
      dnssec: false,
      server: server.nameserver,
    })
    const { stdout } = await dkim(['lookup', 'example.com', '-s', 'sel', '--nameserver', server.nameserver])
    expect(stdout).toContain('not DNSSEC-validated (common)')
  })

  it('zone files first, then the server', async () => {
    const server = await serve(`${name('live')}. TXT "${WEAK}"\n${name('both')}. TXT "${WEAK}"`)
    const argv = ['--dns-file', zone({ [name('both')]: GOOD }), '--nameserver', server.nameserver]
    expect((await json(['example.com', '-s', 'live', ...argv])).report).toMatchObject({ key: { bits: 1024 } })
    expect((await json(['example.com', '-s', 'both', ...argv])).report).toMatchObject({ key: { bits: 2048 } })
  })

  it('a server that is not there is a temporary failure', async () => {
    const server = await startServer({ zone: new Zone() })
    await server.close()
    expect((await json(['example.com', '-s', 'a', '--nameserver', server.nameserver])).code).toBe(75)
  })

  it('--resolver-set compares what resolvers see', async () => {
    const good = await serve(`${name('sel')}. 60 TXT "${WEAK}"`)
    const same = await serve(`${name('sel')}. 30 TXT "${WEAK}"`)
    const other = await serve('')
    const set = (...of: RunningServer[]): string[] => [
      '--nameserver',
      good.nameserver,
      '--resolver-set',
      of.map(one => one.nameserver).join(','),
    ]
    expect(await json(['example.com', '-s', 'sel', ...set(good, same)])).toMatchObject({
      code: 0,
      report: {
        agreement: { recursive: 'consistent' },
        servers: [
          { state: 'same', ttl: 60 },
          { state: 'same', ttl: 30 },
        ],
      },
    })
    expect(await json(['example.com', '-s', 'sel', ...set(good, same, other)])).toMatchObject({
      code: 1,
      report: { agreement: { recursive: 'split' }, servers: [{}, {}, { state: 'differs', status: 'nxdomain' }] },
    })
  })
})

describe('verify', () => {
  it('a thousand messages of one domain cause one query, however many threads verify them', async () => {
    const directory = mkdtempSync(join(folder, 'mail-'))
    const keys = mkdtempSync(join(folder, 'signer-'))
    const { stdout } = await dkim(['keygen', '--selector', 'k', '--domain', 'example.com', '--out-dir', keys])
    const signer = [
      '--key',
      join(keys, 'k._domainkey.example.com.private.pem'),
      '--selector',
      'k',
      '--domain',
      'example.com',
    ]
    const signed = await dkim(['sign', ...signer, file('From: a@example.com\n\nhi\n', 'eml')])
    for (let index = 0; index < 1000; index += 1) writeFileSync(join(directory, `${index}.eml`), signed.stdout)
    for (const jobs of ['1', '3']) {
      const server = await serve(stdout)
      const run = await dkim(['verify', directory, '--nameserver', server.nameserver, '--jobs', jobs, '-q'])
      expect([run.code, server.queries]).toEqual([0, 1])
    }
  })
})

describe('many questions at a time', () => {
  it('are no reason for a warning of Node', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1')
    await once(silent, 'listening')
    const tags = 'a=rsa-sha256; c=relaxed/relaxed; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    const signed = (number: number) =>
      [1, 2, 3, 4, 5].map(one => `DKIM-Signature: v=1; d=example.com; s=s${number}x${one}; ${tags}; b=AAAA\n`).join('')
    // What threads are given at a time begins with one that asks; they all wait at once.
    const messages = Array.from({ length: 256 }, (_, number) => {
      const from = 'From a@example.com Thu Jan  1 00:00:00 2026\n'
      return `${from}${number % 64 === 0 ? signed(number) : ''}From: a@example.com\n\n\n`
    })
    const dns = ['--nameserver', `127.0.0.1:${silent.address().port}`, '--timeout', '300ms']
    const run = await dkim(['verify', file(messages.join(''), 'mbox'), ...dns, '--jobs', '4', '--summary'])
    silent.close()
    expect([run.code, run.stderr]).toEqual([3, ''])
    expect(run.stdout).toMatch(/^256 messages: 4 temperror, 252 none/)
  })
})

describe('--all-servers', () => {
  const zoneText = (serial: number, record: string): string =>
    `$ORIGIN example.com.\n$TTL 60\n@ SOA ns1 root ${serial} 2 3 4 5\n@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns2 A 127.0.0.2\nsel._domainkey TXT "${record}"\n`

  async function two(one: string, other: string): Promise<{ code: number | null; report: Record<string, unknown> }> {
    const first = await serve(one)
    const second = await startServer({
      zone: readZone(Buffer.from(other), 'zone'),
      address: '127.0.0.2',
      port: first.port,
    })
    servers.push(second)
    return json([
      'example.com',
      '-s',
      'sel',
      '--nameserver',
      first.nameserver,
      '--all-servers',
      '--server-port',
      String(first.port),
    ])
  }

  it('consistent, stale and split', async () => {
    expect(await two(zoneText(5, WEAK), zoneText(5, WEAK))).toMatchObject({
      code: 0,
      report: {
        agreement: { authoritative: 'consistent' },
        servers: [{ host: 'ns1.example.com', zone: 'example.com', serial: 5 }, { host: 'ns2.example.com' }],
      },
    })
    expect(await two(zoneText(6, WEAK), zoneText(5, 'v=DKIM1; p='))).toMatchObject({
      code: 1,
      report: { agreement: { authoritative: 'stale' }, servers: [{ state: 'same' }, { state: 'stale', serial: 5 }] },
    })
    expect(await two(zoneText(6, WEAK), zoneText(6, 'v=DKIM1; p='))).toMatchObject({
      code: 1,
      report: { agreement: { authoritative: 'split' } },
    })
  })
})

describe('--resolver-set', () => {
  it('is where the answer comes from, too', async () => {
    const server = await serve(`${name('sel')}. 60 TXT "${WEAK}"`)
    expect(await json(['example.com', '-s', 'sel', '--resolver-set', server.nameserver])).toMatchObject({
      code: 0,
      report: { result: 'found', server: server.nameserver, agreement: { recursive: 'consistent' } },
    })
  })

  it('resolvers that disagree are a problem, whatever the first one says', async () => {
    const [empty, full] = [await serve(''), await serve(`${name('sel')}. 60 TXT "${WEAK}"`)]
    const set = `${empty.nameserver},${full.nameserver}`
    expect(await json(['example.com', '-s', 'sel', '--resolver-set', set])).toMatchObject({
      code: 1,
      report: { agreement: { recursive: 'split' } },
    })
  })
})

describe('--wait', () => {
  it('waits for the record of a key, in plain lines where nobody watches', async () => {
    const zone = new Zone()
    const server = await startServer({ zone })
    servers.push(server)
    setTimeout(() => readZone(Buffer.from(`${name('sel')}. TXT "${WEAK}"`), 'later', zone), 1500)
    const { code, stdout, stderr } = await dkim([
      ...['lookup', 'example.com', '-s', 'sel', '--wait', '--expect', WEAK, '--interval', '300ms', '--timeout', '20s'],
      ...['--nameserver', server.nameserver],
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✓ sel\._domainkey\.example\.com/)
    expect(stderr).toMatch(/^dkim: note: 0 of 1 server has the expected record, next attempt in/)
  })

  it('gives up with 75', async () => {
    const server = await serve(`${name('sel')}. TXT "${WEAK}"`)
    const wait = [
      'lookup',
      'example.com',
      '-s',
      'sel',
      '--wait',
      '--interval',
      '100ms',
      '--timeout',
      '400ms',
      '--nameserver',
      server.nameserver,
    ]
    const expected = file(`v=DKIM1; k=rsa; p=${RSA_2048_SECOND}\n`, 'txt')
    expect((await dkim([...wait, '--expect', expected, '--format', 'json'])).code).toBe(75)
    expect((await dkim([...wait, '--expect', 'v=DKIM1; p='])).code).toBe(75)
    expect((await dkim([...wait, '--expect', 'none'])).code).toBe(75)
    expect((await dkim(wait)).code).toBe(0)
  })

  it.runIf(HAS_TERMINAL)('counts down on a terminal, and not where nobody looks', async () => {
    const server = await serve('')
    const argv = [
      'lookup',
      'example.com',
      '-s',
      'sel',
      '--wait',
      '--interval',
      '1s',
      '--timeout',
      '2500ms',
      '--nameserver',
      server.nameserver,
    ]
    const watched = await onTerminal(argv)
    expect(watched.code).toBe(75)
    expect(watched.screen).toContain('waiting for sel._domainkey.example.com, next look in')
    expect(watched.screen).not.toContain('dkim: note')
    for (const unwatched of [await onTerminal(argv, { columns: 0 }), await onTerminal(argv, { env: { CI: '1' } })]) {
      expect(unwatched.screen).not.toContain('waiting for')
      expect(unwatched.screen).toContain('dkim: note: 0 of 1 server has the expected record')
    }
  })

  it('refuses an expectation that is none', async () => {
    expectUsage(await dkim(['lookup', 'example.com', '-s', 'sel', '--wait', '--offline', '--expect', 'v=DKIM1; p=x']))
    expectUsage(await dkim(['lookup', 'example.com', '-s', 'sel', '--wait', '--offline', '--expect', '/nonexistent']))
  })
})

describe('--discover', () => {
  it('finds keys, names services, and never says that there is none', async () => {
    const content = `$ORIGIN example.com.
@ MX 10 aspmx.l.google.com.
@ TXT "v=spf1 include:sendgrid.net -all"
google._domainkey TXT "${WEAK}"
s1._domainkey CNAME s1.domainkey.u1.wl1.sendgrid.net.
s1.domainkey.u1.wl1.sendgrid.net. TXT "${WEAK}"
`
    const server = await serve(content)
    const { code, report } = await json(['example.com', '--discover', '--nameserver', server.nameserver])
    expect(code).toBe(0)
    expect(report).toMatchObject({ schema: 'dkim.discovery/1', domainkey: 'exists', wildcard: false })
    expect((report['keys'] as { selector: string }[]).map(({ selector }) => selector).sort()).toEqual(['google', 's1'])
    expect((report['providers'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'Google Workspace',
      'Twilio SendGrid',
    ])
    expect(report['asked']).toBeLessThanOrEqual(160)
    const { stdout } = await dkim(['lookup', 'example.com', '--discover', '--nameserver', server.nameserver])
    expect(stdout).toContain("absence can't be proven")
    expect(stdout.split('\n').length).toBeLessThan(25)
  })

  it('asks little below a _domainkey that does not exist, and nothing counts that a wildcard says', async () => {
    const server = await serve('example.com. MX 10 mail.example.com.\n')
    const { code, report } = await json(['example.com', '--discover', '--nameserver', server.nameserver])
    expect(code).toBe(3)
    expect(report).toMatchObject({ domainkey: 'absent', keys: [] })
    expect(report['asked']).toBeLessThanOrEqual(12)
    const wild = await serve(`*.example.com. TXT "v=spf1 -all"\nexample.com. MX 10 a.test.`)
    expect((await json(['example.com', '--discover', '--nameserver', wild.nameserver])).report).toMatchObject({
      wildcard: true,
      keys: [],
    })
  })
})

describe('formats, selectors and settings', () => {
  const records = (): string => zone({ [name('s1')]: GOOD, [name('s2')]: `"${GOOD}"` })

  it.each(['github', 'junit', 'sarif', 'html'])('--discover and --lock have --format %s', async format => {
    const dns = ['--dns-file', records(), '--format', format]
    const found = await dkim(['lookup', 'example.com', '--discover', ...dns])
    expect(found).toMatchObject({ code: 1, stderr: '' })
    expect(found.stdout).toContain('quotes-in-record')
    const lock = join(folder, `${format}.lock`)
    await dkim(['lookup', 'example.com', '-s', 's1', '-s', 's2', '--lock', lock, '--update', ...dns.slice(0, 2)])
    const same = await dkim(['lookup', '--lock', lock, ...dns])
    expect(same).toMatchObject({ code: 0, stderr: '' })
    const drift = await dkim(['lookup', '--lock', lock, '--dns-file', zone({ [name('s1')]: GOOD }), '--format', format])
    expect(drift.code).toBe(1)
    expect(drift.stdout).toContain('missing')
    expect(drift.stdout).toContain(name('s2'))
  })

  it('-s is repeatable: JSON is then an array, and each name is asked for once', async () => {
    const argv = ['example.com', '-s', 's1', '-s', 's2', '-s', 'S1', '--dns-file', records()]
    const { code, report } = await json(argv)
    expect(code).toBe(1)
    expect(report).toMatchObject([{ selector: 's1' }, { selector: 's2' }])
    expectUsage(await dkim(['lookup', ...argv, '--wait']))
  })

  it('domain and selector of the configuration are used where nothing is named', async () => {
    const env = { DKIM_DOMAIN: 'example.com', DKIM_SELECTOR: 's1' }
    const dns = ['--dns-file', records(), '--format', 'json']
    const nameOf = async (argv: readonly string[]): Promise<unknown> =>
      (JSON.parse((await dkim(['lookup', ...argv, ...dns], { env })).stdout) as { name: string }).name
    expect(await nameOf([])).toBe(name('s1'))
    expect(await nameOf(['-s', 's2'])).toBe(name('s2'))
    expect(await nameOf(['example.org'])).toBe('s1._domainkey.example.org')
    expect(await nameOf([name('s2')])).toBe(name('s2'))
    expect((await dkim(['lookup', '--discover', ...dns], { env })).stdout).toContain('dkim.discovery/1')
  })
})

describe('--save', () => {
  it('appends what was seen, once, and it reads back the same', async () => {
    const target = join(folder, 'seen.zone')
    const dns = file(
      `a._domainkey.example.com. 60 TXT "v=DKIM1; p=" "" "\\000\\233\\"\\\\"\nb._domainkey.example.com. CNAME a._domainkey.example.com.`,
      'zone',
    )
    await dkim(['lookup', 'example.com', '-s', 'b', '--dns-file', dns, '--save', target, '--now', '2026-01-01'])
    const once = readFileSync(target, 'latin1')
    await dkim(['lookup', 'example.com', '-s', 'b', '--dns-file', dns, '--save', target, '--now', '2026-01-02'])
    expect(readFileSync(target, 'latin1')).toBe(once)
    expect(once).toMatch(/^; seen 2026-01-01T00:00:00Z\n/)
    const before = (await json(['example.com', '-s', 'b', '--dns-file', dns])).report
    const after = (await json(['example.com', '-s', 'b', '--dns-file', target])).report
    const text = (report: Record<string, unknown>): unknown => (report['records'] as { text: string }[])[0]!.text
    expect(text(after)).toEqual(text(before))
    expect(after['chain']).toMatchObject([{ target: 'a._domainkey.example.com' }])
  })

  it('writes nothing where nothing was found, and touches no file that is no zone', async () => {
    const target = join(folder, 'none.zone')
    await dkim(['lookup', 'example.com', '-s', 'x', '--offline', '--save', target])
    expect(existsSync(target)).toBe(false)
    const precious = file('dear diary', 'txt')
    expect(
      (await dkim(['lookup', 'example.com', '-s', 'a', '--dns-file', zone({ [name('a')]: GOOD }), '--save', precious]))
        .code,
    ).toBe(2)
    expect(readFileSync(precious, 'utf8')).toBe('dear diary')
  })
})

describe('--lock', () => {
  it('writes, agrees, and reports drift', async () => {
    const lock = join(folder, 'dkim.lock')
    const before = zone({
      [name('a')]: GOOD,
      [name('b')]: GOOD,
      [name('c')]: `v=DKIM1; p=${RSA_2048}`,
      [name('d')]: GOOD,
    })
    for (const selector of ['a', 'b', 'c', 'd']) {
      const argv = ['lookup', 'example.com', '-s', selector, '--dns-file', before, '--lock', lock, '--update']
      expect((await dkim(argv)).code).toBe(0)
    }
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({
      schema: 'dkim.lock/1',
      keys: { [name('a')]: { type: 'rsa', bits: 2048, target: null, flags: [], result: 'found' } },
    })
    expect((await dkim(['lookup', '--lock', lock, '--dns-file', before])).stdout).toBe('✓ 4 keys match the lock file\n')
    const after = zone({
      [name('a')]: WEAK,
      [name('c')]: `v=DKIM1; t=y; p=${RSA_2048}`,
      [name('d')]: { error: 'SERVFAIL' },
      [name('e')]: GOOD,
    })
    const { code, stdout } = await dkim(['lookup', '--lock', lock, '--dns-file', after, '--format', 'json'])
    expect(code).toBe(1)
    const drifts = (JSON.parse(stdout) as { drifts: { name: string; kind: string }[] }).drifts
    expect(drifts.map(({ name, kind }) => `${name[0]} ${kind}`)).toEqual([
      'a changed',
      'a weaker',
      'b missing',
      'c weaker',
      'd unknown',
    ])
    expect((await dkim(['lookup', 'example.com', '-s', 'e', '--lock', lock, '--dns-file', after])).stdout).toMatch(
      /^✗ new {2}e\./,
    )
    const failed = zone({ [name('a')]: { error: 'TIMEOUT' } })
    const untouched = readFileSync(lock, 'utf8')
    expect(
      (await dkim(['lookup', 'example.com', '-s', 'a', '--lock', lock, '--update', '--dns-file', failed])).code,
    ).toBe(75)
    expect(readFileSync(lock, 'utf8')).toBe(untouched)
  })

  it.each([
    '',
    '{',
    '[]',
    '{"schema":"dkim.lock/2","keys":{}}',
    '{"schema":"dkim.lock/1"}',
    '{"schema":"dkim.lock/1","keys":{"a._domainkey.example.com":1}}',
    '{"schema":"dkim.lock/1","keys":{"__proto__":{}}}',
  ])('refuses %j', async content => {
    expectUsage(await dkim(['lookup', '--offline', '--lock', file(content, 'lock')]))
  })
})

describe('--serve', () => {
  it('serves until interrupted, and takes up changes', async () => {
    const path = file(`${name('a')}. TXT "${WEAK}"`, 'zone')
    const child = spawn(process.execPath, [BIN, 'lookup', '--serve', '127.0.0.1:0', '--dns-file', path])
    try {
      const address = await new Promise<string>(resolve => createInterface(child.stdout).once('line', resolve))
      expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
      expect((await json(['example.com', '-s', 'a', '--nameserver', address])).code).toBe(0)
      writeFileSync(path, `${name('b')}. TXT "${WEAK}"`)
      const wait = [
        'lookup',
        'example.com',
        '-s',
        'b',
        '--wait',
        '--interval',
        '200ms',
        '--timeout',
        '15s',
        '--nameserver',
        address,
      ]
      expect((await dkim(wait)).code).toBe(0)
    } finally {
      child.kill('SIGTERM')
    }
    expect(await new Promise(resolve => child.once('exit', resolve))).toBe(0)
  })
})
