// The DKIM side of DMARC (RFC 9989 §4.10.1, §4.10.2): the policy for an Author Domain, and whether a passing signature counts for it. SPF is not
// looked at: a message that fails here may still pass by SPF.

import { type Resolver, TEMPORARY_STATUSES } from '../dns/resolver.js'
import type { DmarcPolicy, DmarcRecord } from './record.js'
import { type TreeWalk, walkTree } from './tree-walk.js'

/** The policy that applies to an Author Domain. */
export interface DmarcDiscovery {
  /** The Author Domain. */
  readonly domain: string
  /** found: a record applies · none: DMARC is not applied · temperror: DNS failed where the answer would have decided. */
  readonly status: 'found' | 'none' | 'temperror'
  /** The domain whose record applies, and the record. */
  readonly policyDomain: string | null
  readonly record: DmarcRecord | null
  /** For this Author Domain, as published: t=y does not lower it. */
  readonly policy: DmarcPolicy | null
  /** Null where DNS failed before it was known. */
  readonly organizationalDomain: string | null
  readonly walk: TreeWalk
}

export interface DmarcEvaluation extends DmarcDiscovery {
  /** pass: a d= is aligned · fail: none is · none: no record applies · temperror: DNS failed where the answer would have decided. */
  readonly dkim: 'pass' | 'fail' | 'none' | 'temperror'
}

/** `domain` in lower case A-label form. */
export async function discoverPolicy(
  domain: string,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<DmarcDiscovery> {
  return policyOf(await walkTree(domain, resolver, { signal }), resolver, signal)
}

async function policyOf(walk: TreeWalk, resolver: Resolver, signal: AbortSignal | undefined): Promise<DmarcDiscovery> {
  const domain = walk.start
  const { organizationalDomain } = walk
  const base = { domain, organizationalDomain, walk, policyDomain: null, record: null, policy: null }
  const applying = applyingStep(walk)
  if (applying === undefined) return { ...base, status: organizationalDomain === null ? 'temperror' : 'none' }
  const { record } = applying
  if (record.effect === 'ignored') return { ...base, status: 'none' }
  const policy = await policyFor(walk, applying, resolver, signal)
  if (policy === undefined) return { ...base, status: 'temperror' }
  return { ...base, status: 'found', policyDomain: applying.domain, record, policy }
}

interface ApplyingStep {
  readonly domain: string
  readonly record: DmarcRecord
}

/** "The Author Domain · The Organizational Domain of the Author Domain · The Public Suffix Domain of the Author Domain", in this order. */
function applyingStep({ start, steps, organizationalDomain }: TreeWalk): ApplyingStep | undefined {
  const at = (domain: string | null): ApplyingStep | undefined =>
    steps.find((step): step is ApplyingStep & typeof step => step.domain === domain && step.record !== null)
  // What stands above cannot change the policy of a domain that has its own.
  const own = at(start)
  if (own !== undefined || organizationalDomain === null) return own
  const organizational = at(organizationalDomain)
  if (organizational !== undefined) return organizational
  return steps.find((step): step is ApplyingStep & typeof step => step.record?.psd === 'y')
}

/** Undefined where DNS failed. */
async function policyFor(
  { start, steps }: TreeWalk,
  { domain, record }: ApplyingStep,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<DmarcPolicy | undefined> {
  if (record.effect === 'none') return 'none'
  const [p, sp] = [record.p ?? 'none', record.sp ?? record.p ?? 'none']
  if (domain === start) return p
  const np = record.np ?? sp
  // Only where it makes a difference. A name below one that exists exists too (RFC 8020).
  if (np === sp || steps[0]?.status !== 'nxdomain') return sp
  const { status } = await resolver.txt(start, signal)
  if (TEMPORARY_STATUSES.has(status)) return undefined
  return status === 'nxdomain' ? np : sp
}

/** `signingDomains` are the d= of the signatures that pass, in lower case A-label form: "any" of them counts (§4.4.1). */
export async function evaluateDmarc(
  domain: string,
  signingDomains: readonly string[],
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<DmarcEvaluation> {
  // "There is no need to perform Identifier Alignment Evaluations" where both are the same domain and it has a record (§4.10.2).
  const isEnough = () => signingDomains.includes(domain)
  const discovery = await policyOf(await walkTree(domain, resolver, { signal, isEnough }), resolver, signal)
  if (discovery.status !== 'found') return { ...discovery, dkim: discovery.status }
  return { ...discovery, dkim: await alignmentOf(discovery, signingDomains, resolver, signal) }
}

async function alignmentOf(
  { domain, record, organizationalDomain }: DmarcDiscovery,
  signingDomains: readonly string[],
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<'pass' | 'fail' | 'temperror'> {
  // Identical domains need no walk, in either mode.
  if (signingDomains.includes(domain)) return 'pass'
  if (record?.adkim === 'strict' || signingDomains.length === 0) return 'fail'
  let isUnknown = false
  for (const signingDomain of new Set(signingDomains)) {
    const other = await walkTree(signingDomain, resolver, { signal })
    if (organizationalDomain === null || other.organizationalDomain === null) isUnknown = true
    else if (other.organizationalDomain === organizationalDomain) return 'pass'
  }
  return isUnknown ? 'temperror' : 'fail'
}
