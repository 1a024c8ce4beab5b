// The safety of a rotation as properties: over random DNS states, clocks and samples, and over whole simulated rotations.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReportedUse, Sample } from '../../../src/core/rotation/evidence.js'
import type { RotationPlan } from '../../../src/core/rotation/plan.js'
import { planRotation } from '../../../src/core/rotation/plan.js'
import { advance, type Evidence, NO_PROGRESS, type Progress } from '../../../src/core/rotation/progress.js'
import { DAY, evidence, HOUR, request, type Says, sample, T0 } from './scenario.js'

const says = fc.constantFrom<Says>('live', 'absent', 'revoked', 'wrong', 'temporary', 'lame')
const servers = fc.array(says, { minLength: 1, maxLength: 4 })
const hours = fc.integer({ min: 0, max: 24 * 90 })
const at = hours.map(count => T0 + count * HOUR)
const samples: fc.Arbitrary<Sample[]> = fc.array(
  fc.record({
    source: fc.constant('a.eml'),
    selector: fc.constantFrom('s1', 's2', 'S2', 'other'),
    outcome: fc.constantFrom('pass', 'no-key', 'fail', 'temporary'),
    signedAt: fc.option(at),
  }),
  { maxLength: 3 },
)
const reports: fc.Arbitrary<ReportedUse[]> = fc.array(
  fc
    .record({ source: fc.constant('r.xml'), selector: fc.constantFrom('s1', 's2'), begin: at, pass: fc.boolean() })
    .map(use => ({ ...use, end: use.begin + DAY, messages: 1 })),
  { maxLength: 2 },
)
const step = fc.record({
  wait: fc.integer({ min: 0, max: 24 * 20 }),
  fresh: fc.oneof({ weight: 3, arbitrary: fc.constant<Says[]>(['live', 'live']) }, { weight: 1, arbitrary: servers }),
  old: fc.oneof({ weight: 3, arbitrary: fc.constant<Says[]>(['live', 'live']) }, { weight: 1, arbitrary: servers }),
  oldTtl: fc.constantFrom(60, 300, 3600, 86_400),
  samples,
  reports,
  confirmations: fc.subarray(['verify', 'switch'] as const),
})
const asked = fc
  .record({
    overlap: fc.constantFrom(0, 3 * DAY, 14 * DAY, 30 * DAY),
    kind: fc.constantFrom('replace', 'flip', 'emergency'),
    businessDays: fc.boolean(),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
    disclose: fc.boolean(),
    cadence: fc.constantFrom('monthly', 'annual'),
  })
  .map(({ kind, ...settings }) => request({ kind } as never, settings as never))

const TAKES_AWAY = ['lower-ttl', 'revoke', 'remove', 'disclose']
const advised = ({ phases }: RotationPlan) =>
  phases.filter(({ id, status }) => TAKES_AWAY.includes(id) && (status === 'current' || status === 'late'))

function firm(plan: RotationPlan, progress: Progress, { now, observation }: Evidence, oldAt: number): void {
  for (const { id } of advised(plan)) {
    const view = observation!
    expect([view.newRecord.state, view.newRecord.temporary, view.oldRecord.temporary]).toEqual(['live', [], []])
    expect(progress.signers.confirmedAt ?? progress.signers.firstNewAt).not.toBeNull()
    if (id === 'lower-ttl') continue
    const overlap = plan.inputs.overlap.seconds * 1000
    expect(now - oldAt).toBeGreaterThanOrEqual(overlap)
    if (plan.kind !== 'emergency') expect(overlap).toBeGreaterThanOrEqual(7 * DAY)
  }
}

function sane(plan: RotationPlan): void {
  const main = plan.phases.filter(({ id, status }) => id !== 'lower-ttl' && status !== 'done')
  const dates = main.map(({ notBefore }) => Date.parse(notBefore))
  expect(dates).toEqual([...dates].sort((a, b) => a - b))
  for (const { status, notBefore } of main.slice(1)) {
    expect(status).toBe('waiting')
    expect(Date.parse(notBefore)).toBeGreaterThanOrEqual(Math.min(Date.parse(plan.now), dates[0]!))
  }
}

