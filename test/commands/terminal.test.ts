// What only a terminal shows: colour, and the question for a passphrase.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../src/core/dkim/key-record.js'
import { exportPrivateKey, generatePrivateKey } from '../../src/core/keys/private-key.js'
import { dkim } from '../support/cli.js'
import { HAS_TERMINAL, onTerminal } from '../support/terminal.js'

const ESCAPE = '\u001b['

if (!HAS_TERMINAL) console.error('SKIPPED: the tests on a terminal need script(1) of util-linux')

let folder = ''
const verify = ['verify', '--dns-file', 'dns.json', 'signed.eml']

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-terminal-'))
  const file = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content, { mode: 0o600 })
  const key = await generatePrivateKey('ed25519')
  file('key.pem', exportPrivateKey(key))
  file('locked.pem', exportPrivateKey(key, { passphrase: 'open sesame' }))
  file(
    'dns.json',
    JSON.stringify({ 'e._domainkey.example.com': formatKeyRecord({ keyType: 'ed25519', publicKey: key.publicKey.p }) }),
  )
  file('message.eml', 'From: a@example.com\nSubject: \u001b[31mred\n\nbody\n')
  const { stdoutBytes } = await dkim(['sign', '--key', 'key.pem', '--selector', 'e', 'message.eml'], { cwd: folder })
  file('signed.eml', stdoutBytes)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!HAS_TERMINAL)('on a terminal', () => {
  it('shows colour', async () => {
    const { code, screen } = await onTerminal(verify, { cwd: folder })
    expect(code).toBe(0)
    expect(screen).toContain('pass')
    expect(screen).toContain(ESCAPE)
  })

  it.each<[string, string[], Record<string, string>]>([
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['TERM=dumb', [], { TERM: 'dumb' }],
    ['FORCE_COLOR=0', [], { FORCE_COLOR: '0' }],
    ['--no-color', ['--no-color'], { FORCE_COLOR: '1' }],
  ])('shows none with %s', async (_, argv, env) => {
    const { code, screen } = await onTerminal([...verify, ...argv], { cwd: folder, env })
    expect(code).toBe(0)
    expect(screen).toContain('pass')
    expect(screen).not.toContain(ESCAPE)
  })

  it('shows none in a file or a pipe, whatever stderr is', async () => {
    const { code } = await onTerminal(verify, { cwd: folder }, '> report.txt')
    expect(code).toBe(0)
    const report = readFileSync(join(folder, 'report.txt'), 'utf8')
    expect(report).toContain('pass')
    expect(report).not.toContain(ESCAPE)
  })

  it('ends as it should on a terminal without columns', async () => {
    const { code, screen } = await onTerminal(verify, { cwd: folder, columns: 0 })
    expect(code).toBe(0)
    expect(screen).toContain('pass')
  })

  it('does not wait for a message that nobody knows is asked for', async () => {
    for (const argv of [['verify'], ['sign', '--key', 'key.pem', '--selector', 'e']]) {
      const { code, screen } = await onTerminal(argv, { cwd: folder })
      expect(code).toBe(2)
      expect(screen).toContain('dkim: error: no message given')
    }
  })

  it('asks for the passphrase of a key, and does not show it', async () => {
    const argv = ['sign', '--key', 'locked.pem', '--selector', 'e', 'message.eml']
    const right = await onTerminal(
      argv,
      { cwd: folder, answer: { to: 'passphrase for', typed: 'open sesame\n' } },
      '> unlocked.eml',
    )
    expect(right.code).toBe(0)
    expect(right.screen).toContain('passphrase for locked.pem')
    expect(right.screen).not.toContain('sesame')
    expect(readFileSync(join(folder, 'unlocked.eml'), 'utf8')).toMatch(/^DKIM-Signature: /)
    const wrong = await onTerminal(
      argv,
      { cwd: folder, answer: { to: 'passphrase for', typed: 'open barley\n' } },
      '> refused.eml',
    )
    expect(wrong.code).toBe(2)
    expect(readFileSync(join(folder, 'refused.eml'), 'utf8')).toBe('')
  })

  it('asks even where the message comes through stdin', async () => {
    const argv = ['sign', '--key', 'locked.pem', '--selector', 'e']
    const { code } = await onTerminal(
      argv,
      { cwd: folder, answer: { to: 'passphrase for', typed: 'open sesame\n' } },
      '< message.eml > piped.eml',
    )
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'piped.eml'), 'utf8')).toMatch(/^DKIM-Signature: /)
  })
})

describe('in a pipe', () => {
  it('shows no colour', async () => {
    const { code, stdout } = await dkim(verify, { cwd: folder })
    expect(code).toBe(0)
    expect(stdout).toContain('pass')
    expect(stdout).not.toContain(ESCAPE)
  })

  it.each<[string, string[], Record<string, string>]>([
    ['--color', ['--color'], {}],
    ['FORCE_COLOR', [], { FORCE_COLOR: '1' }],
  ])('unless %s asks for it', async (_, argv, env) => {
    const { stdout } = await dkim([...verify, ...argv], { cwd: folder, env })
    expect(stdout).toContain(ESCAPE)
    expect(stdout).not.toContain(`${ESCAPE}31mred`)
  })

  it.each(['json', 'ndjson', 'authentication-results'])('never in %s', async format => {
    const { stdout } = await dkim([...verify, '--format', format, '--color'], { cwd: folder })
    expect(stdout).toContain('pass')
    expect(stdout).not.toContain(ESCAPE)
  })
})
