// The waits of a rotation, each with its formula and the figures that went into it (RFC 2308 §5, RFC 5321 §4.5.4.1).

import { DAY, formatDuration, HOUR } from './calendar.js'
import { FORWARDING_ALLOWANCE, type RotationRequest, SHORTEST_OVERLAP } from './settings.js'

/** A figure that the plan rests on. */
export interface PlanInput {
  readonly seconds: number
  /** How it came about, for people. */
  readonly formula: string
  /** Where it was seen, null where it was assumed or asked for. */
  readonly observed: string | null
}

export interface Waits {
  readonly negativeTtl: PlanInput
  readonly oldTtl: PlanInput
  readonly propagation: PlanInput
  readonly overlap: PlanInput
  readonly ttlLead: PlanInput
  readonly revokedFor: PlanInput
}

/** RFC 2308 §5 recommends that caches keep a "no" no longer than this. */
const LONGEST_NEGATIVE = DAY / 1000
/** Where a zone could not be read: the usual figures, said to be assumed. */
const ASSUMED_NEGATIVE = 3600
const ASSUMED_TTL = 3600
/** A TTL above one week is unusual, one above 2^31 is a fault (RFC 2181 §8); caches cap both. */
const LONGEST_TTL = (7 * DAY) / 1000
/** A secondary that does not refresh for longer than this is out of order, not slow. */
const LONGEST_REFRESH = (2 * DAY) / 1000

export function waitsOf(request: RotationRequest): Waits {
  const negativeTtl = negativeTtlOf(request)
  const oldTtl = ttlOf(request)
  return {
    negativeTtl,
    oldTtl,
    propagation: propagationOf(request, negativeTtl),
    overlap: overlapOf(request),
    ttlLead: {
      // A day at least: whoever looks once a day shall see it in time.
      seconds: Math.max(2 * oldTtl.seconds, DAY / 1000),
      formula: `max(2 × TTL of the old record (${say(oldTtl.seconds)}), 1 d)`,
      observed: oldTtl.observed,
    },
    revokedFor: asked(request.settings.revokedFor, 'empty p= kept for'),
  }
}

function asked(milliseconds: number, what: string): PlanInput {
  const seconds = milliseconds / 1000
  return { seconds, formula: `${what} ${say(seconds)}`, observed: null }
}

function negativeTtlOf({ zone }: RotationRequest): PlanInput {
  const { negativeTtl, source } = zone
  if (negativeTtl === null) {
    return {
      seconds: ASSUMED_NEGATIVE,
      formula: `assumed ${say(ASSUMED_NEGATIVE)}: no SOA record found`,
      observed: null,
    }
  }
  const seconds = Math.min(negativeTtl, LONGEST_NEGATIVE)
  const cap = seconds < negativeTtl ? `, at most ${say(LONGEST_NEGATIVE)}` : ''
  return { seconds, formula: `min(SOA TTL, SOA MINIMUM) = ${say(negativeTtl)}${cap} (RFC 2308 §5)`, observed: source }
}

function ttlOf({ zone }: RotationRequest): PlanInput {
  if (zone.oldTtl === null) {
    return { seconds: ASSUMED_TTL, formula: `assumed ${say(ASSUMED_TTL)}: TTL unknown`, observed: null }
  }
  const seconds = Math.min(zone.oldTtl, LONGEST_TTL)
  return { seconds, formula: `TTL of the old record = ${say(seconds)}`, observed: zone.source }
}

function propagationOf({ kind, settings, zone }: RotationRequest, negativeTtl: PlanInput): PlanInput {
  if (kind === 'emergency') {
    return {
      seconds: 0,
      formula: 'none: in an emergency, signing starts once every server has the record',
      observed: null,
    }
  }
  const parts: readonly (readonly [string, number])[] = [
    ['negative TTL', negativeTtl.seconds],
    ['TTL of the previous record', Math.min(zone.previousTtl ?? 0, LONGEST_TTL)],
    ['lag of secondaries (SOA REFRESH)', Math.min(zone.refresh ?? 0, LONGEST_REFRESH)],
    ['provider minimum', settings.providerMinimum / 1000],
  ]
  const longest = Math.max(...parts.map(([, seconds]) => seconds))
  const wanted = longest + settings.safety / 1000
  const minimum = settings.minimumPropagation / 1000
  const seconds = Math.ceil(Math.max(wanted, minimum) / 3600) * 3600
  const list = parts.map(([name, value]) => `${name} ${say(value)}`).join(', ')
  const floor = wanted < minimum ? `, at least ${say(minimum)}` : ''
  return { seconds, formula: `max(${list}) + safety ${formatDuration(settings.safety)}${floor}`, observed: zone.source }
}

function overlapOf({ kind, settings }: RotationRequest): PlanInput {
  if (kind === 'emergency') {
    return {
      seconds: settings.overlap / 1000,
      formula: `${formatDuration(settings.overlap)}: emergency`,
      observed: null,
    }
  }
  const parts: readonly (readonly [string, number])[] = [
    ['requested', settings.overlap],
    ['shortest', SHORTEST_OVERLAP],
    ['queue lifetime + forwarding', settings.queueLifetime + FORWARDING_ALLOWANCE],
    ['signature lifetime x=', settings.signatureLifetime],
  ]
  const milliseconds = Math.max(...parts.map(([, value]) => value))
  const list = parts.map(([name, value]) => `${name} ${formatDuration(value)}`).join(', ')
  return { seconds: milliseconds / 1000, formula: `max(${list})`, observed: null }
}

function say(seconds: number): string {
  return formatDuration(seconds * 1000)
}

/** How long mail may still be on its way after it was signed. */
export function deliveryTime({ settings }: RotationRequest): number {
  return Math.max(settings.queueLifetime, HOUR)
}
