// From a message to an answer: only what stands at the asked name, or at the end of the aliases that lead away from it, counts.

import { LIMITS } from '../limits.js'
import { type Answer, emptyAnswer } from './answer.js'
import { type Message, RCODES } from './message.js'
import type { RecordType, ResourceRecord } from './record.js'
import type { AnswerStatus, ChainLink } from './resolver.js'

const FAILED_RCODES: ReadonlyMap<number, AnswerStatus> = new Map([
  [RCODES.SERVFAIL, 'servfail'],
  [RCODES.REFUSED, 'refused'],
])

export function readAnswer(message: Message, name: string, type: RecordType, server: string): Answer {
  const base = {
    ...emptyAnswer(name, 'malformed', null, server),
    authenticated: message.authenticated,
    authoritative: message.authoritative,
    recursionAvailable: message.recursionAvailable,
    soa: message.authorities.find(({ data }) => data.type === 'SOA') ?? null,
    referral: message.authorities.filter(({ data }) => data.type === 'NS'),
  }
  if (message.rcode !== RCODES.NOERROR && message.rcode !== RCODES.NXDOMAIN) {
    const status = FAILED_RCODES.get(message.rcode) ?? 'servfail'
    return { ...base, status, detail: `the server answers ${rcodeText(message.rcode)}` }
  }
  const walked = walk(message.answers, name, type)
  const found = { ...base, ...walked }
  if (walked.fault !== null) return { ...found, status: walked.fault.status, records: [], detail: walked.fault.detail }
  if (walked.records.length > 0) {
    if (message.rcode === RCODES.NOERROR) return { ...found, status: 'found' }
    return { ...found, records: [], detail: 'the answer has records and says at once that the name does not exist' }
  }
  const belongsToNothing = message.answers.length > 0 && !walked.related
  if (belongsToNothing) return { ...found, detail: 'the records of the answer belong to another name' }
  return { ...found, status: message.rcode === RCODES.NXDOMAIN ? 'nxdomain' : 'nodata' }
}

function rcodeText(rcode: number): string {
  const known = Object.entries(RCODES).find(([, value]) => value === rcode)
  return known === undefined ? `RCODE ${rcode}` : known[0]
}

interface Walk {
  readonly chain: readonly ChainLink[]
  readonly owner: string
  readonly records: readonly ResourceRecord[]
  readonly besideAlias: boolean
  /** Some record of the answer belongs to the chain. */
  readonly related: boolean
  readonly fault: { readonly status: 'cname-loop' | 'malformed'; readonly detail: string } | null
}

function walk(answers: readonly ResourceRecord[], name: string, type: RecordType): Walk {
  const chain: ChainLink[] = []
  const seen = new Set([name])
  let owner = name
  let related = false
  for (;;) {
    const here = answers.filter(record => record.name === owner)
    related ||= here.length > 0
    const records = here.filter(({ data }) => data.type === type)
    const links = linksAt(answers, here, owner)
    const walked = { chain, owner, related }
    if (records.length > 0) return { ...walked, records, besideAlias: links.length > 0, fault: null }
    const end = { ...walked, records: [], besideAlias: false }
    const [link, other] = links
    if (link === undefined) return { ...end, fault: null }
    if (other !== undefined) return { ...end, fault: { status: 'malformed', detail: 'two aliases at one name' } }
    related = true
    chain.push(link)
    const fault = chainFault(chain, seen, link.target)
    if (fault !== null) return { ...end, related, fault: { status: 'cname-loop', detail: fault } }
    seen.add(link.target)
    owner = link.target
  }
}

/** Why a chain must not be followed further; null where it may. */
export function chainFault(chain: readonly ChainLink[], seen: ReadonlySet<string>, target: string): string | null {
  if (seen.has(target)) return `the aliases lead back to ${target}`
  if (chain.length > LIMITS.cnameHops) return `more than ${LIMITS.cnameHops} aliases in a row`
  return null
}

/** The distinct aliases of a name. A CNAME made from a DNAME stands beside it and says the same (RFC 6672 §3.1). */
function linksAt(answers: readonly ResourceRecord[], here: readonly ResourceRecord[], owner: string): ChainLink[] {
  const links = new Map<string, ChainLink>()
  for (const { name, ttl, data } of here) {
    if (data.type === 'CNAME') links.set(data.target, { name, type: 'CNAME', target: data.target, ttl: ttl ?? 0 })
  }
  for (const { name, ttl, data } of answers) {
    if (data.type !== 'DNAME' || !owner.endsWith(`.${name}`)) continue
    const below = owner.slice(0, owner.length - name.length - 1)
    const target = data.target === '' ? below : `${below}.${data.target}`
    links.set(target, { name: owner, type: 'DNAME', target, ttl: ttl ?? 0 })
  }
  return [...links.values()]
}
