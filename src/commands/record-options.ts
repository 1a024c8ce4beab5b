// The options that shape a record, shared by keygen and format-record.

import { DIALECT_NAMES, type DialectName } from '../report/record/dialects.js'
import { type Command, Option } from './command.js'
import { parseWholeNumber } from './options.js'

export interface RecordOptions {
  readonly ttl?: number
  readonly zone?: string
  readonly absolute?: boolean
  readonly relative?: boolean
  readonly hashes?: 'sha256'
  readonly services?: 'email' | '*'
  readonly testing?: boolean
  readonly strictIdentity?: boolean
  readonly notes?: string
}

export interface DialectOption {
  readonly dialect?: DialectName
}

export function addRecordOptions(command: Command): Command {
  return command
    .addOption(new Option('--dialect <dialect>', 'how to write the record').choices(DIALECT_NAMES))
    .option('--ttl <seconds>', 'the time to live of the record (default: 3600)', parseWholeNumber)
    .option('--zone <zone>', 'the zone that holds the domain (default: the domain itself)')
    .addOption(new Option('--relative', 'names relative to the zone').conflicts('absolute'))
    .option('--absolute', 'names with a final dot')
    .addOption(new Option('--hashes <list>', 'restrict the hash algorithms, h=').choices(['sha256']))
    .addOption(new Option('--services <list>', 'restrict the services, s=').choices(['email', '*']))
    .option('--testing', 'say that DKIM is only being tested, t=y')
    .option('--strict-identity', 'refuse identities in subdomains, t=s')
    .option('--notes <text>', 'a note for administrators, n=')
}

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
