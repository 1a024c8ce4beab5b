// Bodies that are larger than what is held in memory: the footer is found as they stream by, proven by node:crypto, and in time.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MAX_BODY, type ReadMessage } from '../../../src/core/explain/body-reader.js'
import { searchStream } from '../../../src/core/explain/body-stream.js'
import { Budget } from '../../../src/core/explain/budget.js'
import { codesOf, explained, signed } from './case.js'
import { PLAIN } from './messages.js'

const LINE = `${'0123456789abcdef'.repeat(4)} and more\r\n`
const BLOCK = Buffer.from(LINE.repeat(1000))
const BLOCKS = Math.ceil((40 * 1024 * 1024) / BLOCK.length)
const LINES = BLOCKS * 1000

const digest = createHash('sha256')
for (let block = 0; block < BLOCKS; block += 1) digest.update(BLOCK)
const SIGNED = digest.digest()

function reading(footer: string): { readonly read: ReadMessage; readonly passes: () => number } {
  let passes = 0
  return {
    read: async function* () {
      passes += 1
      yield Buffer.from('From: ann@example.com\r\n\r\n')
      for (let block = 0; block < BLOCKS; block += 1) yield BLOCK
      yield Buffer.from(footer)
    },
    passes: () => passes,
  }
}

const budgetOf = (time: number): Budget => new Budget({ time, hypotheses: 2_000_000, clock: () => performance.now() })
const target = (length: number | null = null) => ({ canonicalization: 'simple', length, digest: SIGNED }) as const

describe('a body of 40 MB', { timeout: 60_000 }, () => {
  it('has a footer: one pass of node:crypto finds it', async () => {
    const { read, passes } = reading('-- \r\nthe list\r\n')
    const start = performance.now()
    expect(await searchStream(read, target(), budgetOf(30_000))).toEqual({
      code: 'body-appended',
      text: `lines ${LINES + 1} to ${LINES + 2} were appended`,
      lines: [LINES + 1, LINES + 2],
    })
    expect(passes()).toBe(1)
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  it('has a footer larger than the tail: the scanner finds it, node:crypto confirms it in a pass of its own', async () => {
    const { read, passes } = reading('a line of the attachment\r\n'.repeat(60_000))
    const start = performance.now()
    const found = await searchStream(read, target(), budgetOf(30_000))
    expect(found).toMatchObject({ code: 'body-appended', lines: [LINES + 1, LINES + 60_000] })
    expect(passes()).toBe(3)
    expect(performance.now() - start).toBeLessThan(25_000)
  })

  it('l= is named where it is wrong', async () => {
    const found = await searchStream(reading('x\r\n').read, target(7), budgetOf(30_000))
    expect(found).toMatchObject({ code: 'body-length-wrong', lines: [LINES + 1, LINES + 1] })
  })

  it('is given up when time is over', async () => {
    let now = 0
    const budget = new Budget({ time: 5, hypotheses: 1000, clock: () => now++ })
    expect(await searchStream(reading('x\r\n').read, target(), budget)).toBeNull()
    expect(budget.over).toBe(true)
  })

  it('is explained as a whole', async () => {
    const message = await signed(PLAIN.slice(0, PLAIN.indexOf('\r\n\r\n') + 4) + BLOCK.toString().repeat(BLOCKS))
    expect(message.length).toBeGreaterThan(MAX_BODY)
    const outcome = await explained(`${message}-- \r\nthe list\r\n`, { time: 30_000 })
    expect(codesOf(outcome)).toEqual(['body-appended proven'])
    expect(outcome.signatures[0]).toMatchObject({ diagnosis: 'body-changed', complete: true })
    expect(outcome.signatures[0]!.explanations[0]).toMatchObject({ lines: [LINES + 1, LINES + 2], caveat: null })
  })
})

it('a change that is no footer is not called one', { timeout: 60_000 }, async () => {
  const read: ReadMessage = async function* () {
    yield Buffer.from(`From: ann@example.com\r\n\r\nbanner\r\n${LINE}${LINE}`)
  }
  const digest = createHash('sha256').update(LINE.repeat(2)).digest()
  expect(await searchStream(read, { ...target(), digest }, budgetOf(30_000))).toBeNull()
})
