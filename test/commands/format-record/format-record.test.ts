import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readKeyMaterial } from '../../../src/core/lookup/key-formats.js'
import { DIALECT_NAMES } from '../../../src/report/records/dialects.js'
import { SIGNER_NAMES } from '../../../src/report/signer/signers.js'
import { dkim, type Outcome } from '../../support/cli.js'
import { DECODERS } from '../../support/record-decoders.js'

let folder: string
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ED25519 = generateKeyPairSync('ed25519')
const SPKI = RSA.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const RECORD = `v=DKIM1; k=rsa; p=${SPKI}`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-format-record-'))
  const put = (name: string, content: string | Buffer): void =>
    writeFileSync(join(folder, name), content, { mode: 0o600 })
  put('rsa.pem', RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  put('rsa.pub.pem', RSA.publicKey.export({ type: 'spki', format: 'pem' }))
  put('ed.pem', ED25519.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  put(
    'locked.pem',
    RSA.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' }),
  )
  put('passphrase', 'open sesame\n')
  put('record.txt', RECORD)
  put('rich.txt', `k=rsa; n=a=20note; t=s:y; s=email; g=*; h=sha256:sha1; x_own=1; p=${SPKI}`)
  put('leak.txt', `v=DKIM1; p=${RSA.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')}`)
  put('words.txt', 'these are words')
  put('utf16.txt', Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(RECORD, 'utf16le')]))
  put('huge.txt', Buffer.alloc(65_537, 0x41))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (argv: readonly string[], input?: string | Buffer): Promise<Outcome> =>
  dkim(['format-record', ...argv], { cwd: folder, ...(input === undefined ? {} : { input }) })
const NAMES = ['--selector', 'mail', '--domain', 'example.com']

describe('the record of a key', () => {
  it.each(['rsa.pem', 'rsa.pub.pem', 'record.txt'])('%s', async file => {
    const { code, stdout, stderr } = await run([...NAMES, '--key', file])
    expect(code).toBe(0)
    const [record, ...more] = DECODERS.bind(stdout, '')
    expect(more).toEqual([])
    expect(record).toMatchObject({ name: 'mail._domainkey.example.com', type: 'TXT', ttl: 3600 })
    expect(record!.strings.join('')).toBe(RECORD)
    expect(stderr).toContain(readKeyMaterial(Buffer.from(RECORD)).publicKey!.fingerprint)
    expect(`${stdout}${stderr}`).not.toContain('PRIVATE')
  })

  it('from standard input', async () => {
    const { code, stdout } = await run(
      [...NAMES, '--key', '-', '--dialect', 'txt'],
      readFileSync(join(folder, 'rsa.pem')),
    )
    expect(code).toBe(0)
    expect(stdout).toBe(`${RECORD}\n`)
  })

  it('of an encrypted key, with its passphrase', async () => {
    const { code, stdout } = await run([
      ...NAMES,
      '--key',
      'locked.pem',
      '--passphrase-file',
      'passphrase',
      '--dialect',
      'p',
    ])
    expect(code).toBe(0)
    expect(stdout).toBe(`${SPKI}\n`)
  })

  it.each(DIALECT_NAMES)('in the dialect %s', async dialect => {
    const { code, stdout } = await run([...NAMES, '--key', 'rsa.pem', '--dialect', dialect, '--ttl', '600'])
    expect(code).toBe(0)
    const [record] = DECODERS[dialect](stdout, 'example.com')
    expect(record!.strings.join('')).toBe(dialect === 'p' ? SPKI : RECORD)
    expect([600, null]).toContain(record!.ttl)
  })

  it('without a name where the dialect has none', async () => {
    expect((await run(['--key', 'rsa.pem', '--dialect', 'p'])).stdout).toBe(`${SPKI}\n`)
    expect((await run(['--key', 'rsa.pem', '--dialect', 'txt'])).stdout).toBe(`${RECORD}\n`)
    expect((await run(['--key', 'rsa.pem'])).code).toBe(2)
  })

  it('with every tag', async () => {
    const tags = ['--hashes', 'sha256', '--services', 'email', '--testing', '--strict-identity', '--notes', 'ü; "x"']
    const { stdout } = await run([...NAMES, '--key', 'ed.pem', '--dialect', 'txt', ...tags])
    expect(stdout).toMatch(
      /^v=DKIM1; h=sha256; k=ed25519; n==C3=BC=3B=20=22x=22; s=email; t=y:s; p=[A-Za-z0-9+/]{43}=\n$/,
    )
  })

  it('names relative to the zone, and absolute', async () => {
    const relative = await run([
      '--selector',
      'mail',
      '--domain',
      'a.example.com',
      '--zone',
      'example.com',
      '--relative',
      '--key',
      'ed.pem',
    ])
    expect(relative.stdout).toMatch(/^mail\._domainkey\.a 3600 IN TXT /)
    expect((await run([...NAMES, '--absolute', '--key', 'ed.pem'])).stdout).toMatch(
      /^mail\._domainkey\.example\.com\. /,
    )
    expect((await run(['--selector', 'mail', '--key', 'ed.pem'])).stdout).toMatch(/^mail\._domainkey 3600 /)
    expect((await run(['--selector', 'mail', '--absolute', '--key', 'ed.pem'])).code).toBe(2)
  })

  it('the longest TTL (RFC 2181 §8)', async () => {
    const { code, stdout } = await run([...NAMES, '--key', 'rsa.pem', '--ttl', '2147483647'])
    expect([code, DECODERS.bind(stdout, '')[0]!.ttl]).toEqual([0, 2147483647])
  })

  it('of several keys', async () => {
    const { stdout } = await run([
      '--selector',
      'r',
      '--key',
      'rsa.pem',
      '--selector',
      'e',
      '--key',
      'ed.pem',
      '--domain',
      'example.com',
    ])
    expect(DECODERS.bind(stdout, '').map(({ name }) => name)).toEqual([
      'r._domainkey.example.com',
      'e._domainkey.example.com',
    ])
  })
})

