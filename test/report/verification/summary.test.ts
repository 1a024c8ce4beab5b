// Adding up: names are counted up to a limit, and those beyond it as one, however the sums come together.
import { expect, it } from 'vitest'
import { Summary, type SummaryData } from '../../../src/report/verification/summary.js'

const LIMIT = 10_000
const of = (...domains: SummaryData['domains']): SummaryData => ({
  messages: domains.length,
  results: [],
  reasons: [],
  domains,
  selectors: [],
})
const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => [`d${from + index}.example`, 1, 1] as const)

it.each([
  [LIMIT - 1, LIMIT - 1, undefined],
  [LIMIT, LIMIT, undefined],
  [LIMIT + 1, LIMIT + 1, ['(others)', 1, 1]],
  [LIMIT + 7, LIMIT + 1, ['(others)', 7, 7]],
])('of %i names %i rows are kept', (count, rows, others) => {
  const summary = new Summary()
  summary.merge(of(...names(0, count)))
  expect(summary.data.domains).toHaveLength(rows)
  expect(summary.data.domains.find(([name]) => name === '(others)')).toEqual(others)
})

it('a name that was counted before is counted on, and the others of two sums are one', () => {
  const summary = new Summary()
  summary.merge(of(...names(0, LIMIT + 2)))
  const other = new Summary()
  other.merge(of(['d3.example', 5, 2], ...names(LIMIT, 2 * LIMIT + 4)))
  summary.merge(other.data)
  const rows = new Map(summary.data.domains.map(([name, ...counts]) => [name, counts]))
  expect(rows.size).toBe(LIMIT + 1)
  expect(rows.get('d3.example')).toEqual([6, 3])
  const total = [...rows.values()].reduce((sum, [signatures]) => sum + signatures!, 0)
  expect(total).toBe(LIMIT + 2 + 5 + LIMIT + 4)
})
