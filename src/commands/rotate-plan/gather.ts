// What one run brings to a plan: one look at DNS, and the evidence that was named.

import type { KeyCache } from '../../core/dkim/key-lookup.js'
import type { SelectorUse } from '../../core/rotation/dmarc-report.js'
import type { Evidence } from '../../core/rotation/progress.js'
import type { PlanState } from '../../core/rotation/state.js'
import { mention, type Run } from './evaluated-plan.js'
import { type DomainSample, probe, readSamples, type Samples } from './evidence.js'
import { observe } from './look.js'
import { isBlind } from './options.js'
import { readReports } from './reports.js'

export async function openSamples(run: Run, plans: readonly PlanState[], keys: KeyCache): Promise<Samples> {
  const { context, options, now, probes } = run
  const samples = await readSamples(options.sample ?? [], { context, resolver: probes.source, now, keys })
  warnUnused(run, plans, samples)
  return samples
}

/** Evidence that proves nothing here is easily taken for a proof. */
function warnUnused(run: Run, plans: readonly PlanState[], { all, sources }: Samples): void {
  const counts = ({ domain, selector }: DomainSample): boolean =>
    plans.some(
      ({ request }) =>
        request.domain === domain &&
        [request.old, request.new].some(key => key.selector.toLowerCase() === selector.toLowerCase()),
    )
  const used = new Set(all.filter(counts).map(({ source }) => source))
  for (const source of sources) {
    if (!used.has(source)) mention(run, 'warning', `${source} has no signature with a selector of this plan: ignored`)
  }
}

export interface Gathered {
  readonly samples: readonly DomainSample[]
  readonly uses: readonly SelectorUse[]
}

export async function gather(run: Run, plan: PlanState, gathered: Gathered): Promise<Evidence> {
  const { context, options, now, probes } = run
  const { request } = plan
  const { domain } = request
  const samples = gathered.samples.filter(sample => sample.domain === domain)
  const evidence = { now: now.getTime(), samples, confirmations: options.confirm ?? [] }
  if (isBlind(options)) return { ...evidence, observation: null, reports: [], probe: null }
  const observation = await observe((await probes.of(domain)).probes, request, now.getTime(), context.signal)
  const wantsProbe =
    options.check === true && observation.newRecord.state === 'live' && plan.progress.verifiedAt === null
  return {
    ...evidence,
    observation,
    reports: gathered.uses.filter(use => use.domain === domain),
    probe: wantsProbe ? await probe(request, probes.source, now) : null,
  }
}

/** Reads the reports once for all the plans, and says what they do not show. */
export function openReports(run: Run, plans: readonly PlanState[]): readonly SelectorUse[] {
  const { reports: paths } = run.options
  if (paths === undefined || isBlind(run.options)) return []
  const wanted = new Map<string, Set<string>>()
  for (const { request } of plans) {
    const selectors = wanted.get(request.domain) ?? new Set()
    for (const { selector } of [request.old, request.new]) selectors.add(selector.toLowerCase())
    wanted.set(request.domain, selectors)
  }
  const { uses, domains, withoutSelector, faults, reports, folders } = readReports(paths, wanted)
  if (folders > 1)
    mention(run, 'note', `${reports} ${reports === 1 ? 'report was' : 'reports were'} read from ${folders} folders`)
  for (const fault of faults) mention(run, 'warning', fault)
  for (const domain of wanted.keys()) {
    if (!domains.has(domain))
      mention(run, 'warning', `the reports have no DKIM result for ${domain} with a selector: ignored`)
  }
  if (withoutSelector > 0) {
    const messages = withoutSelector === 1 ? '1 message was' : `${withoutSelector} messages were`
    mention(run, 'note', `${messages} reported without a selector and could not be counted`)
  }
  return uses
}
