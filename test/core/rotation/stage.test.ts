import { describe, expect, it } from 'vitest'
import type { Says } from './scenario.js'
import { check, DAY, HOUR, request, sample, T0 } from './scenario.js'

type Row = readonly [what: string, fresh: Says[], old: Says[], selectors: string[], stage: string, verdict: string]

// The stage table without a state file: what DNS and one sample say.
const ROWS: readonly Row[] = [
  ['nothing published', ['absent', 'absent'], ['live', 'live'], ['s1'], 'publish', 'action-due'],
  ['one server lags', ['live', 'absent'], ['live', 'live'], ['s1'], 'propagate', 'on-track'],
  ['another key is published', ['wrong', 'wrong'], ['live', 'live'], [], 'wrong-key', 'alarm'],
  ['another key on one server, whoever signs', ['live', 'wrong'], ['live', 'live'], ['s2'], 'wrong-key', 'alarm'],
  ['an empty p= under the new selector', ['revoked', 'revoked'], ['live', 'live'], [], 'wrong-key', 'alarm'],
  ['both live, old signs', ['live', 'live'], ['live', 'live'], ['s1'], 'switch', 'action-due'],
  ['both live, nobody knows', ['live', 'live'], ['live', 'live'], [], 'switch', 'action-due'],
  ['both live, both sign', ['live', 'live'], ['live', 'live'], ['s2', 's1'], 'switch', 'action-due'],
  ['both live, new signs', ['live', 'live'], ['live', 'live'], ['s2'], 'overlap', 'on-track'],
  ['old revoked', ['live', 'live'], ['revoked', 'revoked'], ['s2'], 'revoked', 'on-track'],
  ['old half revoked, new signs', ['live', 'live'], ['live', 'revoked'], ['s2'], 'overlap', 'on-track'],
  ['old removed', ['live', 'live'], ['absent', 'absent'], ['s2'], 'finished', 'on-track'],
  ['ALARM new absent but signing', ['absent', 'absent'], ['live', 'live'], ['s2'], 'mail-failing', 'alarm'],
  ['ALARM new revoked but signing', ['revoked', 'revoked'], ['live', 'live'], ['s2'], 'mail-failing', 'alarm'],
  [
    'ALARM new missing on one server but signing',
    ['live', 'absent'],
    ['live', 'live'],
    ['s2'],
    'mail-failing',
    'alarm',
  ],
  ['ALARM nothing valid is published', ['absent'], ['absent'], [], 'mail-failing', 'alarm'],
  ['ALARM old revoked but signing', ['live', 'live'], ['revoked', 'revoked'], ['s1'], 'retired-key-signing', 'alarm'],
  ['ALARM old removed but signing', ['live', 'live'], ['absent', 'absent'], ['s1'], 'retired-key-signing', 'alarm'],
  ['ALARM old revoked on one server', ['live', 'live'], ['live', 'revoked'], ['s1'], 'retired-key-signing', 'alarm'],
  ['a server cannot be asked', ['live', 'temporary'], ['live', 'live'], ['s1'], 'unknown', 'temporary'],
  ['the old record cannot be read', ['live', 'live'], ['live', 'temporary'], ['s2'], 'unknown', 'temporary'],
  ['ALARM before temporary', ['absent', 'temporary'], ['live', 'live'], ['s2'], 'mail-failing', 'alarm'],
  ['a lame server does not count', ['live', 'lame'], ['live', 'lame'], ['s2'], 'overlap', 'on-track'],
  ['only lame servers', ['lame'], ['lame'], [], 'unknown', 'temporary'],
]

