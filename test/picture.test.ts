import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('the pictures in docs/pictures/ show what the program says today: npm run docs draws them', () => {
  const script = join(import.meta.dirname, '..', 'scripts', 'picture.mjs')
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'])
  expect([status, stderr.toString()]).toEqual([0, ''])
})
