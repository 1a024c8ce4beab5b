// The dates of the phases, to the second: what is due at a bound, and what is not a second before it.
import { describe, expect, it } from 'vitest'
import { type ReportedUse, viewRecord } from '../../../src/core/rotation/evidence.js'
import { type PlanOutcome, planRotation, type RotationPlan } from '../../../src/core/rotation/plan.js'
import type { Confirmation, Progress } from '../../../src/core/rotation/progress.js'
import type { RotationRequest } from '../../../src/core/rotation/settings.js'
import { answer, check, DAY, evidence, HOUR, NEW_KEY, NO_PROGRESS, request, type Says, sample, T0 } from './scenario.js'

const SECOND = 1000
const SWITCH = T0 + 2 * DAY
const OVERLAP = 14 * DAY

const phase = ({ phases }: RotationPlan, id: string) => phases.find(each => each.id === id)!
const iso = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z')
const both: Confirmation[] = ['verify', 'switch']

/** Published at T0, switched two days later, the new key vouched for then. */
function switched(asked?: RotationRequest, confirmations = both): Progress {
  const first = check({ now: T0 }, {}, undefined, asked)
  return check({ now: SWITCH }, { confirmations }, first.progress, asked).progress
}

/** The status on both sides of a bound. */
function around(time: number, id: string, see: (now: number) => PlanOutcome): (string | boolean)[] {
  return [time - SECOND, time].map(now => phase(see(now).plan, id).status)
}

