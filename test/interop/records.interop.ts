// The records that we write, read by the programs they are written for; and the mail servers' own judgement of the configuration we print.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../src/core/dkim/key-record.js'
import { readKeyMaterial } from '../../src/core/lookup/key-formats.js'
import { type DialectName, formatRecords } from '../../src/report/records/dialects.js'
import { type DnsRecord, dnsRecord } from '../../src/report/records/dns-record.js'
import { formatSigner, type SignerName } from '../../src/report/signer/signers.js'
import { dkim } from '../support/cli.js'
import { masterTokens } from '../support/record-decoders.js'
import { run } from './peer.js'

const PATH = `${process.env['PATH']}:/usr/sbin:/sbin`
process.env['PATH'] = PATH

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

/** A test that needs a program; where it is missing, the test is skipped under a name that says so, and counted. */
function needs(program: string, name: string, work: () => Promise<void> | void): void {
  if (has(program)) it(name, work)
  else it.skip(`${name} (SKIPPED: ${program} is not installed)`, work)
}

const DOMAIN = 'example.com'
const HOSTILE = 'say "hi"; $INCLUDE /etc/passwd\n${x} %{y} {{ z }} `id` $(id) \\ \\" \'; # : , | <b> & ^ \u00fc'

const spki = (bits: number): string => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
}
const RSA_2048 = spki(2048)
const ED25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x!

const VALUES: Readonly<Record<string, string>> = {
  rsa1024: formatKeyRecord({ keyType: 'rsa', publicKey: spki(1024) }),
  rsa2048: formatKeyRecord({ keyType: 'rsa', publicKey: RSA_2048 }),
  rsa4096: formatKeyRecord({ keyType: 'rsa', publicKey: spki(4096) }),
  ed25519: formatKeyRecord({ keyType: 'ed25519', publicKey: Buffer.from(ED25519, 'base64url').toString('base64') }),
  revoked: formatKeyRecord({ publicKey: '' }),
  hostile: formatKeyRecord({ keyType: 'rsa', publicKey: RSA_2048, notes: HOSTILE }),
  s254: `v=DKIM1; n=${'x'.repeat(239)}; p=`,
  s255: `v=DKIM1; n=${'x'.repeat(240)}; p=`,
  s256: `v=DKIM1; n=${'x'.repeat(241)}; p=`,
  s510: `v=DKIM1; n=${'"'.repeat(100)}${'x'.repeat(395)}; p=`,
}

const RECORDS: readonly DnsRecord[] = Object.entries(VALUES).map(([selector, value]) =>
  dnsRecord({ selector, domain: DOMAIN, value }),
)
const text = (dialect: DialectName, records = RECORDS): string => formatRecords(dialect, records)

let folder: string
const children: ChildProcess[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-records-'))
  chmodSync(folder, 0o755)
})

afterAll(async () => {
  for (const child of children) child.kill('SIGTERM')
  await sleep(300)
  rmSync(folder, { recursive: true, force: true })
})

function put(name: string, content: string, mode = 0o644): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content, { mode })
  chmodSync(path, mode)
  return path
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

const dig = (port: number, name: string, type = 'TXT'): string =>
  spawnSync('dig', ['@127.0.0.1', '-p', String(port), '+tcp', '+short', '+tries=1', '+time=2', name, type], {
    encoding: 'utf8',
  }).stdout

const joined = (answer: string): string =>
  masterTokens(answer.trim())
    .map(({ text: string }) => string)
    .join('')

async function serve(program: string, argv: readonly string[], port: number, name: string): Promise<void> {
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  children.push(child)
  for (let attempt = 0; attempt < 50; attempt += 1) {
    await sleep(100)
    const { status, stdout } = spawnSync(
      'dig',
      ['@127.0.0.1', '-p', String(port), '+tries=1', '+time=1', name, 'SOA'],
      { encoding: 'utf8' },
    )
    if (status === 0 && !stdout.includes('no servers could be reached')) return
  }
  throw new Error(`${program} did not start: ${output}`)
}

