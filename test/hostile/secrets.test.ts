// What is secret stays where it is, and what is kept is not believed: rows F-05, F-16 and K-08 of the list in docs/security.md.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BIN, dkim } from '../support/cli.js'
import { evilSign } from '../support/evil-signer.js'
import { M0, NOW, REC, runMain, zoneText } from '../support/hostile.js'
import { KEYS, keyFile } from '../support/keys.js'

const PASSPHRASE = 'SECRETMARK open sesame'
let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-secrets-'))
  const locked = KEYS.rsa2048.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE })
  writeFileSync(at('locked.pem'), locked, { mode: 0o600 })
  writeFileSync(at('passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 })
  writeFileSync(at('wrong'), 'SECRETMARK something else\n', { mode: 0o600 })
  writeFileSync(at('a.eml'), M0)
  writeFileSync(at('dns.zone'), zoneText(REC))
})
afterAll(() => rmSync(folder, { recursive: true }))

const sign = (...rest: string[]): string[] => ['sign', '--domain', 'legit.test', '--selector', 'sel', ...rest]
const unlock = (file: string): string[] => ['--key', at('locked.pem'), '--passphrase-file', at(file)]

describe('F-05 keys and passphrases are on no command line', () => {
  const hasProc = existsSync('/proc/self/cmdline')

  it.skipIf(!hasProc)(`nor in the environment${hasProc ? '' : ' (SKIPPED: no /proc)'}`, async () => {
    const child = spawn(process.execPath, [BIN, ...sign(...unlock('passphrase'))])
    let signed = ''
    child.stdout.on('data', chunk => {
      signed += chunk
    })
    // More than a pipe holds is taken only once the program reads: the key was opened by then, or soon will be.
    await new Promise(resolve => child.stdin.write(M0 + 'x'.repeat(1_000_000), resolve))
    await new Promise(resolve => setTimeout(resolve, 200))
    const seen = ['cmdline', 'environ', 'comm'].map(name => readFileSync(`/proc/${child.pid}/${name}`, 'latin1')).join()
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1')
    child.stdin.end()
    expect(await new Promise(resolve => child.on('close', resolve))).toBe(0)
    expect(signed).toMatch(/^DKIM-Signature: /)
    expect(seen).toContain('locked.pem')
    expect(seen).not.toMatch(/SECRETMARK|PRIVATE KEY/)
    expect(children).toBe('')
  })

  it('no option takes one', async () => {
    for (const command of ['sign', 'keygen', 'format-record', 'lookup', 'rotate-plan', 'verify']) {
      for (const option of ['--passphrase', '--password', '--private-key', '--key-text']) {
        const { code, stdout, stderr } = await runMain([command, `${option}=SECRETMARK`], Buffer.alloc(0))
        expect([code, stdout, stderr.includes('SECRETMARK')]).toEqual([2, '', false])
      }
    }
  })

  const ed25519 = KEYS.ed25519.export({ type: 'pkcs8', format: 'der' })
  const rsa = KEYS.rsa1024.export({ type: 'pkcs8', format: 'der' })
  const TEXTS = [
    ['PEM', readFileSync(keyFile('rsa2048'), 'latin1')],
    ['PEM of Ed25519', readFileSync(keyFile('ed25519'), 'latin1')],
    ['PEM in one line', readFileSync(keyFile('ed25519'), 'latin1').replaceAll('\n', '\\n')],
    ['a seed', ed25519.subarray(-32).toString('base64')],
    ['base64 of Ed25519', ed25519.toString('base64')],
    ['base64 of RSA', rsa.toString('base64')],
    ['base64 of PKCS#1', KEYS.rsa1024.export({ type: 'pkcs1', format: 'der' }).toString('base64')],
  ] as const

  it.each(TEXTS)('%s where a file name belongs is not repeated', async (_, text) => {
    const parts = [text.slice(30, 42), text.slice(-20, -8)]
    for (const argv of [
      sign('--key', text),
      sign('--key', keyFile('rsa2048'), '--passphrase-file', text),
      sign('--key', keyFile('rsa2048'), text),
      ['format-record', '--selector', 's', '--domain', 'example.com', '--key', text],
      ['lookup', 'example.com', '--selector', 's', '--offline', '--key', text],
      ['rotate-plan', '--domain', 'example.com', '--selector', 's', '--offline', '--key', text],
      ['verify', '--offline', text],
      ['verify', '--offline', '--format', 'ndjson', '--dns-file', text, at('a.eml')],
    ]) {
      const { code, stdout, stderr } = await runMain(argv, Buffer.alloc(0))
      expect([argv[0], code, stdout]).toEqual([argv[0], 2, ''])
      for (const part of parts) expect(stderr).not.toContain(part)
    }
  })

  it('a wrong passphrase is not shown either, nor what it did not open', async () => {
    for (const file of ['wrong', 'locked.pem']) {
      const { code, stdout, stderr } = await dkim(sign(...unlock(file), at('a.eml')), { env: { DKIM_DEBUG: '1' } })
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).not.toMatch(/SECRETMARK|sesame|BEGIN|[A-Za-z0-9+/]{40}/)
    }
  })
})

