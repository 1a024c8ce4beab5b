// Commander's tree of our commands, for the command lines that arguments.ts leaves to it: those that need help, and those that are wrong.

import * as commander from 'commander'
import type { CommandLine } from './arguments.js'
import type { Argument, Command, Option } from './command.js'

/** Called with the command that a line is for, and what the line says. */
export type OnCommand = (command: Command, line: CommandLine) => void | Promise<void>

export interface TreeOptions {
  readonly version: string
  readonly writeOut: (text: string) => void
  readonly writeErr: (text: string) => void
  readonly helpText: (command: Command) => string
}

/** Errors are thrown: nothing is written but help and the version. */
export function commanderTree(
  program: Command,
  onCommand: OnCommand,
  { version, writeOut, writeErr, helpText }: TreeOptions,
): commander.Command {
  const root = new commander.Command(program.name())
    .exitOverride()
    .allowExcessArguments(false)
    .showHelpAfterError(false)
    .helpCommand(false)
    .configureOutput({ writeOut, writeErr, outputError: () => undefined, getOutHasColors: () => true })
    .version(version, '-V, --version', 'print the version')
    .configureHelp({ formatHelp: () => helpText(program) })
  for (const command of program.commands) {
    const branch = branchOf(command, onCommand).copyInheritedSettings(root)
    root.addCommand(branch.configureHelp({ formatHelp: () => helpText(command) }))
  }
  return root
}

function branchOf(command: Command, onCommand: OnCommand): commander.Command {
  const branch = new commander.Command(command.name())
  for (const option of command.options) branch.addOption(optionOf(option))
  for (const argument of command.registeredArguments) branch.addArgument(argumentOf(argument))
  return branch.action((...values) => {
    const options = branch.opts()
    const isGiven = (name: string): boolean => branch.getOptionValueSource(name) === 'cli'
    const operands = values.slice(0, command.registeredArguments.length)
    return onCommand(command, { operands, options, given: new Set(Object.keys(options).filter(isGiven)) })
  })
}

function optionOf({ flags, description, defaultValue, argChoices, parseArg, conflictsWith }: Option): commander.Option {
  const option = new commander.Option(flags, description).default(defaultValue).conflicts(conflictsWith)
  if (argChoices !== undefined) return option.choices(argChoices)
  return parseArg === undefined ? option : option.argParser(parseArg)
}

function argumentOf({ flags, description, argChoices }: Argument): commander.Argument {
  const argument = new commander.Argument(flags, description)
  return argChoices === undefined ? argument : argument.choices(argChoices)
}
