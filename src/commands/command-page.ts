// From commander's tree to the plain data that help, man pages and completions are written from.

import type { Argument, Command, Option } from 'commander'
import type { ArgumentRow, CommandPage, OptionRow, Values } from '../report/help/page.js'
import { ToolCommand } from './tool-command.js'

export function pageOf(command: Command): CommandPage {
  const help = command.createHelp()
  const name = nameOf(command)
  return {
    name,
    usage: `${name} ${command.usage()}`.trimEnd(),
    summary: command.summary() || command.description(),
    description: command.description(),
    examples: command instanceof ToolCommand ? command.shownExamples : [],
    notes: command instanceof ToolCommand ? command.shownNotes : [],
    tables: command instanceof ToolCommand ? command.shownTables : [],
    arguments: command.registeredArguments.map(argument => argumentRow(argument, command)),
    options: help.visibleOptions(command).map(option => optionRow(option, command)),
    commands: help.visibleCommands(command).map(pageOf),
  }
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
  const { short, long, flags, description, argChoices, defaultValue, defaultValueDescription } = option
  const value = /<[^>]*>|\[[^\]]*\]/.exec(flags)?.[0] ?? null
  return {
    short: short ?? null,
    long: long ?? flags,
    value,
    text: description,
    group: option.helpGroupHeading?.replace(/:$/, '') ?? 'Options',
    choices: argChoices ?? [],
    values: valuesOf(command, long ?? flags, argChoices, value ?? ''),
    defaultText: defaultValueDescription ?? (typeof defaultValue === 'string' ? defaultValue : null),
  }
}

/** Choices, else what the command suggests, else what the name of the value tells. */
function valuesOf(command: Command, name: string, choices: readonly string[] | undefined, value: string): Values {
  if (choices !== undefined) return { words: choices }
  const suggested = command instanceof ToolCommand ? command.suggestions.get(name) : undefined
  if (suggested !== undefined) return suggested
  if (/^<(?:dir|directory|folder)>$/.test(value)) return 'directory'
  return /^<(?:file|path|input|journal)s?(?:\.\.\.)?>$/.test(value) ? 'file' : 'free'
}
