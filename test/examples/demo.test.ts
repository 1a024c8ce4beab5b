import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('npm run demo: every step of the life of a key ends as it should', { timeout: 180_000 }, () => {
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'demo.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', timeout: 170_000 })
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout.match(/^\d+\. /gm)?.length).toBeGreaterThan(12)
  expect(stdout).toMatch(/every step ended as it should\n$/)
})
