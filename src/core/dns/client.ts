// The live client: several servers, retries, aliases, one time budget a name (RFC 1035 §7, RFC 5452).

import { getServers } from 'node:dns'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { DkimError } from '../errors.js'
import { DNS_LIMITS, LIMITS } from '../limits.js'
import { type Answer, type DnsSource, emptyAnswer, toTxtAnswer } from './answer.js'
import { ask } from './attempt.js'
import { AnswerCache } from './cache.js'
import { chainFault, readAnswer } from './chain.js'
import { isQueryName } from './name.js'
import { type Nameserver, parseNameserver } from './nameserver.js'
import type { RecordType } from './record.js'
import { type AnswerStatus, noAnswer, TEMPORARY_STATUSES, type TxtAnswer } from './resolver.js'
import { TransportFailure } from './transport.js'

export interface ClientOptions {
  /** `IP`, `IP:PORT`, `[IPv6]:PORT` or `https://…`, asked in this order; the system's servers where empty. */
  readonly nameservers?: readonly string[]
  /** For one name with everything that belongs to it, in milliseconds. */
  readonly timeout?: number
  /** For one attempt at one server, in milliseconds. */
  readonly attemptTimeout?: number
  /** false asks authoritative servers for what they hold themselves (RD=0); aliases are then not followed to other servers. */
  readonly recursion?: boolean
  /** The clock of the cache in milliseconds. */
  readonly clock?: () => number
}

export interface DnsClient extends DnsSource {
  txt(name: string, signal?: AbortSignal): Promise<TxtAnswer>
  readonly servers: readonly Nameserver[]
}

export function createClient(options: ClientOptions = {}): DnsClient {
  return new Client(options)
}

/** Of several failures the one that says most. */
const TELLING: readonly AnswerStatus[] = ['servfail', 'refused', 'malformed', 'timeout', 'network']

/** The same question again can help against these: the datagram was lost, or somebody else's. */
const WORTH_REPEATING: ReadonlySet<AnswerStatus> = new Set(['timeout', 'malformed', 'network'])

class Client implements DnsClient {
  readonly servers: readonly Nameserver[]
  readonly #timeout: number
  readonly #attemptTimeout: number
  readonly #recursion: boolean
  readonly #cache: AnswerCache

  constructor(options: ClientOptions) {
    const named = options.nameservers ?? []
    this.servers = (named.length > 0 ? named : getServers()).map(readServer)
    this.#timeout = options.timeout ?? LIMITS.dnsTime
    this.#attemptTimeout = Math.min(options.attemptTimeout ?? DNS_LIMITS.attemptTime, this.#timeout)
    this.#recursion = options.recursion ?? true
    this.#cache = new AnswerCache(options.clock ?? (() => performance.now()))
  }

  async txt(name: string, signal?: AbortSignal): Promise<TxtAnswer> {
    const asked = name.toLowerCase()
    // The verifier asks for keys only: whatever else a message talks us into asking is refused here (§3.6.2.1).
    if (!/.\._domainkey\../.test(asked)) return noAnswer(name, 'nxdomain', 'not the name of a key record')
    return toTxtAnswer(name, await this.query(asked, 'TXT', signal))
  }

  query(name: string, type: RecordType, signal?: AbortSignal): Promise<Answer> {
    const asked = name.toLowerCase()
    if (!isQueryName(asked)) {
      return Promise.resolve(emptyAnswer(name, 'nxdomain', 'not a name that may be asked for', null))
    }
    return this.#cache.get(
      `${type} ${asked}`,
      cancelled => this.#resolve(asked, type, cancelled),
      () => emptyAnswer(name, 'timeout', 'aborted', null),
      signal,
    )
  }

  /** Follows an alias whose target the server did not look up itself: an authoritative server of another zone, for instance. */
  async #resolve(name: string, type: RecordType, signal: AbortSignal): Promise<Answer> {
    const ends = performance.now() + this.#timeout
    const seen = new Set([name])
    let answer = await this.#askAll(name, type, ends, signal)
    while (this.#recursion && endsInTheAir(answer)) {
      const next = answer.owner
      if (!isQueryName(next)) return { ...answer, detail: 'the alias leads to a name that may not be asked for' }
      for (const { target } of answer.chain) seen.add(target)
      const tail = await this.#askAll(next, type, ends, signal)
      const chain = [...answer.chain, ...tail.chain]
      const loops = tail.chain.find(({ target }) => seen.has(target))
      const fault = loops === undefined ? chainFault(chain, new Set(), next) : chainFault(chain, seen, loops.target)
      if (fault !== null) return { ...tail, name, chain, records: [], status: 'cname-loop', detail: fault }
      const alone = tail.chain.length === 0
      // Signed all the way, or not at all.
      const authenticated = answer.authenticated === true && tail.authenticated
      answer = { ...tail, name, chain, authenticated }
      if (alone) break
    }
    return answer
  }

  /** All servers in turn, and those that may have been unlucky once more. */
  async #askAll(name: string, type: RecordType, ends: number, signal: AbortSignal): Promise<Answer> {
    const failures: Answer[] = []
    let servers = this.servers
    if (servers.length === 0) return emptyAnswer(name, 'network', 'this machine names no DNS server', null)
    for (let round = 0; round < DNS_LIMITS.rounds && servers.length > 0; round += 1) {
      if (round > 0) await pause(Math.min(DNS_LIMITS.backOff * 2 ** (round - 1), ends - performance.now()), signal)
      const again: Nameserver[] = []
      for (const server of servers) {
        const left = ends - performance.now()
        if (left <= 0 || signal.aborted) break
        const answer = await this.#askServer(server, name, type, Math.min(left, this.#attemptTimeout), signal)
        if (!TEMPORARY_STATUSES.has(answer.status)) return answer
        failures.push(answer)
        if (WORTH_REPEATING.has(answer.status)) again.push(server)
      }
      servers = again
    }
    const status = TELLING.find(candidate => failures.some(failure => failure.status === candidate))
    return failures.find(failure => failure.status === status) ?? emptyAnswer(name, 'timeout', 'no time left', null)
  }

  async #askServer(
    server: Nameserver,
    name: string,
    type: RecordType,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<Answer> {
    try {
      const message = await ask(server, { name, type, recursion: this.#recursion }, milliseconds, signal)
      return readAnswer(message, name, type, server.text)
    } catch (error) {
      if (error instanceof TransportFailure) return emptyAnswer(name, error.status, error.message, server.text)
      throw error
    }
  }
}

function readServer(text: string): Nameserver {
  const server = parseNameserver(text)
  if (server !== undefined) return server
  throw new DkimError('usage', `${text} is no name server address`, 'name one as IP, IP:PORT, [IPv6]:PORT or https://…')
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
}

/** The chain was told, but not what stands at its end: no SOA denies it (RFC 2308 §2.2). */
function endsInTheAir(answer: Answer): boolean {
  return answer.status === 'nodata' && answer.chain.length > 0 && answer.soa === null
}
