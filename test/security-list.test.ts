// The list in docs/security.md is true: every id is there once, and its tests are named by it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** The last number of each series. */
const SERIES = { P: 20, T: 26, B: 9, R: 9, D: 24, K: 19, C: 7, O: 11, F: 16 } as const

const nameOf = (series: string, number: number): string => `${series}-${String(number).padStart(2, '0')}`

/** `B-01 … B-05` holds what is between as well. */
function idsIn(text: string): string[] {
  return Array.from(text.matchAll(/([A-Z])-(\d\d)(?: … \1-(\d\d))?/g), ([, series, from, to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => nameOf(series!, Number(from) + index)),
  ).flat()
}

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'security.md'), 'utf8')
const ROWS = Array.from(page.matchAll(/^\| ([A-Z]-\d\d[^|]*) \| [^|]+ \| ([^|]+) \|$/gm), ([, ids, where]) => ({
  ids: idsIn(ids!),
  where: where!,
}))
const TESTED = ROWS.filter(({ where }) => !where.startsWith('does not apply: '))

/** Without the lines that are comments: they name what is tested elsewhere as well. */
function testText(name: string): string {
  const path = join(import.meta.dirname, `${name}.test.ts`)
  if (!existsSync(path)) return ''
  return readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, '')
}

it('has every id, once', () => {
  const all = Object.entries(SERIES).flatMap(([series, last]) =>
    Array.from({ length: last }, (_, index) => nameOf(series, index + 1)),
  )
  expect(ROWS.flatMap(({ ids }) => ids).sort()).toEqual(all.sort())
  expect(TESTED.flatMap(({ ids }) => ids)).toHaveLength(all.length - 1)
})

describe.each(TESTED)('$ids', ({ ids, where }) => {
  const files = where.split(', ').map(name => ({ name, ids: idsIn(testText(name)) }))

  it.each(ids)('%s is the name of a test', id => {
    expect(files.filter(file => file.ids.includes(id))).not.toEqual([])
  })

  it.each(files)('$name tests one of them', file => {
    expect(file.ids.filter(id => ids.includes(id))).not.toEqual([])
  })
})
