// From the DNS options of a command to the resolver that answers it.

import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createClient,
  DkimError,
  DNS_LIMITS,
  type DnsSource,
  formatKeyRecord,
  importPublicKey,
  isNameserver,
  type Resolver,
  readKeyName,
  readZone,
  splitStrings,
  Zone,
  zoneResolver,
} from '../core/index.js'
import type { Context } from './context.js'
import { unreadable } from './file-fault.js'
import type { DnsOptions } from './options.js'
import { readSecretFile } from './secret-file.js'

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
  const timeout = options.timeout === undefined ? {} : { timeout: options.timeout }
  const live = asksLiveDns(options) ? createClient({ nameservers, ...timeout }) : undefined
  if (files.length === 0 && live !== undefined) return live
  return zoneResolver(await openZone(files), live)
}

/** --offline is implied by a --dns-file, unless there is a --nameserver too. */
export function asksLiveDns({ offline, dnsFile = [], nameserver = [] }: DnsOptions): boolean {
  return offline !== true && (dnsFile.length === 0 || nameserver.length > 0)
}

/** Several files make one zone. */
export async function openZone(files: readonly string[]): Promise<Zone> {
  const zone = new Zone()
  for (const file of files) {
    if (await isDirectory(file)) addKeyDirectory(zone, file, await keyFiles(file))
    else readZone(await readZoneBytes(file), file, zone)
  }
  return zone
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    stats => stats.isDirectory(),
    () => false,
  )
}

const KEY_FILE = /^(.+\._domainkey\..+)\.private\.pem$/

async function keyFiles(directory: string): Promise<string[]> {
  const files = (await readdir(directory)).filter(file => KEY_FILE.test(file)).sort()
  if (files.length > 0) return files
  throw new DkimError(
    'zone-invalid',
    `${directory} holds no key of a domain`,
    'keygen --domain writes them: SELECTOR._domainkey.DOMAIN.private.pem',
  )
}

/** The records that the keys of a directory would have, as keygen names the files. */
function addKeyDirectory(zone: Zone, directory: string, files: readonly string[]): void {
  for (const file of files) {
    const path = join(directory, file)
    const { name } = readKeyName(KEY_FILE.exec(file)![1]!)
    const { p, type } = importPublicKey(readSecretFile(path).bytes, { name: path })
    const text = formatKeyRecord({ keyType: type, publicKey: p })
    zone.add({ name, ttl: null, data: { type: 'TXT', strings: splitStrings(Buffer.from(text)) } }, path)
  }
}

async function readZoneBytes(file: string): Promise<Uint8Array> {
  try {
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
    `${server} is no name server address`,
    '--nameserver takes 192.0.2.53, 192.0.2.53:5300, [2001:db8::53]:5300 or https://dns.example/dns-query',
  )
}
