// A disk that fills up and a run that is killed, while something is written: row F-10 of the list in docs/security.md.
import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BIN, dkim } from '../support/cli.js'
import { M0 } from '../support/hostile.js'
import { keyFile } from '../support/keys.js'

const BIG = M0.replace('Hello', 'text and  blanks \r\n'.repeat(40_000))
const folder = mkdtempSync(join(tmpdir(), 'dkim-half-way-'))
const disk = join(folder, 'disk')
mkdirSync(disk)
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status === 0

const key = join(folder, 'key.pem')
const sign = (...rest: string[]): string[] => [
  'sign',
  '--key',
  key,
  '--selector',
  's',
  '--domain',
  'legit.test',
  ...rest,
]

beforeAll(() => {
  copyFileSync(keyFile('rsa2048'), key)
  writeFileSync(join(folder, 'big.eml'), BIG)
})
afterAll(() => {
  if (mounted) spawnSync('umount', [disk])
  rmSync(folder, { recursive: true })
})

describe.skipIf(!mounted)(`F-10 a full disk${mounted ? '' : ' (SKIPPED: no file system can be mounted here)'}`, () => {
  it('sign --in-place and -o leave what was there', async () => {
    const path = join(disk, 'a.eml')
    writeFileSync(path, BIG)
    for (const argv of [sign('--in-place', path), sign('-o', path, join(folder, 'big.eml'))]) {
      const { code, stdout, stderr } = await dkim(argv)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/dkim: error: cannot write [^\n]*no space left/)
      expect(readFileSync(path).equals(Buffer.from(BIG))).toBe(true)
      expect(readdirSync(disk)).toEqual(['a.eml'])
    }
    rmSync(path)
  })

  it('keygen leaves no part of a key', async () => {
    const filler = join(disk, 'filler')
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'])
    const { code, stderr } = await dkim(['keygen', '--selector', 's', '--type', 'ed25519', '--out-dir', disk])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^dkim: error: /m)
    expect(readdirSync(disk)).toEqual(['filler'])
    rmSync(filler)
  })

  it('rotate-plan keeps the state that it had', async () => {
    const state = join(disk, 'plan.json')
    const argv = ['rotate-plan', '--offline', '--state', state]
    const start = ['--domain', 'example.com', '--selector', 's1', '--new-selector', 's2']
    expect((await dkim([...argv, ...start])).code).toBe(0)
    const before = readFileSync(state)
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k'])
    const { code, stderr } = await dkim([...argv, '--check'])
    expect([code, stderr.includes('cannot write')]).toEqual([2, true])
    expect(readFileSync(state).equals(before)).toBe(true)
    expect(readdirSync(disk).sort()).toEqual(['filler', 'plan.json'])
  })
})

describe('F-10 killed half-way', () => {
  it('sign -o writes a whole message or none', async () => {
    const path = join(folder, 'out.eml')
    const start = Date.now()
    expect((await dkim(sign('-o', path, join(folder, 'big.eml')))).code).toBe(0)
    const [whole, size] = [Date.now() - start, readFileSync(path).length]
    for (const share of [0.5, 0.7, 0.8, 0.9, 0.95]) {
      rmSync(path, { force: true })
      const child = spawn(process.execPath, [BIN, ...sign('-o', path, join(folder, 'big.eml'))], { stdio: 'ignore' })
      const timer = setTimeout(() => child.kill('SIGKILL'), whole * share)
      await new Promise(resolve => child.on('close', resolve))
      clearTimeout(timer)
      if (existsSync(path)) expect(readFileSync(path)).toHaveLength(size)
    }
  }, 60_000)
})
