// The examples do what they say.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BIN, dkim } from '../support/cli.js'

const root = join(import.meta.dirname, '..', '..')
const examples = join(root, 'examples')

it.each([
  ['plain.eml', 3, 'none'],
  ['signed.eml', 0, 'pass'],
  ['newsletter.eml', 0, 'pass'],
  ['tampered.eml', 1, 'fail'],
])('%s ends with %i', async (name, code, result) => {
  const argv = [
    'verify',
    '--dns-file',
    'example.com.zone',
    '--now',
    '2026-02-01',
    '--format',
    'json',
    `messages/${name}`,
  ]
  const outcome = await dkim(argv, { cwd: examples })
  expect(outcome.code).toBe(code)
  expect(JSON.parse(outcome.stdout)).toMatchObject({ result, input: `messages/${name}` })
})

it('sign-and-verify.mjs signs and verifies', () => {
  const { status, stdout } = spawnSync(process.execPath, ['sign-and-verify.mjs'], { cwd: examples, encoding: 'utf8' })
  expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('mail: pass') })
})

it('check-outgoing-mail.sh passes the exit code on', () => {
  const gate = (path: string) =>
    spawnSync('sh', ['ci/check-outgoing-mail.sh', 'example.com', path, '--dns-file', 'example.com.zone'], {
      cwd: examples,
      env: { ...process.env, DKIM: `${process.execPath} ${BIN}` },
    }).status
  expect(gate('messages/signed.eml')).toBe(0)
  expect(gate('messages/tampered.eml')).toBe(1)
  expect(gate('messages/plain.eml')).toBe(3)
  expect(gate('messages/missing.eml')).toBe(2)
})

it('nodemailer.mjs signs with a key of ours', () => {
  const { status, stdout } = spawnSync(process.execPath, ['nodemailer.mjs'], { cwd: examples, encoding: 'utf8' })
  expect([status, stdout]).toEqual([0, 'example.com: pass\n'])
})

it.each(['opendkim', 'rspamd', 'postfix'])('new-signer.sh gets %s from nothing to a verified message', server => {
  const folder = mkdtempSync(join(tmpdir(), 'dkim-setup-'))
  const script = join(examples, 'setup', 'new-signer.sh')
  const { status, stdout } = spawnSync('sh', [script, 'example.com', 'mail', server, 'new'], {
    cwd: folder,
    env: { ...process.env, DKIM: `${process.execPath} ${BIN}` },
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true, force: true })
  expect(status).toBe(0)
  expect(stdout).toMatch(/mail\._domainkey.*✓ pass.*--wait --expect/s)
})

it('dkim-monitor.sh is silent while all is well, and speaks where a key is gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dkim-monitor-'))
  const lock = join(folder, 'dkim.lock')
  const zone = join(examples, 'example.com.zone')
  await dkim(['lookup', 'mail._domainkey.example.com', '--dns-file', zone, '--lock', lock, '--update'])
  writeFileSync(join(folder, 'empty.json'), '{}')
  const monitor = (dns: string, ...plans: readonly string[]) =>
    spawnSync('sh', [join(examples, 'monitor', 'dkim-monitor.sh'), lock, ...plans], {
      env: { ...process.env, DKIM: `${process.execPath} ${BIN}`, DKIM_OPTIONS: `--dns-file ${dns}` },
      encoding: 'utf8',
    })
  const quiet = monitor(zone)
  expect([quiet.status, quiet.stdout]).toEqual([0, ''])
  const loud = monitor(join(folder, 'empty.json'))
  expect(loud.status).toBe(1)
  expect(loud.stdout).toContain('mail._domainkey.example.com')
  // With a rotation under way whose next step is due.
  const plan = join(folder, 'plan.json')
  const names = ['--domain', 'example.com', '--selector', 'mail', '--new-selector', 'mail2']
  expect((await dkim(['rotate-plan', ...names, '--state', plan, '--dns-file', zone])).code).toBe(0)
  const due = monitor(zone, plan)
  expect([due.status, due.stdout]).toEqual([1, expect.stringContaining('generate the new key now')])
  rmSync(folder, { recursive: true, force: true })
})

it('every file that the README links to is there', () => {
  const links = readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)
  const paths = Array.from(links, ([, path]) => path!)
  expect(paths.length).toBeGreaterThan(3)
  expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([])
})