describe('safety invariants', () => {
  it('hold over random DNS states, clocks and samples', () => {
    fc.assert(
      fc.property(asked, fc.array(step, { minLength: 1, maxLength: 8 }), (order, steps) => {
        let [progress, now, oldAt]: [Progress, number, number] = [NO_PROGRESS, T0, 0]
        for (const { wait, samples, reports, confirmations, ...scene } of steps) {
          now += wait * HOUR
          const seen = evidence({ ...scene, now }, { samples, reports, confirmations })
          for (const { selector, signedAt } of samples) {
            if (selector === 's1') oldAt = Math.max(oldAt, Math.min(signedAt ?? now, now))
          }
          const before = progress
          const outcome = planRotation(order, before, seen, { check: true, remembers: true })
          progress = outcome.progress
          firm(outcome.plan, progress, seen, oldAt)
          sane(outcome.plan)
          // The same run again changes nothing.
          expect(planRotation(order, before, seen, { check: true, remembers: true })).toEqual(outcome)
          expect(advance(progress, order, seen, true).signers.confirmedAt).toBe(progress.signers.confirmedAt)
        }
      }),
      { numRuns: 120 },
    )
  }, 120_000)

  it('nothing retires the old key while the newest evidence for the new one is negative or missing', () => {
    const reporters = fc.array(
      fc
        .record({
          source: fc.constantFrom('r1.xml', 'r2.xml', 'r3.xml'),
          reporter: fc.constantFrom('a.example', 'b.example', 'c.example'),
          selector: fc.constantFrom('s2', 's2', 's1'),
          begin: at,
          pass: fc.boolean(),
        })
        .map(use => ({ ...use, end: use.begin + DAY, messages: 1 })),
      { maxLength: 4 },
    )
    const scenes = fc.array(
      fc.record({
        wait: fc.integer({ min: 0, max: 24 * 30 }),
        fresh: fc.oneof({ weight: 5, arbitrary: fc.constant<Says[]>(['live', 'live']) }, servers),
        old: fc.oneof(
          { weight: 5, arbitrary: fc.constantFrom<Says[]>(['live', 'live'], ['revoked', 'revoked']) },
          servers,
        ),
        samples,
        reports: reporters,
        confirmations: fc.subarray(['verify', 'switch'] as const),
      }),
      { minLength: 2, maxLength: 8 },
    )
    let retired = 0
    fc.assert(
      fc.property(asked, scenes, (order, steps) => {
        let [progress, now]: [Progress, number] = [NO_PROGRESS, T0]
        let [good, bad, vouched]: [number, number, boolean] = [-1, -1, false]
        // A message that failed here is outweighed by a message that verified here only.
        let [goodSample, badSample] = [-1, -1]
        for (const { wait, samples, reports, confirmations, ...scene } of steps) {
          now += wait * HOUR
          for (const { selector, outcome, signedAt } of samples) {
            const time = Math.min(signedAt ?? now, now)
            if (selector.toLowerCase() !== 's2' || outcome === 'temporary') continue
            if (outcome === 'pass') good = Math.max(good, time)
            else bad = Math.max(bad, time)
            if (outcome === 'pass') goodSample = Math.max(goodSample, time)
            if (outcome === 'fail') badSample = Math.max(badSample, time)
          }
          for (const { selector, begin, end, pass, source } of reports) {
            if (selector !== 's2' || begin > now) continue
            if (pass) good = Math.max(good, Math.min(end, now))
            // A pass in the same report outweighs its failures.
            else if (
              !reports.some(
                other => other.pass && other.selector === 's2' && other.begin === begin && other.source === source,
              )
            )
              bad = Math.max(bad, begin)
          }
          vouched ||= confirmations.includes('verify')
          const seen = evidence({ ...scene, now }, { samples, reports, confirmations })
          const { plan, progress: after } = planRotation(order, progress, seen, { check: true, remembers: true })
          progress = after
          const due = [
            ...advised(plan).map(({ id }) => id as string),
            ...(plan.nextAction?.due ? [plan.nextAction.phase] : []),
          ].filter(id => TAKES_AWAY.includes(id))
          if (due.length === 0) continue
          retired += 1
          const negative = (bad >= 0 && bad >= good) || (badSample >= 0 && badSample >= goodSample)
          expect({ negative, silent: good < 0 && !vouched }).toEqual({
            negative: false,
            silent: false,
          })
        }
      }),
      { numRuns: 400, seed: 14 },
    )
    // The property says nothing where nothing was ever due.
    expect(retired).toBeGreaterThan(0)
  }, 120_000)

  it('what one stranger mails to the rua address neither makes a retirement due early nor hides that mail fails', () => {
    const forged = fc.array(
      fc
        .record({
          source: fc.constantFrom('f1.xml', 'f2.xml'),
          reporter: fc.constantFrom('a.example', 'b.example', 'c.example'),
          selector: fc.constantFrom('s2', 'S2', 's1'),
          begin: fc.integer({ min: -24 * 400, max: 24 * 120 }).map(count => T0 + count * HOUR),
          length: fc.constantFrom(0, HOUR, DAY, 400 * DAY),
          pass: fc.constantFrom(true, true, false),
        })
        .map(({ length, ...use }) => ({ ...use, end: use.begin + length, messages: 1 })),
      { maxLength: 3 },
    )
    const day = fc.record({ forged, confirms: fc.boolean(), signed: fc.constantFrom('nothing', 'pass', 'fail') })
    const world = fc.record({
      switchDay: fc.integer({ min: 3, max: 20 }),
      days: fc.array(day, { minLength: 40, maxLength: 70 }),
    })
    let [retired, failed] = [0, 0]
    fc.assert(
      fc.property(world, asked, ({ switchDay, days }, order) => {
        let [progress, broken]: [Progress, boolean] = [NO_PROGRESS, false]
        for (const [index, { forged, confirms, signed }] of days.entries()) {
          const now = T0 + index * DAY
          const isSwitched = index >= switchDay
          const shown = isSwitched && signed !== 'nothing' ? [sample('s2', now, signed)] : []
          if (shown.length > 0) broken = signed === 'fail'
          const seen = evidence(
            { now, fresh: ['live', 'live'], old: ['live', 'live'] },
            { samples: shown, reports: forged, confirmations: isSwitched && confirms ? ['switch'] : [] },
          )
          const { plan, progress: after } = planRotation(order, progress, seen, { check: true, remembers: true })
          progress = after
          if (broken) {
            failed += 1
            expect([plan.stage, plan.verdict]).toEqual(['mail-failing', 'alarm'])
            expect(advised(plan)).toEqual([])
          }
          const due = advised(plan).filter(({ id }) => id === 'revoke' || id === 'remove')
          if (due.length === 0) continue
          retired += 1
          // Where the switch was confirmed the overlap counts from there; else from the plan at the earliest.
          const from = progress.signers.confirmedAt ?? T0
          expect(now - from).toBeGreaterThanOrEqual(plan.inputs.overlap.seconds * 1000)
        }
      }),
      { numRuns: 150, seed: 15 },
    )
    expect(retired).toBeGreaterThan(0)
    expect(failed).toBeGreaterThan(0)
  }, 120_000)

  it('temporary DNS errors never move a phase, however long they last', () => {
    fc.assert(
      fc.property(asked, fc.array(step, { minLength: 1, maxLength: 5 }), hours, (order, steps, later) => {
        let [progress, now]: [Progress, number] = [NO_PROGRESS, T0]
        let plan: RotationPlan | undefined
        for (const { wait, samples, reports, confirmations, ...scene } of steps) {
          now += wait * HOUR
          const seen = evidence({ ...scene, now }, { samples, reports, confirmations })
          ;({ plan, progress } = planRotation(order, progress, seen, { check: true, remembers: true }))
        }
        fc.pre(progress.checkedAt !== null && plan?.verdict !== 'temporary')
        const silent = evidence({ now: now + later * HOUR, fresh: ['temporary', 'live'], old: ['temporary'] })
        const dark = planRotation(order, progress, silent, { check: true, remembers: true })
        const done = (shown: RotationPlan) => shown.phases.filter(({ status }) => status === 'done').map(({ id }) => id)
        expect(done(dark.plan).length).toBeLessThanOrEqual(done(plan!).length)
        expect(advised(dark.plan)).toEqual([])
        expect(dark.progress.checkedAt).toBe(progress.checkedAt)
        expect(dark.progress.newLiveSince).toBe(progress.newLiveSince)
        expect(['temporary', 'alarm']).toContain(dark.plan.verdict)
      }),
      { numRuns: 80 },
    )
  }, 120_000)

  it('a truthful world: no key that still signs, or is inside its overlap, is ever advised away', () => {
    const world = fc.record({
      published: fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 })),
      switched: fc.tuple(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 2, max: 30 })),
      outages: fc.uniqueArray(fc.integer({ min: 0, max: 59 })),
      confirms: fc.boolean(),
      back: fc.option(fc.integer({ min: 5, max: 40 })),
    })
    fc.assert(
      fc.property(world, asked, ({ published, switched, outages, confirms, back }, order) => {
        let progress = NO_PROGRESS
        let oldUntil = 0
        let gone: 'live' | 'revoked' | 'absent' = 'live'
        for (let day = 0; day < 60; day += 1) {
          const now = T0 + day * DAY
          const fresh = published.map(when => (day >= when ? 'live' : 'absent')) as Says[]
          const usesOld = switched.map(when => day < when || (back !== null && day >= back && day < back + 3))
          if (usesOld.includes(true) && gone === 'live') oldUntil = now
          const sent = usesOld.map(old => sample(old ? 's1' : 's2', now, 'pass'))
          const all = !usesOld.includes(true)
          const seen = evidence(
            { now, fresh, old: outages.includes(day) ? ['temporary', gone] : [gone, gone] },
            { samples: sent, confirmations: confirms && all ? ['switch'] : [] },
          )
          const { plan, progress: after } = planRotation(order, progress, seen, { check: true, remembers: true })
          progress = after
          for (const { id } of advised(plan).filter(({ id }) => id !== 'lower-ttl')) {
            expect(now - oldUntil).toBeGreaterThanOrEqual(plan.inputs.overlap.seconds * 1000)
            expect(fresh).toEqual(['live', 'live'])
            if (id === 'revoke') gone = 'revoked'
            if (id === 'remove') gone = 'absent'
          }
        }
      }),
      { numRuns: 80 },
    )
  }, 120_000)
})
