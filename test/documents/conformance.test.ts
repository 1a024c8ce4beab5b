// docs/conformance.md names files and tests that exist, and leaves out no section that asks something of a signer, a verifier or a key record.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')

/** The sections with MUST, MUST NOT, SHOULD or SHOULD NOT, as far as they concern the three. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  'RFC 6376, with its errata': [
    ...[
      '3.2',
      '3.3',
      '3.3.3',
      '3.3.4',
      '3.4',
      '3.4.1',
      '3.4.2',
      '3.4.4',
      '3.4.5',
      '3.5',
      '3.6.1',
      '3.6.2.2',
      '3.7',
      '3.9',
    ],
    ...[
      '4.2',
      '5.1',
      '5.2',
      '5.3',
      '5.4',
      '5.4.1',
      '5.4.2',
      '5.5',
      '5.6',
      '6.1',
      '6.1.1',
      '6.1.2',
      '6.1.3',
      '6.2',
      '6.3',
    ],
    '8.15',
  ],
  'RFC 8301': ['3.1', '3.2'],
  'RFC 8463': ['3', '4', '5'],
  'RFC 8616': ['3', '5'],
  'RFC 8601': ['2.2', '2.5', '2.7.1', '5'],
  'RFC 6591': ['3'],
}

interface Row {
  readonly sections: readonly string[]
  readonly asked: string
  readonly files: readonly string[]
  readonly testFile: string | undefined
  readonly testName: string | undefined
}

const PARTS = readFileSync(join(ROOT, 'docs', 'conformance.md'), 'utf8')
  .split(/^## /m)
  .slice(1)

function rowsOf(part: string): Row[] {
  return Array.from(part.matchAll(/^\| (§.*?) \| (.*) \| (.*?) \| (.*?) \|$/gm), ([, section, asked, where, test]) => {
    const [, testFile, testName] = /^`(.*?)`: (.*)$/.exec(test!) ?? []
    const files = Array.from(where!.matchAll(/`(.*?)`/g), match => match[1]!)
    return { sections: section!.replaceAll('§', '').split(', '), asked: asked!, files, testFile, testName }
  })
}

describe.each(Object.keys(SECTIONS))('%s', rfc => {
  const rows = rowsOf(PARTS.find(part => part.startsWith(`${rfc}\n`)) ?? '')

  it('leaves out no section', () => {
    const named = new Set(rows.flatMap(({ sections }) => sections))
    expect(SECTIONS[rfc]!.filter(section => !named.has(section))).toEqual([])
  })

  it('names files and tests that exist', () => {
    for (const { asked, files, testFile, testName } of rows) {
      for (const file of files) expect(existsSync(join(ROOT, 'src', file)), file).toBe(true)
      if (testFile === undefined) {
        // What is done nowhere has its decision, or is a matter of the operator.
        expect(files.length === 0 && /Decision: |a policy of the operator/.test(asked), asked).toBe(true)
        continue
      }
      expect(files.length, asked).toBeGreaterThan(0)
      const titles = readFileSync(join(ROOT, 'test', testFile), 'utf8')
      expect(
        [`'${testName}'`, `"${testName}"`, `\`${testName}\``].some(title => titles.includes(title)),
        `${testFile}: ${testName}`,
      ).toBe(true)
    }
  })
})

it('has no table that is not read', () => {
  expect(PARTS.map(part => part.slice(0, part.indexOf('\n')))).toEqual(Object.keys(SECTIONS))
})

it('reads every line of every table', () => {
  const lines = PARTS.join('')
    .split('\n')
    .filter(line => line.startsWith('| §'))
  expect(PARTS.flatMap(rowsOf)).toHaveLength(lines.length)
})
