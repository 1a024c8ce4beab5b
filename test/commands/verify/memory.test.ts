// A long run of dkim verify bounds the room for young objects again and again, a short one does not load what that takes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getHeapSpaceStatistics } from 'node:v8'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { main } from '../../../src/commands/main.js'
import { testContext } from '../../support/context.js'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-memory-'))
  writeFileSync(join(folder, 'dns.json'), '{}')
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const box = (count: number): string =>
  Array.from(
    { length: count },
    (_, number) => `From a@b.test Thu Jan  1 00:00:00 2026\nFrom: a@b.test\nSubject: ${number}\n\ntext\n\n`,
  ).join('')

async function boundsIn(count: number): Promise<number> {
  const path = join(folder, `${count}.mbox`)
  writeFileSync(path, box(count))
  let bounds = 0
  let now = 1_000_000
  // Ten milliseconds a look at the clock.
  vi.spyOn(Date, 'now').mockImplementation(() => {
    now += 10
    return now
  })
  const capYoungGeneration = () => {
    bounds += 1
  }
  const argv = ['verify', '--dns-file', join(folder, 'dns.json'), '--jobs', '1', '--quiet', path]
  expect(await main(argv, { ...testContext(), capYoungGeneration })).toBe(3)
  return bounds
}

it('is told in a long run, now and then', async () => {
  expect(await boundsIn(2)).toBe(0)
  const few = await boundsIn(100)
  expect(few).toBeGreaterThan(0)
  expect(await boundsIn(300)).toBeGreaterThan(2 * few)
})

it('the space that is bounded has the name that V8 gives it', () => {
  expect(getHeapSpaceStatistics().map(({ space_name }) => space_name)).toContain('new_space')
})
