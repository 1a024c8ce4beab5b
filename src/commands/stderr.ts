// What dkim says on standard error: `dkim: error: …`, warnings, hints and notes, and the exit code of an error.

import { DkimError } from '../core/errors.js'
import { visible } from '../report/text/style.js'
import type { Context } from './context.js'
import { EXIT_CODES, type ExitCode } from './exit-code.js'
import { fileFault } from './io/file-fault.js'

/** One line on stderr; the text may hold untrusted names. */
export function say(context: Context, kind: 'error' | 'warning' | 'hint' | 'note', text: string): void {
  context.stderr.write(`dkim: ${kind}: ${visible(text)}\n`)
}

/** Turns every error into one clear message and an exit code. */
export function reportError(
  fault: unknown,
  context: Context,
  argv: readonly string[],
  commands: readonly string[],
): ExitCode {
  // No file that cannot be opened or written is a fault of ours, whoever forgot to say what it was for.
  const error = fileFault(fault) ?? fault
  if (isCommanderError(error)) return reportUsage(error, context, argv, commands)
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

function reportUsage(
  error: CommanderLike,
  context: Context,
  argv: readonly string[],
  commands: readonly string[],
): ExitCode {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return EXIT_CODES.ok
  if (error.code === 'commander.help') return EXIT_CODES.usage
  const [, message = '', suggestion] =
    /^(?:error: )?([\s\S]*?)(?:\n\(Did (you mean [^\n]*)\))?$/.exec(error.message) ?? []
  const command = commands.find(name => argv.includes(name))
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
