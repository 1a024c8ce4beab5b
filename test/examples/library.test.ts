// The library as its users get it: the packed package in an empty project, the TypeScript example checked by tsc against its types, and run.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
const folder = mkdtempSync(join(tmpdir(), 'dkim-library-'))
const modules = join(folder, 'node_modules')

beforeAll(() => {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    stdio: 'pipe',
  })
  const archive = readdirSync(folder).find(name => name.endsWith('.tgz'))!
  mkdirSync(join(modules, 'dkim-toolkit'), { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, archive), '--strip-components=1', '-C', join(modules, 'dkim-toolkit')])
  // What npm would install beside it.
  for (const name of ['tldts', 'tldts-core', 'dns2', '@types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  cpSync(join(ROOT, 'examples', 'library.ts'), join(folder, 'library.ts'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function check(...options: readonly string[]) {
  const argv = [TSC, '--strict', '--target', 'es2022', '--types', 'node', ...options, 'library.ts']
  const { status, stdout } = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8' })
  return [status, stdout]
}

it('library.ts has no type errors against the packed types, however strict', { timeout: 120_000 }, () => {
  expect(
    check('--noEmit', '--module', 'nodenext', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'),
  ).toEqual([0, ''])
  expect(check('--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler')).toEqual([0, ''])
})

it('library.ts runs', { timeout: 120_000 }, () => {
  expect(check('--module', 'nodenext')).toEqual([0, ''])
  const { status, stdout, stderr } = spawnSync(process.execPath, ['library.js'], { cwd: folder, encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout.split('\n')).toEqual([
    'as sent: pass',
    '  body-changed: proven, lines 2 to 3 were appended',
    'from the list: fail',
    'mail._domainkey.example.com: found, rsa 2048 bits, 0 findings',
    'questions asked: 4',
    '',
  ])
})

/** What a CommonJS file writes: values, types, a class as both, and every entry. */
const COMMONJS = `
import { Signer, Verifier, createClient, generatePrivateKey, verify, DkimError, REASONS } from 'dkim-toolkit'
import type { Reason, Resolver, VerificationReport } from 'dkim-toolkit'
import { startServer, type DnsSource } from 'dkim-toolkit/dns'
import { explain, type Cause } from 'dkim-toolkit/explain'
import { lookUpKey, type KeyReport } from 'dkim-toolkit/lookup'
import { planRotation, type RotationPlan } from 'dkim-toolkit/rotation'
const resolver: Resolver = createClient({ nameservers: ['192.0.2.1'] })
const verifier: Verifier = new Verifier({ resolver, now: new Date(0) })
const report: Promise<VerificationReport> = verifier.end()
const text: string = REASONS['key-revoked'].text
const all = [Signer, generatePrivateKey, verify, DkimError, startServer, explain, lookUpKey, planRotation].map(one => typeof one)
export type Kept = [DnsSource, Cause, KeyReport, RotationPlan, Reason]
export { report, text }
console.log(new Set(all).size, all.length)
// @ts-expect-error A type that a wrong declaration would let through as any.
const wrong: number = verifier.end()
`

it('the types hold in CommonJS, and require() gives what they say', { timeout: 120_000 }, () => {
  writeFileSync(join(folder, 'library.cts'), COMMONJS)
  const compile = (module: string) => {
    const argv = [TSC, '--strict', '--target', 'es2022', '--types', 'node', '--module', module, 'library.cts']
    const { status, stdout } = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8' })
    return [module, status, stdout]
  }
  expect(['node16', 'node20', 'nodenext'].map(compile)).toEqual([
    ['node16', 0, ''],
    ['node20', 0, ''],
    ['nodenext', 0, ''],
  ])
  const { stdout, stderr } = spawnSync(process.execPath, ['library.cjs'], { cwd: folder, encoding: 'utf8' })
  expect([stdout, stderr]).toEqual(['1 8\n', ''])
})
