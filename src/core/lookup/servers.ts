// The same question to many servers: every authoritative one of the zone, or several recursive ones, and what they disagree about.

import type { Answer, DnsSource } from '../dns/answer.js'
import { parentName } from '../dns/name.js'
import type { ResourceRecord } from '../dns/record.js'
import type { AnswerStatus } from '../dns/resolver.js'
import { TEMPORARY_STATUSES } from '../dns/resolver.js'

/** same: says what most say · stale: an older serial · differs: another answer at the same serial · lame: not in charge, or refuses · unreachable */
export type ServerState = 'same' | 'stale' | 'differs' | 'lame' | 'unreachable'

export interface ServerView {
  readonly kind: 'authoritative' | 'recursive'
  /** The zone that an authoritative server was asked for. */
  readonly zone: string | null
  /** The NS name; null for a recursive resolver. */
  readonly host: string | null
  /** As it was asked: an address, or a URL. */
  readonly server: string
  readonly status: AnswerStatus
  readonly detail: string | null
  readonly state: ServerState
  readonly serial: number | null
  /** The text of the TXT records and the target of the alias, sorted: what is compared. */
  readonly texts: readonly string[]
  readonly alias: string | null
  readonly ttl: number | null
}

export type Agreement = 'consistent' | 'stale' | 'split' | 'lame' | 'unreachable'

export interface ServersReport {
  readonly agreement: Agreement
  readonly servers: readonly ServerView[]
}

/** Makes a source that asks one server and no other. */
export type Connect = (server: string) => DnsSource

const MAX_HOSTS = 13
const MAX_ADDRESSES = 32
/** Zones cut off below one another, each with servers that no resolver gets an answer from. */
const MAX_CUTS = 4

/** The zone that holds a name: the owner of the SOA around it (RFC 1034 §4.2). */
export async function zoneOf(source: DnsSource, name: string, signal?: AbortSignal): Promise<string | null> {
  for (let at: string | undefined = name; at?.includes('.'); at = parentName(at)) {
    const answer = await source.query(at, 'SOA', signal)
    // An alias at the name leads to another zone's SOA: ask one label higher instead.
    if (answer.chain.length > 0) continue
    if (answer.status === 'found') return at
    if (answer.soa !== null) return answer.soa.name
  }
  return null
}

export interface AuthoritativeServer {
  readonly host: string
  readonly address: string
}

/** Every address, v4 and v6, of every name server of a zone. A host without an address is listed with an empty one. */
export async function authoritativeServers(
  source: DnsSource,
  zone: string,
  signal?: AbortSignal,
): Promise<AuthoritativeServer[]> {
  const { records } = await source.query(zone, 'NS', signal)
  const hosts = [...new Set(records.flatMap(({ data }) => (data.type === 'NS' ? [data.target] : [])))].sort()
  return addressesOf(source, hosts, signal)
}

async function addressesOf(
  source: DnsSource,
  hosts: readonly string[],
  signal?: AbortSignal,
  /** Addresses that came with a referral: a server within the zone that it serves has no others while the zone is lame. */
  glue: readonly ResourceRecord[] = [],
): Promise<AuthoritativeServer[]> {
  const found = await Promise.all(
    hosts.slice(0, MAX_HOSTS).map(async host => {
      const answers = await Promise.all([source.query(host, 'A', signal), source.query(host, 'AAAA', signal)])
      const records = [...answers.flatMap(answer => answer.records), ...glue.filter(record => record.name === host)]
      const addresses = new Set(
        records.flatMap(({ data }) => (data.type === 'A' || data.type === 'AAAA' ? [data.address] : [])),
      )
      return addresses.size === 0 ? [{ host, address: '' }] : [...addresses].map(address => ({ host, address }))
    }),
  )
  return found.flat().slice(0, MAX_ADDRESSES)
}

/** Asks every authoritative server of the zone around `name`. null where the zone cannot be found. */
export async function askAuthoritative(
  source: DnsSource,
  name: string,
  connect: Connect,
  signal?: AbortSignal,
  /** Where the search for the zone begins: asking a resolver for a name that is not there yet makes it remember that. */
  below = name,
): Promise<ServersReport | null> {
  const zone = await zoneOf(source, below, signal)
  if (zone === null) return null
  let at = zone
  let asked = await askEach(await authoritativeServers(source, zone, signal), zone, name, connect, signal)
  // No resolver gets an answer from the servers of a lame child zone: the parent's servers name them.
  for (let cuts = 0; cuts < MAX_CUTS; cuts += 1) {
    const referrals = asked.flatMap(({ referral }) => referral)
    const cut = referrals.find(({ name: child }) => child !== at && isAround(child, name) && isAround(at, child))
    if (cut === undefined) break
    const hosts = referrals.flatMap(({ name: child, data }) =>
      child === cut.name && data.type === 'NS' ? [data.target] : [],
    )
    const glue = asked.flatMap(({ glue }) => glue)
    const children = await addressesOf(source, [...new Set(hosts)].sort(), signal, glue)
    at = cut.name
    asked = await askEach(children, at, name, connect, signal)
  }
  return compare(asked.map(({ view }) => view))
}

function isAround(zone: string, name: string): boolean {
  return name === zone || name.endsWith(`.${zone}`)
}

