// The live client: TXT records from real name servers.

import { promises as dns } from 'node:dns'
import { DNS_LIMITS, LIMITS } from '../limits.js'
import { isQueryName } from './name.js'
import { type AnswerStatus, noAnswer, type Resolver, type TxtAnswer } from './resolver.js'

export interface ClientOptions {
  /** `IP`, `IP:PORT`, `[IPv6]:PORT` or `https://…`; the system's servers where empty. */
  readonly nameservers?: readonly string[]
  /** For one name, in milliseconds. */
  readonly timeout?: number
}

const STATUS_OF: ReadonlyMap<string, AnswerStatus> = new Map([
  ['ENOTFOUND', 'nxdomain'],
  ['ENODATA', 'nodata'],
  ['ESERVFAIL', 'servfail'],
  ['EREFUSED', 'refused'],
  ['ETIMEOUT', 'timeout'],
  ['EBADRESP', 'malformed'],
])

export function createClient({ nameservers = [], timeout = LIMITS.dnsTime }: ClientOptions = {}): Resolver {
  const resolver = new dns.Resolver({ timeout: Math.min(timeout, DNS_LIMITS.attemptTime), tries: DNS_LIMITS.rounds })
  if (nameservers.length > 0) resolver.setServers(nameservers)
  return {
    async txt(name): Promise<TxtAnswer> {
      if (!isQueryName(name)) return noAnswer(name, 'nxdomain', 'not a name that DNS can hold')
      try {
        const records = (await resolver.resolveTxt(name)).map(strings => ({
          data: Buffer.from(strings.join(''), 'latin1'),
          ttl: null,
          strings: strings.length,
        }))
        return { ...noAnswer(name, records.length > 0 ? 'found' : 'nodata', null), records }
      } catch (error) {
        const code = String((error as { code?: string }).code)
        return noAnswer(name, STATUS_OF.get(code) ?? 'network', code)
      }
    },
  }
}
