// What one run brings to a plan: one look at DNS, and the evidence that was named.

import type { Evidence, KeyCache, PlanState, ReportedUse } from '../../core/index.js'
import { type DomainSample, probe, readReports, readSamples, type Samples } from './evidence.js'
import { mention, type Run } from './judged.js'
import { observe } from './look.js'
import { isBlind } from './options.js'

export async function openSamples(run: Run, plans: readonly PlanState[], keys: KeyCache): Promise<Samples> {
  const { context, options, now, witnesses } = run
  const samples = await readSamples(options.sample ?? [], { context, resolver: witnesses.source, now, keys })
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
    if (!used.has(source))
      mention(run, 'warning', `${source} carries no signature of the selectors of this plan: it shows nothing`)
  }
}

export async function gather(run: Run, plan: PlanState, all: readonly DomainSample[]): Promise<Evidence> {
  const { context, options, now, witnesses } = run
  const { request } = plan
  const { domain } = request
  const samples = all.filter(sample => sample.domain === domain)
  const evidence = { now: now.getTime(), samples, confirmations: options.confirm ?? [] }
  if (isBlind(options)) return { ...evidence, observation: null, reports: [], probe: null }
  const observation = await observe((await witnesses.of(domain)).witnesses, request, now.getTime(), context.signal)
  const wantsProbe =
    options.check === true && observation.newRecord.state === 'live' && plan.progress.verifiedAt === null
  return {
    ...evidence,
    observation,
    reports: reportsOf(run, domain),
    probe: wantsProbe ? await probe(request, witnesses.source, now) : null,
  }
}

function reportsOf(run: Run, domain: string): readonly ReportedUse[] {
  const { reports = [] } = run.options
  const { uses, withoutSelector } = readReports(reports, domain)
  if (reports.length > 0 && uses.length === 0) {
    mention(run, 'warning', `the reports hold no DKIM result of ${domain} with a selector: they show nothing`)
  }
  if (withoutSelector > 0) {
    mention(run, 'note', `${withoutSelector} messages were reported without a selector and could not be counted`)
  }
  return uses
}
