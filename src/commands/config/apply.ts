// Settings as defaults of a command's options: the command line wins over the environment, and that over the file.

import { DkimError } from '../../core/errors.js'
import type { CommandUnknownOpts } from '../command.js'
import type { Context } from '../context.js'
import type { ConfigFile } from './config-file.js'
import { SETTING_NAMES, SETTINGS, type Setting, type SettingName, type SettingRow, variableOf } from './settings.js'

/** Every setting that has a value, by name. */
export function effectiveSettings(env: Context['env'], file: ConfigFile | null): ReadonlyMap<SettingName, Setting> {
  const settings = new Map<SettingName, Setting>()
  for (const setting of file?.settings ?? []) settings.set(setting.name, setting)
  for (const name of SETTING_NAMES) {
    const value = env[variableOf(name)]
    if (value !== undefined && value !== '') settings.set(name, fromEnvironment(name, value))
  }
  return settings
}

function fromEnvironment(name: SettingName, value: string): Setting {
  const source = variableOf(name)
  if (SETTINGS[name].kind === 'list') return { name, values: value.split(/[ ,]+/).filter(Boolean), source }
  if (SETTINGS[name].kind !== 'flag') return { name, values: [value], source }
  const flag = /^(?:1|true|yes|on)$/i.test(value) ? 'true' : /^(?:0|false|no|off)$/i.test(value) ? 'false' : undefined
  if (flag === undefined) throw new DkimError('usage', `${source} must be 1 or 0`, 'unset it, or set it to 1 or 0')
  return { name, values: [flag], source }
}

/** Fills in what the command line left open. */
export function applySettings(command: CommandUnknownOpts, settings: ReadonlyMap<SettingName, Setting>): void {
  // Check the given options before filling in defaults, so one default never masks another.
  const given = new Set(
    command.options.filter(option => isGiven(command, option)).map(({ long = '' }) => long.slice(2)),
  )
  for (const setting of settings.values()) {
    const { commands, unless: elsewhere = [], unlessInLookup }: SettingRow = SETTINGS[setting.name]
    const unless = command.name() === 'lookup' ? (unlessInLookup ?? elsewhere) : elsewhere
    if (!commands.includes(command.name()) || given.has(setting.name)) continue
    if (unless.some(name => given.has(name))) continue
    const option = command.options.find(({ long }) => long === `--${setting.name}`)
    if (option !== undefined && !isNamed(command, setting)) fillIn(command, option, setting)
    else if (option === undefined) fillInOperand(command, setting)
  }
}

/** A whole name, SELECTOR._domainkey.DOMAIN, has its selector in it. */
function isNamed(command: CommandUnknownOpts, { name }: Setting): boolean {
  const [operand] = command.processedArgs
  return command.name() === 'lookup' && name === 'selector' && String(operand).toLowerCase().includes('._domainkey.')
}

/** dkim lookup takes the domain as an operand. */
function fillInOperand(command: CommandUnknownOpts, { name, values }: Setting): void {
  if (command.name() === 'lookup' && name === 'domain') command.processedArgs[0] ??= values[0]
}

type Option = CommandUnknownOpts['options'][number]

function isGiven(command: CommandUnknownOpts, option: Option): boolean {
  const name = option.attributeName()
  // --color and --no-color share one value, which shows which of them was given.
  return command.getOptionValueSource(name) === 'cli' && (!option.negate || command.getOptionValue(name) === false)
}

function fillIn(command: CommandUnknownOpts, option: Option, { values, source, name }: Setting): void {
  const set = (value: unknown) => command.setOptionValueWithSource(option.attributeName(), value, 'config')
  if (SETTINGS[name].kind === 'flag') {
    set(values[0] === 'true')
    return
  }
  try {
    set(values.reduce<unknown>((previous, value) => option.parseArg?.(value, previous) ?? value, undefined))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new DkimError('usage', `${source}: ${name} "${values.join(' ')}": ${why}`, 'dkim config shows every setting')
  }
}