describe('the dates of phases', () => {
  it('publish: due from the start, late seven days after', () => {
    const see = (now: number) => check({ now, fresh: ['absent'] })
    expect(phase(see(T0).plan, 'publish')).toMatchObject({
      status: 'current',
      notBefore: iso(T0),
      dueBy: iso(T0 + 7 * DAY),
    })
    expect(around(T0 + 7 * DAY + SECOND, 'publish', see)).toEqual(['current', 'late'])
  })

  it('verify and switch: a day after every server had the record; late after 3 and 14 days', () => {
    const first = check({ now: T0 })
    const see = (now: number) => check({ now }, {}, first.progress)
    expect(around(T0 + DAY, 'verify', see)).toEqual(['waiting', 'current'])
    expect(phase(see(T0 + DAY).plan, 'verify')).toMatchObject({
      notBefore: iso(T0 + DAY),
      dueBy: iso(T0 + 4 * DAY),
    })
    const verified = check({ now: T0 + HOUR }, { confirmations: ['verify'] }, first.progress)
    const next = (now: number) => check({ now }, {}, verified.progress)
    expect(around(T0 + DAY, 'switch', next)).toEqual(['waiting', 'current'])
    expect(around(T0 + 15 * DAY + SECOND, 'switch', next)).toEqual(['current', 'late'])
  })

  it('revoke: at the end of the overlap, late 14 days after', () => {
    const before = switched()
    const see = (now: number) => check({ now }, {}, before)
    expect(around(SWITCH + OVERLAP, 'revoke', see)).toEqual(['waiting', 'current'])
    expect(around(SWITCH + OVERLAP, 'overlap', see)).toEqual(['current', 'done'])
    expect(phase(see(SWITCH + OVERLAP).plan, 'overlap').doneAt).toBe(iso(SWITCH + OVERLAP))
    expect(around(SWITCH + OVERLAP + 14 * DAY + SECOND, 'revoke', see)).toEqual(['current', 'late'])
  })

  it('lower the TTL: a day before the revocation, late after it', () => {
    const before = switched()
    const see = (now: number) => check({ now }, {}, before)
    expect(around(SWITCH + OVERLAP - DAY, 'lower-ttl', see)).toEqual(['waiting', 'current'])
    expect(around(SWITCH + OVERLAP + SECOND, 'lower-ttl', see)).toEqual(['current', 'late'])
    const low = (oldTtl: number) => phase(check({ now: SWITCH + OVERLAP, oldTtl }, {}, before).plan, 'lower-ttl').status
    expect([300, 301].map(low)).toEqual(['done', 'current'])
  })

  it('remove: 30 days after the revocation was seen, late 30 days after that', () => {
    const revokedAt = SWITCH + OVERLAP + HOUR
    const revoked = check({ now: revokedAt, old: ['revoked'] }, {}, switched())
    const see = (now: number) => check({ now, old: ['revoked'] }, {}, revoked.progress)
    expect(around(revokedAt + 30 * DAY, 'remove', see)).toEqual(['waiting', 'current'])
    expect(around(revokedAt + 60 * DAY + SECOND, 'remove', see)).toEqual(['current', 'late'])
  })

  it('an emergency leaves an hour for everything but the removal', () => {
    const asked = request({ kind: 'emergency' }, { overlap: 0 })
    const before = switched(asked)
    const see = (now: number) => check({ now }, {}, before, asked)
    expect(around(SWITCH + HOUR + SECOND, 'revoke', see)).toEqual(['current', 'late'])
  })

  it('disclose and the next rotation count from the removal and from the switch', () => {
    const asked = request({}, { disclose: true })
    const removedAt = SWITCH + OVERLAP + 40 * DAY
    const removed = check({ now: removedAt, old: ['absent'] }, {}, switched(asked), asked)
    const see = (now: number) => check({ now, old: ['absent'] }, {}, removed.progress, asked)
    expect(around(removedAt + 7 * DAY, 'disclose', see)).toEqual(['waiting', 'current'])
    const { plan } = check({ now: removedAt, old: ['absent'] }, {}, switched())
    expect(phase(plan, 'next')).toMatchObject({ notBefore: '2027-05-24T12:00:00Z', dueBy: '2027-06-23T12:00:00Z' })
  })

  it('on working days, every change is one, and the TTL keeps its whole lead', () => {
    const asked = request({ start: Date.UTC(2026, 10, 28, 12) }, { businessDays: true })
    const { plan } = check({ now: T0, fresh: ['absent'] }, {}, undefined, asked)
    for (const id of ['publish', 'switch', 'lower-ttl', 'revoke', 'remove', 'next']) {
      const day = new Date(phase(plan, id).notBefore)
      expect([id, day.getUTCDay() % 6 === 0, day.getUTCHours() >= 9 && day.getUTCHours() <= 16]).toEqual([
        id,
        false,
        true,
      ])
    }
    const lead = Date.parse(phase(plan, 'revoke').notBefore) - Date.parse(phase(plan, 'lower-ttl').notBefore)
    expect(lead).toBeGreaterThanOrEqual(DAY)
  })
})

const END = SWITCH + OVERLAP
const report = (reporter: string, begin: number, pass: boolean, selector = 's2'): ReportedUse => ({
  source: `${reporter}-${begin}`,
  reporter,
  address: '192.0.2.7',
  selector,
  begin,
  end: begin + DAY,
  messages: 12,
  pass,
})

