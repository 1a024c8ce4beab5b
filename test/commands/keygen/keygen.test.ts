import { spawn } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import {
  chmodSync,
  existsSync,
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readKeyMaterial } from '../../../src/core/lookup/key-formats.js'
import { BIN, dkim, type Outcome } from '../../support/cli.js'
import { DECODERS } from '../../support/record-decoders.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-keygen-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const keygen = (...argv: string[]): Promise<Outcome> => dkim(['keygen', ...argv], { cwd: folder })
const read = (name: string): Buffer => readFileSync(join(folder, name))
const modeOf = (name: string): number => statSync(join(folder, name)).mode & 0o7777
const files = (): string[] => readdirSync(folder).sort()
/** Ed25519 is quick to make; what is tested is the same for both. */
const QUICK = ['--type', 'ed25519']

interface KeygenJson {
  readonly schema: string
  readonly keys: {
    readonly domain: string | null
    readonly selector: string
    readonly type: string
    readonly bits: number
    readonly fingerprint: string
    readonly file: string
    readonly mode: string
    readonly encrypted: boolean
    readonly record: { readonly name: string; readonly value: string; readonly strings: string[] }
  }[]
  readonly next: string[]
}

describe('one key', () => {
  it('makes an RSA key of 2048 bits, its file for the owner only, its record on stdout', async () => {
    const { code, stdout, stderr } = await keygen('--selector', 'mail', '--domain', 'example.com')
    expect(code).toBe(0)
    expect(files()).toEqual(['mail._domainkey.example.com.private.pem'])
    const pem = read('mail._domainkey.example.com.private.pem')
    expect(pem.toString()).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(modeOf('mail._domainkey.example.com.private.pem')).toBe(0o600)
    expect(createPrivateKey(pem).asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65537n })
    const [record, ...more] = DECODERS.bind(stdout, '')
    expect(more).toEqual([])
    expect(record).toMatchObject({ name: 'mail._domainkey.example.com', type: 'TXT', ttl: 3600 })
    const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64')
    expect(record!.strings.join('')).toBe(`v=DKIM1; k=rsa; p=${spki}`)
    expect(stderr).toContain(readKeyMaterial(pem).publicKey!.fingerprint)
  })

  it('tells the next steps in order, with the real names', async () => {
    const { stderr } = await keygen('--selector', 'mail', '--domain', 'example.com', ...QUICK)
    const [, ...steps] = stderr.split(/^dkim: hint: \d\. /m)
    expect(steps).toHaveLength(3)
    expect(steps[0]).toContain('dkim format-record --selector mail --domain example.com')
    expect(steps[1]).toContain('dkim lookup mail._domainkey.example.com --wait')
    expect(steps[2]).toContain(
      'dkim sign --key mail._domainkey.example.com.private.pem --selector mail --domain example.com',
    )
  })

  it('a selector in letters of any language, and in the file its A-label (RFC 8616 §4)', async () => {
    const { code, stdout } = await keygen('--selector', 'büro', '--domain', 'bücher.example', ...QUICK)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^xn--bro-hoa\._domainkey\.xn--bcher-kva\.example\. 3600 IN TXT "v=DKIM1;/)
    expect(existsSync(join(folder, 'xn--bro-hoa._domainkey.xn--bcher-kva.example.private.pem'))).toBe(true)
  })

  it('a selector that ends in the domain is legal, and asked about', async () => {
    const { code, stderr } = await keygen('--selector', 'mail.example.com', '--domain', 'example.com', ...QUICK)
    expect(code).toBe(0)
    expect(stderr).toContain('mail.example.com._domainkey.example.com: did you mean mail?')
  })

  it('does without a domain', async () => {
    const { code, stdout } = await keygen('--selector', 'mail', ...QUICK)
    expect(code).toBe(0)
    expect(files()).toEqual(['mail.private.pem'])
    expect(stdout).toMatch(/^mail\._domainkey 3600 IN TXT "v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}="\n$/)
  })

  it('F-04: the private key is never on stdout or stderr', async () => {
    const outcome = await dkim(['keygen', '--selector', 'mail', '--domain', 'example.com', '--format', 'json'], {
      cwd: folder,
      env: { CI: '1' },
    })
    const secret = createPrivateKey(read('mail._domainkey.example.com.private.pem')).export({ format: 'jwk' }).d!
    const secretBase64 = Buffer.from(secret, 'base64url').toString('base64').slice(4, 40)
    for (const text of [outcome.stdout, outcome.stderr]) {
      expect(text).not.toContain('PRIVATE KEY')
      expect(text).not.toContain(secretBase64)
      expect(text).not.toContain(secret.slice(4, 40))
    }
  })

  it('signs and verifies with the other commands', async () => {
    const made = await keygen('--selector', 'mail', '--domain', 'example.com')
    writeFileSync(join(folder, 'zone'), made.stdout)
    const message = 'From: <a@example.com>\r\nTo: <b@example.net>\r\nSubject: hi\r\n\r\nhello\r\n'
    const signed = await dkim(
      ['sign', '--key', 'mail._domainkey.example.com.private.pem', '--selector', 'mail', '--domain', 'example.com'],
      { cwd: folder, input: message },
    )
    expect(signed.code).toBe(0)
    const verified = await dkim(['verify', '--dns-file', 'zone', '--format', 'json'], {
      cwd: folder,
      input: signed.stdoutBytes,
    })
    expect(verified.code).toBe(0)
    const report = JSON.parse(verified.stdout)
    expect(report.result).toBe('pass')
    expect(made.stderr).toContain(report.signatures[0].key.fingerprint)
  })

  it('--quiet says nothing but the record', async () => {
    const { stdout, stderr } = await keygen('--selector', 'mail', '--quiet', ...QUICK)
    expect(stderr).toBe('')
    expect(stdout).toContain('v=DKIM1')
  })

  it('options of the record and dialects', async () => {
    const { stdout } = await keygen(
      '--selector',
      'mail',
      '--domain',
      'mail.example.com',
      '--zone',
      'example.com',
      '--ttl',
      '300',
      '--testing',
      '--strict-identity',
      '--hashes',
      'sha256',
      '--services',
      'email',
      '--notes',
      'a "note"; \n',
      '--dialect',
      'route53',
      ...QUICK,
    )
    const [record] = DECODERS.route53(stdout)
    expect(record).toMatchObject({ name: 'mail._domainkey.mail.example.com', ttl: 300 })
    expect(record!.strings.join('')).toMatch(
      /^v=DKIM1; h=sha256; k=ed25519; n=a=20=22note=22=3B=20=0A; s=email; t=y:s; p=/,
    )
  })
})

