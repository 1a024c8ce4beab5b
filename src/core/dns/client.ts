// The live client: several servers, retries, aliases, one time budget a name (RFC 1035 §7, RFC 5452).

import { getServers } from 'node:dns'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { DkimError } from '../errors.js'
import { DNS_LIMITS, LIMITS } from '../limits.js'
import { type Answer, chainFault, type DnsSource, emptyAnswer, toTxtAnswer } from './answer.js'
import { askServers, type KnownServer } from './asking.js'
import { AnswerCache } from './cache.js'
import { isQueryName } from './name.js'
import { type Nameserver, parseNameserver } from './nameserver.js'
import type { RecordType } from './record.js'
import { noAnswer, TEMPORARY_STATUSES, type TxtAnswer } from './resolver.js'
import { ServerRecord } from './server-record.js'
import { QUESTION_SLOTS } from './slots.js'

export interface ClientOptions {
  /** `IP`, `IP:PORT`, `[IPv6]:PORT` or `https://…`, asked in this order; the system's servers where empty. */
  readonly nameservers?: readonly string[]
  /** For one name with everything that belongs to it, in milliseconds. */
  readonly timeout?: number
  /** How long an attempt waits before the next one is made, in milliseconds; its answer is taken until the time is up. */
  readonly attemptTimeout?: number
  /** false asks authoritative servers for what they hold themselves (RD=0); aliases are then not followed to other servers. */
  readonly recursion?: boolean
  /** The clock of the cache in milliseconds. */
  readonly clock?: () => number
  /** Given, a temporary failure is kept as long as the client: a name of a dead zone is waited for once. Called where one is used again. */
  readonly onFailureKept?: (answer: Answer) => void
}

export interface DnsClient extends DnsSource {
  txt(name: string, signal?: AbortSignal): Promise<TxtAnswer>
  readonly servers: readonly Nameserver[]
}

export function createClient(options: ClientOptions = {}): DnsClient {
  return new Client(options)
}

class Client implements DnsClient {
  readonly servers: readonly Nameserver[]
  readonly #known: readonly KnownServer[]
  readonly #timeout: number
  readonly #attemptTimeout: number
  readonly #recursion: boolean
  readonly #cache: AnswerCache

