// The DNS Tree Walk (RFC 9989 §4.10): which DMARC Policy Records stand above a domain, and which of the names is its Organizational Domain.

import { type AnswerStatus, type Resolver, TEMPORARY_STATUSES } from '../dns/resolver.js'
import { type DmarcRecord, parseDmarcRecord } from './record.js'

/** One question of a walk. */
export interface WalkStep {
  readonly domain: string
  /** `_dmarc.` and the domain, as asked. */
  readonly name: string
  readonly status: AnswerStatus
  /** The one valid record; null where there is none, or several. */
  readonly record: DmarcRecord | null
  /** How many records with v=DMARC1 the name has: "if multiple … are returned for a single target, they are all discarded". */
  readonly records: number
}

export interface TreeWalk {
  readonly start: string
  /** From the longest name to the shortest. */
  readonly steps: readonly WalkStep[]
  /** Null where DNS failed on the way: nothing is known then (a transient error is not "no record"). */
  readonly organizationalDomain: string | null
}

/** "a shortcut is built into the process so that Author Domains with more than eight labels do not result in more than eight DNS queries" */
const LONGEST_SHORTCUT = 7

/** The names whose records are looked for, at most eight. */
export function walkTargets(domain: string): readonly string[] {
  const labels = domain.split('.')
  const above = labels.slice(-Math.min(LONGEST_SHORTCUT, labels.length - 1))
  const parents = labels.length === 1 ? [] : above.map((_, index) => above.slice(index).join('.'))
  return [domain, ...parents]
}

/**
 * `domain` in lower case A-label form. The resolver caches: walks of one batch share the names above. `isEnough` ends the walk after its first
 * question, where that one decides: the domain itself is treated as the Organizational Domain then.
 */
export async function walkTree(
  domain: string,
  resolver: Resolver,
  {
    signal,
    isEnough = () => false,
  }: { signal?: AbortSignal | undefined; isEnough?: (own: DmarcRecord) => boolean } = {},
): Promise<TreeWalk> {
  const steps: WalkStep[] = []
  for (const target of walkTargets(domain)) {
    const step = await ask(target, resolver, signal)
    steps.push(step)
    if (TEMPORARY_STATUSES.has(step.status)) return { start: domain, steps, organizationalDomain: null }
    if (step.record !== null && (step.record.psd !== 'u' || (target === domain && isEnough(step.record)))) break
  }
  return { start: domain, steps, organizationalDomain: organizationalDomainOf(domain, steps) }
}

async function ask(domain: string, resolver: Resolver, signal: AbortSignal | undefined): Promise<WalkStep> {
  const name = `_dmarc.${domain}`
  const { status, records } = await resolver.txt(name, signal)
  const parsed = records.flatMap(({ data }) => parseDmarcRecord(Buffer.from(data).toString('latin1')) ?? [])
  const [record = null] = parsed
  return { domain, name, status, record: parsed.length === 1 ? record : null, records: parsed.length }
}

/** "select the Organizational Domain from the domains for which valid DMARC Policy Records were retrieved from the longest to the shortest" (§4.10.2) */
function organizationalDomainOf(start: string, steps: readonly WalkStep[]): string {
  const found = steps.filter(({ record }) => record !== null)
  for (const { domain, record } of found) {
    if (record?.psd === 'n') return domain
    if (record?.psd === 'y' && domain !== start) return oneLabelBelow(domain, start)
  }
  return found.at(-1)?.domain ?? start
}

function oneLabelBelow(parent: string, start: string): string {
  return start
    .split('.')
    .slice(-(parent.split('.').length + 1))
    .join('.')
}
