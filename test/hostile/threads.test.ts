// A thread that dies takes one message with it, and no other: row F-12 of the list in docs/security.md, with --jobs.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../../src/core/dns/server.js'
import { readZone } from '../../src/core/dns/zone-file.js'
import { dkim } from '../support/cli.js'
import { evilSign } from '../support/evil-signer.js'
import { M0, NOW, REC, zoneText } from '../support/hostile.js'

const GOOD = evilSign(M0)
const COUNT = 200
let folder: string
const at = (name: string): string => join(folder, name)

/** Loaded before the program, in each thread as well: there, opening a file of such a name is the end. */
const PRELOAD = `const { isMainThread } = require('node:worker_threads')
const fs = require('node:fs')
const ends = {
  exit: () => process.exit(7),
  memory: () => { for (const all = []; ; ) all.push(new Array(100_000).fill(all.length)) },
  text: () => { throw 'no error at all' },
  nothing: () => { throw undefined },
  later: () => { setImmediate(() => { throw new Error('\\x1b[2Jlater') }) },
  promise: () => { Promise.reject(new Error('nobody waits')) },
}
if (!isMainThread) {
  for (const name of ['openSync', 'readFileSync']) {
    const original = fs[name]
    fs[name] = (path, ...rest) => {
      const end = /dies-([a-z]+)[^/]*$/.exec(String(path))
      if (end !== null) ends[end[1]]()
      return original(path, ...rest)
    }
  }
  require('node:module').syncBuiltinESMExports()
}
`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-threads-'))
  mkdirSync(at('box'))
  for (let index = 0; index < COUNT; index += 1)
    writeFileSync(at(`box/${String(index).padStart(3, '0')}-good.eml`), GOOD, 'latin1')
  writeFileSync(at('dns.zone'), zoneText(REC))
  writeFileSync(at('preload.cjs'), PRELOAD)
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Line {
  readonly input: string
  readonly result: string | null
  readonly error?: { readonly code: string; readonly message: string }
}

async function run(box: string, ...rest: string[]) {
  const argv = ['verify', '--dns-file', at('dns.zone'), '--now', String(NOW), '--jobs', '2', ...rest, at(box)]
  const outcome = await dkim(argv, { env: { NODE_OPTIONS: `--require ${at('preload.cjs')}` } })
  const lines = outcome.stdout.split('\n').filter(line => line.startsWith('{"'))
  return { ...outcome, lines: lines.map(line => JSON.parse(line) as Line) }
}

/** The good messages, and one more in the middle of them. */
function boxWith(name: string, make: (path: string) => void): string {
  const box = `box-${name}`
  mkdirSync(at(box))
  for (const good of readdirSync(at('box'))) symlinkSync(at(`box/${good}`), at(`${box}/${good}`))
  make(at(`${box}/100-${name}.eml`))
  return box
}

