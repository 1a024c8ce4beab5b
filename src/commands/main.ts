// The program: finds the command, runs it, and turns every error into one clear message and an exit code.

import { DkimError } from '../core/errors.js'
import type { CommandTree, CommandUnknownOpts, DefineCommand } from './command.js'
import type { Context } from './context.js'
import { EXIT_CODES, type ExitCode } from './exit-code.js'
import { fileFault } from './io/file-fault.js'
import { say } from './stderr.js'

interface CommandRow {
  readonly summary: string
  /** Loads only what this command needs. */
  readonly load: () => Promise<DefineCommand>
}

/** A new command is one row here and one file beside this one. */
const COMMANDS: Readonly<Record<string, CommandRow>> = {
  keygen: {
    summary: 'generate a key and its DNS record',
    load: async () => (await import('./keygen/keygen.js')).defineKeygen,
  },
  'format-record': {
    summary: 'format a record for a DNS host, hosted sender or mail server',
    load: async () => (await import('./format-record/format-record.js')).defineFormatRecord,
  },
  sign: { summary: 'sign a message', load: async () => (await import('./sign/sign.js')).defineSign },
  verify: {
    summary: 'verify signatures and explain why they fail',
    load: async () => (await import('./verify/verify.js')).defineVerify,
  },
  lookup: {
    summary: 'look up a key in DNS and find problems',
    load: async () => (await import('./lookup/lookup.js')).defineLookup,
  },
  'rotate-plan': {
    summary: 'plan a key rotation and track its progress',
    load: async () => (await import('./rotate-plan/rotate-plan.js')).defineRotatePlan,
  },
  config: {
    summary: 'show all settings and where they come from',
    load: async () => (await import('./config/config.js')).defineConfig,
  },
  help: {
    summary: 'explain a command, reason code or warning code',
    load: async () => (await import('./help/help.js')).defineHelp,
  },
  completion: {
    summary: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./help/completion.js')).defineCompletion,
  },
}

export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS)

/** A broken configuration file must not keep anybody from help. */
const WITHOUT_SETTINGS: readonly string[] = ['help', 'completion']

const EXAMPLES = [
  { run: 'dkim keygen --domain example.com --selector mail', text: 'make a key and print its DNS record' },
  {
    run: 'dkim sign --key mail._domainkey.example.com.private.pem --domain example.com --selector mail message.eml > signed.eml',
    text: 'sign a message with it',
  },
  { run: 'dkim verify signed.eml', text: 'verify a message and see why it fails' },
  { run: 'dkim lookup example.com --selector mail', text: 'check the published key' },
]

const VERSION = '0.1.0'

export async function main(argv: readonly string[], context: Context): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.ok
  try {
    const asked = argv.filter(argument => !argument.startsWith('-')).slice(0, 1)
    const program = await buildProgram(asked, context, code => {
      exitCode = code
    })
    const formatHelp = await openHelp(argv, context)
    const silent = () => undefined
    for (const command of [program, ...program.commands]) {
      command
        .exitOverride()
        .configureHelp({ formatHelp })
        .configureOutput({
          writeOut: text => void context.stdout.write(text),
          writeErr: text => void context.stderr.write(text),
          outputError: silent,
          getOutHasColors: () => true,
        })
    }
    program.hook('preAction', (_, command) => takeSettings(command, context))
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    return reportError(error, context, argv)
  }
}

/** The whole tree; the commands among `wanted` with their options, the others by name and summary alone. */
export async function buildProgram(
  wanted: readonly string[],
  context: Context,
  done: (code: ExitCode) => void = () => undefined,
): Promise<CommandUnknownOpts> {
  const { addConfigOptions } = await import('./options.js')
  const { newCommand } = await import('./command.js')
  const program = newCommand('dkim', { examples: EXAMPLES })
    .description('Manage DKIM keys: generate, publish, sign, verify, look up, rotate.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpCommand(false)
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = wanted.includes(name) ? (await load())(context, done, COMMAND_TREE) : newCommand(name)
    if (!WITHOUT_SETTINGS.includes(name)) addConfigOptions(command)
    program.addCommand(command.summary(summary))
  }
  return program
}