describe('the proof of the new key', () => {
  const silent = switched(undefined, ['switch'])
  const stands = ({ plan }: PlanOutcome) => ({
    stage: plan.stage,
    verdict: plan.verdict,
    phase: plan.nextAction?.phase,
    due: plan.nextAction?.due,
    revoke: phase(plan, 'revoke').status,
  })

  it('is asked for at the end of the overlap, not before', () => {
    expect(stands(check({ now: END - SECOND }, {}, silent))).toEqual({
      ...{ stage: 'overlap', verdict: 'on-track', phase: 'overlap', due: false, revoke: 'waiting' },
    })
    expect(stands(check({ now: END }, {}, silent))).toEqual({
      ...{ stage: 'overlap', verdict: 'action-due', phase: 'overlap', due: true, revoke: 'waiting' },
    })
  })

  it.each([
    ['one sample', { samples: [sample('s2', END - HOUR)] }],
    ['one report', { reports: [report('a.example', END - 2 * DAY, true)] }],
    ['the word of a person', { confirmations: ['verify'] as Confirmation[] }],
  ])('%s is enough', (_what, more) => {
    expect(phase(check({ now: END }, more, silent).plan, 'revoke').status).toBe('current')
  })

  it('from before the switch does not count', () => {
    const at = (signedAt: number) =>
      phase(check({ now: END }, { samples: [sample('s2', signedAt)] }, silent).plan, 'revoke').status
    expect([at(SWITCH - SECOND), at(SWITCH)]).toEqual(['waiting', 'current'])
  })

  it('one message that fails is an alarm until a later one passes, whatever a person says', () => {
    const failed = check({ now: END }, { samples: [sample('s2', END - HOUR, 'fail')] }, switched())
    expect(stands(failed)).toMatchObject({ stage: 'mail-failing', verdict: 'alarm', due: true, revoke: 'waiting' })
    const more = (outcome: Parameters<typeof check>[1]) =>
      stands(check({ now: END + HOUR }, outcome, failed.progress)).stage
    expect(more({ confirmations: ['verify', 'switch'] })).toBe('mail-failing')
    expect(more({ samples: [sample('s2', END - HOUR)] })).toBe('mail-failing')
    expect(more({ samples: [sample('s2', END - HOUR + SECOND)] })).toBe('overlap')
  })

  it('two reporters without a pass are an alarm, one is a doubt, and a pass outweighs a forgery', () => {
    const day = SWITCH + DAY
    const see = (...reports: ReportedUse[]) => stands(check({ now: END }, { reports }, switched()))
    expect(see(report('a.example', day, false), report('b.example', day, false))).toMatchObject({
      ...{ stage: 'mail-failing', verdict: 'alarm', revoke: 'waiting' },
    })
    expect(see(report('a.example', day, false), report('a.example', day + DAY, false))).toMatchObject({
      ...{ stage: 'overlap', phase: 'overlap', revoke: 'waiting' },
    })
    const passing = report('c.example', day, true)
    expect(see(report('a.example', day, false), report('b.example', day, false), passing).revoke).toBe('current')
    // The key broke after it had worked.
    const later = [report('a.example', day + DAY, false), report('b.example', day + DAY, false)]
    expect(see(passing, ...later).stage).toBe('mail-failing')
  })

  it('failing with the old key gone asks for the old record again', () => {
    const late = END + DAY
    const broken = { samples: [sample('s2', late - HOUR, 'fail')] }
    const { plan } = check({ now: late, old: ['revoked'] }, broken, switched())
    expect(plan).toMatchObject({ stage: 'mail-failing', nextAction: { phase: 'overlap', due: true } })
    expect(phase(plan, 'overlap')).toMatchObject({ status: 'current', records: [{ action: 'replace' }] })
    expect(phase(plan, 'remove').status).toBe('waiting')
  })
})

describe('servers that differ', () => {
  it('are named in the place of the step, until the lag is longer than any', () => {
    const old: Says[] = ['revoked', 'live']
    const late = END + HOUR
    const lagging = check({ now: late, fresh: ['live', 'live'], old }, {}, switched())
    expect(lagging.plan.nextAction).toMatchObject({ phase: 'revoke', due: false })
    expect(lagging.plan.nextAction?.text).toContain('done at ns1, waiting for ns2')
    const see = (now: number) => check({ now, fresh: ['live', 'live'], old }, {}, lagging.progress)
    expect(around(late + DAY + SECOND, 'revoke', see)).toEqual(['waiting', 'late'])
  })

  it('say early that one of them lost the old record', () => {
    const { plan } = check({ now: END - SECOND, fresh: ['live', 'live'], old: ['absent', 'live'] }, {}, switched())
    expect(plan).toMatchObject({ stage: 'retired-early', verdict: 'alarm' })
  })

  it('with nothing but a wildcard are said to have nothing but that', () => {
    const seen = evidence({ now: T0 }, {})
    const only = viewRecord([{ ...answer('ns1', 'absent', NEW_KEY), wildcard: true }], NEW_KEY)
    const observation = { ...seen.observation!, newRecord: only }
    const warnings = (more: typeof observation) =>
      planRotation(request(), NO_PROGRESS, { ...seen, observation: more }, { check: true, remembers: true }).plan
        .warnings
    const text = warnings(observation).find(({ code }) => code === 'wildcard-answer')?.text
    expect(text).toContain('s2')
    expect(text).not.toContain('s1')
    expect(warnings(seen.observation!).map(({ code }) => code)).not.toContain('wildcard-answer')
  })
})

