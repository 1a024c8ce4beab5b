// The table in README beside other command lines is what npm run compare measures here.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hasPrograms } from './mail-software.js'

const ROOT = join(import.meta.dirname, '..', '..')
const hasAll = hasPrograms('dkimverify', 'dkimproxy-verify', 'opendkim-testmsg', 'unshare')

it.skipIf(!hasAll)('README shows what npm run compare measures', { timeout: 300_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'compare.mjs')], {
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout.split('\n').length).toBeGreaterThan(8)
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(stdout)
})