describe('several keys', () => {
  it('--type both: an RSA key NAME and an Ed25519 key NAME-ed25519', async () => {
    const { code, stdout } = await keygen(
      '--selector',
      'mail',
      '--domain',
      'example.com',
      '--type',
      'both',
      '--bits',
      '1024',
      '--format',
      'json',
    )
    expect(code).toBe(0)
    const { schema, keys, next } = JSON.parse(stdout) as KeygenJson
    expect(schema).toBe('dkim.keygen/1')
    expect(keys.map(({ selector, type, bits }) => ({ selector, type, bits }))).toEqual([
      { selector: 'mail', type: 'rsa', bits: 1024 },
      { selector: 'mail-ed25519', type: 'ed25519', bits: 256 },
    ])
    for (const { file, fingerprint, mode, encrypted, record } of keys) {
      expect(readKeyMaterial(read(file)).publicKey?.fingerprint).toBe(fingerprint)
      expect(readKeyMaterial(Buffer.from(record.value)).publicKey?.fingerprint).toBe(fingerprint)
      expect({ mode, encrypted }).toEqual({ mode: '0600', encrypted: false })
      expect(record.strings.join('')).toBe(record.value)
    }
    expect(next[2]).toContain(
      '--selector mail --key mail-ed25519._domainkey.example.com.private.pem --selector mail-ed25519',
    )
  })

  it('--type both with two names', async () => {
    const { code } = await keygen('--selector', 'r', '--selector', 'e', '--type', 'both', '--bits', '1024')
    expect(code).toBe(0)
    expect(files()).toEqual(['e.private.pem', 'r.private.pem'])
    expect(createPrivateKey(read('e.private.pem')).asymmetricKeyType).toBe('ed25519')
  })

  it('a key of its own for each domain', async () => {
    const domains = ['example.com', 'example.net', 'Example.ORG.']
    const { code, stdout } = await keygen(
      '--selector',
      'mail',
      ...domains.flatMap(domain => ['--domain', domain]),
      ...QUICK,
    )
    expect(code).toBe(0)
    expect(files()).toEqual(['com', 'net', 'org'].map(end => `mail._domainkey.example.${end}.private.pem`))
    const records = DECODERS.bind(stdout, '')
    expect(new Set(records.map(({ strings }) => strings.join(''))).size).toBe(3)
    expect(records[2]!.name).toBe('mail._domainkey.example.org')
  })

  it('a selector template, filled in with --now', async () => {
    const { code } = await keygen(
      '--selector-template',
      's{date:%Y%m}',
      '--now',
      '2026-01-31',
      '--type',
      'both',
      '--bits',
      '1024',
    )
    expect(code).toBe(0)
    expect(files()).toEqual(['s202601-ed25519.private.pem', 's202601.private.pem'])
    const again = await keygen('--selector-template', 's{date:%Y%m}', '--now', '2026-01-01', ...QUICK)
    expect(again.code).toBe(2)
    expect(again.stdout).toBe('')
  })

  it('all or nothing: one name is taken, so that none is made', async () => {
    writeFileSync(join(folder, 'mail._domainkey.example.net.private.pem'), 'old')
    const { code, stdout } = await keygen(
      '--selector',
      'mail',
      '--domain',
      'example.com',
      '--domain',
      'example.net',
      ...QUICK,
    )
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(files()).toEqual(['mail._domainkey.example.net.private.pem'])
  })

  it('the same name twice', async () => {
    for (const argv of [
      ['--domain', 'example.com', '--domain', 'EXAMPLE.com'],
      ['--selector', 'MAIL'],
    ]) {
      expect((await keygen('--selector', 'mail', ...argv, ...QUICK)).code).toBe(2)
    }
    expect(files()).toEqual([])
  })
})

