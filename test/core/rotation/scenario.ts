// A rotation for tests: a request with plain figures, answers of servers, and the run of one check.

import { DAY, HOUR } from '../../../src/core/rotation/calendar.js'
import { type ServerAnswer, viewRecord } from '../../../src/core/rotation/evidence.js'
import { type PlanOutcome, planRotation } from '../../../src/core/rotation/plan.js'
import { type Evidence, NO_PROGRESS, type Progress } from '../../../src/core/rotation/progress.js'
import { DEFAULT_SETTINGS, type RotationRequest, type Settings } from '../../../src/core/rotation/settings.js'

export const T0 = Date.UTC(2026, 10, 22, 12)
export const OLD_KEY = `SHA256:${'o'.repeat(43)}`
export const NEW_KEY = `SHA256:${'n'.repeat(43)}`
export const OTHER_KEY = `SHA256:${'x'.repeat(43)}`

export function request(changes: Partial<RotationRequest> = {}, settings: Partial<Settings> = {}): RotationRequest {
  return {
    domain: 'example.com',
    kind: 'replace',
    old: {
      selector: 's1',
      type: 'rsa',
      bits: 2048,
      fingerprint: OLD_KEY,
      record: 'v=DKIM1; k=rsa; p=AAAA',
      alias: null,
    },
    new: {
      selector: 's2',
      type: 'rsa',
      bits: 2048,
      fingerprint: NEW_KEY,
      record: 'v=DKIM1; k=rsa; p=BBBB',
      alias: null,
    },
    newKeyFile: 's2.private.pem',
    oldKeyFile: null,
    createdAt: T0,
    start: T0,
    zone: {
      negativeTtl: 3600,
      refresh: 7200,
      oldTtl: 3600,
      previousTtl: 0,
      previousFingerprint: null,
      source: 'ns1.example.com',
    },
    provider: null,
    ...changes,
    settings: { ...DEFAULT_SETTINGS, ...settings },
  }
}

export type Says = 'live' | 'absent' | 'revoked' | 'wrong' | 'temporary' | 'lame'

export function answer(server: string, says: Says, fingerprint: string, ttl = 3600): ServerAnswer {
  const found = says === 'live' || says === 'revoked' || says === 'wrong'
  return {
    server,
    status: found ? 'found' : says,
    fingerprint: says === 'live' ? fingerprint : says === 'wrong' ? OTHER_KEY : null,
    revoked: says === 'revoked',
    ttl: found ? ttl : null,
    alias: null,
    aliasTtl: null,
    text: null,
    detail: null,
  } as ServerAnswer
}

export interface Scene {
  readonly now?: number
  readonly fresh?: readonly Says[]
  readonly old?: readonly Says[]
  readonly oldTtl?: number
}

export function evidence(
  { now = T0, fresh = ['live'], old = ['live'], oldTtl = 3600 }: Scene,
  more: Partial<Evidence> = {},
): Evidence {
  return {
    now,
    samples: [],
    reports: [],
    confirmations: [],
    probe: null,
    observation: {
      at: now,
      newRecord: viewRecord(
        fresh.map((says, index) => answer(`ns${index + 1}`, says, NEW_KEY)),
        NEW_KEY,
      ),
      oldRecord: viewRecord(
        old.map((says, index) => answer(`ns${index + 1}`, says, OLD_KEY, oldTtl)),
        null,
      ),
    },
    ...more,
  }
}

export function check(
  scene: Scene,
  more: Partial<Evidence> = {},
  before: Progress = NO_PROGRESS,
  asked: RotationRequest = request(),
  remembers = true,
): PlanOutcome {
  return planRotation(asked, before, evidence(scene, more), { check: true, remembers })
}

export function sample(selector: string, signedAt: number | null, outcome: 'pass' | 'no-key' | 'fail' = 'pass') {
  return { source: 'mail.eml', selector, outcome, signedAt }
}

export { DAY, HOUR, NO_PROGRESS }
