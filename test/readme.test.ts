// The command lines of README are run, one after the other, in a folder that has the files they name. DNS cannot be reached there:
// what asks it ends with 75. Nothing may end with 2, which is wrong use, or 70, which is our own fault.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BIN } from './support/cli.js'

const root = join(import.meta.dirname, '..')
const MESSAGE = 'From: Alice <alice@example.com>\r\nTo: bob@example.net\r\nSubject: x\r\n\r\nHello\r\n'

/** Lines of the sh blocks that begin with dkim. */
const LINES = Array.from(readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh\n([^`]*)^```$/gm))
  .flatMap(([, block = '']) => block.split('\n'))
  .filter(line => line.startsWith('dkim '))
  // The paths of a mail server are those of the folder here.
  .map(line => line.replaceAll('/etc/opendkim', 'etc').replaceAll('~/', 'home/'))

let folder = ''

function sh(line: string) {
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    HOME: join(folder, 'home'),
    DKIM_NAMESERVER: '127.0.0.1:9',
    DKIM_TIMEOUT: '500ms',
  }
  return spawnSync('bash', ['-c', line], { cwd: folder, env, encoding: 'utf8' })
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-readme-'))
  for (const name of [
    'bin',
    'etc',
    'outbox',
    'home/Maildir/cur',
    'home/Maildir/new',
    'home/.local/share/bash-completion/completions',
  ])
    mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'bin', 'dkim'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`)
  chmodSync(join(folder, 'bin', 'dkim'), 0o755)
  for (const name of ['message.eml', 'received.eml', 'outbox/1.eml', 'home/Maildir/cur/1:2,S'])
    writeFileSync(join(folder, name), MESSAGE)
  writeFileSync(
    join(folder, 'archive.mbox'),
    `From alice@example.com Thu Jan  1 00:00:00 2026\n${MESSAGE.replaceAll('\r', '')}`,
  )
  writeFileSync(join(folder, 'example.com.zone'), readFileSync(join(root, 'examples', 'example.com.zone')))
  const key = (type: string, file: string) =>
    expect(
      sh(
        `dkim keygen --type ${type} --domain example.com --selector ${type} -q >/dev/null && mv ${type}._domainkey.* ${file}`,
      ).status,
    ).toBe(0)
  key('rsa', 'rsa.pem')
  key('ed25519', 'ed25519.pem')
  writeFileSync(join(folder, 'etc', 'KeyTable'), `k example.com:rsa:${join(folder, 'rsa.pem')}\n`)
  writeFileSync(join(folder, 'etc', 'SigningTable'), '*@example.com k\n')
  // Without DNS a first plan cannot be stored, so that it is made from the zone file.
  const names = '--domain example.com --selector mail2026'
  const plan = `dkim keygen ${names} -q --out-dir old > old.zone && dkim rotate-plan ${names} --state plan.json --dns-file old.zone`
  expect([0, 1]).toContain(sh(plan).status)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('README has command lines', () => {
  expect(LINES.length).toBeGreaterThan(12)
})

it.each(LINES)('%s', line => {
  // A key that is there is not overwritten: the second way to make it gets a folder of its own.
  const own =
    line.includes('keygen') && line.includes('--type both')
      ? line.replace('dkim keygen', 'dkim keygen --out-dir both')
      : line
  const { status, stderr } = sh(own)
  expect([0, 1, 3, 75], stderr).toContain(status)
})
