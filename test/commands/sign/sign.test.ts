import { generateKeyPairSync } from 'node:crypto'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../../src/core/dkim/key-record.js'
import type { VerificationReport } from '../../../src/core/dkim/result.js'
import { verify } from '../../../src/core/dkim/verify.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../../src/core/dns/zone-resolver.js'
import { exportPrivateKey, importPrivateKey, type PrivateKey } from '../../../src/core/keys/private-key.js'
import { dkim, type Outcome } from '../../support/cli.js'

const LF_MESSAGE =
  'From: Alice <alice@example.com>\nTo: bob@example.net\nSubject: hello\nDate: Sun, 22 Nov 2026 12:00:00 +0000\nMessage-ID: <1@example.com>\n\nHi Bob\n'
const MESSAGE = LF_MESSAGE.replaceAll('\n', '\r\n')

let folder = ''
let rsa: PrivateKey
let ed25519: PrivateKey

const at = (name: string): string => join(folder, name)

function write(name: string, content: string | Uint8Array, mode = 0o600): string {
  writeFileSync(at(name), content)
  chmodSync(at(name), mode)
  return at(name)
}

function importNew(key: ReturnType<typeof generateKeyPairSync>['privateKey']): PrivateKey {
  return importPrivateKey(Buffer.from(key.export({ type: 'pkcs8', format: 'pem' })))
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-sign-'))
  rsa = importNew(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
  ed25519 = importNew(generateKeyPairSync('ed25519').privateKey)
  write('rsa.pem', exportPrivateKey(rsa))
  write('ed.pem', exportPrivateKey(ed25519))
  write('a.eml', MESSAGE)
  write('lf.eml', LF_MESSAGE)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** `r._domainkey` has the RSA key, `e._domainkey` the Ed25519 key, under every domain asked for. */
async function verifyAt(message: string | Buffer, now = new Date()): Promise<VerificationReport> {
  const zone = ['example.com', 'news.example.com', 'example.org']
    .flatMap(domain => [
      `r._domainkey.${domain}. 60 IN TXT ${strings(rsa)}`,
      `e._domainkey.${domain}. 60 IN TXT ${strings(ed25519)}`,
    ])
    .join('\n')
  const resolver = zoneResolver(readZone(Buffer.from(zone), 'test.zone'))
  const bytes = typeof message === 'string' ? Buffer.from(message, 'latin1') : message
  return verify(Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1'), { resolver, now })
}

function strings(key: PrivateKey): string {
  const text = formatKeyRecord({ keyType: key.type, publicKey: key.publicKey.p })
  return (text.match(/.{1,250}/g) ?? []).map(part => `"${part}"`).join(' ')
}

const RSA = ['--selector', 'r'] as const
const run = (...argv: string[]): Promise<Outcome> => dkim(['sign', ...argv], { cwd: folder })
const withRsa = (...argv: string[]): Promise<Outcome> => run('--key', 'rsa.pem', ...RSA, ...argv)

async function refused(outcome: Promise<Outcome>): Promise<string> {
  const { code, stdout, stderr } = await outcome
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^(?:dkim: warning: .*\n)*dkim: error: .*\n(?:dkim: hint: .*\n)?$/)
  return stderr
}

describe('dkim sign', () => {
  it('puts the field in front and leaves the message as it is', async () => {
    const { code, stdout, stderr } = await withRsa('a.eml')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.endsWith(`\r\n${MESSAGE}`)).toBe(true)
    expect(stdout).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=example\.com; s=r;\r\n/)
    expect(stdout).not.toMatch(/(?<!\r)\n/)
    expect((await verifyAt(stdout)).result).toBe('pass')
  })

  it('reads stdin, and writes LF where the message has LF', async () => {
    const { code, stdout } = await dkim(['sign', '--key', at('rsa.pem'), ...RSA], { input: LF_MESSAGE })
    expect(code).toBe(0)
    expect(stdout.endsWith(`\n${LF_MESSAGE}`)).toBe(true)
    expect(stdout).not.toContain('\r')
    expect((await verifyAt(stdout)).result).toBe('pass')
    expect((await run('--key', 'rsa.pem', ...RSA, '--time', '1', 'lf.eml')).stdout.replaceAll('\n', '\r\n')).toBe(
      (await run('--key', 'rsa.pem', ...RSA, '--time', '1', 'a.eml')).stdout,
    )
  })

  it('keeps bytes that are no text', async () => {
    const message = Buffer.from('From: a@example.com\r\nSubject: caf\xc3\xa0 \xff\r\n\r\n\x00\x80\xfe\r\n', 'latin1')
    const { stdoutBytes } = await withRsa(write('bytes.eml', message))
    expect(stdoutBytes.subarray(-message.length).equals(message)).toBe(true)
    expect((await verifyAt(stdoutBytes)).result).toBe('pass')
  })

  it('signs with several keys, each under its selector', async () => {
    const { stdout } = await withRsa('--key', 'ed.pem', '--selector', 'e', 'a.eml')
    const { signatures } = await verifyAt(stdout)
    expect(signatures.map(({ result, selector, algorithm }) => [result, selector, algorithm])).toEqual([
      ['pass', 'r', 'rsa-sha256'],
      ['pass', 'e', 'ed25519-sha256'],
    ])
  })

  it('takes one domain for all keys, or one for each', async () => {
    const two = ['--key', 'rsa.pem', '--selector', 'r', '--key', 'ed.pem', '--selector', 'e', 'a.eml']
    const domains = async (...argv: string[]) =>
      (await verifyAt((await run(...argv, ...two)).stdout)).signatures.map(
        ({ domain, result }) => `${domain} ${result}`,
      )
    expect(await domains('--domain', 'example.org')).toEqual(['example.org pass', 'example.org pass'])
    expect(await domains('--domain', 'example.org', '--domain', 'example.com')).toEqual([
      'example.org pass',
      'example.com pass',
    ])
    await refused(run('--domain', 'a.test', '--domain', 'b.test', '--domain', 'c.test', ...two))
  })

  it.each(['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple', 'relaxed'])('c=%s', async c => {
    const { stdout } = await withRsa('--canonicalization', c, 'a.eml')
    const [signature] = (await verifyAt(stdout)).signatures
    const [header, body = 'simple'] = c.split('/')
    expect(signature).toMatchObject({ result: 'pass', canonicalization: { header, body } })
  })

  it('signs the fields that are asked for, + once more than there are', async () => {
    const { stdout } = await withRsa('--headers', 'from:+Subject:to', 'a.eml')
    const [signature] = (await verifyAt(stdout)).signatures
    expect(signature).toMatchObject({ result: 'pass', signedFields: ['from', 'subject', 'subject', 'to'] })
  })

  it('writes i=, t= and x=', async () => {
    const more = ['-i', '@news.example.com', '--time', '2026-01-01', '--expires', '7d', '--copied-headers']
    const { stdout } = await withRsa(...more, 'a.eml')
    const [signature] = (await verifyAt(stdout, new Date('2026-01-02T00:00:00Z'))).signatures
    expect(signature).toMatchObject({
      result: 'pass',
      identity: '@news.example.com',
      signedAt: '2026-01-01T00:00:00Z',
      expiresAt: '2026-01-08T00:00:00Z',
    })
    expect(stdout).toContain('z=')
    expect((await withRsa('--time', 'none', 'a.eml')).stdout).not.toContain(' t=')
  })

  it('writes the field alone', async () => {
    const { stdout } = await withRsa('--header-only', 'a.eml')
    expect(stdout).toMatch(/^DKIM-Signature: (?:.*\r\n )*.*\r\n$/)
    expect((await verifyAt(stdout + MESSAGE)).result).toBe('pass')
  })

  it.each([
    ['a short message', MESSAGE],
    ['a long one with LF', LF_MESSAGE + 'line of text \n'.repeat(30_000)],
    ['a long header section', `X-Long: ${'x\r\n '.repeat(40_000)}\r\n${MESSAGE}`],
    ['no empty line', `From: alice@example.com\r\nX-Long: ${'x\r\n '.repeat(40_000)}y\r\n`],
  ])('writes the same field alone for a pipe, which it reads once: %s', async (_, message) => {
    const argv = ['sign', '--key', at('rsa.pem'), '--selector', 'r', '--time', '1', '--header-only']
    const [piped, read] = await Promise.all([
      dkim(argv, { input: message }),
      dkim([...argv, write('once.eml', message)]),
    ])
    expect(piped.stdout).toContain('d=example.com;')
    expect([piped.code, piped.stdout]).toEqual([0, read.stdout])
  })

  it('signs a message without a body, and one whose header section nothing closes', async () => {
    for (const message of ['From: a@example.com\r\n\r\n', 'From: a@example.com\r\n']) {
      const { code, stdout } = await withRsa(write('short.eml', message))
      expect(code).toBe(0)
      expect((await verifyAt(stdout)).result).toBe('pass')
    }
  })

  it('signs a message of many pieces', async () => {
    const message = Buffer.concat([Buffer.from(MESSAGE), Buffer.alloc(1_500_000, 'a line of the body\r\n')])
    const { stdoutBytes } = await withRsa(write('big.eml', message))
    expect(stdoutBytes.subarray(-message.length).equals(message)).toBe(true)
    expect((await verifyAt(stdoutBytes)).result).toBe('pass')
    const piped = await dkim(['sign', '--key', at('rsa.pem'), ...RSA], { input: message })
    expect(piped.stdoutBytes.subarray(-message.length).equals(message)).toBe(true)
    expect((await verifyAt(piped.stdoutBytes)).result).toBe('pass')
  })
})

