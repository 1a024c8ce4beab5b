// Every command line that help, guide and documents print is one that the program takes.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CommandUnknownOpts } from '../../src/commands/command.js'
import { pageOf } from '../../src/commands/help/command-page.js'
import { buildProgram } from '../../src/commands/main.js'
import { COMMAND_NAMES } from '../../src/commands/registry.js'
import { GUIDE_CODES, GUIDES } from '../../src/report/guide/guide.js'
import type { Guide } from '../../src/report/guide/step.js'
import { testContext } from '../support/context.js'
import { shellCommands } from '../support/shell-words.js'

const ROOT = join(import.meta.dirname, '..', '..')
let program: CommandUnknownOpts

beforeAll(async () => {
  program = await buildProgram(COMMAND_NAMES, testContext())
  for (const command of program.commands) command.saveStateBeforeParse()
})

/** As it was before any line was read: what a line sets stays set. */
function commandNamed(name: string): CommandUnknownOpts {
  const command = program.commands.find(candidate => candidate.name() === name)
  if (command === undefined) throw new Error(`no command "${name}"`)
  const silent = () => undefined
  command.exitOverride().configureOutput({ outputError: silent }).restoreStateBeforeParse()
  return command
}

/** Throws where an option is unknown, lacks its value, or has one that its choices or its parser refuse. */
function check(line: string): void {
  for (const { words } of shellCommands(line)) {
    const start = words.indexOf('dkim')
    if (start === -1) continue
    const [name = '', ...rest] = words.slice(start + 1)
    if (name.startsWith('-')) continue
    const command = commandNamed(name)
    const { operands, unknown } = command.parseOptions(rest)
    if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(' ')}`)
    const { registeredArguments: wanted } = command
    if (operands.length > wanted.length && !wanted.some(({ variadic }) => variadic))
      throw new Error('too many arguments')
  }
}

function failures(lines: readonly string[]): string[] {
  return lines.flatMap(line => {
    try {
      check(line)
      return []
    } catch (error) {
      return [`${line}: ${error instanceof Error ? error.message : String(error)}`]
    }
  })
}

/** Lines of fenced blocks and code spans that begin with dkim. */
function linesOf(markdown: string): string[] {
  const fenced = Array.from(markdown.matchAll(/^ *(?:\$ )?(dkim [a-z-]+ .*[^\\])$/gm), ([, line = '']) => line)
  const spans = Array.from(markdown.matchAll(/`(dkim [a-z-]+ [^`\n]*)`/g), ([, line = '']) => line)
  return [...fenced, ...spans].map(line => line.replace(/ +#.*$/, ''))
}

describe('command lines', () => {
  it('of help are taken', () => {
    const page = pageOf(program)
    const examples = [page, ...page.commands].flatMap(command => command.examples.map(({ run }) => run))
    expect(examples.length).toBeGreaterThan(12)
    expect(failures(examples)).toEqual([])
  })

  it('of the guide are taken', () => {
    const lines = GUIDE_CODES.flatMap(code => {
      const { confirm, fix }: Guide = GUIDES[code]
      return [...confirm, ...fix].flatMap(([, command]) => (command === undefined ? [] : [command]))
    })
    expect(lines.length).toBeGreaterThan(50)
    expect(failures(lines)).toEqual([])
  })

  it('of README and docs are taken', () => {
    const documents = readdirSync(ROOT)
      .filter(name => name.endsWith('.md') && name !== 'CHANGELOG.md')
      .concat([join('examples', 'README.md')])
      .concat(readdirSync(join(ROOT, 'docs')).flatMap(name => (name.endsWith('.md') ? [join('docs', name)] : [])))
    const lines = documents.flatMap(name => linesOf(readFileSync(join(ROOT, name), 'utf8')))
    // A sentence may name an option without its value.
    expect(failures(lines).filter(failure => !failure.endsWith('argument missing'))).toEqual([])
  })

  it('of the examples for CI are taken', () => {
    const folder = join(ROOT, 'examples', 'ci')
    const texts = readdirSync(folder)
      .filter(name => name.endsWith('.yml'))
      .map(name => readFileSync(join(folder, name), 'utf8'))
    const lines = texts.flatMap(text => Array.from(text.matchAll(/npx --no -- (dkim .*)$/gm), ([, line = '']) => line))
    expect(lines.length).toBeGreaterThan(5)
    expect(failures(lines)).toEqual([])
  })

  it('with a typing error would not be', () => {
    expect(failures(['dkim verify --tgas a.eml', 'dkim help', 'cat x | dkim vrify -'])).toHaveLength(2)
  })
})
