// From a command to the plain data that help, man pages and completions are written from.

import type { ArgumentRow, CommandPage, OptionRow, Values } from '../report/help/page.js'
import { type Argument, type Command, Option } from './command.js'

/** What commander adds to every command. */
const HELP = new Option('-h, --help', 'display help for command')

export function pageOf(command: Command): CommandPage {
  const name = nameOf(command)
  return {
    name,
    usage: usageOf(command, name),
    summary: command.summary() || command.description(),
    description: command.description(),
    examples: command.shownExamples,
    notes: command.shownNotes,
    tables: command.shownTables,
    arguments: command.registeredArguments.map(argument => argumentRow(argument, command)),
    options: [...command.options, HELP].map(option => optionRow(option, command)),
    commands: command.commands.map(pageOf),
  }
}

function usageOf({ commands, registeredArguments }: Command, name: string): string {
  const words = [...(commands.length > 0 ? ['[command]'] : []), ...registeredArguments.map(({ flags }) => flags)]
  return [name, '[options]', ...words].join(' ')
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

function argumentRow(argument: Argument, command: Command): ArgumentRow {
  return {
    name: argument.name(),
    text: argument.description,
    variadic: argument.variadic,
    required: argument.required,
    choices: argument.argChoices ?? [],
    values: valuesOf(command, argument.name(), argument.argChoices, `<${argument.name()}>`),
  }
}

function optionRow(option: Option, command: Command): OptionRow {
  const { short, long, value, description, argChoices, defaultValue } = option
  return {
    short: short ?? null,
    long,
    value: value ?? null,
    text: description,
    group: option.helpGroupHeading ?? 'Options',
    choices: argChoices ?? [],
    values: valuesOf(command, long, argChoices, value ?? ''),
    defaultText: typeof defaultValue === 'string' ? defaultValue : null,
  }
}

/** Choices, else what the command suggests, else what the name of the value tells. */
function valuesOf(command: Command, name: string, choices: readonly string[] | undefined, value: string): Values {
  if (choices !== undefined) return { words: choices }
  const suggested = command.suggestions.get(name)
  if (suggested !== undefined) return suggested
  if (/^<(?:dir|directory|folder)>$/.test(value)) return 'directory'
  return /^<(?:file|path|input|journal)s?(?:\.\.\.)?>$/.test(value) ? 'file' : 'free'
}
