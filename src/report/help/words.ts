// What the completions of all shells have in common.

import type { CommandPage, OptionRow, Values } from './page.js'

export function longNames({ short, long }: OptionRow): string[] {
  return short === null ? [long] : [short, long]
}

/** `verify` of `dkim verify`. */
export function commandWord({ name }: CommandPage): string {
  return name.replace(/^.* /, '')
}

/** The values of the arguments: all of ours have one argument, or as many of one kind as there are. */
export function argumentValues({ arguments: [first] }: CommandPage): Values {
  return first?.values ?? 'free'
}

/** The endings of keygen's files, after SELECTOR or SELECTOR._domainkey.DOMAIN. */
export const KEY_ENDINGS = ['private.pem', 'private.der', 'private.seed'] as const

/** Files that --key may mean; where none has such an ending, every file is offered. */
export const KEY_FILE_TYPES = ['pem', 'der', 'seed', 'jwk', 'key', 'private', 'pub', 'crt', 'txt'] as const
