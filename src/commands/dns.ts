// From the DNS options of a command to the resolver that answers it.

import { setMaxListeners } from 'node:events'
import { createReadStream, readFileSync, type Stats, statSync } from 'node:fs'
import type { Answer, DnsSource } from '../core/dns/answer.js'
import type { ClientOptions } from '../core/dns/client.js'
import { isNameserver } from '../core/dns/nameserver.js'
import type { Resolver } from '../core/dns/resolver.js'
import type { Zone } from '../core/dns/zone.js'
import { DkimError } from '../core/errors.js'
import { DNS_LIMITS } from '../core/limits.js'
import type { Context } from './context.js'
import { unreadable } from './io/file-fault.js'
import type { DnsOptions } from './options.js'
import { say } from './stderr.js'

/**
 * Zone files first, then live DNS. Live DNS is asked only where it is wanted: with --nameserver, or without any --dns-file.
 * Zone files are read at once, so that a fault in them is reported before anything is done.
 */
export async function openResolver(
  context: Context,
  options: DnsOptions & { readonly quiet?: boolean },
): Promise<Resolver> {
  return openSource(context, options)
}

/** The same, for commands that ask for more than keys. */
export async function openSource(
  context: Context,
  options: DnsOptions & { readonly quiet?: boolean },
): Promise<DnsSource> {
  const files = options.dnsFile ?? []
  const nameservers = options.nameserver ?? []
  for (const server of nameservers) checkNameserver(server)
  if (options.offline && nameservers.length > 0) {
    throw new DkimError('usage', '--offline and --nameserver are mutually exclusive', 'leave one of them out')
  }
  const timeout = options.timeout === undefined ? {} : { timeout: options.timeout }
  const onFailureKept = options.quiet === true ? () => undefined : sayOnce(context)
  const live = asksLiveDns(options) ? await openClient({ nameservers, ...timeout, onFailureKept }) : undefined
  // Each pending query adds a listener, so more than ten are not a leak: no Node warning needed.
  if (live !== undefined) setMaxListeners(0, context.signal)
  if (files.length === 0 && live !== undefined) return live
  const { zoneResolver } = await import('../core/dns/zone-resolver.js')
  return zoneResolver(await openZone(files), live)
}

/** A name without an answer is waited for once a run; that it is not asked again is told for the first such name. */
function sayOnce(context: Context): (answer: Answer) => void {
  let said = false
  return ({ name, detail }) => {
    if (said) return
    said = true
    const why = detail === null ? '' : ` (${detail})`
    say(context, 'note', `${name}: no answer${why}; a name that had none is not asked again in this run`)
  }
}

async function openClient(options: ClientOptions): Promise<DnsSource> {
  const { createClient } = await import('../core/dns/client.js')
  return createClient(options)
}

/** --offline is implied by a --dns-file, unless there is a --nameserver too. */
export function asksLiveDns({ offline, dnsFile = [], nameserver = [] }: DnsOptions): boolean {
  return offline !== true && (dnsFile.length === 0 || nameserver.length > 0)
}

/** Several files make one zone. */
export async function openZone(files: readonly string[]): Promise<Zone> {
  const { readZone } = await import('../core/dns/zone-file.js')
  const { Zone } = await import('../core/dns/zone.js')
  const zone = new Zone()
  for (const file of files) {
    const stats = statsOf(file)
    if (stats?.isDirectory()) (await import('./io/key-directory.js')).addKeyDirectory(zone, file)
    else readZone(await readZoneBytes(file, stats), file, zone)
  }
  return zone
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

async function readZoneBytes(file: string, stats: Stats | undefined): Promise<Uint8Array> {
  try {
    if (stats?.isFile() && stats.size <= DNS_LIMITS.zoneBytes) return readFileSync(file)
    // A pipe is welcome, as in --dns-file <(…); an endless one is cut where the limit of zones is known to be passed.
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of createReadStream(file)) {
      chunks.push(chunk)
      size += chunk.length
      if (size > DNS_LIMITS.zoneBytes) break
    }
    return Buffer.concat(chunks)
  } catch (error) {
    throw unreadable(file, error, { code: 'zone-invalid', hint: '--dns-file takes a zone file or a JSON file' })
  }
}

function checkNameserver(server: string): void {
  if (isNameserver(server)) return
  throw new DkimError(
    'usage',
    `${server} is not a name server address`,
    '--nameserver takes 192.0.2.53, 192.0.2.53:5300, [2001:db8::53]:5300 or https://dns.example/dns-query',
  )
}
