// What is neither a file nor ends: every option that takes a file answers at once.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSmallFile } from '../../../src/commands/io/small-file.js'
import { dkim } from '../../support/cli.js'

let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-small-file-'))
  execFileSync('mkfifo', [at('pipe')])
  writeFileSync(at('five'), '12345')
  writeFileSync(at('m.eml'), 'From: a@example.com\n\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('files that are read whole', () => {
  it('up to the limit and not beyond', () => {
    expect(readSmallFile(at('five'), { limit: 5 }).toString()).toBe('12345')
    expect(() => readSmallFile(at('five'), { limit: 4 })).toThrow(expect.objectContaining({ code: 'input-unreadable' }))
  })

  it.each(['pipe', '.', 'missing'])('%s is refused, with a hint', name => {
    const expected = expect.objectContaining({ code: 'state-invalid', hint: 'name the state' })
    const options = { limit: 5, code: 'state-invalid', hint: 'name the state' } as const
    expect(() => readSmallFile(at(name), options)).toThrow(expected)
  })

  it.each([
    ['lookup', '--offline', '--lock', 'pipe'],
    ['lookup', 'example.com', '-s', 'a', '--offline', '--lock', 'pipe', '--update'],
    ['rotate-plan', '--offline', '--check', '--state', 'pipe'],
    ['verify', '--offline', 'm.eml', '--config', 'pipe'],
    ['verify', 'm.eml', '--dns-file', '/dev/zero'],
  ])('%s %s %s %s', { timeout: 20_000 }, async (...argv) => {
    const { code, stdout, stderr } = await dkim(argv, { cwd: folder })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^dkim: error: .*\ndkim: hint: /)
  })
})