describe('F-16 the state file', () => {
  const plan = (...rest: string[]): string[] => ['rotate-plan', '--offline', '--now', '2026-01-01', ...rest]
  const start = ['--domain', 'example.com', '--selector', 's1', '--new-selector', 's2']
  let state = ''

  beforeAll(async () => {
    expect((await dkim(plan(...start, '--state', at('plan.json')))).code).toBe(0)
    state = readFileSync(at('plan.json'), 'utf8')
  })

  it('holds no private key, and nobody else can write to it', async () => {
    const path = at('with-key.json')
    expect((await dkim(plan(...start, '--key', keyFile('rsa2048'), '--state', path))).code).toBe(0)
    const body = readFileSync(keyFile('rsa2048'), 'latin1').split('\n')[5]!
    expect(readFileSync(path, 'utf8')).not.toContain(body)
    expect(readFileSync(path, 'utf8')).not.toContain('PRIVATE')
    expect(statSync(path).mode & 0o022).toBe(0)
  })

  it.each<[string, (text: string) => string]>([
    ['empty', () => ''],
    ['cut off', text => text.slice(0, text.length / 2)],
    ['no JSON', () => '\x1b[2J'],
    ['another document', () => '{"schema":"dkim.verification/1"}'],
    ['of a future version', text => text.replace('dkim.rotation-state/1', 'dkim.rotation-state/2')],
    ['with a date of no calendar', text => text.replace(/"updatedAt": *"[^"]*"/, '"updatedAt":"2026-13-45T00:00:00Z"')],
    ['with a domain that is a command', text => text.replaceAll('"example.com"', '"x; rm -rf /\\u001b[2J"')],
    ['with plans from a prototype', text => text.replace('"plans"', '"__proto__": {"plans": []}, "x"')],
    ['nested without end', () => '['.repeat(200_000)],
    ['of the wrong shape all over', text => text.replace(/"[^"]*"(?=[,\n}\]])/g, '[]')],
  ])('%s is refused, and stays as it is', async (_, change) => {
    const path = at('changed.json')
    const changed = change(state)
    expect(changed).not.toBe(state)
    writeFileSync(path, changed)
    const { code, stdout, stderr } = await dkim(plan('--state', path))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^dkim: error: [^\n]*\ndkim: hint: [^\n]*\n$/)
    expect(stderr).not.toContain('\x1b')
    expect(readFileSync(path, 'utf8')).toBe(changed)
  })

  it('unknown fields named __proto__ and constructor change nothing, and stay', async () => {
    const path = at('poisoned.json')
    const extra = '{"__proto__": {"quiet": true, "format": "json"}, "constructor": {"prototype": {"state": "x"}},'
    writeFileSync(path, state.replace('{', extra))
    const [clean, poisoned] = [await dkim(plan('--state', at('plan.json'))), await dkim(plan('--state', path))]
    expect(poisoned.code).toBe(clean.code)
    expect(poisoned.stdout.replaceAll('poisoned.json', 'plan.json')).toBe(clean.stdout)
  })

  it('that everybody can read is kept as private as it was, or more', async () => {
    const path = at('open.json')
    writeFileSync(path, state)
    chmodSync(path, 0o600)
    expect((await dkim(plan('--state', path))).code).toBe(0)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    chmodSync(path, 0o644)
    expect((await dkim(plan('--state', path))).code).toBe(0)
    expect(statSync(path).mode & 0o133).toBe(0)
  })
})

describe('K-08 an OpenSSL that refuses SHA-1', () => {
  const verify = ['verify', '--now', String(NOW), '--format', 'json', '--jobs', '1']
  const reasons = (stdout: string): unknown[] =>
    JSON.parse(stdout).signatures.map(({ reason }: { reason: unknown }) => reason)
  const both = (): string => evilSign(evilSign(M0, { hash: 'sha1' }))

  async function expectHistoric(env: Record<string, string>): Promise<void> {
    const argv = [...verify, '--dns-file', at('dns.zone')]
    const old = await dkim(argv, { input: evilSign(M0, { hash: 'sha1' }), env })
    expect([old.code, old.stderr, reasons(old.stdout)]).toEqual([1, '', ['historic-algorithm']])
    const two = await dkim(argv, { input: both(), env })
    expect([two.code, two.stderr, reasons(two.stdout)]).toEqual([0, '', [null, 'historic-algorithm']])
  }

  const configuration = '[s]\nalg_section = a\n[a]\nrh-allow-sha1-signatures = no\n'
  const probeFile = join(tmpdir(), `dkim-openssl-${process.pid}.cnf`)
  writeFileSync(probeFile, `nodejs_conf = s\nopenssl_conf = s\n${configuration}`)
  const known = spawnSync(process.execPath, ['-e', ''], { env: { OPENSSL_CONF: probeFile } }).status === 0
  afterAll(() => rmSync(probeFile))

  it.skipIf(!known)(`by its configuration${known ? '' : ' (SKIPPED: this OpenSSL has no such switch)'}`, () =>
    expectHistoric({ OPENSSL_CONF: probeFile }),
  )

  it('by an error from every function that is asked for it', async () => {
    const preload = at('no-sha1.cjs')
    writeFileSync(
      preload,
      `const crypto = require('node:crypto')
for (const name of ['createHash', 'createHmac', 'createSign', 'createVerify', 'sign', 'verify', 'hash']) {
  const original = crypto[name]
  if (original === undefined) continue
  crypto[name] = (...values) => {
    if (/sha-?1$/i.test(String(values[0]))) throw new Error('error:03000098:digital envelope routines::invalid digest')
    return original(...values)
  }
}
require('node:module').syncBuiltinESMExports()
`,
    )
    const env = { NODE_OPTIONS: `--require ${preload}` }
    const probe = spawnSync(process.execPath, ['-e', "require('node:crypto').createHash('sha1')"], { env })
    expect(probe.status).toBe(1)
    await expectHistoric(env)
  })

  it('by a configuration file that is not there or is empty', async () => {
    writeFileSync(at('empty.cnf'), '')
    for (const path of [at('empty.cnf'), at('missing.cnf')]) await expectHistoric({ OPENSSL_CONF: path })
  })
})
