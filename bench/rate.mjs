// One measured run of one engine over one set, in a process of its own: node bench/rate.mjs ENGINE verify|sign|hash SET [COUNT].
// Prints one line of JSON: messages, octets, microseconds of CPU, and how many verdicts were right.

import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importPrivateKey } from '../dist/core/keys/private-key.js'
import { readSet } from './workload.mjs'

const [engine, task, set, count] = process.argv.slice(2)
const folder = process.env.BENCH_FOLDER
const pem = readFileSync(join(folder, 'rsa.pem'), 'utf8')
const publicKeys = Object.fromEntries(
  ['rsa', 'ed25519'].map(type => [type, createPublicKey(readFileSync(join(folder, `${type}.pem`)))]),
)
const material = {
  peers: join(folder, 'peers'),
  records: JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')),
  pem,
  key: importPrivateKey(Buffer.from(pem)),
  publicKeys,
}
const { verifier, signer, hasher } = await import(`./engines/${engine}.mjs`)
const made = { verify: verifier, sign: signer, hash: hasher }[task](material)
const { prepare = message => message, run } = typeof made === 'function' ? { run: made } : made
const inputs = readSet(folder, set, count === undefined ? undefined : Number(count)).map(prepare)

async function all(messages) {
  let good = 0
  for (const message of messages) {
    const result = run(message)
    if (result instanceof Promise ? await result : result) good += 1
  }
  return good
}

/** Microseconds of CPU to measure. */
const LEAST = Number(process.env.BENCH_SECONDS ?? 1.5) * 1e6

/** Passes over the set until `least` microseconds of CPU are spent. */
async function passes(least) {
  const before = process.cpuUsage()
  for (let count = 1, good = 0; ; count += 1) {
    good += await all(inputs)
    const { user, system } = process.cpuUsage(before)
    if (user + system >= least) return { messages: count * inputs.length, good, cpu: user + system }
  }
}

// What runs first pays for compilation and the key cache: not measured, for no engine. A signature costs as much as ten verifications, so
// that it takes longer until as many have been made as the compiler waits for.
await passes(Math.max(LEAST, task === 'sign' ? 5e6 : 1.5e6))
process.stdout.write(`${JSON.stringify(await passes(LEAST))}\n`)