interface AskedServer {
  readonly view: ServerView
  readonly referral: Answer['referral']
  readonly glue: readonly ResourceRecord[]
}

function askEach(
  servers: readonly AuthoritativeServer[],
  zone: string,
  name: string,
  connect: Connect,
  signal?: AbortSignal,
): Promise<AskedServer[]> {
  return Promise.all(
    servers.map(async ({ host, address }) => {
      if (address === '') return { view: noAddress(host, zone), referral: [], glue: [] }
      const direct = connect(address)
      const [answer, soa] = await Promise.all([direct.query(name, 'TXT', signal), direct.query(zone, 'SOA', signal)])
      const [serial] = soa.records.flatMap(({ data }) => (data.type === 'SOA' ? [data.serial] : []))
      const view = viewOf({ kind: 'authoritative', zone, host, server: address, serial: serial ?? null }, answer)
      const refers = !answer.authoritative && answer.status === 'refused'
      return { view, referral: refers ? answer.referral : [], glue: refers ? (answer.glue ?? []) : [] }
    }),
  )
}

/** Asks recursive resolvers, each on its own. */
export async function askResolvers(
  servers: readonly string[],
  name: string,
  connect: Connect,
  signal?: AbortSignal,
): Promise<ServersReport> {
  const views = await Promise.all(
    servers.map(async server => {
      const answer = await connect(server).query(name, 'TXT', signal)
      return viewOf({ kind: 'recursive', zone: null, host: null, server, serial: null }, answer)
    }),
  )
  return compare(views)
}

function noAddress(host: string, zone: string): ServerView {
  return {
    kind: 'authoritative',
    zone,
    host,
    server: '',
    status: 'network',
    detail: 'the name server has no address',
    state: 'unreachable',
    serial: null,
    texts: [],
    alias: null,
    ttl: null,
  }
}

type Asked = Pick<ServerView, 'kind' | 'zone' | 'host' | 'server' | 'serial'>

function viewOf(asked: Asked, answer: Answer): ServerView {
  const texts = answer.records.flatMap(({ data }) =>
    data.type === 'TXT' ? [Buffer.concat(data.strings).toString('latin1')] : [],
  )
  const ttls = [...answer.chain.map(({ ttl }) => ttl), ...answer.records.map(({ ttl }) => ttl ?? 0)]
  return {
    ...asked,
    status: answer.status,
    detail: answer.detail,
    state: stateOf(answer, asked.kind === 'authoritative'),
    texts: texts.sort(),
    alias: answer.chain[0]?.target ?? null,
    ttl: ttls.length === 0 ? null : Math.min(...ttls),
  }
}

function stateOf(answer: Answer, authoritative: boolean): ServerState {
  // A resolver that fails is in charge of nothing: what it cannot get, or does not accept, is the zone's matter.
  if (answer.status === 'servfail' && !authoritative) return 'unreachable'
  if (answer.status === 'servfail' || answer.status === 'refused') return 'lame'
  if (TEMPORARY_STATUSES.has(answer.status)) return 'unreachable'
  return authoritative && !answer.authoritative ? 'lame' : 'same'
}

/** What is counted: kind of answer, alias, texts. */
function substance({ status, alias, texts }: ServerView): string {
  return JSON.stringify([alias ?? status, texts])
}

/** A server that serves the CNAME but not its target's zone does not disagree with one that serves both. */
function agree(one: ServerView, other: ServerView): boolean {
  const bothSay = one.texts.length > 0 && other.texts.length > 0
  if (one.alias !== null && one.alias === other.alias && !bothSay) return true
  return substance(one) === substance(other)
}

/** Serial number arithmetic (RFC 1982): whether `one` is older than `other`. */
export function isOlderSerial(one: number, other: number): boolean {
  return one !== other && (other - one) >>> 0 < 2 ** 31
}

/** The answer of the newest serial counts; without serials that of the majority. */
function compare(views: readonly ServerView[]): { agreement: Agreement; servers: ServerView[] } {
  const usable = views.filter(({ state }) => state === 'same')
  const newest = usable.reduce<number | null>(
    (best, { serial }) => (serial === null || (best !== null && !isOlderSerial(best, serial)) ? best : serial),
    null,
  )
  const current = usable.filter(({ serial }) => newest === null || serial === newest)
  const common = mostCommon(current.map(substance))
  const reference = current.find(view => substance(view) === common)
  const servers = views.map(view => {
    if (view.state !== 'same' || reference === undefined || agree(view, reference)) return view
    const older = newest !== null && view.serial !== null && isOlderSerial(view.serial, newest)
    return { ...view, state: older ? ('stale' as const) : ('differs' as const) }
  })
  return { agreement: agreementOf(servers), servers }
}

function mostCommon(items: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0]
}

function agreementOf(servers: readonly ServerView[]): Agreement {
  const states = new Set(servers.map(({ state }) => state))
  if (!states.has('same')) return states.has('lame') ? 'lame' : 'unreachable'
  if (states.has('differs')) return 'split'
  if (states.has('stale')) return 'stale'
  if (states.has('lame')) return 'lame'
  return states.has('unreachable') ? 'unreachable' : 'consistent'
}
