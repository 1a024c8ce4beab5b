// The reader of usual command lines, beside commander, which reads all of them.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CommandLine, readArguments } from '../../src/commands/arguments.js'
import { Argument, Command, InvalidArgumentError, Option } from '../../src/commands/command.js'
import { commanderTree } from '../../src/commands/commander-tree.js'
import { buildProgram, COMMAND_NAMES } from '../../src/commands/main.js'
import { collect } from '../../src/commands/options.js'
import { testContext } from '../support/context.js'

let commands: readonly Command[] = []

beforeAll(async () => {
  const program = await buildProgram(COMMAND_NAMES, testContext())
  commands = program.commands
})

/** What commander makes of it; null where it refuses. */
function byCommander(command: Command, argv: readonly string[]): CommandLine | null {
  const root = new Command('dkim').addCommand(command)
  let read: CommandLine | null = null
  const take = (_: Command, line: CommandLine): void => {
    read = line
  }
  const silent = () => undefined
  const tree = commanderTree(root, take, { version: '1', writeOut: silent, writeErr: silent, helpText: () => '' })
  try {
    tree.parse([command.name(), ...argv], { from: 'user' })
    return read
  } catch {
    return null
  }
}

/** Fitting and other words for a command: flags with and without values, values that may fit, and what commander has rules of its own for. */
function wordsFor(command: Command): fc.Arbitrary<string[]> {
  const flags = command.options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]))
  const values = command.options.flatMap(({ argChoices = [] }) => argChoices)
  const flag = fc.constantFrom('--nope', ...flags)
  const value = fc.oneof(
    fc.constantFrom('a.eml', '-', '', '5s', '7', '2026-01-01', '1/2', '0600', 's=x', 'example.com', ...values),
    fc.string({ maxLength: 4 }),
  )
  const odd = fc.constantFrom('--', '-h', '--help', '-V', '--version', '-x', '-5', '--nope', '---', '-qv', '-0q')
  const word = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(flag, value) },
    { weight: 4, arbitrary: fc.tuple(flag) },
    { weight: 4, arbitrary: fc.tuple(flag, value).map(([name, text]) => [`${name}=${text}`]) },
    { weight: 4, arbitrary: fc.tuple(value) },
    { weight: 1, arbitrary: fc.tuple(flag, value).map(([name, text]) => [`${name}${text}`]) },
    { weight: 1, arbitrary: fc.tuple(odd) },
  )
  return fc.array(word, { maxLength: 5 }).map(words => words.flat())
}

describe('readArguments', () => {
  it('understands what commander does, or leaves it to it', () => {
    let usual = 0
    for (const command of commands) {
      fc.assert(
        fc.property(wordsFor(command), argv => {
          const line = readArguments(command, argv)
          if (line === null) return
          usual += 1
          expect({ argv, ...line }).toEqual({ argv, ...byCommander(command, argv) })
        }),
        { numRuns: 150 },
      )
    }
    expect(usual).toBeGreaterThan(200)
  })

  it.each([
    ['verify', 'a.eml'],
    ['verify', '--dns-file keys.json --format json a.eml b.eml'],
    ['verify', '-q --format=ndjson --now 2026-01-01 --min-key-bits 2048 --no-color -'],
    ['sign', '--key k.pem --selector s --domain example.com m.eml'],
    ['sign', '--key a.pem --selector a --key b.pem --selector b --expires 14d -i @example.com -o out.eml'],
    ['keygen', '--domain example.com --selector s --type ed25519 --mode 0640'],
    ['lookup', 'example.com --selector s --nameserver 127.0.0.1:5300'],
    ['format-record', '--selector s --key k.pem --dialect bind'],
    ['help', 'verify'],
  ])('reads dkim %s %s itself', (name, words) => {
    const command = commands.find(candidate => candidate.name() === name)!
    const argv = words.split(' ')
    const line = readArguments(command, argv)
    expect(line).not.toBeNull()
    expect(line).toEqual(byCommander(command, argv))
  })

  it.each([
    '--help',
    '-h',
    '--bogus',
    '--format',
    '--format xml',
    '--now soon',
    '--no-color=1',
    '--quiet=1',
    '-qv',
    '-- a.eml',
    '-5',
    '--dns-file --format',
    '--verb',
  ])('leaves dkim verify %s to commander', words => {
    const verify = commands.find(candidate => candidate.name() === 'verify')!
    expect(readArguments(verify, words.split(' '))).toBeNull()
  })

  it('reads defaults, switches that turn off, and repeated options', () => {
    const command = new Command('x')
      .option('--size <n>', 'a size', '5')
      .option('--name <name>', 'names', collect)
      .option('--no-frills', 'none')
      .option('--colour', 'some')
      .option('--no-colour', 'none')
    const [plain, turned] = [[], ['--name', 'a', '--no-frills', '--name=b', '--no-colour']]
    expect(readArguments(command, plain)?.options).toEqual({ size: '5', frills: true })
    const line = readArguments(command, turned)
    expect(line?.options).toEqual({ size: '5', frills: false, colour: false, name: ['a', 'b'] })
    expect(line?.given).toEqual(new Set(['name', 'frills', 'colour']))
    for (const argv of [plain, turned]) expect(readArguments(command, argv)).toEqual(byCommander(command, argv))
  })

  it('leaves options that exclude each other, and arguments in the wrong number, to commander', () => {
    const command = new Command('x')
      .addOption(new Option('--relative', 'one').conflicts('absolute'))
      .option('--absolute', 'the other')
      .argument('<first>', 'one')
      .argument('[second]', 'two')
    expect(readArguments(command, ['a', '--relative'])).toBeNull()
    expect(readArguments(command, [])).toBeNull()
    expect(readArguments(command, ['a', 'b', 'c'])).toBeNull()
    expect(readArguments(command, ['a', '--absolute'])?.operands).toEqual(['a', undefined])
  })

  it('leaves a value that does not fit to commander, and throws what is a fault of a parser', () => {
    const command = new Command('x').option('--bad <x>', 'bad', () => {
      throw new TypeError('a fault')
    })
    command.option('--never <x>', 'never fits', () => {
      throw new InvalidArgumentError('never')
    })
    expect(readArguments(command, ['--never', 'x'])).toBeNull()
    expect(() => readArguments(command, ['--bad', 'x'])).toThrow(TypeError)
    const chooser = new Command('y').addArgument(new Argument('<one>', 'one of them').choices(['a', 'b']))
    expect(readArguments(chooser, ['a'])?.operands).toEqual(['a'])
    expect(readArguments(chooser, ['c'])).toBeNull()
  })
})

describe('an option', () => {
  it('has flags that can be read, and nothing else', () => {
    for (const flags of ['-x', '--a [b]', '-xy, --xy', '--name <a>...', 'name']) {
      expect(() => new Option(flags, '')).toThrow(flags)
    }
    expect(new Option('-o, --out-dir <dir>', '').attributeName()).toBe('outDir')
    expect(new Option('--no-dns-file', '').attributeName()).toBe('dnsFile')
  })
})