describe('the form of the file', () => {
  it.each([
    ['pkcs1', ['--bits', '1024'], 'm.private.pem', /^-----BEGIN RSA PRIVATE KEY-----/],
    ['pkcs8', QUICK, 'm.private.pem', /^-----BEGIN PRIVATE KEY-----/],
    ['der', QUICK, 'm.private.der', /^0/],
    ['seed', QUICK, 'm.private.seed', /^[A-Za-z0-9+/]{43}=\n$/],
  ])('%s', async (form, argv, name, shape) => {
    const { code, stdout } = await keygen('--selector', 'm', '--out-format', form, ...argv)
    expect(code).toBe(0)
    expect(read(name).toString('latin1')).toMatch(shape)
    const record = DECODERS.bind(stdout, 'example.com')[0]!.strings.join('')
    const material = readKeyMaterial(read(name))
    expect(material.source).toBe('private-key')
    expect(record.endsWith(`p=${material.publicKey!.p}`)).toBe(true)
  })

  it.each(['pkcs8', 'der'])('encrypted %s', async form => {
    writeFileSync(join(folder, 'passphrase'), 'correct horse\nanother line\n', { mode: 0o600 })
    const { code, stdout } = await keygen(
      '--selector',
      'm',
      '--passphrase-file',
      'passphrase',
      '--out-format',
      form,
      '--format',
      'json',
      ...QUICK,
    )
    expect(code).toBe(0)
    const [key] = (JSON.parse(stdout) as KeygenJson).keys
    expect(key!.encrypted).toBe(true)
    const options = { key: read(key!.file), format: form === 'der' ? 'der' : 'pem', type: 'pkcs8' } as const
    expect(() => createPrivateKey(options)).toThrow()
    expect(() => createPrivateKey({ ...options, passphrase: 'correct horse\n' })).toThrow()
    expect(createPrivateKey({ ...options, passphrase: 'correct horse' }).asymmetricKeyType).toBe('ed25519')
  })

  it('--mode for a daemon of the same group', async () => {
    expect((await keygen('--selector', 'm', '--mode', '0640', ...QUICK)).code).toBe(0)
    expect(modeOf('m.private.pem')).toBe(0o640)
    for (const mode of ['0644', '0660', '0700', '666', '0200', '8', 'rw']) {
      expect((await keygen('--selector', 'n', '--mode', mode, ...QUICK)).code).toBe(2)
    }
    expect(files()).toEqual(['m.private.pem'])
  })

  it('--out-dir, made where it is missing', async () => {
    expect((await keygen('--selector', 'm', '--out-dir', 'keys/new', ...QUICK)).code).toBe(0)
    expect(readdirSync(join(folder, 'keys/new'))).toEqual(['m.private.pem'])
    expect(modeOf('keys')).toBe(0o700)
  })
})

