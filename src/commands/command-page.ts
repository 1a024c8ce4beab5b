// From commander's tree to the plain data that help, man pages and completions are written from.

import type { Argument, Command, Option } from 'commander'
import type { ArgumentRow, CommandPage, OptionRow } from '../report/help/page.js'
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
    arguments: command.registeredArguments.map(argumentRow),
    options: help.visibleOptions(command).map(optionRow),
    commands: help.visibleCommands(command).map(pageOf),
  }
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

function argumentRow(argument: Argument): ArgumentRow {
  return {
    name: argument.name(),
    text: argument.description,
    variadic: argument.variadic,
    required: argument.required,
    choices: argument.argChoices ?? [],
  }
}

function optionRow(option: Option): OptionRow {
  const { short, long, flags, description, argChoices, defaultValue, defaultValueDescription } = option
  return {
    short: short ?? null,
    long: long ?? flags,
    value: /<[^>]*>|\[[^\]]*\]/.exec(flags)?.[0] ?? null,
    text: description,
    group: option.helpGroupHeading?.replace(/:$/, '') ?? 'Options',
    choices: argChoices ?? [],
    defaultText: defaultValueDescription ?? (typeof defaultValue === 'string' ? defaultValue : null),
  }
}
