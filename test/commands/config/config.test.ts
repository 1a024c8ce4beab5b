import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SETTING_NAMES, SETTINGS, type SettingRow, variableOf } from '../../../src/commands/config/settings.js'
import { buildProgram } from '../../../src/commands/main.js'
import { COMMAND_NAMES } from '../../../src/commands/registry.js'
import { dkim, type Outcome } from '../../support/cli.js'
import { testContext } from '../../support/context.js'

let folder = ''
const FILE = 'mail._domainkey.example.com.private.pem'

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-config-'))
  mkdirSync(join(folder, 'home', '.config', 'dkim'), { recursive: true })
  mkdirSync(join(folder, 'work', 'dkim'), { recursive: true })
  writeFileSync(join(folder, 'work', 'a.eml'), 'From: a@example.com\r\n\r\nbody\r\n')
  await dkim(['keygen', '--domain', 'example.com', '--selector', 'mail', '-q'], { cwd: join(folder, 'home') })
  configure(`domain = "example.com"\nselector = "mail"\nkey = "../../${FILE}"\n`)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function configure(text: string): void {
  writeFileSync(join(folder, 'home', '.config', 'dkim', 'config.toml'), text)
}

function run(argv: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return dkim(argv, { cwd: join(folder, 'work'), env: { HOME: join(folder, 'home'), XDG_CONFIG_HOME: '', ...env } })
}

describe('the configuration file', () => {
  it('gives sign its key, beside which it is found', async () => {
    const { code, stdout } = await run(['sign', 'a.eml'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/d=example\.com; s=mail;/)
  })

  it('is beaten by the environment, and that by the command line', async () => {
    const byEnvironment = await run(['sign', 'a.eml'], { DKIM_SELECTOR: 'env', DKIM_EXPIRES: '1d' })
    expect(byEnvironment.stdout).toMatch(/s=env;.*x=/s)
    const byLine = await run(['sign', 'a.eml', '--domain', 'other.example'], { DKIM_DOMAIN: 'env.example' })
    expect(byLine.stdout).toContain('d=other.example;')
  })

  it('is not mixed into a choice of key that the command line makes', async () => {
    const { code, stderr } = await run(['sign', '--selector', 'new', 'a.eml'])
    expect(code).toBe(2)
    expect(stderr).toContain('no key to sign with')
  })

  it('is left out with --no-config, and can be another', async () => {
    expect((await run(['sign', '--no-config', 'a.eml'])).code).toBe(2)
    writeFileSync(join(folder, 'other.toml'), 'domain = "third.example"\n')
    const other = await run(['config', '--config', '../other.toml', '--format', 'json'])
    const settings: { name: string; values: string[] | null }[] = JSON.parse(other.stdout).settings
    expect(settings.filter(({ values }) => values !== null)).toEqual([
      expect.objectContaining({ name: 'domain', values: ['third.example'] }),
    ])
    expect((await run(['config', '--config', '../gone.toml'])).code).toBe(2)
  })

  it('is never taken from the working directory', async () => {
    writeFileSync(join(folder, 'work', 'dkim', 'config.toml'), 'domain = "evil.example"\n')
    writeFileSync(join(folder, 'work', 'config.toml'), 'domain = "evil.example"\n')
    const { stdout } = await run(['config'], { XDG_CONFIG_HOME: '.', HOME: '.' })
    expect(stdout).not.toContain('evil.example')
  })

  it('never puts a name server beside --dns-file, which would ask the network', async () => {
    writeFileSync(join(folder, 'work', 'empty.zone'), '')
    const signed = await run(['sign', 'a.eml'])
    writeFileSync(join(folder, 'work', 'signed.eml'), signed.stdoutBytes)
    const { stdout } = await run(['verify', '--dns-file', 'empty.zone', '--format', 'json', 'signed.eml'], {
      DKIM_NAMESERVER: '127.0.0.1:9',
    })
    expect(JSON.parse(stdout).signatures[0].reason).toBe('no-key-for-signature')
  })

  it.each([
    ['selektor = "x"', 'did you mean selector?'],
    ['domain = 5', 'domain is not a quoted string'],
    ['bits = "big"', 'bits is not a number'],
    ['require-aligned = 1', 'require-aligned is not true or false'],
    ['[sign]\nkey = "x"', 'has an unknown setting "sign"'],
    ['domain = "a"\ndomain = "b"', 'line 2'],
    ['__proto__ = "x"', 'has an unknown setting "__proto__"'],
  ])('is refused where it says %j', async (text, message) => {
    writeFileSync(join(folder, 'bad.toml'), text)
    const { code, stdout, stderr } = await run(['verify', '--config', '../bad.toml', 'a.eml'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it('does not keep anybody from help', async () => {
    configure('broken')
    expect((await run(['help', 'sign'])).code).toBe(0)
    expect((await run(['verify', 'a.eml'])).code).toBe(2)
    configure('')
  })

  it('names its fault where a value does not fit the option', async () => {
    const { code, stderr } = await run(['verify', 'a.eml'], { DKIM_TIMEOUT: 'soon' })
    expect(code).toBe(2)
    expect(stderr).toContain('DKIM_TIMEOUT')
    expect((await run(['verify', 'a.eml'], { DKIM_REQUIRE_ALIGNED: 'perhaps' })).code).toBe(2)
  })
})

describe('SETTINGS', () => {
  it('names options that exist, in the commands that have them', async () => {
    const program = await buildProgram(COMMAND_NAMES, testContext())
    for (const name of SETTING_NAMES) {
      const { commands, unless = [] }: SettingRow = SETTINGS[name]
      for (const commandName of commands) {
        const command = program.commands.find(candidate => candidate.name() === commandName)
        // dkim lookup takes the domain as an operand.
        if (commandName === 'lookup' && name === 'domain') continue
        expect(command?.options.map(({ long }) => long)).toContain(`--${name}`)
      }
      const all = program.commands.flatMap(command => command.options.map(({ long }) => long))
      for (const other of unless) expect(all).toContain(`--${other}`)
      expect(variableOf(name)).toMatch(/^DKIM_[A-Z_]+$/)
    }
  })
})