describe('what is refused, with exit code 2, nothing on stdout and no file', () => {
  const NASTY = [
    'a;\r\nX: y',
    'a\nb',
    'a;b',
    '../x',
    '/etc/x',
    'a/b',
    '..',
    '',
    'a b',
    '%2e%2e',
    '\u2028',
    'a\u0085',
    '-',
  ]
  it.each([
    ['K-17: RSA under 1024 bits', ['--selector', 'm', '--bits', '512']],
    ['1023 bits', ['--selector', 'm', '--bits', '1023']],
    ['8193 bits', ['--selector', 'm', '--bits', '8193']],
    ['8200 bits', ['--selector', 'm', '--bits', '8200']],
    ['bits that are no whole octets', ['--selector', 'm', '--bits', '2049']],
    ['the name of a record for a selector', ['--selector', 'm._domainkey.example.com', '--domain', 'example.com']],
    ['the name of a record for a domain', ['--selector', 'm', '--domain', 'm._domainkey.example.com']],
    ['a URL for a domain', ['--selector', 'm', '--domain', 'https://example.com']],
    ['bits of Ed25519', ['--selector', 'm', '--bits', '2048', '--type', 'ed25519']],
    ['bits that are no number', ['--selector', 'm', '--bits', '2e3']],
    ['no selector', []],
    ['a selector and a template', ['--selector', 'm', '--selector-template', 'x']],
    ['three selectors for two keys', ['--selector', 'a', '--selector', 'b', '--selector', 'c', '--type', 'both']],
    ['a bad template', ['--selector-template', 's{date:%Q}']],
    ['a template that makes no selector', ['--selector-template', '-{type}']],
    ['PKCS#1 of Ed25519', ['--selector', 'm', '--out-format', 'pkcs1', '--type', 'ed25519']],
    ['a seed of RSA', ['--selector', 'm', '--out-format', 'seed']],
    ['an encrypted seed', ['--selector', 'm', '--out-format', 'seed', '--type', 'ed25519', '--encrypt']],
    ['--encrypt without a terminal', ['--selector', 'm', '--encrypt', '--type', 'ed25519']],
    ['a passphrase file that is missing', ['--selector', 'm', '--passphrase-file', 'nowhere', '--type', 'ed25519']],
    ['a dialect that needs a domain', ['--selector', 'm', '--dialect', 'route53']],
    ['an unknown dialect', ['--selector', 'm', '--dialect', 'nonsense']],
    ['a zone that does not hold the domain', ['--selector', 'm', '--domain', 'example.com', '--zone', 'example.net']],
    ['a TTL too large', ['--selector', 'm', '--ttl', '2147483648']],
    ['no time for DNS', ['--selector', 'm', '--domain', 'example.com', '--check-dns', '--timeout', '0']],
    ['an unknown option', ['--selector', 'm', '--stdout-private-key']],
    [
      'a name that DNS cannot hold',
      ['--selector', 'a'.repeat(63), '--domain', [63, 63, 63].map(n => 'b'.repeat(n)).join('.')],
    ],
    ['an output directory that is a file', ['--selector', 'm', '--out-dir', '/dev/null', '--type', 'ed25519']],
    ...NASTY.map((name): [string, string[]] => [`R-07: the selector ${JSON.stringify(name)}`, ['--selector', name]]),
    ...NASTY.map((name): [string, string[]] => [
      `R-07: the domain ${JSON.stringify(name)}`,
      ['--selector', 'm', '--domain', name],
    ]),
  ])('%s', async (_, argv) => {
    const { code, stdout, stderr } = await keygen(...argv)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^dkim: error: [^\n]+\n(?:dkim: hint: [^\n]+\n)?$/)
    expect(files()).toEqual([])
  })

  it('F-02: a key that is there', async () => {
    writeFileSync(join(folder, 'm.private.pem'), 'old')
    const { code, stdout } = await keygen('--selector', 'm')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(read('m.private.pem').toString()).toBe('old')
  })

  it('F-02: --force keeps a backup', async () => {
    writeFileSync(join(folder, 'm.private.pem'), 'old', { mode: 0o644 })
    const { code, stderr } = await keygen('--selector', 'm', '--force', '--now', '2026-01-31T12:00:00Z', ...QUICK)
    expect(code).toBe(0)
    expect(read('m.private.pem.bak-20260131T120000Z').toString()).toBe('old')
    expect(modeOf('m.private.pem.bak-20260131T120000Z')).toBe(0o600)
    expect(modeOf('m.private.pem')).toBe(0o600)
    expect(stderr).toContain('m.private.pem.bak-20260131T120000Z')
  })

  it('F-03: a link in the place of the key', async () => {
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'm.private.pem'))
    for (const force of [[], ['--force']]) expect((await keygen('--selector', 'm', ...force, ...QUICK)).code).toBe(2)
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
  })

  it('F-03: a directory in which everybody can replace files', async () => {
    mkdirSync(join(folder, 'open'))
    chmodSync(join(folder, 'open'), 0o777)
    const { code } = await keygen('--selector', 'm', '--out-dir', 'open', ...QUICK)
    expect(code).toBe(2)
    expect(readdirSync(join(folder, 'open'))).toEqual([])
  })

  it('F-07: names that Windows takes for devices get a prefix, long ones are refused', async () => {
    await keygen('--selector', 'con', ...QUICK)
    await keygen('--selector', 'aux', '--domain', 'example.com', ...QUICK)
    expect(files()).toEqual(['_aux._domainkey.example.com.private.pem', '_con.private.pem'])
    // 228 octets of domain and 12 of ._domainkey. leave 3 for the selector of a name of 255 with its extension.
    const domain = [63, 63, 63, 36].map(length => 'd'.repeat(length)).join('.')
    expect((await keygen('--selector', 'sss', '--domain', domain, ...QUICK)).code).toBe(0)
    expect((await keygen('--selector', 'ssss', '--domain', domain, ...QUICK)).code).toBe(2)
  })
})