describe('a record that is there', () => {
  it('is put in order: v= first, p= last, unknown tags left out and named', async () => {
    const { code, stdout, stderr } = await run([...NAMES, '--key', 'rich.txt', '--dialect', 'txt'])
    expect(code).toBe(0)
    expect(stdout).toBe(`v=DKIM1; h=sha256:sha1; k=rsa; n=a=20note; s=email; t=s:y; p=${SPKI}\n`)
    for (const tag of ['v=', 'g=', 'x_own=']) expect(stderr).toContain(tag)
  })

  it('keeps its tags where none is given, and takes those that are', async () => {
    const { stdout } = await run([
      ...NAMES,
      '--key',
      'rich.txt',
      '--dialect',
      'txt',
      '--hashes',
      'sha256',
      '--testing',
      '--notes',
      'new',
    ])
    expect(stdout).toBe(`v=DKIM1; h=sha256; k=rsa; n=new; s=email; t=y; p=${SPKI}\n`)
  })

  it('is converted from one dialect to another', async () => {
    const zone = (await run([...NAMES, '--key', 'rsa.pem'])).stdout
    const { stdout } = await run([...NAMES, '--key', '-', '--dialect', 'route53'], zone)
    expect(DECODERS.route53(stdout)[0]!.strings.join('')).toBe(RECORD)
  })

  it('that is revoked stays revoked', async () => {
    const { code, stdout } = await run([...NAMES, '--key', '-', '--dialect', 'txt'], 'v=DKIM1; k=rsa; p=')
    expect(code).toBe(0)
    expect(stdout).toBe('v=DKIM1; p=\n')
  })
})

describe('--revoke', () => {
  it.each(DIALECT_NAMES)('%s: nobody is told to add it beside the record that is there', async dialect => {
    const { code, stderr } = await run([...NAMES, '--revoke', '--dialect', dialect])
    expect(code).toBe(0)
    expect(stderr).not.toMatch(/append|POST/)
  })

  it('needs no key', async () => {
    const { code, stdout } = await run([...NAMES, '--revoke', '--ttl', '300'])
    expect(code).toBe(0)
    expect(stdout).toBe('mail._domainkey.example.com. 300 IN TXT "v=DKIM1; p="\n')
  })

  it('empties the record of a key', async () => {
    expect((await run([...NAMES, '--revoke', '--key', 'rich.txt', '--dialect', 'txt'])).stdout).toBe('v=DKIM1; p=\n')
  })

  it('replaces what is there', async () => {
    const { stdout } = await run([...NAMES, '--revoke', '--dialect', 'nsupdate'])
    expect(stdout).toMatch(/^prereq yxrrset mail\._domainkey\.example\.com\. TXT\nupdate delete /)
  })
})

