import { describe, expect, it } from 'vitest'
import { closest } from '../../../src/commands/help/suggestion.js'
import { COMMAND_NAMES } from '../../../src/commands/registry.js'
import { dkim } from '../../support/cli.js'

describe('dkim help', () => {
  it('lists every command', async () => {
    const { code, stdout } = await dkim(['help'])
    expect(code).toBe(0)
    for (const name of COMMAND_NAMES) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  })

  it('is the same with --help, and shows examples before options, then exit codes', async () => {
    const [page, flag] = await Promise.all([dkim(['help', 'verify']), dkim(['verify', '--help'])])
    expect(flag).toEqual(page)
    const order = ['Usage', 'Examples', 'Arguments', 'Options', 'DNS', 'Report', 'Policy', 'Exit codes']
    const positions = order.map(title => page.stdout.search(new RegExp(`^${title}`, 'm')))
    expect(positions.every(position => position !== -1)).toBe(true)
    expect([...positions].sort((one, other) => one - other)).toEqual(positions)
  })

  it('explains a reason and a warning', async () => {
    const [reason, warning] = await Promise.all([dkim(['help', 'signature-expired']), dkim(['help', 'weak-key'])])
    expect(reason.stdout).toContain('--ignore-expiration')
    expect(warning.stdout).toContain('2048')
    expect([reason.code, warning.code]).toEqual([0, 0])
  })

  it('asks what was meant', async () => {
    const [topic, command, option] = await Promise.all([
      dkim(['help', 'signature-expird']),
      dkim(['vrify']),
      dkim(['verify', '--frmat', 'json']),
    ])
    expect(topic.stderr).toContain('did you mean dkim help signature-expired?')
    expect(command.stderr).toContain('did you mean verify?')
    expect(option.stderr).toContain('did you mean --format?')
    expect([topic.code, command.code, option.code]).toEqual([2, 2, 2])
  })

  it('is coloured only where asked', async () => {
    const [plain, coloured, off] = await Promise.all([
      dkim(['help', 'sign']),
      dkim(['help', 'sign'], { env: { FORCE_COLOR: '1' } }),
      dkim(['sign', '--help'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }),
    ])
    expect(plain.stdout).not.toContain('\u001b')
    expect(coloured.stdout).toContain('\u001b[1mExamples')
    expect(off.stdout).toBe(plain.stdout)
  })

  it('says nothing on stdout when called with nothing, and fails', async () => {
    const { code, stdout, stderr } = await dkim([])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Commands')
  })
})

describe('closest', () => {
  it('takes the nearest within a third of the length', () => {
    expect(closest('verfiy', ['sign', 'verify'])).toBe('verify')
    expect(closest('sgin', ['sign', 'verify'])).toBe('sign')
    expect(closest('abc', ['sign', 'verify'])).toBeUndefined()
  })
})
