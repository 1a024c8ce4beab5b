// What a command line does not need is not loaded: files of the program and modules of Node cost a small command most of its time.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dkim } from '../support/cli.js'

/** Notes what was loaded since the process started; files without the hash in their names. */
const PRELOAD = `const { basename } = require('node:path')
const { writeFileSync } = require('node:fs')
const before = new Set(process.moduleLoadList)
process.on('exit', () => {
  const built = Object.keys(require.cache).filter(path => path.includes('/dist/cli/'))
  const files = built.map(path => basename(path).replace(/^part-(.*)-.{8}[.]cjs$/, '$1'))
  const modules = process.moduleLoadList.filter(name => !before.has(name)).map(name => name.replace(/^NativeModule /, ''))
  writeFileSync(process.env.LOADED, JSON.stringify({ files, modules }))
})
`

/** Modules of Node that take long to load, or that only network, threads and terminals need. */
const HEAVY = [
  'child_process',
  'crypto',
  'dgram',
  'dns',
  'fs/promises',
  'http',
  'https',
  'net',
  'readline',
  'stream',
  'timers/promises',
  'tls',
  'tty',
  'v8',
  'worker_threads',
  'zlib',
]

/** What every command line needs. */
const START = ['dkim.cjs', 'rolldown-runtime', 'start']
/** Cryptography brings streams along. */
const CRYPTO = ['crypto', 'stream']

let folder = ''
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-start-'))
  writeFileSync(at('preload.cjs'), PRELOAD)
  writeFileSync(at('a.eml'), 'From: a@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nbody\r\n')
  await dkim(['keygen', '--domain', 'example.com', '--selector', 's', '-q'], { cwd: folder })
  const signed = await dkim(['sign', ...SIGN, 'a.eml'], { cwd: folder })
  writeFileSync(at('signed.eml'), signed.stdoutBytes)
  const record = await dkim(['format-record', '--selector', 's', '--domain', 'example.com', '--key', KEY, '-q'], {
    cwd: folder,
  })
  writeFileSync(at('dns.zone'), record.stdout)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const KEY = 's._domainkey.example.com.private.pem'
const SIGN = ['--key', KEY, '--selector', 's', '--domain', 'example.com']

interface Loaded {
  readonly files: readonly string[]
  /** Those of the heavy ones. */
  readonly modules: readonly string[]
}

async function loadedBy(argv: readonly string[], code = 0): Promise<Loaded> {
  const env = { NODE_OPTIONS: `--require ${at('preload.cjs')}`, LOADED: at('loaded.json'), HOME: folder }
  const outcome = await dkim(argv, { cwd: folder, env })
  expect([argv, outcome.code]).toEqual([argv, code])
  const { files, modules }: Loaded = JSON.parse(readFileSync(at('loaded.json'), 'utf8'))
  return { files: files.toSorted(), modules: modules.filter(name => HEAVY.includes(name)) }
}