describe('--provider', () => {
  const provider = (...argv: string[]) => run(['--domain', 'example.com', '--provider', ...argv])

  it('computes what follows from the domain', async () => {
    const { code, stdout, stderr } = await provider('fastmail')
    expect(code).toBe(0)
    expect(DECODERS.bind(stdout, '')).toEqual(
      [1, 2, 3].map(n => ({
        name: `fm${n}._domainkey.example.com`,
        type: 'CNAME',
        ttl: 3600,
        strings: [`fm${n}.example.com.dkim.fmhosted.com`],
      })),
    )
    expect(stderr).toContain('computed from the domain')
  })

  it('takes values that the provider assigned', async () => {
    const { stdout, stderr } = await provider('sendgrid', '--value', 'account=u123.wl456', '--dialect', 'cloudflare')
    expect(DECODERS.cloudflare(stdout).map(({ strings }) => strings[0])).toEqual(
      ['s1', 's2'].map(s => `${s}.domainkey.u123.wl456.sendgrid.net`),
    )
    expect(stderr).toContain('computed from the given values')
  })

  it('takes targets that the provider assigned', async () => {
    const values = [1, 2].flatMap(n => [
      '--value',
      `selector${n}=selector${n}-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft`,
    ])
    const { stdout, stderr } = await provider('microsoft365', ...values)
    expect(DECODERS.bind(stdout, '').map(({ name }) => name)).toEqual(
      ['selector1', 'selector2'].map(s => `${s}._domainkey.example.com`),
    )
    expect(stderr).toContain('pasted')
    const one = await provider('microsoft365', ...values, '--selector', 'selector2')
    expect(DECODERS.bind(one.stdout, '')).toHaveLength(1)
  })

  it('takes a record that the provider assigned, under its selector', async () => {
    const { code, stdout } = await provider('google', '--key', 'record.txt')
    expect(code).toBe(0)
    expect(DECODERS.bind(stdout, '')[0]).toMatchObject({
      name: 'google._domainkey.example.com',
      strings: expect.anything(),
    })
  })

  it('says how sure it is', async () => {
    const { stderr } = await provider('privateemail')
    expect(stderr).toContain('confidence low')
    expect(stderr).toContain('dkim: warning: compare')
  })

  it.each([
    ['nothing is made up', ['microsoft365']],
    ['a missing value', ['sendgrid']],
    ['a value of the wrong shape', ['sendgrid', '--value', 'account=x']],
    ['a value that it does not know', ['fastmail', '--value', 'account=u1.wl1']],
    ['a TXT provider without its record', ['google']],
    ['a key that the provider keeps', ['fastmail', '--key', 'rsa.pem']],
    ['a selector that it does not use', ['fastmail', '--selector', 'fm9']],
    ['an unknown provider', ['nobody']],
    ['a revocation', ['fastmail', '--revoke']],
    ['a dialect that holds no CNAME', ['fastmail', '--dialect', 'dnsmasq']],
    ['a value without a name', ['sendgrid', '--value', 'u1.wl1']],
  ])('%s: refused', async (_, argv) => {
    const { code, stdout } = await provider(...argv)
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })

  it('needs a domain', async () => expect((await run(['--provider', 'fastmail'])).code).toBe(2))
})

describe('--signer', () => {
  it.each(SIGNER_NAMES)('%s', async name => {
    const { code, stdout, stderr } = await run([...NAMES, '--key', 'rsa.pem', '--signer', name])
    expect(code).toBe(0)
    expect(stdout).toContain('mail')
    expect(stdout).toContain('example.com')
    // OpenDKIM refuses a key that a group of several members can read.
    const access = ['opendkim', 'postfix'].includes(name) ? '-m 0600 -o opendkim ' : '-m 0640'
    expect(stderr).toContain(`install -D ${access}`)
    expect(stdout).not.toContain('PRIVATE KEY')
  })

  it('several keys, and a path of its own', async () => {
    const pair = [
      '--selector',
      'r',
      '--key',
      'rsa.pem',
      '--selector',
      'e',
      '--key',
      'ed.pem',
      '--domain',
      'example.com',
    ]
    const exim = await run([...pair, '--signer', 'exim'])
    expect(exim.stdout).toContain('dkim_selector = r : e')
    const opendkim = await run([...pair, '--signer', 'opendkim'])
    expect(opendkim.stdout).not.toContain('e._domainkey')
    expect(opendkim.stderr).toContain('one algorithm')
    const path = await run([...NAMES, '--key', 'rsa.pem', '--signer', 'rspamd', '--key-path', '/srv/keys/a.key'])
    expect(path.stdout).toContain('path = "/srv/keys/a.key"')
  })

  it('says where Ed25519 is not known to work', async () => {
    expect((await run([...NAMES, '--key', 'ed.pem', '--signer', 'haraka'])).stderr).toMatch(/warning: .*Haraka/)
    expect((await run([...NAMES, '--key', 'ed.pem', '--signer', 'dkimpy-milter'])).stderr).toMatch(/warning: .*seed/)
    expect((await run([...NAMES, '--key', 'ed.pem', '--signer', 'opendkim'])).stdout).toContain('ed25519-sha256')
  })

  it.each([
    ['no domain', ['--selector', 'mail', '--key', 'rsa.pem']],
    ['a revoked key', [...NAMES, '--key', '-']],
    ['a dialect as well', [...NAMES, '--key', 'rsa.pem', '--dialect', 'bind']],
    ...['relative/path', '/a b', '/a"b', '/a;b', '/a\nb', '/../etc/x', '/a${b}', "/a'b", ''].map(
      (path): [string, string[]] => [
        `F-09: the path ${JSON.stringify(path)}`,
        [...NAMES, '--key', 'rsa.pem', '--key-path', path],
      ],
    ),
  ])('%s: refused', async (_, argv) => {
    const { code, stdout } = await run([...argv, '--signer', 'exim'], 'v=DKIM1; p=')
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })
})

