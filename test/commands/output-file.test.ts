import {
  chmodSync,
  lstatSync,
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
import { openOutputFile } from '../../src/commands/output-file.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-output-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('output file', () => {
  it('appears at commit, and not before', () => {
    const path = join(folder, 'new.eml')
    const file = openOutputFile(path)
    file.write(Buffer.from('one '))
    file.write(Buffer.from('two'))
    expect(readdirSync(folder)).not.toContain('new.eml')
    file.commit()
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

  it.each([0o600, 0o640, 0o444])('keeps the mode %o of what was there', mode => {
    const path = join(folder, 'old.eml')
    writeFileSync(path, 'old')
    chmodSync(path, mode)
    const file = openOutputFile(path)
    file.write(Buffer.from('new'))
    file.commit()
    file.abandon()
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(statSync(path).mode & 0o777).toBe(mode)
  })

  it('writes through a link and leaves the link', () => {
    const path = join(folder, 'real.eml')
    const link = join(folder, 'link.eml')
    writeFileSync(path, 'old')
    symlinkSync('real.eml', link)
    const file = openOutputFile(link)
    file.write(Buffer.from('new'))
    file.commit()
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  it('reports what cannot be written', () => {
    expect(() => openOutputFile(folder)).toThrow(expect.objectContaining({ code: 'output-failed' }))
    expect(() => openOutputFile(join(folder, 'no/such/file'))).toThrow(
      expect.objectContaining({ code: 'output-failed' }),
    )
  })

  it('writes to a device', () => {
    const file = openOutputFile('/dev/null')
    file.write(Buffer.from('gone'))
    file.commit()
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})
