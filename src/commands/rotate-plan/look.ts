// One look at both records of a rotation through every name server.

import type { TxtAnswer } from '../../core/dns/resolver.js'
import type { Observation, ServerAnswer } from '../../core/rotation/evidence.js'
import { impossibleSelector, observationOf, readServerAnswer } from '../../core/rotation/observe.js'
import type { RotationRequest } from '../../core/rotation/settings.js'
import { keyRecordName } from '../../core/syntax/names.js'
import type { NameServerProbe } from './name-servers.js'

export interface ProbeView {
  readonly answer: ServerAnswer
  /** As it came: with the TTL of a negative answer. */
  readonly raw: TxtAnswer
  readonly impossible: TxtAnswer
}

/** What every name server says of one selector, and of one that cannot exist. */
export async function lookAt(
  probes: readonly NameServerProbe[],
  domain: string,
  selector: string,
  signal: AbortSignal,
): Promise<readonly ProbeView[]> {
  const name = keyRecordName(selector, domain)!
  const nowhere = keyRecordName(impossibleSelector(selector), domain) ?? `no-such-selector._domainkey.${domain}`
  const views = await Promise.all(
    probes.map(async ({ server, family, authoritative, txt }) => {
      const [raw, impossible] = await Promise.all([txt(name, signal), txt(nowhere, signal)])
      return { answer: readServerAnswer({ server, authoritative, record: raw, impossible }), raw, impossible, family }
    }),
  )
  return withoutMissingFamily(views)
}

/** Where not one IPv6 address could be reached and IPv4 answers, it is this machine that has no IPv6. */
function withoutMissingFamily<T extends ProbeView & { readonly family: 4 | 6 | null }>(
  views: readonly T[],
): readonly T[] {
  const newer = views.filter(({ family }) => family === 6)
  const isMissing = newer.length < views.length && newer.every(({ raw }) => raw.status === 'network')
  return isMissing ? views.filter(({ family }) => family !== 6) : views
}

export async function observe(
  probes: readonly NameServerProbe[],
  request: RotationRequest,
  at: number,
  signal: AbortSignal,
): Promise<Observation> {
  const [fresh, old] = await Promise.all(
    [request.new, request.old].map(({ selector }) => lookAt(probes, request.domain, selector, signal)),
  )
  const answers = (views: readonly ProbeView[] = []) => views.map(({ answer }) => answer)
  return observationOf(request, { new: answers(fresh), old: answers(old) }, at)
}
