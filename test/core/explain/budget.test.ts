// The budget holds for messages made to waste it: time stands still or runs by a clock of the test's own.

import { describe, expect, it } from 'vitest'
import { Budget } from '../../../src/core/explain/budget.js'
import { explained, signed } from './case.js'
import { PLAIN } from './messages.js'

describe('Budget', () => {
  it('counts hypotheses to the limit and says when it is over', () => {
    const budget = new Budget({ time: 1000, hypotheses: 3, clock: () => 0 })
    expect([budget.take(), budget.take(), budget.take(), budget.over]).toEqual([true, true, true, false])
    expect([budget.take(), budget.over, budget.tried]).toEqual([false, true, 3])
  })

  it('ends with the time, and with the signal', () => {
    let now = 0
    const budget = new Budget({ time: 10, hypotheses: 100, clock: () => now })
    expect(budget.takeLong()).toBe(true)
    now = 10
    expect(budget.takeLong()).toBe(false)
    const signal = AbortSignal.abort()
    expect(new Budget({ time: 10, hypotheses: 100, clock: () => 0, signal }).takeLong()).toBe(false)
  })
})

const HOSTILE: Readonly<Record<string, string>> = {
  'a run of blanks': `${' '.repeat(1_000_000)}x\r\n`,
  'bare CRs': `${'\r'.repeat(500_000)}x\r\n`,
  'links without end': `${'https://a/'.repeat(50_000)}\r\n`,
  'tags and boundaries': '--b\r\nX-A: 1\r\n\r\n<body></body>\r\n'.repeat(20_000),
  'equals signs': `${'='.repeat(300_000)}\r\n`,
}

it.each(Object.entries(HOSTILE))('%s: the search ends', { timeout: 20_000 }, async (_, body) => {
  const header = PLAIN.slice(0, PLAIN.indexOf('\r\n\r\n') + 4)
  const message = (await signed(header + body)).replace('x\r\n', 'y\r\n')
  const end = message.indexOf('\r\n\r\n') + 4
  const changed = `${message.slice(0, end)}z${message.slice(end)}`
  const start = performance.now()
  const [signature] = (await explained(changed, { time: 300 })).signatures
  expect(signature!.bodyHash).toBe('mismatch')
  expect(signature!.explanations.filter(({ certainty }) => certainty === 'proven')).toEqual([])
  expect(performance.now() - start).toBeLessThan(15_000)
})

it('the clock is read for every rewrite of a large body: the search ends close to its time', {
  timeout: 30_000,
}, async () => {
  const body = `${'words, and  more words.\r\nx y\r\n'.repeat(200_000)}--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n`
  const header = PLAIN.slice(0, PLAIN.indexOf('\r\n\r\n') + 4).replace(
    'text/plain; charset=utf-8',
    'multipart/mixed; boundary=b',
  )
  const message = (await signed(header + body)).replace('words, and', 'wordz, and')
  const start = performance.now()
  const [signature] = (await explained(message, { time: 500 })).signatures
  expect(signature).toMatchObject({ bodyHash: 'mismatch', complete: false, explanations: [] })
  expect(performance.now() - start).toBeLessThan(6000)
})