describe('F-12 a thread that dies', () => {
  it.each(['exit', 'memory', 'text', 'nothing'])(
    'by %s',
    async how => {
      const box = boxWith(`dies-${how}`, path => writeFileSync(path, GOOD, 'latin1'))
      const { code, stderr, lines } = await run(box, '--format', 'ndjson')
      expect(lines.map(({ input }) => input)).toEqual(
        readdirSync(at(box))
          .sort()
          .map(name => at(`${box}/${name}`)),
      )
      const lost = lines.filter(({ result }) => result !== 'pass')
      expect(lost).toEqual([expect.objectContaining({ input: at(`${box}/100-dies-${how}.eml`), result: null })])
      expect(lost[0]!.error!.code).toBe('limit')
      expect(code).toBe(70)
      expect(stderr).not.toMatch(/\n {4}at |\x1b/)
    },
    60_000,
  )

  it.each(['later', 'promise'])(
    'by an error of its own accord (%s) leaves no message without a record',
    async how => {
      const box = boxWith(`dies-${how}`, path => writeFileSync(path, GOOD, 'latin1'))
      const { code, stderr, lines } = await run(box, '--format', 'ndjson')
      expect(lines).toHaveLength(COUNT + 1)
      expect(lines.filter(({ input, result }) => result !== 'pass' && !input.includes('dies-'))).toEqual([])
      expect([0, 70]).toContain(code)
      expect(stderr).not.toMatch(/\n {4}at |\x1b/)
    },
    60_000,
  )

  it('is blamed on no message that it only had in hand, such as one that waited for DNS', async () => {
    const server = await startServer({ zone: readZone(Buffer.from(zoneText(REC)), 'dns.zone') })
    try {
      const box = boxWith('dies-exit-live', path => writeFileSync(path, GOOD, 'latin1'))
      const argv = [
        'verify',
        '--nameserver',
        server.nameserver,
        '--now',
        String(NOW),
        '--jobs',
        '2',
        '--format',
        'ndjson',
      ]
      const { code, stdout } = await dkim([...argv, at(box)], {
        env: { NODE_OPTIONS: `--require ${at('preload.cjs')}` },
      })
      const lines = stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Line)
      expect(lines).toHaveLength(COUNT + 1)
      const lost = lines.filter(({ result }) => result !== 'pass').map(({ input }) => input)
      expect([code, lost]).toEqual([70, [at(`${box}/100-dies-exit-live.eml`)]])
    } finally {
      await server.close()
    }
  }, 60_000)

  it.each(['json', 'junit', 'text'])(
    'is told of as %s too',
    async format => {
      const box = boxWith(`dies-exit-${format}`, path => writeFileSync(path, GOOD, 'latin1'))
      const { code, stdout, stderr } = await run(box, '--format', format)
      expect(code, stderr.slice(0, 2000)).toBe(70)
      expect(stdout + stderr).toContain(`100-dies-exit-${format}.eml`)
      if (format === 'json') expect(JSON.parse(stdout)).toHaveLength(COUNT + 1)
    },
    60_000,
  )

  it('several times, more often than there are threads', async () => {
    const box = boxWith('dies-exit-0', path => writeFileSync(path, GOOD, 'latin1'))
    const others = [3, 50, 51, 150, 199].map(index => `${String(index).padStart(3, '0')}-dies-exit-${index}.eml`)
    for (const name of others) writeFileSync(at(`${box}/${name}`), GOOD, 'latin1')
    const { code, lines } = await run(box, '--format', 'ndjson')
    expect(lines).toHaveLength(COUNT + 6)
    expect(lines.filter(({ result }) => result !== 'pass').map(({ input }) => input.includes('dies-'))).toEqual(
      new Array(6).fill(true),
    )
    expect(code).toBe(70)
  }, 60_000)
})

describe('F-12 what a thread cannot read', () => {
  it.each<[string, (path: string) => void, string]>([
    ['link', path => symlinkSync(at('nowhere'), path), 'input-unreadable'],
    ['bom', path => writeFileSync(path, `\xef\xbb\xbf${GOOD}`, 'latin1'), 'input-not-a-message'],
    ['empty', path => writeFileSync(path, ''), 'input-not-a-message'],
  ])('%s has its own record', async (name, make, expected) => {
    const { code, lines } = await run(boxWith(name, make), '--format', 'ndjson')
    expect(lines.filter(({ result }) => result !== 'pass').map(({ error }) => error?.code)).toEqual([expected])
    expect([code, lines.length]).toEqual([2, COUNT + 1])
  })

  it('a message of many megabytes costs no more memory than a small one', async () => {
    const box = boxWith('large', path => {
      const body = `${'text and  blanks \r\n'.repeat(3_000_000)}`
      writeFileSync(path, evilSign(M0) + body, 'latin1')
    })
    const { code, lines } = await run(box, '--format', 'ndjson')
    expect(lines.filter(({ result }) => result !== 'pass').map(({ result }) => result)).toEqual(['fail'])
    expect([code, lines.length]).toEqual([1, COUNT + 1])
  }, 60_000)

  it('a header section beyond its limit ends neither the thread nor the run', async () => {
    const box = boxWith('header', path => writeFileSync(path, `X: ${'y'.repeat(30_000_000)}\r\n${GOOD}`, 'latin1'))
    const { code, lines } = await run(box, '--format', 'ndjson')
    expect(lines.filter(({ result }) => result !== 'pass').map(({ result }) => result)).toEqual(['none'])
    expect([code, lines.length]).toEqual([3, COUNT + 1])
  }, 60_000)
})
