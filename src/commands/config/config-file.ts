// The configuration file: found by XDG rules or named, never taken from the working directory; TOML, checked setting by setting.

import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { DkimError } from '../../core/errors.js'
import { textBytes } from '../../core/syntax/text-file.js'
import type { Context } from '../context.js'
import { closest } from '../help/suggestion.js'
import { isFileError, unreadable } from '../io/file-fault.js'
import { isSettingName, SETTING_NAMES, SETTINGS, type Setting, type SettingName } from './settings.js'

const MAX_BYTES = 65536

export interface ConfigFile {
  readonly path: string
  /** False where there is none, which is the usual case. */
  readonly exists: boolean
  readonly settings: readonly Setting[]
}

/** `asked` is the value of --config, false with --no-config. */
export async function readConfigFile(context: Context, asked: string | false | undefined): Promise<ConfigFile | null> {
  if (asked === false) return null
  const named = asked ?? (context.env['DKIM_CONFIG'] || undefined)
  const path = named ?? defaultPath(context.env)
  if (path === null) return null
  const text = readText(path, named !== undefined)
  if (text === null) return { path, exists: false, settings: [] }
  return { path, exists: true, settings: settingsIn(await parse(text, path), path) }
}

/** XDG: "All paths set in these environment variables must be absolute"; others are ignored. */
function defaultPath(env: Context['env']): string | null {
  const xdg = env['XDG_CONFIG_HOME']
  const home = env['HOME'] || homedir()
  const folder = xdg !== undefined && isAbsolute(xdg) ? xdg : isAbsolute(home) ? join(home, '.config') : null
  return folder === null ? null : join(folder, 'dkim', 'config.toml')
}

function readText(path: string, named: boolean): string | null {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) throw fault(path, 'is not a regular file')
    if (stats.size > MAX_BYTES) throw fault(path, `is larger than ${MAX_BYTES} bytes`)
    return new TextDecoder('utf-8', { fatal: true }).decode(textBytes(readFileSync(path), path, 'usage'))
  } catch (error) {
    if (error instanceof DkimError) throw error
    if (error instanceof TypeError) throw fault(path, 'is not UTF-8')
    if (!named && isFileError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw unreadable(path, error, { code: 'usage', hint: HINT })
  }
}

async function parse(text: string, path: string): Promise<Record<string, unknown>> {
  const { parse: parseToml } = await import('smol-toml')
  try {
    return parseToml(text)
  } catch (error) {
    const [message = ''] = error instanceof Error ? error.message.split('\n') : []
    const line = error instanceof Error && 'line' in error ? ` (line ${String(error.line)})` : ''
    throw fault(path, `${message.replace(/^Invalid TOML document: /, '')}${line}`)
  }
}

function settingsIn(table: Record<string, unknown>, path: string): Setting[] {
  return Object.entries(table).map(([name, value]) => {
    if (!isSettingName(name)) {
      const meant = closest(name, SETTING_NAMES)
      throw fault(
        path,
        `has an unknown setting "${name}"`,
        meant === undefined ? 'dkim config lists the settings' : `did you mean ${meant}?`,
      )
    }
    return { name, values: valuesOf(name, value, path), source: path }
  })
}

function valuesOf(name: SettingName, value: unknown, path: string): string[] {
  const { kind } = SETTINGS[name]
  if (kind === 'flag' && typeof value === 'boolean') return [String(value)]
  if (kind === 'number' && (typeof value === 'number' || typeof value === 'bigint')) return [String(value)]
  if (kind === 'path' && isText(value)) return [resolve(dirname(path), value)]
  if ((kind === 'text' || kind === 'list') && isText(value)) return [value]
  if (kind === 'list' && Array.isArray(value) && value.every(isText)) return value
  throw fault(path, `${name} is not ${EXPECTED[kind]}`)
}

const EXPECTED = {
  text: 'a quoted string',
  list: 'a quoted string or a list of strings',
  number: 'a number',
  flag: 'true or false',
  path: 'a quoted path',
} as const

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

const HINT = 'dkim config lists the settings; --no-config runs without the file'

function fault(path: string, what: string, hint = HINT): DkimError {
  return new DkimError('usage', `${path}: ${what}`, hint)
}
