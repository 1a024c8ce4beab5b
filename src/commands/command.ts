// The program's commands are commander's. What its classes have no place for, and help, manual pages and completions show, is kept here.

import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Example, Table, Values } from '../report/help/page.js'
import type { Context } from './context.js'
import type { ExitCode } from './exit-code.js'

export {
  Argument,
  type Command,
  type CommandUnknownOpts,
  InvalidArgumentError,
  Option,
  type OptionValues,
} from '@commander-js/extra-typings'

export interface CommandTexts {
  /** Command lines that work as they are, each with what it does. */
  readonly examples?: readonly Example[]
  readonly notes?: readonly string[]
  /** Lists of what an option may name. */
  readonly tables?: readonly Table[]
  /** What shells complete, by long option or name of an argument, where neither choices nor `<file>` say it. */
  readonly values?: Readonly<Record<string, Values>>
}

class DescribedCommand extends Command {
  texts: CommandTexts = {}
}

/** A command as commander has it; its options are typed as they are added. */
export function newCommand(name: string, texts: CommandTexts = {}): Command {
  const command = new DescribedCommand(name)
  command.texts = texts
  return command
}

export function textsOf(command: CommandUnknownOpts): CommandTexts {
  return command instanceof DescribedCommand ? command.texts : {}
}

/** The options of a command, as commander gives them to its action. */
export type OptionsOf<Any extends { opts(): unknown }> = ReturnType<Any['opts']>

/** All commands, for those that describe them: help, manual pages and completions. */
export interface CommandTree {
  readonly names: readonly string[]
  /** The program; only the commands in `wanted` have their options. */
  build(wanted: readonly string[], context: Context): Promise<CommandUnknownOpts>
}

/** Builds a command; its action reports the exit code through `done`. */
export type DefineCommand = (context: Context, done: (code: ExitCode) => void, tree: CommandTree) => CommandUnknownOpts
