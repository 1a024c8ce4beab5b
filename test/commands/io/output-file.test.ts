import {
  chmodSync,
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
import { openOutputFile } from '../../../src/commands/io/output-file.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-output-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const WAYS = ['commit', 'commitLater', 'place'] as const

describe('output file', () => {
  it.each(WAYS)('appears at %s, and not before', async way => {
    const path = join(folder, 'new.eml')
    const file = openOutputFile(path)
    file.write(Buffer.from('one '))
    file.write(Buffer.from('two'))
    expect(readdirSync(folder)).not.toContain('new.eml')
    await file[way]()
    expect(readdirSync(folder)).toEqual(['new.eml'])
    expect(readFileSync(path, 'utf8')).toBe('one two')
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask())
  })

  it('leaves nothing behind when abandoned', () => {
    const path = join(folder, 'old.eml')
    writeFileSync(path, 'old')
    const file = openOutputFile(path)
    file.write(Buffer.from('new'))
    file.abandon()
    expect(readdirSync(folder)).toEqual(['old.eml'])
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  const modes = [0o600, 0o640, 0o444].flatMap(mode => WAYS.map(way => [mode, way] as const))
  it.each(modes)('keeps the mode %o of what was there at %s', async (mode, way) => {
    const path = join(folder, 'old.eml')
    writeFileSync(path, 'old')
    chmodSync(path, mode)
    const file = openOutputFile(path)
    file.write(Buffer.from('new'))
    await file[way]()
    file.abandon()
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(statSync(path).mode & 0o777).toBe(mode)
  })

  it.each(WAYS)('writes through a link and leaves the link at %s', async way => {
    const path = join(folder, 'real.eml')
    const link = join(folder, 'link.eml')
    writeFileSync(path, 'old')
    symlinkSync('real.eml', link)
    const file = openOutputFile(link)
    file.write(Buffer.from('new'))
    await file[way]()
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  it('reports what cannot be written', () => {
    expect(() => openOutputFile(folder)).toThrow(expect.objectContaining({ code: 'output-failed' }))
    expect(() => openOutputFile(join(folder, 'no/such/file'))).toThrow(
      expect.objectContaining({ code: 'output-failed' }),
    )
  })

  it.each(WAYS)('leaves nothing behind where %s cannot put it into its place', async way => {
    const path = join(folder, 'taken')
    const file = openOutputFile(path)
    file.write(Buffer.from('new'))
    mkdirSync(path)
    await expect((async () => file[way]())()).rejects.toMatchObject({ code: 'output-failed' })
    file.abandon()
    expect(readdirSync(folder)).toEqual(['taken'])
  })

  it.each(WAYS)('writes to a device: %s', async way => {
    const file = openOutputFile('/dev/null')
    file.write(Buffer.from('gone'))
    await file[way]()
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})
