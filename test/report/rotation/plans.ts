// Plans as the renderers get them, with text in every place that text can come from.

import { type PlanOptions, planRotation } from '../../../src/core/rotation/plan.js'
import type { Progress } from '../../../src/core/rotation/progress.js'
import type { RotationRequest } from '../../../src/core/rotation/settings.js'
import { present } from '../../../src/report/rotation/present.js'
import type { PlanView } from '../../../src/report/rotation/view.js'
import { evidence, NO_PROGRESS, request, type Scene, sample, T0 } from '../../core/rotation/scenario.js'

export interface ViewOptions {
  readonly scene?: Scene
  readonly asked?: RotationRequest
  readonly before?: Progress
  readonly selectors?: readonly string[]
  readonly options?: PlanOptions
  readonly stateFile?: string | null
  readonly sequence?: number
}

export function view({
  scene = { fresh: ['absent'] },
  asked = request(),
  before = NO_PROGRESS,
  selectors = [],
  options = { check: false, remembers: true },
  stateFile = 'plan.json',
  sequence = 0,
}: ViewOptions = {}): PlanView {
  const samples = selectors.map(selector => sample(selector, (scene.now ?? T0) - 1000))
  const { plan } = planRotation(asked, before, evidence(scene, { samples }), options)
  return present(plan, { stateFile, dialect: 'bind', signer: 'opendkim', sequence: () => sequence })
}

/** What has broken renderers before. */
export const NASTY = [
  '\r\nX-Injected: yes',
  '"; rm -rf / #',
  "'; rm -rf / #",
  '$(touch x) `id` $\u007bHOME}',
  '<img src=x onerror=alert(1)>',
  '</title><script>alert(1)</script>',
  '&amp; &lt; ]]> --> <!--',
  '=1+1',
  '[x](javascript:alert(1)) ![i](http://example.test/i.png)',
  '\\n\\, \\; back\\slash',
  '\u001b]0;pwn\u0007\u001b[2J\u009b31m',
  '\u202Eright\u2066 to left\u200b',
] as const

/** A plan of which everything that is free text says `text`. */
export function nastyView(text: string): PlanView {
  const plain = view()
  const phases = plain.phases.map(phase => ({
    ...phase,
    why: text,
    check: text,
    rollback: text,
    evidence: [text],
    commands: [],
    signerText: text,
    changes: phase.changes.map(change => ({ ...change, title: text })),
  }))
  const warnings = [{ code: 'lame-server' as const, text }]
  const nextAction = plain.nextAction === null ? null : { ...plain.nextAction, text }
  return { ...plain, phases, warnings, nextAction, provider: text, servers: [text], stageText: text }
}