/** For the commands that describe all commands. */
export const COMMAND_TREE: CommandTree = { names: COMMAND_NAMES, build: buildProgram }

/** What the command line left open may be set by the environment or the configuration file. */
async function takeSettings(command: CommandUnknownOpts, context: Context): Promise<void> {
  if (command.name() === 'config' || WITHOUT_SETTINGS.includes(command.name())) return
  const { applySettings, effectiveSettings } = await import('./config/apply.js')
  const { readConfigFile } = await import('./config/config-file.js')
  const file = await readConfigFile(context, command.getOptionValue('config') as string | false | undefined)
  applySettings(command, effectiveSettings(context.env, file))
}

function isHelp(argument: string | undefined): boolean {
  return argument === '--help' || argument === '-h'
}

/** Help in our own form. */
async function openHelp(argv: readonly string[], context: Context): Promise<(command: CommandUnknownOpts) => string> {
  if (argv.length > 0 && !argv.some(isHelp)) return () => ''
  const { styleFor } = await import('../report/text/style.js')
  const { helpText } = await import('../report/help/text.js')
  const { pageOf } = await import('./help/command-page.js')
  const { stdout, env } = context
  const option = argv.includes('--no-color') ? false : argv.includes('--color') ? true : undefined
  const style = await styleFor({ option, env, isTTY: stdout.isTTY === true })
  return command => helpText(pageOf(command), stdout.columns ?? 80, style)
}

function reportError(fault: unknown, context: Context, argv: readonly string[]): ExitCode {
  // No file that cannot be opened or written is a fault of ours, whoever forgot to say what it was for.
  const error = fileFault(fault) ?? fault
  if (isCommanderError(error)) return reportUsage(error, context, argv)
  // Whoever owns the stream ends the process (run.ts).
  if (isBrokenPipe(error)) return EXIT_CODES.ok
  // The work was not finished, so the output is incomplete.
  if (context.signal.aborted && error === context.signal.reason) {
    say(context, 'error', 'interrupted')
    return EXIT_CODES.temporary
  }
  if (isDkimError(error)) {
    say(context, 'error', error.message)
    if (error.hint !== undefined) say(context, 'hint', error.hint)
    // What passes by itself says so.
    return 'exitCode' in error && error.exitCode === EXIT_CODES.temporary ? EXIT_CODES.temporary : EXIT_CODES.usage
  }
  say(context, 'error', `internal error: ${error instanceof Error ? error.message : String(error)}`)
  say(context, 'hint', 'this is a bug in dkim: please report it with the command line you used')
  if (context.env['DKIM_DEBUG'] && error instanceof Error) context.stderr.write(`${error.stack}\n`)
  return EXIT_CODES.internal
}

interface CommanderLike {
  readonly code: string
  readonly exitCode: number
  readonly message: string
}

function isCommanderError(error: unknown): error is CommanderLike {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')
}

function reportUsage(error: CommanderLike, context: Context, argv: readonly string[]): ExitCode {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return EXIT_CODES.ok
  if (error.code === 'commander.help') return EXIT_CODES.usage
  const [, message = '', suggestion] =
    /^(?:error: )?([\s\S]*?)(?:\n\(Did (you mean [^\n]*)\))?$/.exec(error.message) ?? []
  const command = COMMAND_NAMES.find(name => argv.includes(name))
  const help =
    command === undefined ? 'dkim --help lists the commands' : `dkim help ${command} has examples and all options`
  const fault = message.replace(/Allowed choices are (.*)\.$/, 'use $1').replace(/( is invalid[^.:]*)\. /, '$1: ')
  say(context, 'error', withoutSecrets(fault))
  say(context, 'hint', suggestion === undefined ? help : `did ${suggestion}`)
  return EXIT_CODES.usage
}

/** Errors end up in logs: a key that was pasted, or what an unknown --password was set to, is not repeated. */
function withoutSecrets(message: string): string {
  return message.replace(/-----BEGIN[\s\S]*/, "-----BEGIN …'").replace(/^(unknown option '--[^=\s]*)=[\s\S]*/, "$1'")
}

function isDkimError(error: unknown): error is DkimError {
  return error instanceof DkimError
}

export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED')
}
