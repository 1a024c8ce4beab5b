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

it('F-14 every package is locked by its hash, and ours runs nothing where it is installed', () => {
  const root = join(import.meta.dirname, '..')
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const packages = Object.entries(lock.packages as Record<string, { integrity?: string }>)
  const others = packages.filter(([path]) => path !== '')
  expect(others.length).toBeGreaterThan(50)
  expect(others.filter(([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity))).toEqual([])
  const scripts = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts)
  expect(scripts.filter(name => /^(?:pre|post)?(?:install|uninstall|prepare)$/.test(name))).toEqual([])
})