function expectAnswers(port: number, records = RECORDS): void {
  for (const { selector, value } of records) expect(joined(dig(port, `${selector}._domainkey.${DOMAIN}`))).toBe(value)
}

const ZONE = `$ORIGIN ${DOMAIN}.\n$TTL 3600\n@ IN SOA ns hostmaster 1 3600 600 86400 300\n@ IN NS ns\nns IN A 127.0.0.1\n`

/** Out of a zone as a program prints it, every TXT record by its selector. Owners may be relative to $ORIGIN, or left out when repeated. */
function printed(output: string): Record<string, string> {
  const found: Record<string, string> = {}
  let origin = '.'
  let owner = ''
  for (const line of output.split('\n')) {
    if (line.startsWith('$ORIGIN')) origin = line.split(/\s+/)[1]!
    const match = /^(\S*)\s+\d+\s+IN\s+([A-Z]+)\s+(.*)$/.exec(line)
    if (match === null) continue
    const [, name, type, data] = match
    if (name !== '') owner = name!.endsWith('.') ? name! : `${name}.${origin === '.' ? '' : origin}`
    const [, selector] = /^(.*)\._domainkey\.example\.com\.$/.exec(owner) ?? []
    if (type === 'TXT' && selector !== undefined) found[selector] = joined(data!)
  }
  return found
}

describe('zone files', () => {
  needs('named-checkzone', 'BIND: named-checkzone prints the same records', () => {
    const zone = put('bind.zone', ZONE + text('bind'))
    expect(printed(run('named-checkzone', ['-q', '-D', '-o', '-', DOMAIN, zone]))).toEqual(VALUES)
  })

  needs('named-checkzone', 'BIND: relative names', () => {
    const records = RECORDS.map(record => ({ ...record, relative: true }))
    const zone = put('relative.zone', ZONE + text('bind', records))
    expect(printed(run('named-checkzone', ['-q', '-D', '-o', '-', DOMAIN, zone]))).toEqual(VALUES)
  })

  needs('nsd-checkzone', 'NSD: nsd-checkzone prints the same records', () => {
    const zone = put('nsd.zone', ZONE + text('bind'))
    expect(printed(run('nsd-checkzone', ['-p', DOMAIN, zone]))).toEqual(VALUES)
  })

  needs('kzonecheck', 'Knot DNS: kzonecheck accepts the zone', () => {
    const zone = put('knot.zone', ZONE + text('bind'))
    expect(run('kzonecheck', ['-o', DOMAIN, zone])).not.toMatch(/error/i)
  })

  needs('tinydns-data', 'tinydns: tinydns-get answers the same records', () => {
    const root = join(folder, 'tinydns')
    put('tinydns/data', `.${DOMAIN}:127.0.0.1:a\n${text('tinydns')}`)
    const inRoot = (program: string, ...argv: string[]) => spawnSync(program, argv, { cwd: root, encoding: 'latin1' })
    expect(inRoot('tinydns-data').status).toBe(0)
    for (const { selector, value } of RECORDS) {
      const { stdout } = inRoot('tinydns-get', 'txt', `${selector}._domainkey.${DOMAIN}`)
      const [, data = ''] = /^answer: \S+ 3600 16 (.*)$/m.exec(stdout) ?? []
      // RDATA with octal escapes: each character-string behind the octet of its length.
      const octets = data.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
      let whole = ''
      for (let index = 0; index < octets.length; index += 1 + octets.charCodeAt(index)) {
        whole += octets.slice(index + 1, index + 1 + octets.charCodeAt(index))
      }
      expect(whole).toBe(value)
    }
  })
})

