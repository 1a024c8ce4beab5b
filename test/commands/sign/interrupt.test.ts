// A run of dkim sign that a signal cuts short, and errors that say which message they are about.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { exportPrivateKey, generatePrivateKey } from '../../../src/core/keys/private-key.js'
import { BIN, dkim } from '../../support/cli.js'

let folder = ''
const KEY = ['--key', 'key.pem', '--selector', 's']

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-sign-interrupt-'))
  writeFileSync(join(folder, 'key.pem'), exportPrivateKey(await generatePrivateKey('ed25519')), { mode: 0o600 })
  for (const name of ['one.eml', 'two.eml']) writeFileSync(join(folder, name), 'From: a@example.com\r\n\r\n')
  writeFileSync(join(folder, 'nobody.eml'), 'To: a@example.com\r\n\r\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('a batch ends by the signal, with what was signed and nothing else', async () => {
  const argv = ['sign', ...KEY, '--out-dir', 'out', '--jobs', '1', '--format', 'ndjson', '--files-from', '-']
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], XDG_CONFIG_HOME: '/nonexistent' },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = once(child, 'close')
  child.stdin.write('one.eml\n')
  // What is told of a message may wait for the next one.
  while (!existsSync(join(folder, 'out', 'one.eml'))) await delay(20)
  child.kill('SIGTERM')
  await delay(150)
  child.stdin.end('two.eml\n')
  expect(await ended).toEqual([null, 'SIGTERM'])
  expect(readdirSync(join(folder, 'out'))).toEqual(['one.eml'])
})

it('a signal is heard between messages that nothing is waited for', async () => {
  mkdirSync(join(folder, 'many'))
  for (let number = 0; number < 5000; number += 1) {
    writeFileSync(join(folder, 'many', `${number}.eml`), `From: a@example.com\r\nSubject: ${number}\r\n\r\n`)
  }
  const child = spawn(process.execPath, [BIN, 'sign', ...KEY, '--out-dir', 'part', '--jobs', '1', 'many'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], XDG_CONFIG_HOME: '/nonexistent' },
    stdio: 'ignore',
  })
  const ended = once(child, 'close')
  while (!existsSync(join(folder, 'part', '0.eml'))) await delay(5)
  child.kill('SIGTERM')
  expect(await ended).toEqual([null, 'SIGTERM'])
  const signed = readdirSync(join(folder, 'part'))
  expect(signed.length).toBeLessThan(5000)
  for (const name of signed) {
    expect(name).toMatch(/^\d+\.eml$/)
    const text = readFileSync(join(folder, 'part', name), 'latin1')
    expect(text).toMatch(/^DKIM-Signature: /)
    expect(text.endsWith(readFileSync(join(folder, 'many', name), 'latin1'))).toBe(true)
  }
})

it('an error names the message, whether it is one of many or not', async () => {
  for (const argv of [['nobody.eml'], ['--out-dir', 'some', 'one.eml', 'nobody.eml']]) {
    const { code, stderr } = await dkim(['sign', ...KEY, ...argv], { cwd: folder })
    expect([code, stderr.includes('dkim: error: nobody.eml: ')]).toEqual([2, true])
  }
})
