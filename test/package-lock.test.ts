// npm ci refuses a lock file that lacks an optional package, also one for another platform: an npm that could not fetch it leaves it out.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

it('F-14 the lock file holds every optional package', () => {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'))
  const packages: Readonly<Record<string, LockedPackage>> = lock.packages
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
  expect(wanted.length).toBeGreaterThan(10)
  const held = new Set(Object.keys(packages).map(path => path.replace(/^.*node_modules\//, '')))
  expect(wanted.filter(name => !held.has(name))).toEqual([])
})
