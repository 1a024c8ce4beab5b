import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HAS_TERMINAL, onTerminal } from '../support/terminal.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-terminal-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!HAS_TERMINAL)(HAS_TERMINAL ? 'on a terminal' : 'on a terminal (SKIPPED: script(1) is missing)', () => {
  const ENCRYPT = ['keygen', '--selector', 'm', '--type', 'ed25519', '--encrypt']

  it('--encrypt asks twice and shows nothing of the passphrase', async () => {
    const answer = { to: 'new passphrase: ', typed: 'open sesame\nopen sesame\n' }
    const { code, screen } = await onTerminal(ENCRYPT, { cwd: folder, answer })
    expect(code).toBe(0)
    expect(screen).toContain('repeat passphrase: ')
    const pem = readFileSync(join(folder, 'm.private.pem'))
    expect(() => createPrivateKey(pem)).toThrow()
    expect(createPrivateKey({ key: pem, passphrase: 'open sesame' }).asymmetricKeyType).toBe('ed25519')
  })

  it('two passphrases that differ make no key', async () => {
    const answer = { to: 'new passphrase: ', typed: 'open sesame\nopen barley\n' }
    const { code } = await onTerminal(ENCRYPT, { cwd: folder, answer })
    expect(code).toBe(2)
    expect(readdirSync(folder)).toEqual([])
  })

  it('a spinner turns while a key takes its time, and none where it must not', async () => {
    const { code, screen } = await onTerminal(['keygen', '--bits', '4096', '--selector', 'a'], { cwd: folder })
    expect(code).toBe(0)
    // Primes are found sooner or later, so that a quick run shows none; what it leaves on the screen is the record.
    if (screen.includes('making')) expect(screen).toContain('making an RSA key of 4096 bits')
    expect(screen).toContain('a._domainkey 3600 IN TXT')
    for (const env of [{ CI: '1' }, { TERM: 'dumb' }]) {
      const { screen: other } = await onTerminal(['keygen', '--selector', Object.keys(env)[0]!], { cwd: folder, env })
      expect(other).not.toContain('making')
    }
  }, 120_000)
})
