// The regression corpus and a short run of every fuzz target; `npm run fuzz -- --time 10m` goes on from there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mutate, randomFrom } from './mutate.js'
import { TARGETS } from './targets.js'

const CORPUS = join(import.meta.dirname, 'corpus')

describe.each(Object.entries(TARGETS))('%s', (name, target) => {
  const folder = join(CORPUS, name)
  const files = existsSync(folder) ? readdirSync(folder).sort() : []
  const seeds = target.seeds.map(seed => Buffer.from(seed, 'latin1'))

  const groups: [string, Buffer[]][] = [
    ['the seeds', seeds],
    ...files.map((file): [string, Buffer[]] => [file, [readFileSync(join(folder, file))]]),
  ]
  it.each(groups)('holds for %s', async (_, inputs) => {
    expect(inputs.length).toBeGreaterThan(0)
    for (const input of inputs) await target.run(input)
  })

  it('holds for 400 mutations, each in its time', async () => {
    const random = randomFrom(name.length)
    const inputs = [...seeds, ...files.map(file => readFileSync(join(folder, file)))]
    let slowest = 0
    for (let count = 0; count < 400; count += 1) {
      const input = mutate(inputs[random(inputs.length)]!, inputs[random(inputs.length)]!, random)
      const start = performance.now()
      await target.run(input)
      slowest = Math.max(slowest, performance.now() - start)
    }
    // Inputs have 8 KiB at most; the bound leaves room for a busy machine.
    expect(slowest).toBeLessThan(1000)
  })
})

it('every folder of the corpus has a target', () => {
  const folders = existsSync(CORPUS) ? readdirSync(CORPUS) : []
  expect(folders.filter(folder => !Object.hasOwn(TARGETS, folder))).toEqual([])
})