describe('servers on loopback', () => {
  needs(
    'named',
    'BIND: nsupdate adds every record once, then named answers them; a revocation replaces one',
    async () => {
      const port = await freePort()
      put('named/example.zone', ZONE, 0o666)
      chmodSync(join(folder, 'named'), 0o777)
      const config = put(
        'named.conf',
        `options { directory "${folder}/named"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; session-keyfile none; recursion no; dnssec-validation no; notify no; };
controls { };
zone "${DOMAIN}" { type master; file "example.zone"; allow-update { 127.0.0.1; }; };
`,
      )
      await serve('named', ['-g', '-c', config], port, DOMAIN)
      const update = (script: string): { status: number | null; stderr: string } =>
        spawnSync('nsupdate', [], { input: `server 127.0.0.1 ${port}\n${script}`, encoding: 'utf8' })
      const first = update(text('nsupdate'))
      expect(first.stderr).toBe('')
      expect(first.status).toBe(0)
      expectAnswers(port)
      // Each record exists now: the prerequisites keep a second run from doing anything.
      const other = dnsRecord({ selector: 'rsa2048', domain: DOMAIN, value: VALUES['ed25519']! })
      expect(update(text('nsupdate', [other])).stderr).toContain('YXRRSET')
      expectAnswers(port)
      const revocation = dnsRecord({
        selector: 'rsa2048',
        domain: DOMAIN,
        zone: DOMAIN,
        value: 'v=DKIM1; p=',
        ttl: 300,
        replaces: true,
      })
      expect(update(text('nsupdate', [revocation])).status).toBe(0)
      expect(dig(port, `rsa2048._domainkey.${DOMAIN}`)).toBe('"v=DKIM1; p="\n')
      const alias = dnsRecord({
        selector: 'fm1',
        domain: DOMAIN,
        type: 'CNAME',
        value: 'fm1.example.com.dkim.fmhosted.com',
      })
      expect(update(text('nsupdate', [alias])).status).toBe(0)
      expect(dig(port, `fm1._domainkey.${DOMAIN}`, 'CNAME')).toBe('fm1.example.com.dkim.fmhosted.com.\n')
    },
  )

  needs('unbound', 'Unbound: unbound-checkconf accepts local-data, and unbound answers it', async () => {
    const port = await freePort()
    const data = put('unbound.data.conf', text('unbound'))
    const config = put(
      'unbound.conf',
      `server:\n  interface: 127.0.0.1@${port}\n  do-daemonize: no\n  chroot: ""\n  username: ""\n  pidfile: ""\n  use-syslog: no\n  directory: "${folder}"\n  module-config: "iterator"\nremote-control:\n  control-enable: no\ninclude: "${data}"\n`,
    )
    expect(run('unbound-checkconf', [config])).toContain('no errors')
    await serve('unbound', ['-d', '-c', config], port, `rsa1024._domainkey.${DOMAIN}`)
    expectAnswers(port)
  })

  needs('dnsmasq', 'dnsmasq: dnsmasq --test accepts txt-record, and dnsmasq answers it', async () => {
    const port = await freePort()
    const config = put('dnsmasq.conf', text('dnsmasq'))
    expect(spawnSync('dnsmasq', ['--test', '-C', config], { encoding: 'utf8' }).stderr).toContain('syntax check OK')
    const argv = [
      '-k',
      '-C',
      config,
      '--port',
      String(port),
      '--listen-address=127.0.0.1',
      '--bind-interfaces',
      '--no-resolv',
      '--no-hosts',
      '--pid-file=',
      '--user=root',
      '--log-facility=-',
    ]
    await serve('dnsmasq', argv, port, DOMAIN)
    expectAnswers(port)
  })
})

