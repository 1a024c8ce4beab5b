// From a command to the plain data that help, man pages and completions are written from.

import type { ArgumentRow, CommandPage, OptionRow, Values } from '../../report/help/page.js'
import { type CommandUnknownOpts, textsOf } from '../command.js'

type Argument = CommandUnknownOpts['registeredArguments'][number]
type Option = CommandUnknownOpts['options'][number]

export function pageOf(command: CommandUnknownOpts): CommandPage {
  const name = nameOf(command)
  const { examples = [], notes = [], tables = [] } = textsOf(command)
  return {
    name,
    usage: usageOf(command, name),
    summary: command.summary() || command.description(),
    description: command.description(),
    examples,
    notes,
    tables,
    arguments: command.registeredArguments.map(argument => argumentRow(argument, command)),
    // Commander adds -h, --help as the last one.
    options: command
      .createHelp()
      .visibleOptions(command)
      .map(option => optionRow(option, command)),
    commands: command.commands.map(pageOf),
  }
}

function usageOf({ commands, registeredArguments }: CommandUnknownOpts, name: string): string {
  const words = [...(commands.length > 0 ? ['[command]'] : []), ...registeredArguments.map(usageOfArgument)]
  return [name, '[options]', ...words].join(' ')
}

function usageOfArgument(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '')
  return argument.required ? `<${name}>` : `[${name}]`
}

function nameOf(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

function argumentRow(argument: Argument, command: CommandUnknownOpts): ArgumentRow {
  return {
    name: argument.name(),
    text: argument.description,
    variadic: argument.variadic,
    required: argument.required,
    choices: argument.argChoices ?? [],
    values: valuesOf(command, argument.name(), argument.argChoices, `<${argument.name()}>`),
  }
}

function optionRow(option: Option, command: CommandUnknownOpts): OptionRow {
  const { short, long = '', flags, description, argChoices, defaultValue, helpGroupHeading } = option
  const value = /<[^>]+>$/.exec(flags)?.[0] ?? null
  return {
    short: short ?? null,
    long,
    value,
    text: description,
    group: helpGroupHeading ?? 'Options',
    choices: argChoices ?? [],
    values: valuesOf(command, long, argChoices, value ?? ''),
    defaultText: typeof defaultValue === 'string' ? defaultValue : null,
  }
}

/** Choices, else what the command suggests, else what the name of the value says. */
function valuesOf(
  command: CommandUnknownOpts,
  name: string,
  choices: readonly string[] | undefined,
  value: string,
): Values {
  if (choices !== undefined) return { words: choices }
  const suggested = textsOf(command).values?.[name]
  if (suggested !== undefined) return suggested
  if (/^<(?:dir|directory|folder)>$/.test(value)) return 'directory'
  return /^<(?:file|path|input|journal)s?(?:\.\.\.)?>$/.test(value) ? 'file' : 'free'
}
