// Who is asked about a key record: every authoritative server of the zone, or what stands in for them.

import { createClient, DkimError, isNameserver, type Resolver, type TxtAnswer } from '../../core/index.js'
import type { Context } from '../context.js'
import { openResolver } from '../dns.js'
import type { RotatePlanOptions } from './options.js'

export interface Witness {
  readonly server: string
  /** It was asked for what it holds itself. */
  readonly authoritative: boolean
  txt(name: string, signal?: AbortSignal): TxtAnswer | Promise<TxtAnswer>
}

export interface Witnesses {
  /** What ordinary verifiers see. */
  readonly resolver: Resolver
  /** The servers of this domain's zone. */
  of(domain: string): Promise<readonly Witness[]>
}

export async function openWitnesses(context: Context, options: RotatePlanOptions): Promise<Witnesses> {
  for (const address of options.authoritative ?? []) {
    if (!isNameserver(address))
      throw new DkimError('usage', `${address} is no name server address`, '--authoritative takes IP[:PORT]')
  }
  const resolver = await openResolver(context, options)
  const given = (options.authoritative ?? []).map(address => authoritativeWitness(address, options))
  const standIn: Witness = {
    server: sourceName(options),
    authoritative: false,
    txt: (name, signal) => resolver.txt(name, signal),
  }
  return { resolver, of: async () => (given.length > 0 ? given : [standIn]) }
}

/** The server is asked directly and without recursion; an answer that is not its own says that it does not serve the zone. */
function authoritativeWitness(address: string, { timeout }: RotatePlanOptions): Witness {
  const client = createClient({
    nameservers: [address],
    recursion: false,
    ...(timeout === undefined ? {} : { timeout }),
  })
  return { server: address, authoritative: true, txt: (name, signal) => client.txt(name, signal) }
}

function sourceName({ dnsFile = [], nameserver = [] }: RotatePlanOptions): string {
  return [...dnsFile, ...nameserver].join(', ') || 'the resolver of this machine'
}