describe('a public key for a mail server', () => {
  it.each([
    ['rsa.pem', true],
    ['rsa.pub.pem', false],
    ['record.txt', false],
  ])('%s: put in place: %s', async (file, installed) => {
    const { code, stderr } = await run([...NAMES, '--key', file, '--signer', 'opendkim'])
    expect(code).toBe(0)
    expect(stderr.includes('install -D ')).toBe(installed)
  })
})

describe('what is refused, with exit code 2 and nothing on stdout', () => {
  const NASTY = ['a;\r\nX: y', 'a\nb', 'a;b', '../x', 'a b', '${x}', '"', '\u2028', '']
  it.each([
    ['no key', NAMES],
    ['D-20: a record with a private key', [...NAMES, '--key', 'leak.txt']],
    ['words', [...NAMES, '--key', 'words.txt']],
    ['nothing', [...NAMES, '--key', '-']],
    ['the text of a record for a file', [...NAMES, '--key', RECORD]],
    ['a line of a zone file for a file', [...NAMES, '--key', `mail._domainkey TXT "${RECORD}"`]],
    ['UTF-16', [...NAMES, '--key', 'utf16.txt']],
    ['one selector for two keys', [...NAMES, '--selector', 'MAIL', '--key', 'rsa.pem', '--key', 'ed.pem']],
    ['two domains', [...NAMES, '--domain', 'example.net', '--key', 'rsa.pem']],
    ['the name of a record for a selector', ['--selector', 'mail._domainkey.example.com', '--key', 'rsa.pem']],
    ['a TTL too large', [...NAMES, '--key', 'rsa.pem', '--ttl', '2147483648']],
    ['F-11: a file too large', [...NAMES, '--key', 'huge.txt']],
    ['F-11: a directory', [...NAMES, '--key', '.']],
    ['F-11: a device', [...NAMES, '--key', '/dev/zero']],
    ['a file that is missing', [...NAMES, '--key', 'nowhere']],
    ['K-18: an encrypted key without a passphrase', [...NAMES, '--key', 'locked.pem']],
    ['a passphrase that does not open it', [...NAMES, '--key', 'locked.pem', '--passphrase-file', 'words.txt']],
    ['two keys and one selector', [...NAMES, '--key', 'rsa.pem', '--key', 'ed.pem']],
    ['standard input twice', ['--selector', 'a', '--selector', 'b', '--key', '-', '--key', '-']],
    ['--relative and --absolute', [...NAMES, '--key', 'rsa.pem', '--relative', '--absolute']],
    ['a value without a provider', [...NAMES, '--key', 'rsa.pem', '--value', 'a=b']],
    ['a path without a signer', [...NAMES, '--key', 'rsa.pem', '--key-path', '/a']],
    ...NASTY.map((name): [string, string[]] => [
      `R-07: the selector ${JSON.stringify(name)}`,
      ['--selector', name, '--key', 'rsa.pem'],
    ]),
    ...NASTY.map((name): [string, string[]] => [
      `R-07: the domain ${JSON.stringify(name)}`,
      ['--selector', 'm', '--domain', name, '--key', 'rsa.pem'],
    ]),
  ])('%s', async (_, argv) => {
    const { code, stdout, stderr } = await run(argv)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^dkim: error: [^\n]+\n(?:dkim: hint: [^\n]+\n)?$/)
  })

  it('standard input that is too long', async () => {
    const { code, stdout } = await run([...NAMES, '--key', '-'], Buffer.alloc(70_000, 0x41))
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })
})

