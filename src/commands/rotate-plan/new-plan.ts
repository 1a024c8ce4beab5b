// A new plan: what DNS says now of the old selector, a free name for the new one, and the figures that the waits come from.

import { DkimError } from '../../core/errors.js'
import { providerOf } from '../../core/keys/providers.js'
import { TimeZone } from '../../core/rotation/calendar.js'
import type { ServerAnswer } from '../../core/rotation/evidence.js'
import { keyFactsOf } from '../../core/rotation/observe.js'
import { refuseTakenSelector } from '../../core/rotation/refusals.js'
import { selectorCandidates } from '../../core/rotation/selector-name.js'
import type { KeyFacts, RotationKind, RotationRequest, ZoneFacts } from '../../core/rotation/settings.js'
import { keyRecordName } from '../../core/syntax/names.js'
import { lookAt, type ProbeView } from './look.js'
import type { ZoneProbes } from './name-servers.js'
import { type NewKey, readNewKey, unmadeKey } from './new-key.js'
import { isBlind, type RotatePlanOptions, settingsOf } from './options.js'
import type { Target } from './targets.js'
import { TemporaryTrouble } from './temporary-trouble.js'

export interface PlanScene {
  readonly options: RotatePlanOptions
  readonly now: number
  readonly signal: AbortSignal
  /** Record names that earlier plans of the same state file used. */
  readonly usedNames: ReadonlySet<string>
}

/** Null: there is no record of the old selector, and so nothing to rotate. */
export async function newRequest(target: Target, zone: ZoneProbes, scene: PlanScene): Promise<RotationRequest | null> {
  const { options, now, signal } = scene
  const blind = isBlind(options)
  const oldViews = blind ? [] : await lookAt(zone.probes, target.domain, target.old, signal)
  refuseSilence(oldViews, `${target.old}._domainkey.${target.domain}`)
  const answer = oldViews.find(({ answer: { status } }) => status === 'found')?.answer
  // A rotation that is looked at in its course may have removed the old record already.
  const underWay = isUnderWay(target, options)
  if (answer === undefined && !blind && !underWay) return null
  const old = answer === undefined ? unknownKey(target.old) : keyFactsOf(target.old, answer)
  const provider = old.alias === null ? undefined : providerOf({ selector: old.selector, target: old.alias })?.provider
  const base = {
    domain: target.domain,
    old,
    oldKeyFile: options.oldKey ?? null,
    createdAt: underWay ? Math.min(now, options.start?.getTime() ?? now) : now,
    start: options.start?.getTime() ?? now,
    settings: settingsOf(options),
    provider: provider === undefined ? null : [provider.name, provider.note].filter(Boolean).join(': '),
  }
  if (provider?.rotatedBy === 'provider' && !options.flip) {
    return { ...base, kind: 'provider', new: { ...old }, newKeyFile: null, zone: zoneFacts(zone, oldViews, [], null) }
  }
  return { ...base, ...(await chooseNew(target, old, oldViews, zone, scene, blind)) }
}

/** --check of two named selectors without a state file: the rotation has begun, somewhere else. */
function isUnderWay(target: Target, options: RotatePlanOptions): boolean {
  if (!options.check) return false
  if ((target.new ?? options.newSelector) !== undefined) return true
  throw new DkimError('usage', '--check needs a rotation to check', 'give --state FILE, or --new-selector')
}

type Chosen = Pick<RotationRequest, 'kind' | 'new' | 'newKeyFile' | 'zone'>

async function chooseNew(
  target: Target,
  old: KeyFacts,
  oldViews: readonly ProbeView[],
  zone: ZoneProbes,
  scene: PlanScene,
  blind: boolean,
): Promise<Chosen> {
  const { options, signal } = scene
  const names = candidateNames(target, old, scene)
  for (const [index, selector] of names.entries()) {
    const key = readNewKey(options, target.domain, selector) ?? unmadeKey(options, old)
    const views = blind ? [] : await lookAt(zone.probes, target.domain, selector, signal)
    const name = keyRecordName(selector, target.domain) ?? selector
    refuseSilence(views, name)
    const taken = takenBy(views, key, options) ?? (scene.usedNames.has(name) ? 'used-before' : null)
    if (taken !== null && (index === names.length - 1 || taken === 'wildcard')) refuseTakenSelector(name, taken)
    if (taken !== null) continue
    const before = views.find(({ answer }) => answer.status === 'found')?.answer ?? null
    const alias = views.find(({ answer }) => answer.alias !== null)?.answer.alias ?? null
    const kind = kindOf(options)
    return {
      kind,
      new: { selector, ...key.facts, alias: kind === 'flip' ? alias : null },
      newKeyFile: key.file,
      zone: zoneFacts(zone, oldViews, views, kind === 'flip' ? before : null),
    }
  }
  throw new DkimError('usage', 'no free selector was found', 'choose one with --new-selector')
}

