// Directories are made with all above them, or there is an error: never a program that does not come back.
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDirectory } from '../../../src/commands/io/directory.js'

let folder = ''
const at = (name: string) => join(folder, name)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-directory-'))
})

afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true, force: true })
})

describe('a directory', () => {
  it('is made with what is missing above it, once or again', () => {
    for (let time = 0; time < 2; time += 1) makeDirectory(at('a/b/c/'), 0o700)
    expect(statSync(at('a/b/c')).mode & 0o777).toBe(0o700)
    symlinkSync('a', at('link'))
    makeDirectory(at('link/b/d'))
    makeDirectory(at('link'))
    expect(statSync(at('a/b/d')).isDirectory()).toBe(true)
  })

  it.each([
    ['is a file', 'file', 'EEXIST'],
    ['is below a file', 'file/x', 'ENOTDIR'],
    ['is a link to nothing', 'broken', 'EEXIST'],
  ])('that %s is an error', (_, name, code) => {
    writeFileSync(at('file'), '')
    symlinkSync('nowhere', at('broken'))
    expect(() => makeDirectory(at(name))).toThrow(expect.objectContaining({ code }))
  })

  // mkdir -p of Node goes round for ever there.
  it.runIf(existsSync('/proc/self'))('in a file system that takes none is an error', () => {
    expect(() => makeDirectory('/proc/dkim/keys')).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })
})
