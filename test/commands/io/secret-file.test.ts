import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { passphraseFromFile } from '../../../src/commands/io/passphrase.js'
import { readSecretFile } from '../../../src/commands/io/small-file.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-secret-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function secret(mode: number, content: string | Buffer = 'SECRETMARK', name = 'key.pem'): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

describe('F-06 secret file', () => {
  it.each<[number, number]>([
    [0o600, 0],
    [0o400, 0],
    [0o640, 0],
    [0o644, 1],
    [0o660, 1],
    [0o666, 2],
  ])('mode %o has %i exposures', (mode, count) => {
    const { bytes, exposures } = readSecretFile(secret(mode))
    expect(bytes.toString()).toBe('SECRETMARK')
    expect(exposures).toHaveLength(count)
  })

  it('notices a directory in which everybody can replace the file, unless it is sticky', () => {
    mkdirSync(join(folder, 'open'))
    const path = secret(0o600, 'x', 'open/key.pem')
    chmodSync(join(folder, 'open'), 0o777)
    expect(readSecretFile(path).exposures).toHaveLength(1)
    chmodSync(join(folder, 'open'), 0o1777)
    expect(readSecretFile(path).exposures).toHaveLength(0)
  })

  it('notices a file of another user', () => {
    const path = secret(0o600)
    if (process.getuid?.() === 0) chownSync(path, 12345, 12345)
    expect(readSecretFile(path).exposures).toHaveLength(process.getuid?.() === 0 ? 1 : 0)
  })

  it('reads 64 KiB and no more', () => {
    expect(readSecretFile(secret(0o600, Buffer.alloc(65_536, 'x'))).bytes).toHaveLength(65_536)
    expect(() => readSecretFile(secret(0o600, Buffer.alloc(65_537, 'x')))).toThrow(
      expect.objectContaining({ code: 'key-unreadable' }),
    )
  })

  it.each(['/dev/zero', tmpdir(), '/no/such/file'])('refuses %s', path => {
    expect(() => readSecretFile(path)).toThrow(expect.objectContaining({ code: 'key-unreadable' }))
  })

  it('F-11 refuses a pipe without waiting for its writer', () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    expect(() => readSecretFile(path)).toThrow(expect.objectContaining({ code: 'key-unreadable' }))
  })
})

describe('passphrase file', () => {
  it.each([
    ['word', 'word'],
    ['word\n', 'word'],
    ['two words \r\nmore\n', 'two words '],
    ['gr\u00fcn\n', 'gr\u00fcn'],
  ])('%j', (content, passphrase) => expect(passphraseFromFile(secret(0o600, content))).toBe(passphrase))

  it('refuses an empty one', () => {
    expect(() => passphraseFromFile(secret(0o600, '\nword\n'))).toThrow(
      expect.objectContaining({ code: 'key-passphrase' }),
    )
  })
})
