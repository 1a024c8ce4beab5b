// Signing a folder of messages into another: two jobs beside one, with the same files whatever the number.
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compare, fasterThan, median } from '../compare.mjs'
import { makeOutbox } from '../large.mjs'
import { folder, rounds, sign, tell, verify } from '../settings.mjs'
import { twoCores } from '../two-cores.mjs'
import { merged } from './mailbox.mjs'

const digest = path =>
  readdirSync(path)
    .sort()
    .reduce((hash, name) => hash.update(name).update(readFileSync(join(path, name))), createHash('sha256'))
    .digest('hex')

export function signBatchPart() {
  const { path, count } = makeOutbox(folder)
  // Each run has a folder of its own, and all are removed at the end: ext4 looks long for an inode where many were just removed.
  const signed = mkdtempSync(join(folder, 'signed-'))
  let round = 0
  const out = jobs => join(signed, `${round}-${jobs}`)
  const run = jobs => ({ argv: [...sign, '--jobs', String(jobs), '--out-dir', out(jobs), path] })
  const runs = []
  const control = []
  while (round < rounds) {
    round += 1
    control.push(twoCores('rsa2048', 'sign'))
    runs.push(compare({ one: run(1), two: run(2) }, 1, { warmUp: false }))
    if (digest(out(1)) !== digest(out(2))) throw new Error('two jobs wrote other files than one')
    tell(
      `  two jobs: ${(runs.at(-1).one.wall / runs.at(-1).two.wall).toFixed(2)}, control: ${control.at(-1).toFixed(2)}`,
    )
  }
  const check = text => JSON.parse(text).results.every(({ name, count: passed }) => name === 'pass' && passed === count)
  compare({ check: { argv: [...verify, '--summary', '--format', 'json', out(2)], check } }, 1, { warmUp: false })
  rmSync(signed, { recursive: true })
  const results = merged(runs)
  return [
    {
      what: `sign ${count} files, two jobs`,
      beside: 'one job',
      ...fasterThan(results, 'two', 'one'),
      goals: [1.6, 1.9],
      more: true,
      note: `two of openssl: ${median(control).toFixed(2)} times one`,
    },
  ]
}
