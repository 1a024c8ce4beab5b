// npm run fuzz -- [--time 10m] [--target NAME]… [--seed N]: a coverage-guided fuzzer over test/fuzz/targets.ts.
// An input that reaches new code joins the corpus. Findings go to .fuzz/findings/TARGET/; copy one to test/fuzz/corpus/TARGET/ to keep it fixed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const UNITS = { s: 1, m: 60, h: 3600 }
/** An input of 8 KiB at most should take no longer than this, in milliseconds. */
const SLOW = 1000
/** Inputs between two looks at the coverage, which cost more than an input does. */
const ROUND = 64

const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '1m' },
    target: { type: 'string', multiple: true },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const time = /^(\d+)([smh]?)$/.exec(values.time)
if (time === null) throw new Error('--time takes 30s, 10m or 2h')
const seconds = Number(time[1]) * UNITS[time[2] || 's']

const bundle = join(root, '.fuzz', 'targets.cjs')
await build({
  stdin: {
    contents: "export * from './test/fuzz/targets.ts'; export * from './test/fuzz/mutate.ts'",
    resolveDir: root,
  },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outfile: bundle,
  keepNames: true,
  logLevel: 'warning',
  define: { 'import.meta.dirname': JSON.stringify(join(root, 'test', 'support')) },
})
const { TARGETS, mutate, randomFrom } = createRequire(import.meta.url)(bundle)

const inspector = new Session()
inspector.connect()
await inspector.post('Profiler.enable')
await inspector.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })

/** Blocks that ran since the last look, as text. */
async function newBlocks(seen) {
  const { result } = await inspector.post('Profiler.takePreciseCoverage')
  let count = 0
  for (const { url, functions } of result) {
    if (!url.endsWith('targets.cjs')) continue
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count: runs } of ranges) {
        const block = `${startOffset}-${endOffset}`
        if (runs > 0 && !seen.has(block)) {
          seen.add(block)
          count += 1
        }
      }
    }
  }
  return count
}

function corpusOf(name, seeds) {
  const folders = [join(root, 'test', 'fuzz', 'corpus', name), join(root, '.fuzz', 'corpus', name)]
  const files = folders.flatMap(folder =>
    existsSync(folder) ? readdirSync(folder).map(file => readFileSync(join(folder, file))) : [],
  )
  return [...seeds.map(seed => Buffer.from(seed, 'latin1')), ...files]
}

function keep(kind, name, input) {
  const folder = join(root, '.fuzz', kind, name)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16))
  writeFileSync(file, input)
  return file
}

/** What is wrong with the outcome of one input, undefined where nothing is. What was slow once may have had to wait: it is slow three times. */
async function faultOf(target, input, tries = 3) {
  const start = performance.now()
  try {
    await target.run(input)
  } catch (error) {
    return error
  }
  const took = performance.now() - start
  if (took <= SLOW) return undefined
  return tries > 1 ? faultOf(target, input, tries - 1) : new Error(`slow: over ${SLOW} ms for ${input.length} octets`)
}

async function fuzz(name, target, budget, random) {
  const corpus = corpusOf(name, target.seeds)
  const seen = new Set()
  const faults = new Map()
  const end = performance.now() + budget
  let runs = 0
  for (const input of corpus) await target.run(input)
  await newBlocks(seen)
  while (performance.now() < end && faults.size < 10) {
    const inputs = Array.from({ length: ROUND }, () =>
      mutate(corpus[random(corpus.length)], corpus[random(corpus.length)], random),
    )
    for (const input of inputs) {
      const fault = await faultOf(target, input)
      runs += 1
      if (fault !== undefined && !faults.has(fault.message))
        faults.set(fault.message, { fault, file: keep('findings', name, input) })
    }
    if ((await newBlocks(seen)) === 0) continue
    // One of them reached new code. Which one shows a second run, each by itself, against what was seen before: all that add anything stay.
    const alone = new Set()
    for (const input of inputs) {
      await faultOf(target, input)
      if ((await newBlocks(alone)) > 0) {
        corpus.push(input)
        keep('corpus', name, input)
      }
    }
    if (corpus.length > 2000) corpus.splice(target.seeds.length, 500)
  }
  console.log(
    `${name.padEnd(16)} ${String(runs).padStart(9)} inputs, ${seen.size} blocks, ${corpus.length} in the corpus, ${faults.size} findings`,
  )
  for (const { fault, file } of faults.values())
    console.log(`  ${fault.stack?.split('\n').slice(0, 4).join('\n  ')}\n  ${file}`)
  return faults.size
}

const names = values.target ?? Object.keys(TARGETS)
console.log(`seed ${values.seed}, ${seconds} s for ${names.length} targets`)
let findings = 0
for (const [index, name] of names.entries()) {
  const target = TARGETS[name]
  if (target === undefined) throw new Error(`no target ${name}: ${Object.keys(TARGETS).join(', ')}`)
  findings += await fuzz(name, target, (seconds / names.length) * 1000, randomFrom(Number(values.seed) + index))
}
process.exitCode = findings > 0 ? 1 : 0
