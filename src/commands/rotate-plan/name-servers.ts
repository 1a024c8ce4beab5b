// Who is asked about a key record: every authoritative server of the zone that holds it, or what stands in for them.

import { type Answer, type DnsSource, toTxtAnswer } from '../../core/dns/answer.js'
import { createClient } from '../../core/dns/client.js'
import { isNameserver } from '../../core/dns/nameserver.js'
import { negativeTtl } from '../../core/dns/record.js'
import type { TxtAnswer } from '../../core/dns/resolver.js'
import { DkimError } from '../../core/errors.js'
import { authoritativeServers, zoneOf } from '../../core/lookup/servers.js'
import { isSubdomainOrEqual } from '../../core/syntax/names.js'
import type { Context } from '../context.js'
import { openSource } from '../dns.js'
import type { RotatePlanOptions } from './options.js'

export interface NameServerProbe {
  readonly server: string
  readonly family: 4 | 6 | null
  /** It was asked for what it holds itself. */
  readonly authoritative: boolean
  txt(name: string, signal?: AbortSignal): TxtAnswer | Promise<TxtAnswer>
}

/** The servers of one zone, with the figures of its SOA in seconds. */
export interface ZoneProbes {
  /** The zone that holds the key records, as its SOA record says; null where that cannot be seen. */
  readonly zone: string | null
  readonly probes: readonly NameServerProbe[]
  readonly refresh: number | null
  readonly negativeTtl: number | null
  /** False: only what resolvers see could be asked. */
  readonly authoritative: boolean
}

export interface NameServerProbes {
  /** What ordinary verifiers see. */
  readonly source: DnsSource
  of(domain: string): Promise<ZoneProbes>
}

export async function openProbes(context: Context, options: RotatePlanOptions): Promise<NameServerProbes> {
  for (const address of options.authoritative ?? []) {
    if (isNameserver(address)) continue
    throw new DkimError('usage', `${address} is not a name server address`, '--authoritative takes IP[:PORT]')
  }
  const source = await openSource(context, options)
  const known = new Map<string, Promise<ZoneProbes>>()
  const of = (domain: string): Promise<ZoneProbes> => {
    const found = known.get(domain) ?? findProbes(domain, source, options, context.signal)
    known.set(domain, found)
    return found
  }
  return { source, of }
}

async function findProbes(
  domain: string,
  source: DnsSource,
  options: RotatePlanOptions,
  signal: AbortSignal,
): Promise<ZoneProbes> {
  // Keys may live in a zone of their own, delegated at _domainkey.
  const zone = await zoneOf(source, `_domainkey.${domain}`, signal)
  const soa = zone === null ? undefined : (await source.query(zone, 'SOA', signal)).records[0]
  const figures = {
    // A name from DNS that does not hold the records would end up in commands all the same.
    zone: zone !== null && isSubdomainOrEqual(`_domainkey.${domain}`, zone) ? zone : null,
    refresh: soa?.data.type === 'SOA' ? soa.data.refresh : null,
    negativeTtl: soa === undefined ? null : negativeTtl(soa),
  }
  const servers = await serversOf(zone, source, options, signal)
  if (servers.length > 0) return { ...figures, probes: servers, authoritative: true }
  const standIn: NameServerProbe = {
    server: sourceName(options),
    family: null,
    authoritative: false,
    txt: (name, stop) => source.txt(name, stop),
  }
  return { ...figures, probes: [standIn], authoritative: false }
}

async function serversOf(
  zone: string | null,
  source: DnsSource,
  options: RotatePlanOptions,
  signal: AbortSignal,
): Promise<NameServerProbe[]> {
  const given = (options.authoritative ?? []).map(address => probeOf(address, address, source, options))
  if (given.length > 0) return given
  const isLive = options.offline !== true && (options.dnsFile === undefined || options.nameserver !== undefined)
  if (zone === null || !isLive) return []
  const ignored = new Set(options.ignoreServer?.map(name => name.toLowerCase().replace(/\.$/, '')))
  const servers = await authoritativeServers(source, zone, signal)
  return servers
    .filter(({ host, address }) => !ignored.has(host) && !ignored.has(address))
    .map(({ host, address }) => {
      if (address === '') return silent(host)
      const port = options.serverPort ?? 53
      return probeOf(
        `${host} ${address}`,
        address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
        source,
        options,
      )
    })
}

/** A name server without an address is one that no resolver can ask either. */
function silent(server: string): NameServerProbe {
  const txt = (name: string): TxtAnswer => refusal(name, 'the name server has no address')
  return { server, family: null, authoritative: true, txt }
}

function refusal(name: string, detail: string): TxtAnswer {
  const nothing = { chain: [], records: [], authenticated: null, negativeTtl: null, server: null }
  return { name, status: 'refused', detail, ...nothing }
}

/** The server is asked directly and without recursion; an answer that is not its own says that it does not serve the zone. */
function probeOf(server: string, address: string, source: DnsSource, { timeout }: RotatePlanOptions): NameServerProbe {
  const client = createClient({
    nameservers: [address],
    recursion: false,
    ...(timeout === undefined ? {} : { timeout }),
  })
  const txt = async (name: string, signal?: AbortSignal): Promise<TxtAnswer> => {
    const answer = await client.query(name, 'TXT', signal)
    if (isForeign(answer)) return refusal(name, 'it is not authoritative for the zone')
    if (answer.chain.length === 0 || answer.records.length > 0) return toTxtAnswer(name, answer)
    // The alias leads out of this server's zones: what stands at the end that this server names is for resolvers to say.
    const rest = toTxtAnswer(name, await source.query(answer.chain.at(-1)!.target, 'TXT', signal))
    return { ...rest, chain: [...answer.chain, ...rest.chain] }
  }
  return { server, family: address.startsWith('[') ? 6 : 4, authoritative: true, txt }
}

function isForeign({ status, authoritative }: Answer): boolean {
  return !authoritative && (status === 'found' || status === 'nodata' || status === 'nxdomain')
}

function sourceName({ dnsFile = [], nameserver = [] }: RotatePlanOptions): string {
  return [...dnsFile, ...nameserver].join(', ') || 'the resolver of this machine'
}