describe('output files', () => {
  it('-o writes the file and nothing else', async () => {
    expect(await withRsa('-o', 'out.eml', 'a.eml')).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect((await verifyAt(readFileSync(at('out.eml')))).result).toBe('pass')
  })

  it('--in-place signs each file, keeps its mode, and goes on after a bad one', async () => {
    const files = [write('1.eml', MESSAGE, 0o640), write('2.eml', 'no message', 0o600), write('3.eml', LF_MESSAGE)]
    const { code, stdout, stderr } = await withRsa('--in-place', ...files)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('2.eml')
    expect((await verifyAt(readFileSync(files[0]!))).result).toBe('pass')
    expect(statSync(files[0]!).mode & 0o777).toBe(0o640)
    expect(readFileSync(files[1]!, 'utf8')).toBe('no message')
    expect((await verifyAt(readFileSync(files[2]!))).result).toBe('pass')
    expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([])
  })

  it('leaves an existing file alone where signing fails', async () => {
    const path = write('kept.eml', 'kept')
    await refused(withRsa('-o', path, write('bad.eml', 'To: x@example.com\r\n\r\n')))
    await refused(withRsa('-o', path, 'missing.eml'))
    await refused(withRsa('-o', 'no/such/folder/x.eml', 'a.eml'))
    expect(readFileSync(path, 'utf8')).toBe('kept')
  })
})