function kindOf({ emergency, beside, flip }: RotatePlanOptions): RotationKind {
  const wanted = [emergency && 'emergency', beside && 'add', flip && 'flip'].filter(kind => typeof kind === 'string')
  if (wanted.length > 1)
    throw new DkimError('usage', '--emergency, --beside and --flip are mutually exclusive', 'give one of them')
  return (wanted[0] as RotationKind | undefined) ?? 'replace'
}

function candidateNames(target: Target, old: KeyFacts, { options, now }: PlanScene): readonly string[] {
  const given = target.new ?? options.newSelector
  // In a file of several rotations the scheme is for those that name no new selector.
  if (options.newSelector !== undefined && options.scheme !== undefined) {
    throw new DkimError('usage', '--scheme and --new-selector exclude each other', 'leave one of them out')
  }
  if (given !== undefined) return [given]
  const type = options.type ?? (options.beside ? 'ed25519' : 'rsa')
  return selectorCandidates(options.scheme ?? 'date', {
    start: options.start?.getTime() ?? now,
    zone: new TimeZone(options.timeZone ?? 'UTC'),
    domain: target.domain,
    old: old.selector,
    type,
    bits: options.bits ?? 2048,
  }).filter(name => name !== old.selector.toLowerCase())
}

/** Published already with the very key that was given is no clash: somebody was quick. */
function takenBy(
  views: readonly ProbeView[],
  key: NewKey,
  options: RotatePlanOptions,
): 'exists' | 'alias' | 'wildcard' | null {
  if (views.some(({ impossible }) => impossible.status === 'found')) return 'wildcard'
  if (options.flip || options.check) return null
  const taken = views.some(
    ({ answer, raw }) =>
      answer.status === 'found' || raw.status === 'nodata' || raw.chain.length > 0 || raw.status === 'cname-loop',
  )
  if (!taken) return null
  const ours = views.every(
    ({ answer: { status, fingerprint } }) =>
      status !== 'found' || (fingerprint !== null && fingerprint === key.facts.fingerprint),
  )
  if (ours && views.some(({ answer }) => answer.status === 'found')) return null
  return views.some(({ raw }) => raw.chain.length > 0) ? 'alias' : 'exists'
}

function refuseSilence(views: readonly ProbeView[], name: string): void {
  const answered = views.some(({ answer }) => answer.status === 'found' || answer.status === 'absent')
  if (views.length === 0 || answered) return
  throw new TemporaryTrouble(
    `${name} cannot be looked up now: ${views[0]?.answer.detail ?? 'no server answers'}`,
    'try again later, or plan on assumed values with --offline',
  )
}

function unknownKey(selector: string): KeyFacts {
  return { selector, type: null, bits: null, fingerprint: null, record: null, alias: null }
}

function zoneFacts(
  zone: ZoneProbes,
  old: readonly ProbeView[],
  fresh: readonly ProbeView[],
  before: ServerAnswer | null,
): ZoneFacts {
  const negative = [...fresh, ...old].flatMap(({ raw, impossible }) =>
    [raw.negativeTtl, impossible.negativeTtl, zone.negativeTtl].filter(ttl => ttl !== null),
  )
  const ttls = old.flatMap(({ answer: { ttl } }) => (ttl === null ? [] : [ttl]))
  return {
    negativeTtl: negative.length === 0 ? null : Math.max(...negative),
    refresh: zone.authoritative ? 0 : zone.refresh,
    oldTtl: ttls.length === 0 ? null : Math.max(...ttls),
    previousTtl: Math.max(before?.ttl ?? 0, before?.aliasTtl ?? 0),
    previousFingerprint: before?.fingerprint ?? null,
    source: old.length === 0 ? null : old.map(({ answer: { server } }) => server).join(', '),
  }
}
