// What a run holds back for a moment goes out, and nothing of the run stays behind with the event loop.
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Output } from '../../../src/commands/context.js'
import { openWriter, VerifyRun } from '../../../src/commands/verify/verify-run.js'
import { KeyCache } from '../../../src/core/dkim/key-lookup.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../../src/core/dns/zone-resolver.js'
import { PLAIN } from '../../../src/report/text/style.js'

let written: string[] = []
const stdout: Output = {
  write: chunk => {
    written.push(String(chunk))
    return true
  },
  once: () => undefined,
}

async function openRun(): Promise<VerifyRun> {
  const signal = new AbortController().signal
  const now = new Date(0)
  const resolver = zoneResolver(readZone(Buffer.from('{}'), 'keys.json'))
  const bench = { resolver, policy: {}, keys: new KeyCache(), now, lenientEol: false, signal }
  const context = { stdin: Readable.from([]), stdout, stderr: stdout, env: {}, now: () => now, signal }
  const writer = await openWriter('ndjson')
  return new VerifyRun(context, { format: 'ndjson' } as never, { writer, style: PLAIN, bench, single: false })
}

beforeEach(() => {
  written = []
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

it('a report that follows another at once is told a moment later', async () => {
  const run = await openRun()
  void run.write('one\n')
  void run.write('two\n')
  expect(written).toEqual(['one\n'])
  vi.advanceTimersByTime(1000)
  expect(written).toEqual(['one\n', 'two\n'])
  expect(vi.getTimerCount()).toBe(0)
})

it('what went out by itself leaves no timer, which would hold the run', async () => {
  const run = await openRun()
  void run.write('one\n')
  void run.write('two\n')
  void run.flush()
  expect(written).toEqual(['one\n', 'two\n'])
  expect(vi.getTimerCount()).toBe(0)
})