describe('languages', () => {
  needs('/usr/bin/python3', 'YAML: PyYAML reads octoDNS zones and Ansible tasks', () => {
    const reader = put(
      'read.py',
      `import json, sys, yaml
class Loader(yaml.SafeLoader): pass
Loader.add_constructor('!unsafe', lambda loader, node: loader.construct_scalar(node))
print(json.dumps([yaml.load(open(path), Loader) for path in sys.argv[1:]]))
`,
    )
    const files = [put('octodns.yaml', text('octodns')), put('ansible.yaml', text('ansible'))]
    const [zone, tasks] = JSON.parse(run('/usr/bin/python3', [reader, ...files])) as [
      Record<string, { type: string; ttl: number; value: string }>,
      { 'community.general.nsupdate': { record: string; zone: string; type: string; ttl: number; value: string[] } }[],
    ]
    const expected = Object.entries(VALUES).map(([selector, value]) => [`${selector}._domainkey`, value])
    // octoDNS refuses a bare ";" and takes "\\;" for one.
    expect(Object.entries(zone).map(([name, { value }]) => [name, value.replaceAll('\\;', ';')])).toEqual(expected)
    for (const { value } of Object.values(zone)) expect(value).not.toMatch(/(?<!\\);/)
    expect(Object.values(zone).every(({ type, ttl }) => type === 'TXT' && ttl === 3600)).toBe(true)
    const calls = tasks.map(task => task['community.general.nsupdate'])
    // A list of one: Ansible splits a scalar at commas.
    expect(calls.map(({ record, value }) => [record, value.map(joined)])).toEqual(
      expected.map(([record, value]) => [record, [value]]),
    )
    expect(calls.every(({ zone: name, type, ttl }) => name === DOMAIN && type === 'TXT' && ttl === 3600)).toBe(true)
  })

  const TERRAFORM = ['terraform-aws', 'terraform-cloudflare', 'terraform-google', 'terraform-azure'] as const
  for (const dialect of TERRAFORM) {
    needs('terraform', `HCL: terraform formats ${dialect} no other way and evaluates its strings`, () => {
      const config = text(dialect)
      const options = { encoding: 'utf8', cwd: folder, env: { ...process.env, CHECKPOINT_DISABLE: '1' } } as const
      const formatted = spawnSync('terraform', ['fmt', '-'], { ...options, input: config })
      expect(formatted.stdout).toBe(config)
      const literals = [...config.matchAll(/^ +(?:records|content|rrdatas|value) += \[?(".*")\]?$/gm)].map(
        ([, literal]) => literal!,
      )
      expect(literals).toHaveLength(RECORDS.length)
      mkdirSync(join(folder, 'empty'), { recursive: true })
      const evaluated = literals.map(literal => {
        const { stdout } = spawnSync('terraform', ['console'], {
          ...options,
          cwd: join(folder, 'empty'),
          input: `jsonencode(${literal})\n`,
        })
        return JSON.parse(JSON.parse(stdout)) as string
      })
      const value = (content: string): string => {
        if (dialect === 'terraform-azure') return content
        // The provider of aws adds the outer quotes.
        return joined(dialect === 'terraform-aws' ? `"${content}"` : content)
      }
      expect(evaluated.map(value)).toEqual(Object.values(VALUES))
    })
  }

  for (const shell of ['dash', 'bash']) {
    needs(shell, `${shell}: gcloud, az and pdnsutil get the words that were meant`, () => {
      const show = (name: string): string =>
        `${name}() { for word do printf '%s\\0' "$word"; done; printf '\\n\\0'; }\n`
      const script = (dialect: DialectName): string[][] => {
        const output = run(shell, [
          '-c',
          `${show('gcloud')}${show('az')}${show('pdnsutil')}DNS_ZONE='my zone' RESOURCE_GROUP=group\n${text(dialect)}`,
        ])
        const words = Buffer.from(output, 'latin1').toString().split('\0')
        const calls: string[][] = [[]]
        for (const word of words) {
          if (word === '\n') calls.push([])
          else calls.at(-1)!.push(word)
        }
        return calls.filter(call => call.length > 1)
      }
      const values = Object.values(VALUES)
      const rrdatas = script('gcloud').map(call =>
        call.find(word => word.startsWith('--rrdatas='))!.slice('--rrdatas='.length),
      )
      expect(rrdatas.map(list => joined(list.replace(/^\^[^^]+\^/, '')))).toEqual(values)
      expect(script('gcloud').every(call => call.includes('--zone=my zone'))).toBe(true)
      expect(
        script('azure')
          .filter(call => call.includes('add-record'))
          .map(call => call.at(-1)),
      ).toEqual(values)
      expect(script('powerdns').map(call => joined(call.at(-1)!))).toEqual(values)
    })
  }

  needs('ssh-keygen', 'OpenSSH: keys as ssh-keygen writes them', () => {
    for (const [type, passphrase] of [
      ['rsa', ''],
      ['ed25519', ''],
      ['ed25519', 'secret'],
    ] as const) {
      const file = join(folder, `ssh-${type}-${passphrase}`)
      run('ssh-keygen', ['-q', '-t', type, ...(type === 'rsa' ? ['-b', '2048'] : []), '-N', passphrase, '-f', file])
      const fromPrivate = readKeyMaterial(readFileSync(file))
      const fromPublic = readKeyMaterial(readFileSync(`${file}.pub`))
      expect(fromPrivate.publicKey?.fingerprint).toBe(fromPublic.publicKey?.fingerprint)
      if (type !== 'rsa') continue
      for (const form of ['PKCS8', 'PEM']) {
        const pem = run('ssh-keygen', ['-e', '-m', form, '-f', `${file}.pub`])
        expect(readKeyMaterial(Buffer.from(pem)).publicKey?.fingerprint).toBe(fromPublic.publicKey?.fingerprint)
      }
    }
  })

  needs('openssl', 'OpenSSL: every form of key file that keygen writes, and every form of its own', async () => {
    for (const [type, form, reading] of [
      ['rsa', 'pkcs8', []],
      ['rsa', 'pkcs1', []],
      ['rsa', 'der', ['-inform', 'DER']],
      ['ed25519', 'pkcs8', []],
      ['ed25519', 'der', ['-inform', 'DER']],
    ] as const) {
      const name = `${type}-${form}`
      const { code, stdout } = await dkim([
        'keygen',
        '--selector',
        name,
        '--type',
        type,
        '--out-format',
        form,
        '--format',
        'json',
        '--out-dir',
        folder,
      ])
      expect(code).toBe(0)
      const [key] = JSON.parse(stdout).keys as { file: string; fingerprint: string }[]
      const publicPem = run('openssl', ['pkey', ...reading, '-in', key!.file, '-pubout'])
      expect(readKeyMaterial(Buffer.from(publicPem)).publicKey?.fingerprint).toBe(key!.fingerprint)
    }
  })
})

