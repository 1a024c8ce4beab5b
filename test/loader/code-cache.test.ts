// The code that the build made of the program: used where it fits, and nothing but a slower start where it does not.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { codeFileOf } from '../../scripts/code-cache.mjs'

const ROOT = join(import.meta.dirname, '..', '..')
const EXAMPLES = join(ROOT, 'examples')
const CODE = `code-${process.version}-${process.platform}-${process.arch}`
const VERIFY = ['verify', '--dns-file', join(EXAMPLES, 'example.com.zone'), '--format', 'json']
const SIGNED = [...VERIFY, join(EXAMPLES, 'messages', 'signed.eml')]
const USED = ['dkim.cjs', 'verify.cjs']

/** Says in the end which parts were loaded, and which of them in the code that the build made; each thread for itself. */
const PRELOAD = `
const { isMainThread, parentPort, threadId } = require('node:worker_threads')
const { writeFileSync } = require('node:fs')
function tell() {
  const loader = Object.entries(require.cache).find(([path]) => path.endsWith('/load.cjs'))?.[1].exports
  const parts = Object.fromEntries([...(loader?.loaded ?? [])].map(([name, { isFromBuild }]) => [name, isFromBuild]))
  writeFileSync(process.env.LOADED + threadId, JSON.stringify(parts))
}
if (isMainThread) process.on('exit', tell)
else {
  // A thread is ended from outside.
  const post = parentPort.postMessage
  parentPort.postMessage = (...message) => {
    tell()
    post.apply(parentPort, message)
  }
}
`

let folder = ''
const cli = (...names: string[]): string => join(folder, 'dist', 'cli', ...names)
const code = (name: string): string => cli(CODE, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-code-'))
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'preload.cjs'), PRELOAD)
})
beforeEach(() => {
  rmSync(cli(), { recursive: true, force: true })
  cpSync(join(ROOT, 'dist', 'cli'), cli(), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly fromBuild: readonly string[]
  readonly fromSource: readonly string[]
}

function run(argv: readonly string[] = SIGNED, flags: readonly string[] = []): Run {
  const env = { PATH: process.env['PATH'], HOME: folder, LOADED: join(folder, 'loaded') }
  const preload = ['--require', join(folder, 'preload.cjs')]
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, ...preload, join(folder, 'bin', 'dkim.js'), ...argv],
    { env, encoding: 'utf8', maxBuffer: 1 << 26 },
  )
  return { status, stdout, stderr, ...loadedBy(0) }
}

/** By the main thread (0), or another one. */
function loadedBy(thread: number): Pick<Run, 'fromBuild' | 'fromSource'> {
  const parts: Record<string, boolean> = JSON.parse(readFileSync(join(folder, `loaded${thread}`), 'utf8'))
  const names = (isFromBuild: boolean) => Object.keys(parts).filter(name => parts[name] === isFromBuild)
  return { fromBuild: names(true), fromSource: names(false) }
}

/** The right answer, and these parts compiled anew. */
function expectFallback(outcome: Run, fromSource: readonly string[]): void {
  expect(outcome).toMatchObject({ status: 0, stderr: '', fromSource })
  expect(outcome.fromBuild).toEqual(USED.filter(name => !fromSource.includes(name)))
  expect(JSON.parse(outcome.stdout)).toMatchObject({ result: 'pass' })
}

const flip = (path: string, at: number): void => {
  const bytes = readFileSync(path)
  bytes[at < 0 ? bytes.length + at : at]! ^= 0x04
  writeFileSync(path, bytes)
}

describe('the code of the build', () => {
  it('is used by the usual commands', () => {
    expectFallback(run(), [])
    expect(run(['--help']).fromSource).toEqual([])
    expect(run(['verfy']).fromSource).toEqual([])
    const text = run(SIGNED.filter(word => word !== '--format' && word !== 'json'))
    expect([text.fromBuild.includes('package-mailparser.cjs'), text.fromSource]).toEqual([true, []])
  })

  it('is used by threads', () => {
    const name = 'messages'
    cpSync(join(EXAMPLES, 'messages', 'signed.eml'), join(folder, name, '1.eml'))
    for (let copy = 2; copy <= 3000; copy += 1) linkSync(join(folder, name, '1.eml'), join(folder, name, `${copy}.eml`))
    const { status, stdout } = run([...VERIFY.slice(0, 3), '--format', 'ndjson', '--jobs', '2', join(folder, name)])
    expect([status, stdout.split('\n').length]).toEqual([0, 3001])
    // One that starts when another one has long begun may find flags of V8 changed.
    const used = [1, 2].filter(thread =>
      ['dkim.cjs', 'verify.cjs'].every(name => loadedBy(thread).fromBuild.includes(name)),
    )
    expect(used.length).toBeGreaterThan(0)
  })

  it('changes no answer', () => {
    const runs = [SIGNED, ['--help'], ['verfy'], ['verify', '--nope'], ['verify', '--dns-file'], ['--version']]
    const before = runs.map(argv => run(argv))
    rmSync(cli(CODE), { recursive: true })
    const after = runs.map(argv => run(argv))
    expect(after.flatMap(({ fromBuild }) => fromBuild)).toEqual([])
    const answer = ({ status, stdout, stderr }: Run) => ({ status, stdout, stderr })
    expect(after.map(answer)).toEqual(before.map(answer))
  })

  it('is never written by a run', () => {
    const state = () =>
      readdirSync(cli(), { recursive: true, encoding: 'utf8' }).map(name => [name, statSync(cli(name)).mtimeMs])
    rmSync(code('verify.code'))
    const before = state()
    expectFallback(run(), ['verify.cjs'])
    expect(state()).toEqual(before)
  })
})

