// Wrong use, of any command: one error, one hint that names the command, nothing on stdout.

import { describe, expect, it } from 'vitest'
import { dkim } from '../support/cli.js'

describe('wrong use', () => {
  it.each([
    [['verify', '--bogus', 'x'], 'dkim help verify'],
    [['verify', '--format', 'xml', 'x'], 'dkim help verify'],
    [['verify', '--now', 'soon', 'x'], 'dkim help verify'],
    [['lookup', '--timeout', 'x', 'example.com'], 'dkim help lookup'],
    [['keygen', '--selector'], 'dkim help keygen'],
    [['sign', '--expires', 'x'], 'dkim help sign'],
    [['frobnicate'], 'dkim --help'],
  ])('%j', async (argv, help) => {
    const { code, stdout, stderr } = await dkim(argv)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    const [error, hint, ...rest] = stderr.split('\n')
    expect(rest).toEqual([''])
    // One sentence in lower case, without a full stop.
    expect(error).toMatch(/^dkim: error: [^A-Z.].*[^.]$/)
    expect(error).not.toContain('. ')
    expect(hint).toMatch(/^dkim: hint: /)
    expect(hint).toContain(help)
  })

  it('a command that is nearly one is guessed', async () => {
    expect((await dkim(['verfy'])).stderr).toContain('verify')
  })
})