describe('a selector that DNS has already', () => {
  const check = (zone: string) => {
    writeFileSync(join(folder, 'dns.json'), zone)
    return keygen('--selector', 'm', '--domain', 'example.com', '--dns-file', 'dns.json', ...QUICK)
  }

  it('is refused, revoked or not', async () => {
    for (const text of ['v=DKIM1; p=', 'something else']) {
      const { code, stdout } = await check(JSON.stringify({ 'm._domainkey.example.com': text }))
      expect(code).toBe(2)
      expect(stdout).toBe('')
    }
    expect(files()).toEqual(['dns.json'])
  })

  it('is taken where DNS has it not', async () => {
    expect((await check(JSON.stringify({ 'other._domainkey.example.com': 'v=DKIM1; p=' }))).code).toBe(0)
  })

  it('is not made up where DNS does not answer', async () => {
    const { code, stdout } = await check(JSON.stringify({ 'm._domainkey.example.com': { error: 'SERVFAIL' } }))
    expect(code).toBe(75)
    expect(stdout).toBe('')
    expect(files()).toEqual(['dns.json'])
  })
})

describe('F-10: killed half-way', () => {
  const COUNT = 12

  function killed(delay: number): Promise<void> {
    return new Promise(resolve => {
      const domains = Array.from({ length: COUNT }, (_, index) => ['--domain', `d${index}.example.com`]).flat()
      const child = spawn(process.execPath, [BIN, 'keygen', '--selector', `k${delay}`, ...domains, ...QUICK], {
        cwd: folder,
        stdio: 'ignore',
      })
      const timer = setTimeout(() => child.kill('SIGKILL'), delay)
      child.on('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  it('no half key remains under the name of a key', async () => {
    // A whole run tells when the files are written: the kills are spread over its second half.
    const start = performance.now()
    await killed(60_000)
    const whole = performance.now() - start
    for (const share of [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1]) await killed(Math.round(whole * share))
    const keys = files().filter(name => !name.startsWith('.'))
    for (const name of keys) {
      expect(name).toMatch(/^k\d+\._domainkey\.d\d+\.example\.com\.private\.pem$/)
      expect(createPrivateKey(read(name)).asymmetricKeyType).toBe('ed25519')
      expect(modeOf(name)).toBe(0o600)
    }
    // What an untimely end leaves behind is a directory that only its owner can enter.
    for (const name of files().filter(other => other.startsWith('.'))) expect(modeOf(name)).toBe(0o700)
  }, 90_000)

  it('a signal ends it without any file', async () => {
    const child = spawn(process.execPath, [BIN, 'keygen', '--selector', 'slow', '--bits', '8192'], {
      cwd: folder,
      stdio: 'ignore',
    })
    setTimeout(() => child.kill('SIGTERM'), 1000)
    const code = await new Promise(resolve => child.on('close', resolve))
    if (code !== 0) expect(files()).toEqual([])
    else expect(files()).toEqual(['slow.private.pem'])
  }, 90_000)
})