describe('a part is compiled anew where', () => {
  it('its code is missing, or all of it', () => {
    rmSync(code('verify.code'))
    expectFallback(run(), ['verify.cjs'])
    rmSync(cli(CODE), { recursive: true })
    expectFallback(run(), USED)
  })

  it.each([0, 1, 15, 16, 1000, 0.3, 0.5, 0.75, -16, -2, -1])('its code is cut off (%d)', length => {
    const { size } = statSync(code('verify.code'))
    truncateSync(
      code('verify.code'),
      Math.floor(length < 0 ? size + length : length > 0 && length < 1 ? size * length : length),
    )
    expectFallback(run(), ['verify.cjs'])
  })

  it('an octet of its code is another one', () => {
    const { size } = statSync(code('verify.code'))
    for (const part of [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]) {
      const at = Math.min(size - 1, Math.floor(size * part))
      flip(code('verify.code'), at)
      expectFallback(run(), ['verify.cjs'])
      flip(code('verify.code'), at)
    }
    expectFallback(run(), [])
  })

  it('there is something behind its code', () => {
    for (const more of ['\0', '\0\0', '\0'.repeat(16)]) {
      writeFileSync(code('verify.code'), more, { flag: 'a' })
      expectFallback(run(), ['verify.cjs'])
    }
  })

  it('its source is another one of the same length', () => {
    const source = readFileSync(cli('dkim.cjs'), 'latin1')
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const other = version.replace(/\d$/, (digit: string) => (Number(digit) + 1) % 10)
    expect(source).toContain(`"${version}"`)
    writeFileSync(cli('dkim.cjs'), source.replaceAll(`"${version}"`, `"${other}"`), 'latin1')
    expect(run(['--version'])).toMatchObject({ stdout: `${other}\n`, fromBuild: [], fromSource: ['dkim.cjs'] })
  })

  it('its source is longer, and not ASCII any more', () => {
    writeFileSync(cli('dkim.cjs'), `${readFileSync(cli('dkim.cjs'), 'utf8')}\nexports.take("dkim.cjs").more = "Grüße"`)
    expectFallback(run(), ['dkim.cjs'])
  })

  it('the code is that of another part', () => {
    renameSync(code('dkim.code'), code('verify.code'))
    expectFallback(run(), ['dkim.cjs', 'verify.cjs'])
  })

  it('it was made for another Node.js', () => {
    // The same version, built in another way.
    const bytes = readFileSync(code('verify.code'))
    const { HEAD, nodeBuild } = createRequire(import.meta.url)(cli('load.cjs'))
    const at = bytes.indexOf(nodeBuild() + HEAD, 0, 'latin1')
    expect(at).toBeGreaterThan(0)
    bytes.write('{', at, 'latin1')
    writeFileSync(code('verify.code'), bytes)
    expectFallback(run(), ['verify.cjs'])
    renameSync(cli(CODE), cli(CODE.replace(process.version, 'v20.0.0')))
    expectFallback(run(), USED)
  })

  it('the code is sound and V8 does not take it', () => {
    const source = readFileSync(cli('verify.cjs'), 'utf8')
    const loader = createRequire(import.meta.url)(cli('load.cjs'))
    writeFileSync(code('verify.code'), codeFileOf(source, Buffer.alloc(5000, 'no code'), loader))
    expectFallback(run(), ['verify.cjs'])
  })

  it.each([['--max-old-space-size=200'], ['--stack-size=900'], ['--no-opt']])('Node.js runs with %s', flag => {
    expectFallback(run(SIGNED, [flag]), USED)
  })

  it('nothing may be compiled to machine code', () => {
    const { status, fromBuild, stdout } = run(SIGNED, ['--jitless'])
    expect([status, fromBuild, /"result": "pass"/.test(stdout)]).toEqual([0, [], true])
  })

  it('the code cannot be read', () => {
    rmSync(code('verify.code'))
    mkdirSync(code('verify.code'))
    expectFallback(run(), ['verify.cjs'])
  })
})

describe('parts', () => {
  const write = (name: string, text: string): void => writeFileSync(cli(name), text)
  const load = (name: string) => createRequire(import.meta.url)(cli('load.cjs')).load(name)

  it('are run once, know where they are, and load each other and what is no part', () => {
    write('table.json', '[1]')
    write('a.cjs', 'globalThis.runs = (globalThis.runs ?? 0) + 1; exports.early = 1; exports.b = require("./b.cjs")')
    write(
      'b.cjs',
      'module.exports = [require("./a.cjs").early, require("./table.json"), require("node:path").sep, __dirname]',
    )
    expect(load('a.cjs')).toEqual({ early: 1, b: [1, [1], '/', cli()] })
    expect(load('a.cjs')).toBe(load('a.cjs'))
    expect(globalThis).toMatchObject({ runs: 1 })
    expect(existsSync(cli(CODE, 'a.code'))).toBe(false)
  })

  it('tell where they failed as any module does', () => {
    write(
      'failing.cjs',
      'exports.fail = () => { throw new Error("here") }\nexports.later = () => { throw new Error("there") }',
    )
    const { fail, later } = load('failing.cjs')
    expect(() => fail()).toThrow(
      expect.objectContaining({ stack: expect.stringContaining(`${cli('failing.cjs')}:1:30`) }),
    )
    expect(() => later()).toThrow(
      expect.objectContaining({ stack: expect.stringContaining(`${cli('failing.cjs')}:2:31`) }),
    )
  })
})
