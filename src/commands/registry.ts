// The table of commands: a name, a summary, and how its options are loaded.

import type { DefineCommand } from './command.js'

interface CommandRow {
  readonly summary: string
  /** Loads only what this command needs. */
  readonly load: () => Promise<DefineCommand>
}

/** A new command is one row here and a folder next to this file. */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
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
