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
    glue: message.additionals.filter(({ data }) => data.type === 'A' || data.type === 'AAAA'),
  }
  if (message.rcode !== RCODES.NOERROR && message.rcode !== RCODES.NXDOMAIN) {
    const status = FAILED_RCODES.get(message.rcode) ?? 'servfail'
    const told = extendedErrorOf(message)
    const detail = `the server answers ${rcodeText(message.rcode)}${told.extendedError === null ? '' : ` (${told.extendedError})`}`
    // AD is cleared in a failure and says nothing about the zone.
    return { ...base, authenticated: null, status, detail, ...told }
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

/** Extended errors (RFC 8914 §5.2) by their code. */
const EXTENDED_ERRORS = [
  'Other Error',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDOMAIN Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
] as const

/** Those that say that validation failed. */
const VALIDATION_ERRORS: ReadonlySet<number> = new Set([6, 7, 8, 9, 10, 11, 12])
/** Those that say that the server did not want to answer. */
const POLICY_ERRORS: ReadonlySet<number> = new Set([4, 14, 15, 16, 17, 18, 20, 21])

/** Of several extended errors, one about validation says most. */
function extendedErrorOf({ extendedErrors }: Message): Pick<Answer, 'extendedError' | 'failedFor'> {
  const told = extendedErrors.find(({ code }) => VALIDATION_ERRORS.has(code)) ?? extendedErrors[0]
  if (told === undefined) return { extendedError: null }
  const name = EXTENDED_ERRORS[told.code] ?? `extended error ${told.code}`
  const text = told.text.replaceAll('\0', '').slice(0, 100)
  const extendedError = text === '' ? name : `${name}: ${text}`
  if (VALIDATION_ERRORS.has(told.code)) return { extendedError, failedFor: 'dnssec' }
  return POLICY_ERRORS.has(told.code) ? { extendedError, failedFor: 'policy' } : { extendedError }
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
