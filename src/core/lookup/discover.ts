// Which selectors a domain has: bounded guessing, ranked by what MX and SPF say. Absence can never be proven this way.

import type { DnsSource } from '../dns/answer.js'
import { TEMPORARY_STATUSES, type TxtAnswer } from '../dns/resolver.js'
import { allProviders, knownSelectors, type ProviderRow } from '../keys/providers.js'
import { isSubdomainOrEqual } from '../syntax/names.js'
import { keyName } from './key-name.js'
import { type KeyReport, type LookedUp, lookUpKey } from './key-report.js'
import { isWildcard, randomSelector } from './lint-answer.js'
import { COMMON_SELECTORS, MAIL_HOSTS } from './selectors.js'

export interface Discovery {
  readonly schema: 'dkim.discovery/1'
  readonly domain: string
  /** Whether _domainkey.<domain> exists: "no" means that nothing is below it (RFC 8020), as far as the server tells the truth. */
  readonly domainkey: 'exists' | 'absent' | 'unknown'
  /** Every selector is answered: guesses that match the wildcard do not count. */
  readonly wildcard: boolean
  /** Services that MX and SPF point at. */
  readonly providers: readonly { readonly name: string; readonly because: string }[]
  readonly mx: readonly string[]
  readonly spf: string | null
  readonly keys: readonly KeyReport[]
  /** Selectors asked for, and how many of them failed for now. */
  readonly asked: number
  readonly failed: number
}

export interface DiscoverOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number, found: number) => void
}

const MAX_SELECTORS = 160
/** Still asked for where the server says that there is nothing: some say so wrongly. */
const DOUBTS = 12

export async function discover(source: DnsSource, domain: string, options: DiscoverOptions = {}): Promise<Discovery> {
  const { signal } = options
  const [around, wildcard, parent] = await Promise.all([
    surroundings(source, domain, signal),
    source.txt(`${randomSelector()}._domainkey.${domain}`, signal),
    source.query(`_domainkey.${domain}`, 'TXT', signal),
  ])
  const absent = parent.status === 'nxdomain'
  const selectors = selectorsFor(domain, around.rows).slice(0, absent ? DOUBTS : MAX_SELECTORS)
  const reports = await lookUpEach(selectors, options, selector =>
    lookUpKey(source, keyName(domain, selector), { probe: false, ...(signal === undefined ? {} : { signal }) }),
  )
  const wild = isWildcard(wildcard) ? gistOf(wildcard) : null
  const keys = reports.flatMap(({ report, answer }) => {
    const same = wild !== null && gistOf(answer) === wild
    const dangling = report.result === 'not-found' && report.chain.length > 0
    return (report.result !== 'not-found' || dangling) && report.result !== 'unavailable' && !same ? [report] : []
  })
  return {
    schema: 'dkim.discovery/1',
    domain,
    domainkey: absent ? 'absent' : TEMPORARY_STATUSES.has(parent.status) ? 'unknown' : 'exists',
    wildcard: wild !== null,
    providers: around.providers,
    mx: around.mx,
    spf: around.spf,
    keys,
    asked: selectors.length,
    failed: reports.filter(({ report }) => report.result === 'unavailable').length,
  }
}

/** What an answer comes to, whatever the name: the aliases that it took, and the texts at their end. */
function gistOf({ chain, records }: TxtAnswer): string {
  const aliases = chain.flatMap(({ type, target }) => (type === 'CNAME' ? [target] : []))
  return JSON.stringify([aliases, records.map(({ data }) => Buffer.from(data).toString('hex'))])
}

interface Surroundings {
  readonly mx: readonly string[]
  readonly spf: string | null
  readonly providers: readonly { name: string; because: string }[]
  readonly rows: readonly ProviderRow[]
}

/** Who carries the domain's mail, by MX and SPF. */
async function surroundings(source: DnsSource, domain: string, signal?: AbortSignal): Promise<Surroundings> {
  const [mxAnswer, txtAnswer] = await Promise.all([
    source.query(domain, 'MX', signal),
    source.query(domain, 'TXT', signal),
  ])
  const mx = mxAnswer.records.flatMap(({ data }) => (data.type === 'MX' ? [data.target] : [])).sort()
  const texts = txtAnswer.records.flatMap(({ data }) =>
    data.type === 'TXT' ? [Buffer.concat(data.strings).toString('latin1')] : [],
  )
  const spf = texts.find(text => /^v=spf1(?: |$)/i.test(text)) ?? null
  const included = [...(spf ?? '').matchAll(/(?:include:|redirect=)([A-Za-z0-9._-]{1,253})/gi)].map(([, host]) =>
    host!.toLowerCase(),
  )
  const seen = [
    ...mx.map(host => ({ host, because: `MX ${host}` })),
    ...included.map(host => ({ host, because: `SPF ${host}` })),
  ]
  const rows = new Map<ProviderRow, string>()
  for (const { host, because } of seen) {
    for (const row of rowsOf(host)) if (!rows.has(row)) rows.set(row, because)
  }
  const providers = [...rows].map(([{ name }, because]) => ({ name, because }))
  return { mx, spf, providers, rows: [...rows.keys()] }
}

/** By the data table of mail hosts, else by a common parent of the host and a provider's CNAME targets. */
function rowsOf(host: string): ProviderRow[] {
  const known = [...MAIL_HOSTS].find(([suffix]) => endsWith(host, suffix))
  if (known !== undefined) return allProviders().filter(({ id }) => id === known[1])
  return allProviders().filter(({ targets }) => targets.some(target => endsWith(host, lastTwo(target))))
}

function lastTwo(name: string): string {
  return name.split('.').slice(-2).join('.')
}

function endsWith(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`)
}

/** Likely ones first; each once. */
function selectorsFor(domain: string, rows: readonly ProviderRow[]): string[] {
  // The initial domain of a Microsoft 365 tenant has selectors made of its own name.
  const ofTenant = isSubdomainOrEqual(domain, 'onmicrosoft.com')
    ? ['selector1', 'selector2'].map(selector => `${selector}-${domain.replaceAll('.', '-')}`)
    : []
  const likely = rows.flatMap(({ selectors }) => selectors.filter(selector => typeof selector === 'string'))
  return [...new Set([...ofTenant, ...likely, ...COMMON_SELECTORS, ...knownSelectors()])]
}

/** All at once: the client bounds how many names are in flight. */
async function lookUpEach(
  selectors: readonly string[],
  { onProgress }: DiscoverOptions,
  lookUp: (selector: string) => Promise<LookedUp>,
): Promise<LookedUp[]> {
  let done = 0
  let found = 0
  return Promise.all(
    selectors.map(async selector => {
      const looked = await lookUp(selector)
      done += 1
      if (looked.report.result === 'found') found += 1
      onProgress?.(done, selectors.length, found)
      return looked
    }),
  )
}