describe('F-06: a private key that others can read', () => {
  it('is pointed out, a public one is not', async () => {
    writeFileSync(join(folder, 'open.pem'), readFileSync(join(folder, 'rsa.pem')))
    writeFileSync(join(folder, 'open.pub'), readFileSync(join(folder, 'rsa.pub.pem')))
    chmodSync(join(folder, 'open.pem'), 0o644)
    chmodSync(join(folder, 'open.pub'), 0o644)
    expect((await run([...NAMES, '--key', 'open.pem'])).stderr).toContain('dkim: warning: open.pem is insecure')
    expect((await run([...NAMES, '--key', 'open.pub'])).stderr).not.toContain('warning')
    expect(await run([...NAMES, '--key', 'open.pem', '--quiet'])).toMatchObject({ code: 0, stderr: '' })
    // Nothing is said of a record that was not written.
    const refused = await run([...NAMES, '--key', 'open.pem', '--zone', 'example.net'])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).not.toContain('warning')
  })
})

it('help lists every dialect and signer', async () => {
  const { code, stdout } = await run(['--help'])
  expect(code).toBe(0)
  for (const name of [...DIALECT_NAMES, ...SIGNER_NAMES]) expect(stdout).toContain(`  ${name}`)
})

describe('--signer and the form of the key', () => {
  const FORMS = ['pkcs8', 'pkcs1', 'der', 'encrypted', 'jwk'] as const
  const READ = { opendkim: 2, exim: 2, 'dkimpy-milter': 2, rspamd: 2, opensmtpd: 2, amavis: 2 } as const

  it.each(Object.entries(READ))('%s reads RSA as PEM without a passphrase', async (signer, count) => {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const files = {
      pkcs8: key.export({ type: 'pkcs8', format: 'pem' }),
      pkcs1: key.export({ type: 'pkcs1', format: 'pem' }),
      der: key.export({ type: 'pkcs8', format: 'der' }),
      encrypted: key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
      jwk: JSON.stringify(key.export({ format: 'jwk' })),
    }
    writeFileSync(join(folder, 'pw'), 'x\n', { mode: 0o600 })
    for (const [index, form] of FORMS.entries()) {
      const file = `form-${signer}-${form}`
      writeFileSync(join(folder, file), files[form], { mode: 0o600 })
      const { code, stderr } = await run([...NAMES, '--key', file, '--passphrase-file', 'pw', '--signer', signer])
      expect(code).toBe(0)
      expect(stderr.includes('install -D'), `${signer} ${form}`).toBe(index < count)
      expect(stderr.includes('--out-format pkcs8'), `${signer} ${form}`).toBe(index >= count)
    }
  })

  it.each([
    ['rspamd', 'seed', 'pkcs8'],
    ['dkimpy-milter', 'seed', 'pkcs8'],
    ['opendkim', 'pkcs8', 'seed'],
    ['exim', 'pkcs8', 'seed'],
  ])('%s reads Ed25519 as %s', async (signer, right, wrong) => {
    const key = generateKeyPairSync('ed25519').privateKey
    writeFileSync(join(folder, 'e-pkcs8'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    const seed = key.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64')
    writeFileSync(join(folder, 'e-seed'), `${seed}\n`, { mode: 0o600 })
    const ask = async (form: string): Promise<string> =>
      (await run([...NAMES, '--key', `e-${form}`, '--signer', signer])).stderr
    expect(await ask(right)).toContain('install -D')
    expect(await ask(wrong)).toContain(`--out-format ${right}`)
    expect(await ask(wrong)).not.toContain('install -D')
  })

  it('names the record in the zone above a subdomain', async () => {
    const ask = (...argv: string[]) => run(['--selector', 's', '--key', 'rsa.pem', '--dialect', 'panel', ...argv])
    expect((await ask('--domain', 'news.example.co.uk')).stderr).toContain('s._domainkey.news: --zone example.co.uk')
    expect((await ask('--domain', 'example.co.uk')).stderr).not.toContain('--zone')
    expect((await ask('--domain', 'news.example.com', '--zone', 'news.example.com')).stderr).not.toContain('--zone')
  })

  it.each(['1.2.3.4', '192.0.2.1.', '10', 'a.1'])('the domain %s is none', async domain => {
    expect((await run(['--selector', 's', '--key', 'rsa.pem', '--domain', domain])).code).toBe(2)
  })
})
