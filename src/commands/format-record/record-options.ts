// The options that shape a record, shared by keygen and format-record.

import { loadOrganizationalDomain } from '../../core/dkim/from-field.js'
import { DIALECT_NAMES, type DialectName } from '../../report/records/dialects.js'
import { type DnsRecord, relativeName } from '../../report/records/dns-record.js'
import { type CommandTexts, newCommand, Option, type OptionsOf } from '../command.js'
import { parseWholeNumber } from '../options.js'

/** A command that writes records. */
export const recordCommand = (name: string, texts: CommandTexts) =>
  newCommand(name, texts)
    .optionsGroup('Record')
    .addOption(new Option('--dialect <dialect>', 'record format').choices(DIALECT_NAMES))
    .option('--ttl <seconds>', 'TTL of the record (default: 3600)', parseWholeNumber)
    .option('--zone <zone>', 'zone of the domain (default: the domain itself)')
    .addOption(new Option('--relative', 'names relative to the zone').conflicts('absolute'))
    .option('--absolute', 'absolute names, with a trailing dot')
    .addOption(new Option('--hashes <list>', 'restrict the hash algorithms, h=').choices(['sha256'] as const))
    .addOption(new Option('--services <list>', 'restrict the services, s=').choices(['email', '*'] as const))
    .option('--testing', 'mark the domain as testing DKIM, t=y')
    .option('--strict-identity', 'forbid subdomain identities, t=s')
    .option('--notes <text>', 'note for administrators, n=')
    .optionsGroup('Options')

export type RecordOptions = OptionsOf<ReturnType<typeof recordCommand>>

/** Dialects whose names are relative to a zone, as far as the zone is not the domain for certain. */
const IN_A_ZONE: ReadonlySet<DialectName> = new Set([
  ...(['panel', 'azure', 'digitalocean', 'gandi', 'octodns', 'dnscontrol', 'powershell', 'ansible'] as const),
])

/** For a subdomain without --zone: its zone is mostly that of the domain above it, where the name is another one. */
export async function zoneHints(records: readonly DnsRecord[], { dialect, zone }: RecordOptions): Promise<string[]> {
  const below = records.filter(({ domain }) => domain !== null && domain.split('.').length > 2)
  if (zone !== undefined || dialect === undefined || !IN_A_ZONE.has(dialect) || below.length === 0) return []
  const organizational = await loadOrganizationalDomain()
  return below.flatMap(record => {
    const above = organizational(record.domain!)
    if (above === null || above === record.domain) return []
    const name = relativeName({ ...record, zone: above })
    return [`if the zone is ${above}, the name of the record in it is ${name}: --zone ${above} writes it so`]
  })
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