describe('a file that sign reads is never written to', () => {
  const files = {
    'own.pem': () => exportPrivateKey(rsa),
    'other.pem': () => exportPrivateKey(rsa),
    'own.eml': () => Buffer.from(MESSAGE),
    KeyTable: () => Buffer.from(`k example.com:r:${at('own.pem')}\nother example.org:r:${at('other.pem')}\n`),
    SigningTable: () => Buffer.from('example.com k\n'),
    'opendkim.conf': () => Buffer.from(`Domain example.com\nSelector r\nKeyFile ${at('own.pem')}\n`),
    'own.zone': () => Buffer.from(`r._domainkey.example.com. 60 IN TXT ${strings(rsa)}\n`),
    'own.toml': () => Buffer.from('domain = "example.com"\n'),
  }
  const key = ['--key', 'own.pem', ...RSA]
  const tables = ['--key-table', 'KeyTable', '--signing-table', 'SigningTable']

  beforeAll(() => {
    for (const [name, content] of Object.entries(files)) write(name, content())
    linkSync(at('own.pem'), at('hard.pem'))
    symlinkSync('own.pem', at('soft.pem'))
    mkdirSync(at('own-out'))
    linkSync(at('own.pem'), at('own-out/own.eml'))
  })

  it.each<[string, readonly string[]]>([
    ['the key', [...key, '-o', 'own.pem', 'own.eml']],
    ['the key under another name', [...key, '-o', 'hard.pem', 'own.eml']],
    ['the key behind a link', [...key, '-o', 'soft.pem', 'own.eml']],
    ['the key in --out-dir', [...key, '--out-dir', 'own-out', 'own.eml']],
    ['the message', [...key, '-o', 'own.eml', 'own.eml']],
    ['the message, for a field alone', [...key, '--header-only', '-o', 'own.eml', 'own.eml']],
    ['the KeyTable', [...tables, '-o', 'KeyTable', 'own.eml']],
    ['the SigningTable', [...tables, '-o', 'SigningTable', 'own.eml']],
    ['a key of the tables', [...tables, '-o', 'own.pem', 'own.eml']],
    ['a key of the tables that signs other mail', [...tables, '-o', 'other.pem', 'own.eml']],
    ['opendkim.conf', ['--opendkim-conf', 'opendkim.conf', '-o', 'opendkim.conf', 'own.eml']],
    ['the key in opendkim.conf', ['--opendkim-conf', 'opendkim.conf', '-o', 'own.pem', 'own.eml']],
    ['a zone', [...key, '--dns-file', 'own.zone', '-o', 'own.zone', 'own.eml']],
    ['the configuration', [...key, '--config', 'own.toml', '-o', 'own.toml', 'own.eml']],
  ])('%s', async (_, argv) => {
    const { code, stdout, stderr } = await run(...argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('this command reads that file')
    for (const [name, content] of Object.entries(files)) {
      expect(readFileSync(at(name)).equals(Buffer.from(content()))).toBe(true)
    }
  })

  it('but a file that is not one of them is', async () => {
    write('written.eml', 'old')
    expect(await run(...key, '-o', 'written.eml', 'own.eml')).toMatchObject({ code: 0 })
    expect(await run(...key, '--out-dir', 'own-out', write('free.eml', MESSAGE))).toMatchObject({ code: 0 })
  })
})

describe('what is refused', () => {
  it.each<[string, string]>([
    ['no From', 'To: a@example.com\r\n\r\n'],
    ['two From', 'From: a@example.com\r\nFrom: b@example.com\r\n\r\n'],
    ['two Subject', 'From: a@example.com\r\nSubject: a\r\nSubject: b\r\n\r\n'],
    ['a line that is no field', 'From: a@example.com\r\nnot a field\r\n\r\n'],
    ['a leading continuation', ' From: x@example.com\r\nFrom: a@example.com\r\n\r\n'],
    ['a bare CR', 'From: a@example.com\r\nX: a\rFrom: b@example.com\r\n\r\n'],
    ['a bare LF', 'From: a@example.com\r\nX: a\nFrom: b@example.com\r\n\r\n'],
    ['a bare LF in the body', `${MESSAGE}a\nb\r\n`],
    ['a bare CR in the body', `${MESSAGE}a\rb\r\n`],
    ['a CRLF in an LF body', `${LF_MESSAGE}a\r\n`],
  ])('%s', async (_, message) => {
    await refused(withRsa(write('odd.eml', message)))
  })

  it('unless --force is given, and a From field is there', async () => {
    const { code, stdout } = await withRsa('--force', write('odd.eml', `${MESSAGE}a\nb\r\n`))
    expect(code).toBe(0)
    expect(stdout.endsWith('a\nb\r\n')).toBe(true)
    await refused(withRsa('--force', write('odd.eml', 'To: a@example.com\r\n\r\n')))
  })

  it('input that is no message', async () => {
    const box = 'From alice@example.com Thu Jan  1 12:00:00 2026\nFrom: a@example.com\n\nbody\n'
    for (const path of ['missing.eml', folder, '/dev/null', write('empty.eml', ''), write('box', box)]) {
      await refused(withRsa(path))
    }
  })

  it.each<string[]>([
    [],
    ['--key', 'rsa.pem'],
    ['--selector', 'r'],
    ['--key', 'rsa.pem', '--selector', 'r', '--selector', 's'],
    ['--key', 'rsa.pem', '--selector', 'r', 'a.eml', 'lf.eml'],
    ['--key', 'rsa.pem', '--selector', 'r', '--in-place', '-o', 'x.eml', 'a.eml'],
    ['--key', 'rsa.pem', '--selector', 'r', '--in-place', '-'],
    ['--key', 'rsa.pem', '--selector', 'r', '--key-table', 'x', '--signing-table', 'y'],
    ['--key-table', 'x'],
    ['--key', 'rsa.pem', '--selector', 'r', '--canonicalization', 'nofws/simple', 'a.eml'],
    ['--key', 'rsa.pem', '--selector', 'r', '--canonicalization', 'simple/simple/simple', 'a.eml'],
    ['--key', 'rsa.pem', '--selector', 'r', '--expires', '0', 'a.eml'],
    ['--key', 'rsa.pem', '--selector', 'r', '--time', 'yesterday', 'a.eml'],
    ['--key', 'rsa.pem', '--selector', 'r', '--headers', 'from:return-path', 'a.eml'],
    ['--key', 'rsa.pem', '--selector', 'r', '--headers', 'from:from', 'a.eml'],
    ['--key', 'rsa.pem', '--selector', 'r', '-i', '@other.test', 'a.eml'],
  ])('wrong use: %j', async (...argv) => {
    await refused(run(...argv))
  })

  const NASTY = [
    'a\r\nX: y',
    'a\nb',
    'a\rb',
    'a;b',
    'a\u2028b',
    'a\u0085b',
    'a b',
    '',
    '../a',
    '"a"',
    'a=b',
    '\u001b[31m',
  ]
  it.each(NASTY)('R-07 %j as the value of a string option', async value => {
    for (const option of ['--domain', '--selector', '--identity', '--headers', '--canonicalization']) {
      // These are field names, odd as they are (RFC 5322 §3.6.8).
      if (option === '--headers' && /^[!-9<-~]+$/.test(value) && !value.includes(';')) continue
      const argv =
        option === '--selector' ? ['--key', 'rsa.pem', option, value] : ['--key', 'rsa.pem', ...RSA, option, value]
      const stderr = await refused(run(...argv, 'a.eml'))
      expect(stderr).not.toMatch(/[^\n\x20-\x7e\u00a0-\uffff]/)
    }
  })
})

describe('keys', () => {
  it('says what is wrong with a key, and nothing of its content', async () => {
    const pem = readFileSync(at('rsa.pem'), 'latin1')
    const bad = [
      write('damaged.pem', pem.replace(/[A-Za-z0-9]{40}/, 'SECRETMARK')),
      write('text.pem', 'SECRETMARK'),
      write(
        'p256.pem',
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
      ),
      write('large.pem', Buffer.alloc(65_537, 'SECRETMARK')),
      'missing.pem',
      folder,
      '/dev/zero',
    ]
    for (const key of bad) expect(await refused(run('--key', key, ...RSA, 'a.eml'))).not.toContain('SECRETMARK')
  })

  it('opens an encrypted key with a passphrase file', async () => {
    write('locked.pem', exportPrivateKey(rsa, { passphrase: 'open sesame' }))
    write('right', 'open sesame\n')
    write('wrong', 'open barley\n')
    const locked = (...argv: string[]) => run('--key', 'locked.pem', ...RSA, ...argv, 'a.eml')
    expect((await verifyAt((await locked('--passphrase-file', 'right')).stdout)).result).toBe('pass')
    await refused(locked('--passphrase-file', 'wrong'))
    await refused(locked('--passphrase-file', 'missing'))
    expect(await refused(locked())).toContain('--passphrase-file')
  })

  it('warns of a key that others can read, or refuses it', async () => {
    write('open.pem', exportPrivateKey(rsa), 0o644)
    const open = (...argv: string[]) => run('--key', 'open.pem', ...RSA, ...argv, 'a.eml')
    const { code, stderr } = await open()
    expect(code).toBe(0)
    expect(stderr).toMatch(/^dkim: warning: open\.pem .*\n$/)
    await refused(open('--require-safe-keys'))
    const quiet = await open('-q')
    expect([quiet.code, quiet.stderr]).toEqual([0, ''])
    expect(quiet.stdout).toContain('DKIM-Signature: ')
  })

  it('warns of a signing domain that has nothing to do with From', async () => {
    const { code, stderr } = await withRsa('--domain', 'example.org', 'a.eml')
    expect(code).toBe(0)
    expect(stderr).toMatch(/^dkim: warning: .*example\.org.*\n$/)
    const quiet = await withRsa('--domain', 'example.org', '-q', 'a.eml')
    expect([quiet.code, quiet.stderr]).toEqual([0, ''])
  })
})

describe("OpenDKIM's tables", () => {
  it('find the keys by the author', async () => {
    write('KeyTable', 'main %:r:./rsa.pem\nsecond %:e:./ed.pem\n')
    write('SigningTable', '*@example.com main\n*@example.com second\n*@*.example.com second:@%\n')
    const tables = (...argv: string[]) =>
      run('--key-table', 'KeyTable', '--signing-table', 'refile:SigningTable', ...argv)
    const selectors = async (...argv: string[]) =>
      (await verifyAt((await tables(...argv)).stdout)).signatures.map(({ selector, result }) => `${selector} ${result}`)
    expect(await selectors('a.eml')).toEqual(['r pass'])
    expect(await selectors('--multiple-signatures', 'a.eml')).toEqual(['r pass', 'e pass'])
    const news = write('news.eml', 'From: "A. B" <a.b@News.Example.com>\n\nbody\n')
    expect((await verifyAt((await tables(news)).stdout)).signatures).toMatchObject([
      { result: 'pass', domain: 'news.example.com', selector: 'e', identity: '@news.example.com' },
    ])
    await refused(tables(write('other.eml', 'From: a@example.net\n\nbody\n')))
    // Of several mailboxes of one domain the first decides, of several domains none.
    expect(await selectors(write('two.eml', 'From: a@example.com, b@example.com\n\nbody\n'))).toEqual(['r pass'])
    await refused(tables(write('two-domains.eml', 'From: a@example.com, b@example.net\n\nbody\n')))
    write('Broken', '*@example.com\n')
    expect(await refused(run('--key-table', 'KeyTable', '--signing-table', 'Broken', 'a.eml'))).toContain('Broken:1')
  })
})

describe('R-09 --check-dns', () => {
  const record = (key: PrivateKey) => formatKeyRecord({ keyType: key.type, publicKey: key.publicKey.p })
  const zone = (name: string, records: Record<string, unknown>) => write(name, JSON.stringify(records))

  it('writes what verifies', async () => {
    const good = zone('good.json', {
      'r._domainkey.example.com': record(rsa),
      'e._domainkey.example.com': record(ed25519),
    })
    for (const path of ['a.eml', 'lf.eml']) {
      const { code, stdout } = await withRsa('--key', 'ed.pem', '--selector', 'e', '--dns-file', good, path)
      expect(code).toBe(0)
      expect((await verifyAt(stdout)).signatures.map(({ result }) => result)).toEqual(['pass', 'pass'])
    }
  })

  it.each<[string, number, () => Record<string, unknown>]>([
    ['no record', 1, () => ({})],
    ['the record of another key', 1, () => ({ 'r._domainkey.example.com': record(ed25519) })],
    ['a revoked key', 1, () => ({ 'r._domainkey.example.com': 'v=DKIM1; p=' })],
    ['a record that allows no mail', 1, () => ({ 'r._domainkey.example.com': `${record(rsa)}; s=other` })],
    ['a server that fails', 75, () => ({ 'r._domainkey.example.com': { error: 'SERVFAIL' } })],
  ])('writes nothing with %s', async (_, code, records) => {
    const outcome = await withRsa('--dns-file', zone('bad.json', records()), '-o', 'unwritten.eml', 'a.eml')
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toMatch(/^dkim: error: not signed: r\._domainkey\.example\.com: .*\ndkim: hint: .*\n$/)
    expect(readdirSync(folder)).not.toContain('unwritten.eml')
  })

  it.each([
    ['expired', ['--time', '2020-01-01', '--expires', '1d']],
    ['not valid yet', ['--time', '2040-01-01']],
  ])('looks for the key of a signature that is %s', async (_, times) => {
    const argv = [...times, '--header-only', 'a.eml']
    const good = zone('good.json', { 'r._domainkey.example.com': record(rsa) })
    expect(await withRsa('--dns-file', good, ...argv)).toMatchObject({ code: 0 })
    expect(await withRsa('--dns-file', zone('bad.json', {}), ...argv)).toMatchObject({ code: 1, stdout: '' })
  })
})