describe('a signer that was left behind', () => {
  it('is named by the address, the count and the reporter', () => {
    const reports = [report('receiver.example', SWITCH + 10 * DAY, true, 's1')]
    const { plan, progress } = check({ now: END }, { reports, samples: [sample('s2', SWITCH + DAY)] }, switched())
    const text = plan.warnings.find(({ code }) => code === 'straggler')?.text
    expect(text).toContain('192.0.2.7 (12 messages, receiver.example')
    // The same report again is the same mail.
    expect(check({ now: END }, { reports }, progress).progress.signers.stragglers).toHaveLength(1)
  })
})

describe('what anyone can send', () => {
  const use = (begin: number, end: number, pass = true): ReportedUse => ({
    source: 'r.xml',
    selector: 's2',
    begin,
    end,
    messages: 1,
    pass,
  })

  it('a report from before the rotation starts no overlap: the plan does, to the second', () => {
    const { progress } = check({ now: T0 }, { reports: [use(T0 - 400 * DAY, T0 - 399 * DAY)] })
    expect(progress.signers.firstNewAt).toBe(T0)
    const see = (now: number) => check({ now }, {}, progress)
    expect(around(T0 + OVERLAP, 'revoke', see)).toEqual(['waiting', 'current'])
    const later = check({ now: T0 + 2 * DAY }, { reports: [use(T0, T0 + SECOND)] })
    expect(later.progress.signers.firstNewAt).toBe(T0 + SECOND)
  })

  it('without a state file a report keeps its date', () => {
    const { progress } = check({}, { reports: [use(T0 - 2 * DAY, T0 - DAY)] }, undefined, undefined, false)
    expect(progress.signers.firstNewAt).toBe(T0 - DAY)
  })

  it('a pass in a report does not outweigh a message that failed here; a later message does', () => {
    const before = switched()
    const now = SWITCH + OVERLAP
    const failed = check({ now: SWITCH + DAY }, { samples: [sample('s2', SWITCH + DAY, 'fail')] }, before)
    expect(failed.plan.stage).toBe('mail-failing')
    const reported = check({ now }, { reports: [use(now - DAY, now)] }, failed.progress)
    expect([reported.plan.stage, reported.plan.verdict]).toEqual(['mail-failing', 'alarm'])
    expect(phase(reported.plan, 'revoke').status).toBe('waiting')
    const tie = check({ now }, { samples: [sample('s2', SWITCH + DAY)] }, reported.progress)
    expect(tie.plan.stage).toBe('mail-failing')
    const passed = check({ now }, { samples: [sample('s2', SWITCH + DAY + SECOND)] }, reported.progress)
    expect([passed.plan.stage, phase(passed.plan, 'revoke').status]).toEqual(['overlap', 'current'])
  })

  it('an emergency is never told to publish or use the leaked key', () => {
    const leaked = request({ kind: 'emergency' })
    const signs = check({ old: ['revoked'] }, { samples: [sample('s1', T0)] }, undefined, leaked)
    expect(signs.plan.stage).toBe('retired-key-signing')
    const missing = check({ fresh: ['absent'] }, { samples: [sample('s2', T0, 'no-key')] }, undefined, leaked)
    expect(missing.plan.stage).toBe('mail-failing')
    for (const { plan } of [signs, missing]) expect(plan.nextAction?.text).not.toMatch(/\bold\b/)
  })
})
