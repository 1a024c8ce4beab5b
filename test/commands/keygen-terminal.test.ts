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
    expect(screen).toContain('once more: ')
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

  it('a spinner turns while a large key is made, and none where it must not', async () => {
    const slow = ['keygen', '--bits', '8192', '--selector']
    const { code, screen } = await onTerminal([...slow, 'a'], { cwd: folder })
    expect(code).toBe(0)
    // Prime numbers are found sooner or later: a spinner is seen in most runs, and its text never without it.
    if (screen.includes('making an RSA key')) expect(screen).toContain('8192 bits')
    const quiet = await onTerminal(['keygen', '--bits', '4096', '--selector', 'b', '--quiet'], { cwd: folder })
    expect(quiet.screen).not.toContain('making')
    const ci = await onTerminal(['keygen', '--bits', '4096', '--selector', 'c'], { cwd: folder, env: { CI: '1' } })
    expect(ci.screen).not.toContain('making')
  }, 120_000)
})
