// npm run bench: measures this project beside its peers and the limits of the machine, and writes docs/benchmarks.md.
// BENCH_FOLDER keeps the workload, BENCH_ROUNDS and BENCH_SECONDS say how long each is measured. BENCH_ONLY=library,keygen measures these
// parts alone; then, and with BENCH_DRY set, the page goes to stdout and the file stays as it is.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loads, pageOf, verdictOf } from './page.mjs'
import { gigabytePart } from './parts/gigabyte.mjs'
import { hostilePart } from './parts/hostile.mjs'
import { keygenPart } from './parts/keygen.mjs'
import { libraryPart } from './parts/library.mjs'
import { mailboxPart } from './parts/mailbox.mjs'
import { processPart } from './parts/process.mjs'
import { signBatchPart } from './parts/sign-batch.mjs'
import { preparePeers, VERSIONS } from './peers.mjs'
import { folder, root, rounds, seconds, tell } from './settings.mjs'
import { makeWorkload } from './workload.mjs'

const PARTS = {
  library: libraryPart,
  process: processPart,
  gigabyte: gigabytePart,
  mailbox: mailboxPart,
  'sign-batch': signBatchPart,
  hostile: hostilePart,
  keygen: keygenPart,
}

const only = process.env.BENCH_ONLY?.split(',')
const unknown = only?.filter(name => !Object.hasOwn(PARTS, name)) ?? []
if (unknown.length > 0) throw new Error(`no part is called ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}`)

const started = performance.now()
const load = loads()
mkdirSync(folder, { recursive: true })
tell('the workload…')
makeWorkload(folder)
const missing = preparePeers()
const rows = []
for (const [name, part] of Object.entries(PARTS)) {
  if (only !== undefined && !only.includes(name)) continue
  tell(`${name}…`)
  const measured = part({ missing })
  for (const row of measured) tell(`  ${row.what} / ${row.beside}: ${row.ratio.toFixed(2)} ${verdictOf(row)}`)
  rows.push(...measured)
}
const minutes = ((performance.now() - started) / 60_000).toFixed(1)
const page = pageOf(rows, { rounds, seconds, minutes, load, versions: VERSIONS(), missing })
if (only === undefined && !process.env.BENCH_DRY) writeFileSync(join(root, 'docs', 'benchmarks.md'), page)
process.stdout.write(page)
for (const name of missing) tell(`SKIPPED: ${name}`)
tell(`${minutes} minutes, ${missing.length} skipped`)
