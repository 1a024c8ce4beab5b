// The entry `dkim-toolkit/rotation`: planRotation(), and what it takes and returns. Re-exports only.

export { ARCHIVE_LIMITS, isAppleDouble, unpack } from './archive.js'
export { addMonths, formatDuration, type Instant, isoDay, TimeZone } from './calendar.js'
export { advanceCalendar } from './calendar-entries.js'
export { type AggregateReport, readAggregateReport, type SelectorUse } from './dmarc-report.js'
export {
  type Observation,
  type Probe,
  type RecordState,
  type RecordView,
  type ReportedUse,
  type Sample,
  type ServerAnswer,
  UNKNOWN_RECORD,
  viewRecord,
} from './evidence.js'
export type { RecordChange } from './instructions.js'
export { impossibleSelector, keyFactsOf, observationOf, readServerAnswer } from './observe.js'
export { PHASE_IDS, type PhaseId } from './phases.js'
export {
  type NextAction,
  type PlanOutcome,
  type PlanPhase,
  type PlanVerdict,
  planRotation,
  type RotationPlan,
} from './plan.js'
export { CONFIRMATIONS, type Confirmation, type Evidence, NO_PROGRESS, type Progress } from './progress.js'
export { refuseTakenSelector } from './refusals.js'
export { SCHEMES, selectorCandidates } from './selector-name.js'
export {
  CADENCES,
  type Cadence,
  DEFAULT_SETTINGS,
  type KeyFacts,
  type RotationKind,
  type RotationRequest,
  type Settings,
  type ZoneFacts,
} from './settings.js'
export { STAGES, type Stage } from './stage.js'
export { formatState, newPlanState, type PlanState, parseState, type RotationState } from './state.js'
export type { PhaseStatus } from './timeline.js'
export type { PlanInput } from './waits.js'
export type { PlanWarning, PlanWarningCode } from './warnings.js'
