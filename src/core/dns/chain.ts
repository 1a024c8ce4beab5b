// From a message to an answer: only what stands at the asked name, or at the end of the aliases that lead away from it, counts.

import { type Answer, type ChainFault, chainFault, emptyAnswer } from './answer.js'
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
    const extendedError = extendedErrorText(message)
    const detail = `the server answers ${rcodeText(message.rcode)}${extendedError === null ? '' : ` (${extendedError})`}`
    // AD is cleared in a failure, and tells nothing of the zone.
    return { ...base, authenticated: null, status, detail, extendedError }
  }
  const walked = walk(message.answers, name, type)
  const found = { ...base, ...walked }
  if (walked.fault !== null) return { ...found, status: walked.fault.status, records: [], detail: walked.fault.detail }
  if (isLameReferral(message)) return { ...found, status: 'refused', detail: 'the server only refers to other servers' }
  if (walked.records.length > 0) {
    if (message.rcode === RCODES.NOERROR) return { ...found, status: 'found' }
    return { ...found, records: [], detail: 'the answer has records but also says that the name does not exist' }
  }
  const belongsToNothing = message.answers.length > 0 && !walked.related
  if (belongsToNothing) return { ...found, detail: 'the records of the answer belong to another name' }
  return { ...found, status: message.rcode === RCODES.NXDOMAIN ? 'nxdomain' : 'nodata' }
}

/** A server that neither answers for the zone nor asks others has said nothing of the name (RFC 1034 §4.3.2). */
function isLameReferral({ rcode, authoritative, recursionAvailable, answers, authorities }: Message): boolean {
  const refers = authorities.length > 0 && authorities.every(({ data }) => data.type === 'NS' || data.type === 'OTHER')
  const names = authorities.some(({ data }) => data.type === 'NS')
  return rcode === RCODES.NOERROR && !authoritative && !recursionAvailable && answers.length === 0 && refers && names
}

/** The names of the extended errors about DNSSEC (RFC 8914 §5.2). */
const DNSSEC_ERRORS: ReadonlyMap<number, string> = new Map([
  [1, 'Unsupported DNSKEY Algorithm'],
  [2, 'Unsupported DS Digest Type'],
  [5, 'DNSSEC Indeterminate'],
  [6, 'DNSSEC Bogus'],
  [7, 'Signature Expired'],
  [8, 'Signature Not Yet Valid'],
  [9, 'DNSKEY Missing'],
  [10, 'RRSIGs Missing'],
  [11, 'No Zone Key Bit Set'],
  [12, 'NSEC Missing'],
])

function extendedErrorText({ extendedErrors }: Message): string | null {
  const [first] = extendedErrors
  if (first === undefined) return null
  const name = DNSSEC_ERRORS.get(first.code) ?? `extended error ${first.code}`
  const text = first.text.replaceAll('\0', '').slice(0, 100)
  return text === '' ? name : `${name}: ${text}`
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
  readonly fault: ChainFault | null
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
    if (other !== undefined) return { ...end, fault: { status: 'malformed', detail: 'two CNAMEs at one name' } }
    related = true
    chain.push(link)
    const fault = chainFault(chain, seen, link.target)
    if (fault !== null) return { ...end, related, fault }
    seen.add(link.target)
    owner = link.target
  }
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