describe('stage table', () => {
  it.each(ROWS)('%s', (_what, fresh, old, selectors, stage, verdict) => {
    const samples = selectors.map((selector, index) => sample(selector, T0 - HOUR + index))
    const { plan } = check({ fresh, old }, { samples }, undefined, undefined, false)
    expect(plan.stage).toBe(stage)
    expect(plan.verdict).toBe(verdict)
  })

  it('reads a sample whose key is missing as an alarm, not as a proof of the switch', () => {
    const missing = { samples: [sample('s2', T0 - HOUR, 'no-key')] }
    expect(check({ fresh: ['absent'] }, missing).plan.stage).toBe('mail-failing')
    expect(check({ fresh: ['live'] }, missing, undefined, undefined, false).plan.stage).toBe('switch')
  })

  it('waits for the propagation from the first complete sight on', () => {
    const first = check({ now: T0 })
    expect(first.plan.stage).toBe('propagate')
    const early = check({ now: T0 + 24 * HOUR - 1 }, {}, first.progress)
    expect(early.plan.stage).toBe('propagate')
    expect(early.plan.nextAction).toMatchObject({ phase: 'propagate', due: false, at: '2026-11-23T12:00:00Z' })
    const ripe = check({ now: T0 + 24 * HOUR }, {}, first.progress)
    expect(ripe.plan.stage).toBe('switch')
    expect(ripe.plan.nextAction).toMatchObject({ phase: 'verify', due: true })
  })

  it('starts the wait again where the record vanished', () => {
    const first = check({ now: T0 })
    const gone = check({ now: T0 + 12 * HOUR, fresh: ['absent'] }, {}, first.progress)
    expect(gone.plan.stage).toBe('publish')
    const back = check({ now: T0 + 25 * HOUR }, {}, gone.progress)
    expect(back.plan.stage).toBe('propagate')
  })

  it('adds a second algorithm without retiring the first', () => {
    const beside = request({
      kind: 'add',
      new: { ...request().new, type: 'ed25519', bits: 256 },
    })
    const samples = [sample('s1', T0 - HOUR), sample('s2', T0 - HOUR)]
    const { plan } = check({}, { samples }, undefined, beside, false)
    expect(plan.stage).toBe('added')
    expect(plan.phases.map(({ id }) => id)).not.toContain('revoke')
    expect(check({ old: ['revoked'] }, { samples }, undefined, beside, false).plan.stage).toBe('mail-failing')
  })

  it('tells when the provider’s key is gone', () => {
    const provider = request({ kind: 'provider', provider: 'Example' })
    const gone = check({ fresh: ['absent'], old: ['absent'] }, {}, undefined, provider)
    expect(gone.plan).toMatchObject({ stage: 'provider-missing', verdict: 'alarm', nextAction: { due: true } })
    const silent = check({ fresh: ['temporary'], old: ['temporary'] }, {}, undefined, provider)
    expect(silent.plan).toMatchObject({ stage: 'unknown', verdict: 'temporary' })
  })

  it('leaves a provider its work', () => {
    const { plan } = check({ fresh: ['absent'] }, {}, undefined, request({ kind: 'provider', provider: 'Example' }))
    expect(plan).toMatchObject({ stage: 'provider', verdict: 'on-track', nextAction: null })
  })

  it('does not take an overlap that was cut short for the end of it', () => {
    const confirmed = check({ now: T0 }, { confirmations: ['switch'] }, undefined, undefined, false)
    const codes = (plan: { warnings: readonly { code: string }[] }) => plan.warnings.map(({ code }) => code)
    for (const says of ['revoked', 'absent'] as const) {
      const early = check({ now: T0 + 5 * DAY, old: [says] }, {}, confirmed.progress)
      expect(codes(early.plan)).toContain('retired-early')
      expect(early.plan).toMatchObject({
        stage: 'retired-early',
        verdict: 'alarm',
        nextAction: { phase: 'overlap', due: true },
      })
      const overlap = early.plan.phases.find(({ id }) => id === 'overlap')
      expect(overlap).toMatchObject({ status: 'current', records: [{ value: 'v=DKIM1; k=rsa; p=AAAA', ttl: 3600 }] })
      expect(overlap?.records[0]?.action).toBe(says === 'absent' ? 'publish' : 'replace')
      for (const { doneAt } of early.plan.phases) expect(doneAt === null || doneAt <= early.plan.now).toBe(true)
      const before = check({ now: T0 + 14 * DAY - 1, old: [says] }, {}, confirmed.progress)
      expect(codes(before.plan)).toContain('retired-early')
      const after = check({ now: T0 + 14 * DAY, old: [says] }, {}, confirmed.progress)
      expect(codes(after.plan)).not.toContain('retired-early')
      // A record that is only revoked waits for a proof of the new key before it is removed.
      expect(after.plan.verdict).toBe(says === 'absent' ? 'on-track' : 'action-due')
    }
    const leaked = check(
      { now: T0 + DAY, old: ['revoked'] },
      { confirmations: ['switch'] },
      undefined,
      request({ kind: 'emergency' }),
    )
    expect(codes(leaked.plan)).not.toContain('retired-early')
  })

  it('finds a straggler and counts the overlap from its last message', () => {
    const confirmed = check({ now: T0 }, { confirmations: ['switch'] }, undefined, undefined, false)
    const straggler = check(
      { now: T0 + 3 * DAY },
      { samples: [sample('s1', T0 + 2 * DAY), sample('s2', T0 + 2 * DAY)] },
      confirmed.progress,
    )
    expect(straggler.plan.stage).toBe('switch')
    expect(straggler.plan.warnings.map(({ code }) => code)).toContain('straggler')
    const cured = check({ now: T0 + 4 * DAY }, { samples: [sample('s2', T0 + 4 * DAY)] }, straggler.progress)
    expect(cured.plan.stage).toBe('overlap')
    expect(cured.plan.phases.find(({ id }) => id === 'revoke')?.notBefore).toBe('2026-12-08T12:00:00Z')
  })
})
