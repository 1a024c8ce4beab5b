// What a command line does not need is not loaded: files of the program and modules of Node cost a small command most of its time.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dkim } from '../support/cli.js'

/** Notes what was loaded since the process started. */
const PRELOAD = `const { basename } = require('node:path')
const { writeFileSync } = require('node:fs')
const before = new Set(process.moduleLoadList)
process.on('exit', () => {
  const [path, { exports: loader }] = Object.entries(require.cache).find(([path]) => path.endsWith('/load.cjs'))
  const others = Object.keys(require.cache).filter(other => other !== path && other.includes('/dist/cli/'))
  const files = [...loader.loaded.keys(), ...others.map(other => basename(other))]
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
  'os',
  'readline',
  'stream',
  'timers/promises',
  'tls',
  'worker_threads',
  'zlib',
]

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
    expect(await loadedBy(['--version'])).toEqual({ files: ['dkim.cjs'], modules: [] })
  })

  it.each([['--help'], ['verify', '--help'], ['help', 'verify'], ['sign', '-h']])('%s %s', async (...argv) => {
    const { files, modules } = await loadedBy(argv.filter(argument => argument !== undefined))
    expect(modules).toEqual([])
    expect(files.filter(name => /^(?:package-|verify|sign)/.test(name))).toEqual([])
  })

  it.each([
    ['verify', '--bogus'],
    ['verify', '--format', 'xml'],
    ['sign', '--expires', 'x'],
    ['frobnicate', 'x'],
  ])('the error of %s %s', async (...argv) => {
    const { files, modules } = await loadedBy(argv, 2)
    expect(modules).toEqual([])
    expect(files.filter(name => /^(?:package-|verify|sign)/.test(name))).toEqual(['package-commander.cjs'])
  })

  it('one message verified with a key from a file', async () => {
    const { files, modules } = await loadedBy(['verify', '--dns-file', 'dns.zone', '--format', 'json', 'signed.eml'])
    expect(files).toEqual(['dkim.cjs', 'verify.cjs'])
    // Cryptography brings streams along.
    expect(modules.toSorted()).toEqual(['crypto', 'stream'])
  })

  it('one message signed', async () => {
    const { files, modules } = await loadedBy(['sign', ...SIGN, 'a.eml'])
    expect(files).toEqual(['dkim.cjs', 'sign.cjs'])
    expect(modules.toSorted()).toEqual(['crypto', 'stream'])
  })

  it('the report for people, which decodes names', async () => {
    const { files } = await loadedBy(['verify', '--dns-file', 'dns.zone', 'signed.eml'])
    expect(files.filter(name => /^(?:package|late|charset)-/.test(name))).toEqual(['package-mailparser.cjs'])
  })

  it('a configuration file, and no parser for one that is not there', async () => {
    writeFileSync(at('config.toml'), 'min-key-bits = 1024\n')
    const argv = ['verify', '--dns-file', 'dns.zone', '--format', 'json', 'signed.eml']
    const { files } = await loadedBy([...argv, '--config', 'config.toml'])
    expect(files).toContain('package-smol-toml.cjs')
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
