// One bad input among many harms no other: rows F-11, F-12, F-13 and F-15 of the list in docs/security.md.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dkim } from '../support/cli.js'
import { evilField, evilSign } from '../support/evil-signer.js'
import { M0, NOW, REC, runMain, zoneText } from '../support/hostile.js'

let folder: string
const at = (name: string): string => join(folder, name)
const GOOD = evilSign(M0)

/** In the order of their names; what they come to. */
const MESSAGES: readonly (readonly [name: string, content: string, outcome: string])[] = [
  ['00-good', GOOD, 'pass'],
  ['01-empty', '', 'input-not-a-message'],
  ['02-bom', `\xef\xbb\xbf${GOOD}`, 'input-not-a-message'],
  ['03-nul', '\0'.repeat(10_000), 'none'],
  ['04-good', GOOD, 'pass'],
  ['05-proto', `__proto__: x\r\n${evilSign(M0, { extra: 'constructor=x; __proto__=y' })}`, 'neutral'],
  ['06-time', evilField(M0, { extra: 't=99999999999999999999' }) + M0, 'neutral'],
  ['07-header', `X: ${'y'.repeat(3_000_000)}\r\n${GOOD}`, 'none'],
  ['08-decoys', evilField(M0, { extra: 'l=x' }).repeat(1000) + GOOD, 'pass'],
  [
    '09-random',
    Array.from({ length: 5000 }, (_, index) => String.fromCharCode((index * 7919 + (index >> 3)) & 0xff)).join(''),
    'none',
  ],
  ['10-mixed', evilSign(M0.replace('Hello', 'a\nb')), 'policy'],
  ['11-changed', GOOD.replace('Hello', 'EVIL'), 'fail'],
  ['12-colons', ':'.repeat(100_000), 'none'],
  ['13-good', GOOD, 'pass'],
]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-batch-'))
  mkdirSync(at('box'))
  for (const [name, content] of MESSAGES) writeFileSync(at(`box/${name}.eml`), content, 'latin1')
  symlinkSync(at('nowhere'), at('box/14-link.eml'))
  symlinkSync('14-loop.eml', at('box/14-loop.eml'))
  writeFileSync(at('box/15-good.eml'), GOOD, 'latin1')
  writeFileSync(at('dns.zone'), zoneText(REC))
})
afterAll(() => rmSync(folder, { recursive: true }))

const argv = (...rest: string[]): string[] => ['verify', '--dns-file', at('dns.zone'), '--now', String(NOW), ...rest]
const OUTCOMES = [...MESSAGES.map(([, , outcome]) => outcome), 'input-unreadable', 'input-unreadable', 'pass']

describe('F-12 a batch of hostile messages', () => {
  it('has one record each, in order, and the exit code of the worst', async () => {
    const { code, stdout, stderr } = await dkim(argv('--format', 'ndjson', at('box')))
    const records = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(records.map(({ input }) => input)).toEqual(
      readdirSync(at('box'))
        .sort()
        .map(name => at(`box/${name}`)),
    )
    expect(records.map(({ result, error }) => result ?? error.code)).toEqual(OUTCOMES)
    expect(code).toBe(2)
    expect(stderr).not.toMatch(/internal|unhandled|at .*\.js/i)
  })

  it('gives each message the record that it has alone', async () => {
    const { stdout } = await runMain(argv('--format', 'json', at('box')), Buffer.alloc(0))
    const together = JSON.parse(stdout) as { input: string; result: string | null }[]
    for (const record of together.filter(({ result }) => result !== null)) {
      const alone = await runMain(argv('--format', 'json', record.input), Buffer.alloc(0))
      expect(JSON.parse(alone.stdout)).toEqual(record)
    }
  })

  it('a thousand messages are all told of', async () => {
    const paths = Array.from({ length: 1000 }, (_, index) => at(`box/${MESSAGES[index % 3]![0]}.eml`))
    const { code, stdout } = await runMain(argv('--format', 'ndjson', ...paths), Buffer.alloc(0))
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([2, 1000])
  })

  it('without a fault of use the exit code is that of the verdicts', async () => {
    const code = async (...names: string[]): Promise<number> =>
      (await runMain(argv(...names.map(name => at(`box/${name}.eml`))), Buffer.alloc(0))).code
    expect(await code('00-good', '04-good')).toBe(0)
    expect(await code('00-good', '03-nul')).toBe(3)
    expect(await code('00-good', '03-nul', '11-changed')).toBe(1)
    expect(await code('00-good', '11-changed', '01-empty')).toBe(2)
  })
})

describe('F-11 what is no file', () => {
  it.each(['/dev/zero', '/dev/null', '/proc/self/mem'])('%s', async path => {
    const { code, stdout } = await dkim(argv(path))
    expect([code, stdout]).toEqual([2, ''])
  })

  it('a pipe is read', async () => {
    const pipe = at('pipe')
    execFileSync('mkfifo', [pipe])
    const outcome = dkim(argv('--format', 'json', pipe))
    writeFileSync(pipe, GOOD, 'latin1')
    const { code, stdout } = await outcome
    expect([code, JSON.parse(stdout).result]).toEqual([0, 'pass'])
  })
})

it('F-13 nothing is picked up from the working directory', async () => {
  const cwd = at('cwd')
  mkdirSync(cwd)
  const names = [
    '.dkimrc',
    '.dkimrc.json',
    'dkim.config.js',
    'dkim.json',
    '.env',
    'package.json',
    '.npmrc',
    'dkim.toml',
    '.config/dkim/config.toml',
  ]
  mkdirSync(join(cwd, '.config', 'dkim'), { recursive: true })
  for (const name of names)
    writeFileSync(join(cwd, name), name.endsWith('.js') ? 'throw new Error("SECRETMARK")' : '{"x": "SECRETMARK"')
  const inside = await dkim(argv('--format', 'json', at('box/00-good.eml')), { cwd })
  expect([inside.code, inside.stderr]).toEqual([0, ''])
})

it('F-15 the package holds no keys and no tests', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'))
  expect((manifest.files as string[]).filter(name => /test|key|\.pem/.test(name))).toEqual([])
  expect(
    readdirSync(join(import.meta.dirname, '..', 'support', 'keys')).filter(name => !name.startsWith('DO-NOT-USE-')),
  ).toEqual([])
})