  constructor(options: ClientOptions) {
    const named = options.nameservers ?? []
    this.servers = (named.length > 0 ? named : getServers()).map(readServer)
    this.#known = this.servers.map(server => ({ server, record: new ServerRecord() }))
    this.#timeout = options.timeout ?? LIMITS.dnsTime
    // However short the time is, every server has its turn, and the first one two.
    const share = this.#timeout / (this.servers.length + 1)
    this.#attemptTimeout = Math.min(options.attemptTimeout ?? DNS_LIMITS.attemptTime, share)
    this.#recursion = options.recursion ?? true
    this.#cache = new AnswerCache(options.clock ?? (() => performance.now()), options.onFailureKept)
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
      return Promise.resolve(emptyAnswer(name, 'nxdomain', 'not a valid query name', null))
    }
    return this.#cache.get(
      `${type} ${asked}`,
      cancelled => this.#inTurn(asked, type, cancelled),
      () => emptyAnswer(name, 'timeout', 'aborted', null),
      signal,
    )
  }

  /** The time of a name begins when it is its turn. */
  async #inTurn(name: string, type: RecordType, signal: AbortSignal): Promise<Answer> {
    const answer = await QUESTION_SLOTS.run(async () => {
      const ends = performance.now() + this.#timeout
      const found = await this.#resolve(name, type, ends, signal)
      return found.status === 'servfail' && this.#recursion ? this.#examine(found, type, ends, signal) : found
    }, signal)
    return answer ?? emptyAnswer(name, 'timeout', 'aborted', null)
  }

  /** Follows an alias whose target the server did not look up itself: an authoritative server of another zone, for instance. */
  async #resolve(name: string, type: RecordType, ends: number, signal: AbortSignal): Promise<Answer> {
    const seen = new Set([name])
    let answer = await this.#askAll(name, type, ends, signal)
    for (let hops = 1; this.#recursion && isDanglingChain(answer); hops += 1) {
      const next = answer.owner
      if (!isQueryName(next)) return unread(answer, 'the alias points to an invalid query name')
      if (hops > LIMITS.cnameHops)
        return unread(answer, `more than ${LIMITS.cnameHops} aliases that take a question each`)
      for (const { target } of answer.chain) seen.add(target)
      const tail = await this.#askAll(next, type, ends, signal)
      const chain = [...answer.chain, ...tail.chain]
      const loops = tail.chain.find(({ target }) => seen.has(target))
      const fault = loops === undefined ? chainFault(chain, new Set(), next) : chainFault(chain, seen, loops.target)
      if (fault !== null) return { ...tail, name, chain, records: [], ...fault }
      const alone = tail.chain.length === 0
      // Signed all the way, or not at all.
      const authenticated = answer.authenticated === true && tail.authenticated
      answer = { ...tail, name, chain, authenticated }
      if (alone) break
    }
    return answer
  }

  /**
   * SERVFAIL, and an answer with CD=1, means that validation failed (RFC 4035 §5.5), unless the failure had passed in between:
   * so the plain question must fail a second time, or the server must name DNSSEC as the cause.
   */
  async #examine(failed: Answer, type: RecordType, ends: number, signal: AbortSignal): Promise<Answer> {
    const asked = this.#known.filter(({ server }) => server.text === failed.server)
    const question = { name: failed.name, type, recursion: true }
    const times = { ends, attempt: this.#attemptTimeout }
    const unchecked = await askServers(asked, { ...question, checkingDisabled: true }, times, signal)
    if (TEMPORARY_STATUSES.has(unchecked.status) || failed.failedFor === 'policy') return failed
    if (failed.failedFor !== 'dnssec') {
      await this.#pauseBefore(ends, signal)
      const again = await askServers(asked, question, times, signal)
      if (!TEMPORARY_STATUSES.has(again.status)) return again
      if (again.status !== 'servfail' || again.failedFor === 'policy') return failed
    }
    const why = failed.extendedError == null ? '' : ` (${failed.extendedError})`
    const detail = `${failed.server} answers SERVFAIL${why}, and with checking disabled (CD=1) it has an answer`
    return { ...failed, bogus: true, detail }
  }

  /** A resolver may remember a failure for a second (BIND's servfail-ttl). */
  async #pauseBefore(ends: number, signal: AbortSignal): Promise<void> {
    const milliseconds = Math.min(DNS_LIMITS.failureTime, (ends - performance.now()) / 2)
    await sleep(Math.max(0, milliseconds), undefined, { signal }).catch(() => undefined)
  }

  #askAll(name: string, type: RecordType, ends: number, signal: AbortSignal): Promise<Answer> {
    if (this.#known.length === 0) {
      return Promise.resolve(emptyAnswer(name, 'network', 'no DNS server is configured on this machine', null))
    }
    const times = { ends, attempt: this.#attemptTimeout }
    return askServers(this.#known, { name, type, recursion: this.#recursion }, times, signal)
  }
}

function readServer(text: string): Nameserver {
  const server = parseNameserver(text)
  if (server !== undefined) return server
  throw new DkimError(
    'usage',
    `${text} is not a name server address`,
    'name one as IP, IP:PORT, [IPv6]:PORT or https://…',
  )
}

/** The chain was not followed to its end, so nothing is known about the records there. */
function unread(answer: Answer, detail: string): Answer {
  return { ...answer, status: 'malformed', detail }
}

/** The answer has the aliases but says nothing about their target: no SOA denies that it exists (RFC 2308 §2.2). */
function isDanglingChain(answer: Answer): boolean {
  return answer.status === 'nodata' && answer.chain.length > 0 && answer.soa === null
}
