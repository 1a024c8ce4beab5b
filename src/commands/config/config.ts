// dkim config: every setting, its value, and where that came from.

import { configJson, configText } from '../../report/config.js'
import type { DefineCommand } from '../command.js'
import { type CommandTexts, newCommand, Option, type OptionsOf } from '../command.js'
import type { Context } from '../context.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { stdoutStyle } from '../io/stdout-style.js'
import { addColourOptions } from '../options.js'
import { effectiveSettings } from './apply.js'
import { readConfigFile } from './config-file.js'
import { SETTING_NAMES, SETTINGS, variableOf } from './settings.js'

const TEXTS: CommandTexts = {
  examples: [
    { run: 'dkim config', text: 'show all settings and their sources' },
    { run: 'DKIM_NAMESERVER=192.0.2.53 dkim config --format json', text: 'for programs' },
  ],
  notes: [
    'The file is $XDG_CONFIG_HOME/dkim/config.toml or ~/.config/dkim/config.toml, or the one that --config or DKIM_CONFIG names; ' +
      'never a file in the working directory. The command line overrides DKIM_… variables, which override the file.',
  ],
}

const configCommand = () =>
  addColourOptions(newCommand('config', TEXTS))
    .description('Show every setting, its value and its source.')
    .addOption(
      new Option('--format <format>', 'output format').choices(['text', 'json'] as const).default('text' as const),
    )

export const defineConfig: DefineCommand = (context, done) =>
  configCommand().action(async (options, command) =>
    done(await runConfig(context, options, command.getOptionValue('config'))),
  )

type ConfigOptions = OptionsOf<ReturnType<typeof configCommand>>

async function runConfig(context: Context, { format, color }: ConfigOptions, named: unknown): Promise<ExitCode> {
  const file = await readConfigFile(context, named as string | false | undefined)
  const settings = effectiveSettings(context.env, file)
  const rows = SETTING_NAMES.map(name => ({
    name,
    text: SETTINGS[name].text,
    commands: SETTINGS[name].commands,
    variable: variableOf(name),
    values: settings.get(name)?.values ?? null,
    source: settings.get(name)?.source ?? null,
  }))
  const where = file === null ? null : { path: file.path, exists: file.exists }
  const style = await stdoutStyle(context, color)
  context.stdout.write(format === 'json' ? configJson(where, rows) : configText(where, rows, style))
  return EXIT_CODES.ok
}