// ---------------------------------------------------------------------------------------------- mail servers

const MESSAGE = `From: <a@${DOMAIN}>\r\nTo: <b@example.net>\r\nSubject: hi\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@${DOMAIN}>\r\n\r\nhello\r\n`

interface Installed {
  readonly zone: string
  readonly records: readonly DnsRecord[]
  /** The files of the configuration by the names that we print. */
  readonly sections: ReadonlyMap<string, string>
}

/** Makes keys with the program, puts them in place, and prints the configuration for them. */
async function install(signer: SignerName, type: 'rsa' | 'ed25519' | 'both'): Promise<Installed> {
  const directory = join(folder, signer)
  rmSync(directory, { recursive: true, force: true })
  const made = await dkim([
    'keygen',
    '--selector',
    'mail',
    '--domain',
    DOMAIN,
    '--type',
    type,
    '--out-dir',
    directory,
    '--format',
    'json',
  ])
  const { keys } = JSON.parse(made.stdout) as {
    keys: { file: string; selector: string; type: 'rsa' | 'ed25519'; record: { value: string } }[]
  }
  chmodSync(directory, 0o755)
  const zone = put(
    `${signer}.json`,
    JSON.stringify(Object.fromEntries(keys.map(key => [`${key.selector}._domainkey.${DOMAIN}`, key.record.value]))),
  )
  const printedText = formatSigner(
    signer,
    keys.map(key => ({ selector: key.selector, domain: DOMAIN, type: key.type, path: key.file })),
  )
  const sections = new Map<string, string>()
  for (const section of printedText.split(/\n(?=# \/)/)) {
    const [head = '', ...lines] = section.split('\n')
    sections.set(head.slice(2), `${lines.join('\n')}\n`)
  }
  const records = keys.map(key => dnsRecord({ selector: key.selector, domain: DOMAIN, value: key.record.value }))
  return { zone, records, sections }
}

async function expectPass(signed: string | Buffer, zone: string, signatures: number): Promise<void> {
  const { code, stdout } = await dkim(['verify', '--dns-file', zone, '--format', 'json'], { input: signed })
  const report = JSON.parse(stdout)
  expect(report.signatures.map(({ result, domain }: { result: string; domain: string }) => [result, domain])).toEqual(
    Array.from({ length: signatures }, () => ['pass', DOMAIN]),
  )
  expect(code).toBe(0)
}

describe('mail servers', () => {
  for (const type of ['rsa', 'ed25519', 'both'] as const) {
    needs('opendkim', `OpenDKIM: accepts its configuration, signs with it, and we verify (${type})`, async () => {
      const { zone, sections } = await install('opendkim', type)
      const tables = Object.fromEntries(
        ['KeyTable', 'SigningTable'].map(name => [
          name,
          put(`opendkim/${name}`, sections.get(`/etc/opendkim/${name}`)!),
        ]),
      )
      const config = sections
        .get('/etc/opendkim.conf')!
        .replace(/\/etc\/opendkim\/(KeyTable|SigningTable)/g, (_, name: string) => tables[name]!)
      const path = put('opendkim/opendkim.conf', `${config}Mode s\nRequireSafeKeys no\n`)
      const checked = spawnSync('opendkim', ['-n', '-x', path], { encoding: 'utf8' })
      expect(checked.stderr).toBe('')
      expect(checked.status).toBe(0)
      const message = put('opendkim/message.eml', MESSAGE)
      const answer = run('opendkim', ['-vv', '-x', path, '-t', message])
      const fields = [...answer.matchAll(/hname='DKIM-Signature' hvalue='([^']*)'/g)].map(
        ([, value]) => `DKIM-Signature: ${value!.replace(/\r?\n/g, '\r\n')}\r\n`,
      )
      await expectPass(`${fields.join('')}${MESSAGE}`, zone, 1)
    })
  }

  needs('opendkim-testkey', 'OpenDKIM: opendkim-testkey finds key and record alike', async () => {
    const { sections, records } = await install('opendkim', 'rsa')
    // libunbound answers it from the local-data that we write.
    const resolver = put('opendkim/unbound.conf', `${text('unbound', records)}  module-config: "iterator"\n`)
    const table = put('opendkim/KeyTable', sections.get('/etc/opendkim/KeyTable')!)
    const config = put('opendkim/testkey.conf', `KeyTable ${table}\nResolverConfiguration ${resolver}\n`)
    const { status, stdout } = spawnSync('opendkim-testkey', ['-v', '-x', config], { encoding: 'utf8' })
    expect(stdout).toContain('1 pass, 0 fail')
    expect(status).toBe(0)
  })

  needs('rspamadm', 'rspamd: rspamadm configtest accepts the configuration', async () => {
    const { sections } = await install('rspamd', 'both')
    const local = join(folder, 'rspamd-local')
    cpSync('/etc/rspamd', local, { recursive: true })
    const file = sections.get('/etc/rspamd/local.d/dkim_signing.conf')!
    writeFileSync(join(local, 'local.d', 'dkim_signing.conf'), file)
    const test = (): string => {
      const { stdout, stderr } = spawnSync('rspamadm', [`--var=LOCAL_CONFDIR=${local}`, 'configtest'], {
        encoding: 'utf8',
      })
      return `${stdout}${stderr}`
    }
    expect(test()).toContain('syntax OK')
    const dump = spawnSync('rspamadm', [`--var=LOCAL_CONFDIR=${local}`, 'configdump', '-j', 'dkim_signing'], {
      encoding: 'utf8',
    })
    const settings = JSON.parse(dump.stdout)
    const { domain, check_pubkey } = settings.dkim_signing ?? settings
    expect(check_pubkey).toBe(true)
    expect(domain[DOMAIN].selectors).toHaveLength(2)
    for (const { path } of domain[DOMAIN].selectors) expect(existsSync(path)).toBe(true)
  })

  needs(
    'rspamd',
    'rspamd: compares the key with DNS, signs with the printed configuration, and we verify',
    async () => {
      const { sections, records, zone } = await install('rspamd', 'rsa')
      const [dns, port] = [await freePort(), await freePort()]
      const file = put('rspamd/dkim_signing.conf', sections.get('/etc/rspamd/local.d/dkim_signing.conf')!)
      // Unbound's local-data is what check_pubkey sees.
      const unbound = put(
        'rspamd/unbound.conf',
        `${text('unbound', records)}  interface: 127.0.0.1@${dns}\n  do-daemonize: no\n  chroot: ""\n  username: ""\n  pidfile: ""\n  use-syslog: no\n  module-config: "iterator"\nremote-control:\n  control-enable: no\n`,
      )
      await serve('unbound', ['-d', '-c', unbound], dns, `mail._domainkey.${DOMAIN}`)
      const config = put(
        'rspamd/rspamd.conf',
        `options { filters = "dkim"; pidfile = "${folder}/rspamd/pid"; control_socket = "${folder}/rspamd/control mode=0600"; url_tld = "${put('rspamd/tld', 'com\nnet\n')}"; tempdir = "${folder}"; dns { nameserver = ["127.0.0.1:${dns}"]; timeout = 1s; } }
logging { type = "console"; level = "info"; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; mime = true; }
modules { path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }
actions { reject = 15; }
dkim { }
dkim_signing { .include "${file}" }
`,
      )
      const child = spawn(
        'rspamd',
        ['-f', '-i', '-c', config, `--var=DBDIR=${folder}/rspamd`, `--var=RUNDIR=${folder}/rspamd`],
        { stdio: 'ignore' },
      )
      children.push(child)
      const url = `http://127.0.0.1:${port}`
      for (let attempt = 0; attempt < 100; attempt += 1) {
        if (
          await fetch(`${url}/ping`).then(
            ({ ok }) => ok,
            () => false,
          )
        )
          break
        await sleep(200)
      }
      const headers = { User: `a@${DOMAIN}`, IP: '127.0.0.1', From: `a@${DOMAIN}` }
      const answer = await fetch(`${url}/checkv2`, { method: 'POST', headers, body: MESSAGE })
      const { 'dkim-signature': value } = (await answer.json()) as { 'dkim-signature'?: string }
      await expectPass(`DKIM-Signature: ${value}\r\n${MESSAGE}`, zone, 1)
    },
  )

  needs('exim4', 'Exim: exim -bV accepts the transport', async () => {
    const { sections } = await install('exim', 'both')
    const lines = [...sections.values()].join('')
    const config = put(
      'exim.conf',
      `primary_hostname = mail.${DOMAIN}\nbegin routers\nall:\n  driver = dnslookup\n  transport = remote_smtp\nbegin transports\nremote_smtp:\n  driver = smtp\n${lines}`,
    )
    const { status, stdout, stderr } = spawnSync('exim4', ['-C', config, '-bV'], { encoding: 'utf8' })
    expect(`${stdout}${stderr}`).toContain('Configuration file is')
    expect(status).toBe(0)
  })
})
