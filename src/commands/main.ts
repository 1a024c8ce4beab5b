// The program: finds the command and runs it.

import { VERSION } from '../report/version.js'
import type { CommandTree, CommandUnknownOpts } from './command.js'
import type { Context } from './context.js'
import { EXIT_CODES, type ExitCode } from './exit-code.js'
import { COMMAND_NAMES, COMMANDS } from './registry.js'
import { reportError } from './stderr.js'

/** A broken configuration file must not keep anyone from help. */
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
          // Of the streams, which commander would open to ask them; help finds its own width.
          getOutHelpWidth: () => 80,
          getErrHelpWidth: () => 80,
          getOutHasColors: () => true,
        })
    }
    program.hook('preAction', (_, command) => takeSettings(command, context))
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    return reportError(error, context, argv, COMMAND_NAMES)
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
  const output: unknown = command.getOptionValue('output')
  if (typeof output === 'string' && file?.exists) (await import('./io/output-file.js')).refuseInput(output, [file.path])
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
