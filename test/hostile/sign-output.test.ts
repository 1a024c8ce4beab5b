// A signing that is cut short leaves the message as it was: rows F-10 and R-08 of the list in docs/security.md, for dkim sign.
import { spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verify } from '../../src/core/dkim/verify.js'
import { BIN, dkim } from '../support/cli.js'
import { CountingResolver, M0, REC } from '../support/hostile.js'
import { keyFile } from '../support/keys.js'

let folder: string
let key: string
const at = (name: string): string => join(folder, name)
const BIG = M0.replace('Hello', 'text and  blanks \r\n'.repeat(600_000))

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-sign-output-'))
  key = at('key.pem')
  copyFileSync(keyFile('rsa2048'), key)
  chmodSync(key, 0o600)
  writeFileSync(at('big.eml'), BIG)
})
afterAll(() => rmSync(folder, { recursive: true }))

const argv = (...rest: string[]): string[] => [
  'sign',
  '--key',
  key,
  '--selector',
  'sel',
  '--domain',
  'legit.test',
  ...rest,
]

/** A message that ends as the original does, and whose every signature passes. */
async function expectSigned(bytes: Buffer, original: string, most = 1): Promise<void> {
  expect(bytes.subarray(-original.length).equals(Buffer.from(original))).toBe(true)
  const report = await verify(bytes, { resolver: new CountingResolver(REC), now: new Date() })
  expect(report.signatures.every(({ result }) => result === 'pass')).toBe(true)
  expect(report.signatures.length).toBeGreaterThan(0)
  expect(report.signatures.length).toBeLessThanOrEqual(most)
}

describe('F-10 killed half-way', () => {
  it('a message signed in place is the old one or the new one, never a part', async () => {
    const path = at('killed.eml')
    const outcomes = new Set<string>()
    const start = Date.now()
    writeFileSync(path, BIG)
    expect((await dkim(argv('--in-place', path))).code).toBe(0)
    const whole = Date.now() - start
    for (const share of [0.3, 0.6, 0.8, 0.9, 0.95]) {
      writeFileSync(path, BIG)
      const child = spawn(process.execPath, [BIN, ...argv('--in-place', path)], { stdio: 'ignore' })
      const timer = setTimeout(() => child.kill('SIGKILL'), whole * share)
      await new Promise(resolve => child.on('close', resolve))
      clearTimeout(timer)
      const bytes = readFileSync(path)
      if (bytes.equals(Buffer.from(BIG))) outcomes.add('old')
      else {
        await expectSigned(bytes, BIG)
        outcomes.add('new')
      }
    }
    expect(outcomes.size).toBeGreaterThan(0)
  })
})

describe('F-10 no room', () => {
  /** Runs with files no larger than some KiB; Node.js gets an error for what is beyond, or is ended by a signal. */
  function withRoom(kilobytes: number, rest: string[]): Promise<{ code: number | null; stderr: string }> {
    return new Promise(resolve => {
      const child = spawn('bash', [
        '-c',
        `trap '' XFSZ; ulimit -f ${kilobytes}; exec "$@"`,
        'bash',
        process.execPath,
        BIN,
        ...rest,
      ])
      let stderr = ''
      child.stderr.on('data', chunk => {
        stderr += chunk
      })
      child.on('close', code => resolve({ code, stderr }))
    })
  }

  it.each(['--in-place', '-o'])('%s leaves what was there, and says why', async option => {
    const path = at('full.eml')
    writeFileSync(path, BIG)
    const { code, stderr } = await withRoom(
      1000,
      argv(...(option === '-o' ? ['-o', path, at('big.eml')] : ['--in-place', path])),
    )
    expect(code).toBe(2)
    expect(stderr).toMatch(/^dkim: error: /)
    expect(readFileSync(path).equals(Buffer.from(BIG))).toBe(true)
  })

  it('on stdout is an error too', async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [BIN, ...argv(at('big.eml'))], { stdio: ['ignore', full, 'pipe'] })
    let stderr = ''
    child.stderr!.on('data', chunk => {
      stderr += chunk
    })
    const code = await new Promise(resolve => child.on('close', resolve))
    closeSync(full)
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/^dkim: error: /)
    expect(stderr).not.toMatch(/\n {4}at /)
  })
})

describe('F-10 targets that cannot be written', () => {
  it.each([
    ['a folder', () => folder],
    ['below a file', () => join(at('big.eml'), 'x.eml')],
    ['in a folder that is not there', () => join(at('missing'), 'x.eml')],
  ])('%s', async (_, path) => {
    const { code, stdout, stderr } = await dkim(argv('-o', path(), at('big.eml')))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^dkim: error: /)
  })
})

it('F-10 runs at the same time leave a message that verifies', async () => {
  const path = at('shared.eml')
  writeFileSync(path, M0)
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => dkim(argv('--in-place', path))))
  expect(outcomes.filter(({ code }) => code === 0).length).toBeGreaterThan(0)
  await expectSigned(readFileSync(path), M0, 4)
  expect(statSync(path).isFile()).toBe(true)
})

it('R-08 what fails half-way shows nothing of the key', async () => {
  const marked = at('marked.pem')
  const pem = readFileSync(key, 'latin1').replace(/[A-Za-z0-9+/]{60}\n/, 'SECRETMARK'.repeat(6).concat('\n'))
  writeFileSync(marked, pem, { mode: 0o600 })
  mkdirSync(at('out'))
  const { code, stdout, stderr } = await dkim(
    ['sign', '--key', marked, '--selector', 'sel', '-o', at('out/x.eml'), at('big.eml')],
    { env: { DKIM_DEBUG: '1' } },
  )
  expect([code, stdout, stderr.includes('SECRETMARK')]).toEqual([2, '', false])
})