describe('loads no more than it needs', () => {
  it('--version', async () => {
    expect(await loadedBy(['--version'])).toEqual({ files: START, modules: [] })
  })

  it.each([['--help'], ['verify', '--help'], ['sign', '-h']])('%s %s', async (...argv) => {
    const { files, modules } = await loadedBy(argv.filter(argument => argument !== undefined))
    expect(modules).toEqual([])
    expect(files).toEqual([...START, 'help'].sort())
  })

  it('help of a command, which knows reasons and warnings too', async () => {
    const { files, modules } = await loadedBy(['help', 'verify'])
    expect(modules.filter(name => !CRYPTO.includes(name))).toEqual([])
    expect(files.filter(name => name.startsWith('package-'))).toEqual([])
  })

  it.each([
    ['verify', '--bogus'],
    ['verify', '--format', 'xml'],
    ['sign', '--expires', 'x'],
    ['frobnicate', 'x'],
  ])('the error of %s %s', async (...argv) => {
    expect(await loadedBy(argv, 2)).toEqual({ files: START, modules: [] })
  })

  it('one message verified with a key from a file', async () => {
    const { files, modules } = await loadedBy(['verify', '--dns-file', 'dns.zone', '--format', 'json', 'signed.eml'])
    expect(files.filter(name => name.startsWith('package-'))).toEqual([])
    expect(files.length).toBeLessThan(10)
    // A zone file knows addresses, which node:net reads.
    expect(modules.filter(name => name !== 'net').toSorted()).toEqual(CRYPTO)
  })

  it('one message signed', async () => {
    const { files, modules } = await loadedBy(['sign', ...SIGN, 'a.eml'])
    expect(files).toEqual([...START, 'mail'].sort())
    expect(modules.toSorted()).toEqual(CRYPTO)
  })

  it('the report for people, which decodes names', async () => {
    const { files } = await loadedBy(['verify', '--dns-file', 'dns.zone', 'signed.eml'])
    expect(files.filter(name => name.startsWith('package-'))).toEqual(['package-mailparser.cjs'])
  })

  it('a configuration file, and no parser for one that is not there', async () => {
    writeFileSync(at('config.toml'), 'min-key-bits = 1024\n')
    const argv = ['verify', '--dns-file', 'dns.zone', '--format', 'json', 'signed.eml']
    const { files } = await loadedBy([...argv, '--config', 'config.toml'])
    expect(files).toContain('package-smol-toml.cjs')
  })
})

describe('the cache of compiled code', () => {
  const hasCache = 'enableCompileCache' in nodeModule

  it.runIf(hasCache)('is written where the user keeps such things', async () => {
    const { code, stderr } = await dkim(['--version'], { env: { HOME: at('one') } })
    expect([code, stderr]).toEqual([0, ''])
    expect(readdirSync(at('one/.cache/dkim')).length).toBeGreaterThan(0)
    await dkim(['--version'], { env: { HOME: at('two'), XDG_CACHE_HOME: at('three') } })
    expect([existsSync(at('two')), readdirSync(at('three/dkim')).length > 0]).toEqual([false, true])
  })

  it.each([
    ['a home that is not there', { HOME: '/nonexistent/home' }],
    ['a home that is a file', { HOME: '/dev/null' }],
    ['an empty home', { HOME: '' }],
    ['a relative cache folder', { HOME: '/nonexistent', XDG_CACHE_HOME: 'relative' }],
    ['a cache folder that cannot be made', { XDG_CACHE_HOME: '/proc/none' }],
  ])('%s: nothing is said, and nothing left behind', async (_, env: Record<string, string>) => {
    const cwd = at('elsewhere')
    mkdirSync(cwd, { recursive: true })
    const { code, stdout, stderr } = await dkim(['--version'], { cwd, env })
    expect([code, stdout, stderr]).toEqual([0, '0.1.0\n', ''])
    expect(readdirSync(cwd)).toEqual([])
  })
})

it.each([
  ['=?utf-8?q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
  ['=?iso-8859-1?q?Gr=FC=DFe?=', 'Grüße'],
  ['=?koi8-r?B?8NLJ18XU?=', 'Привет'],
  ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
  ['=?shift_jis?B?k/qWew==?=', '日本'],
  ['=?gb2312?B?1tDOxA==?=', '中文'],
  ['=?big5?B?pKSk5Q==?=', '中文'],
  ['=?euc-kr?B?x9GxuQ==?=', '한국'],
])('%s is read as %s, wherever its charset is loaded from', async (word, text) => {
  writeFileSync(at('word.eml'), `From: ${word} <a@example.com>\r\nSubject: ${word} &<b>\r\n\r\nbody\r\n`)
  const { stdout } = await dkim(['verify', '--offline', 'word.eml'], { cwd: folder })
  expect(stdout).toContain(`"${text}" <a@example.com>`)
  expect(stdout).toContain(`${text} &<b>`)
})
