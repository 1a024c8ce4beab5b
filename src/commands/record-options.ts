// The options that shape a record, shared by keygen and format-record.

import { DIALECT_NAMES } from '../report/record/dialects.js'
import { type CommandTexts, newCommand, Option, type OptionsOf } from './command.js'
import { parseWholeNumber } from './options.js'

/** A command that writes records. */
export const recordCommand = (name: string, texts: CommandTexts) =>
  newCommand(name, texts)
    .optionsGroup('Record')
    .addOption(new Option('--dialect <dialect>', 'how to write the record').choices(DIALECT_NAMES))
    .option('--ttl <seconds>', 'the time to live of the record (default: 3600)', parseWholeNumber)
    .option('--zone <zone>', 'the zone that holds the domain (default: the domain itself)')
    .addOption(new Option('--relative', 'names relative to the zone').conflicts('absolute'))
    .option('--absolute', 'names with a final dot')
    .addOption(new Option('--hashes <list>', 'restrict the hash algorithms, h=').choices(['sha256'] as const))
    .addOption(new Option('--services <list>', 'restrict the services, s=').choices(['email', '*'] as const))
    .option('--testing', 'say that DKIM is only being tested, t=y')
    .option('--strict-identity', 'refuse identities in subdomains, t=s')
    .option('--notes <text>', 'a note for administrators, n=')
    .optionsGroup('Options')

export type RecordOptions = OptionsOf<ReturnType<typeof recordCommand>>

/** The tags that the options ask for. */
export function tagsOf({ hashes, services, testing, strictIdentity, notes }: RecordOptions) {
  const flags = [...(testing ? ['y'] : []), ...(strictIdentity ? ['s'] : [])]
  return {
    ...(hashes === undefined ? {} : { hashes: [hashes] }),
    ...(services === undefined ? {} : { services: [services] }),
    ...(flags.length === 0 ? {} : { flags }),
    ...(notes === undefined ? {} : { notes }),
  }
}

/** `true` with --relative, `false` with --absolute, undefined without either. */
export function relativeOf({ relative, absolute }: RecordOptions): boolean | undefined {
  if (relative) return true
  return absolute ? false : undefined
}
