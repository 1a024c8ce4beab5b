// From the DNS options of a command to the resolver that answers it.

import { readFile } from 'node:fs/promises'
import {
  createClient,
  DkimError,
  type DnsSource,
  isNameserver,
  type Resolver,
  readZone,
  Zone,
  zoneResolver,
} from '../core/index.js'
import type { Context } from './context.js'
import type { DnsOptions } from './options.js'

/**
 * Zone files first, then live DNS. Live DNS is asked only where it is wanted: with --nameserver, or without any --dns-file.
 * Zone files are read at once, so that a fault in them is reported before anything is done.
 */
export async function openResolver(context: Context, options: DnsOptions): Promise<Resolver> {
  return openSource(context, options)
}

/** The same, for commands that ask for more than keys. */
export async function openSource(_context: Context, options: DnsOptions): Promise<DnsSource> {
  const files = options.dnsFile ?? []
  const nameservers = options.nameserver ?? []
  for (const server of nameservers) checkNameserver(server)
  if (options.offline && nameservers.length > 0) {
    throw new DkimError('usage', '--offline and --nameserver exclude each other', 'leave one of them out')
  }
  const live =
    options.offline || (files.length > 0 && nameservers.length === 0)
      ? undefined
      : createClient({ nameservers, ...(options.timeout === undefined ? {} : { timeout: options.timeout }) })
  if (files.length === 0 && live !== undefined) return live
  return zoneResolver(await openZone(files), live)
}

/** Several files make one zone. */
export async function openZone(files: readonly string[]): Promise<Zone> {
  const zone = new Zone()
  for (const file of files) readZone(await readZoneBytes(file), file, zone)
  return zone
}

async function readZoneBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new DkimError(
      'zone-invalid',
      `${file}: cannot be read (${why})`,
      '--dns-file takes a zone file or a JSON file',
    )
  }
}

function checkNameserver(server: string): void {
  if (isNameserver(server)) return
  throw new DkimError(
    'usage',
    `${server} is no name server address`,
    '--nameserver takes 192.0.2.53, 192.0.2.53:5300, [2001:db8::53]:5300 or https://dns.example/dns-query',
  )
}
