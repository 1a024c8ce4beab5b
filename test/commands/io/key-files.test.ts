import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prepareDirectory } from '../../../src/commands/io/directory.js'
import { createFiles, refuseExisting } from '../../../src/commands/io/key-files.js'
import { DkimError } from '../../../src/core/errors.js'

let folder: string
const umask = process.umask()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-key-files-'))
})

afterEach(() => {
  process.umask(umask)
  rmSync(folder, { recursive: true, force: true })
})

const path = (name: string): string => join(folder, name)
const file = (name: string, text = `secret of ${name}`, mode = 0o600) => ({
  path: path(name),
  bytes: Buffer.from(text),
  mode,
})
const modeOf = (name: string): number => statSync(path(name)).mode & 0o7777
const read = (name: string): string => readFileSync(path(name), 'utf8')

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return error instanceof DkimError ? error.code : String(error)
  }
  return 'no error'
}

describe('F-01: the mode is exact, whatever the umask', () => {
  it.each([0o000, 0o022, 0o027, 0o077, 0o277])('umask %o', mask => {
    process.umask(mask)
    createFiles([file('a'), file('b', 'b', 0o640)])
    expect(modeOf('a')).toBe(0o600)
    expect(modeOf('b')).toBe(0o640)
  })

  it('a file that everybody could write is replaced, not filled', () => {
    writeFileSync(path('a'), 'old')
    chmodSync(path('a'), 0o666)
    createFiles([file('a', 'new')], { force: true })
    expect(modeOf('a')).toBe(0o600)
    expect(read('a')).toBe('new')
  })
})

describe('F-02: no key is overwritten', () => {
  it('refuses, and leaves every byte', () => {
    writeFileSync(path('b'), 'old')
    expect(codeOf(() => createFiles([file('a'), file('b'), file('c')]))).toBe('output-exists')
    expect(readdirSync(folder)).toEqual(['b'])
    expect(read('b')).toBe('old')
  })

  it('--force keeps a backup that only the owner can read', () => {
    writeFileSync(path('a'), 'old')
    chmodSync(path('a'), 0o644)
    const now = new Date('2026-01-31T12:00:00.5Z')
    expect(createFiles([file('a', 'new')], { force: true, now })).toEqual([path('a.bak-20260131T120000Z')])
    expect(read('a')).toBe('new')
    expect(read('a.bak-20260131T120000Z')).toBe('old')
    expect(modeOf('a.bak-20260131T120000Z')).toBe(0o600)
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('a backup is not overwritten either, and then nothing changes', () => {
    const now = new Date('2026-01-31T12:00:00Z')
    writeFileSync(path('b'), 'old')
    writeFileSync(path('b.bak-20260131T120000Z'), 'older')
    expect(codeOf(() => createFiles([file('a'), file('b', 'new')], { force: true, now }))).toBe('output-exists')
    expect(read('b')).toBe('old')
    expect(read('b.bak-20260131T120000Z')).toBe('older')
    expect(readdirSync(folder).sort()).toEqual(['b', 'b.bak-20260131T120000Z'])
  })

  it('two files of one name, also in another case', () => {
    expect(codeOf(() => createFiles([file('a'), file('a')]))).toBe('usage')
    expect(codeOf(() => refuseExisting([path('Mail.pem'), path('mail.pem')]))).toBe('usage')
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('F-03: links', () => {
  it.each([
    ['dangling', 'nowhere'],
    ['to a file', 'target'],
  ])('a %s link is never followed', (_, target) => {
    writeFileSync(path('target'), 'precious')
    symlinkSync(path(target), path('a'))
    for (const force of [false, true]) expect(codeOf(() => createFiles([file('a')], { force }))).toBe('output-exists')
    expect(read('target')).toBe('precious')
    expect(lstatSync(path('a')).isSymbolicLink()).toBe(true)
    expect(existsSync(path('nowhere'))).toBe(false)
  })

  it('a directory, with and without --force', () => {
    mkdirSync(path('a'))
    for (const force of [false, true]) expect(codeOf(() => createFiles([file('a')], { force }))).toBe('output-exists')
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('a directory in which everybody can replace files is refused, a sticky one is not', () => {
    chmodSync(folder, 0o777)
    expect(codeOf(() => prepareDirectory(folder))).toBe('output-failed')
    chmodSync(folder, 0o1777)
    expect(codeOf(() => prepareDirectory(folder))).toBe('no error')
    chmodSync(folder, 0o775)
    expect(codeOf(() => prepareDirectory(folder))).toBe('no error')
  })

  it('a new directory is private', () => {
    process.umask(0)
    prepareDirectory(join(folder, 'new', 'er'))
    expect(modeOf('new/er')).toBe(0o700)
  })
})

describe('F-10: all or none', () => {
  it('nothing is left of a set of which one cannot be written', () => {
    const set = [file('a'), { ...file('b'), path: path('no-such-directory/b') }]
    expect(codeOf(() => createFiles(set))).toBe('output-failed')
    expect(readdirSync(folder)).toEqual([])
  })

  it('a replaced file comes back with its mode where a later one fails', () => {
    writeFileSync(path('a'), 'old')
    chmodSync(path('a'), 0o640)
    const now = new Date('2026-01-31T12:00:00Z')
    writeFileSync(path('b'), 'old b')
    writeFileSync(path('b.bak-20260131T120000Z'), 'in the way')
    expect(codeOf(() => createFiles([file('a', 'new'), file('b', 'new b')], { force: true, now }))).toBe(
      'output-exists',
    )
    expect(read('a')).toBe('old')
    expect(modeOf('a')).toBe(0o640)
    expect(readdirSync(folder).sort()).toEqual(['a', 'b', 'b.bak-20260131T120000Z'])
  })

  it('nothing but the files is left of a set that was written', () => {
    createFiles([file('a'), file('b'), file('c')])
    expect(readdirSync(folder)).toEqual(['a', 'b', 'c'])
    expect(read('c')).toBe('secret of c')
  })
})
