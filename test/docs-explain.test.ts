// docs/explain.md lists every stable code of explanations, and no other.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CAUSES } from '../src/core/explain/causes.js'
import { DIAGNOSES } from '../src/core/explain/explanation.js'
import { EXPOSURES } from '../src/core/explain/exposure.js'

const text = readFileSync(join(import.meta.dirname, '..', 'docs', 'explain.md'), 'utf8')

it('lists every cause and diagnosis in a table, and no other', () => {
  const listed = Array.from(text.matchAll(/^\| `([a-z0-9-]+)` \|/gm), match => match[1])
  expect(listed.toSorted()).toEqual([...Object.keys(CAUSES), ...Object.keys(DIAGNOSES)].toSorted())
})

it('names every exposure', () => {
  for (const code of Object.keys(EXPOSURES)) expect(text).toContain(`\`${code}\``)
})
