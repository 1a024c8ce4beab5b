// The examples do what they say.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BIN, dkim } from './support/cli.js'

const root = join(import.meta.dirname, '..')
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

it('every file that the README links to is there', () => {
  const links = readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)
  const paths = Array.from(links, ([, path]) => path!)
  expect(paths.length).toBeGreaterThan(3)
  expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([])
})
