// What the completions of all shells ask of a command's options.

import type { OptionRow } from './page.js'

/** What stands behind an option: told by the name of its value. */
export function kindOf({ value }: OptionRow): 'file' | 'directory' | 'other' {
  if (value === null) return 'other'
  if (/<(?:dir|directory|folder)>/.test(value)) return 'directory'
  return /<(?:file|path|box)>/.test(value) ? 'file' : 'other'
}

export function longNames({ short, long }: OptionRow): string[] {
  return short === null ? [long] : [short, long]
}
