// The public library API: re-exports only.

export {
  decodeBase64,
  decodeDkimQuotedPrintable,
  encodeDkimQuotedPrintable,
  isSubdomainOrEqual,
  keyRecordName,
  toDomainName,
  toSelector,
  toUnicodeName,
} from './abnf.js'
export { ALGORITHMS, type AlgorithmName, algorithmFor, isAlgorithmName, type KeyType } from './algorithm.js'
export { type ClientOptions, createClient } from './dns/client.js'
export { isNameserver } from './dns/nameserver.js'
export type { AnswerStatus, ChainLink, Resolver, TxtAnswer, TxtRecord } from './dns/resolver.js'
export { TEMPORARY_STATUSES } from './dns/resolver.js'
export { Zone } from './dns/zone.js'
export { readZone } from './dns/zone-file.js'
export { zoneResolver } from './dns/zone-resolver.js'
export { DkimError, type DkimErrorCode } from './errors.js'
export {
  type FieldIndex,
  type HeaderFault,
  type HeaderField,
  type HeaderSection,
  indexFields,
  parseHeaderSection,
  rawValue,
  selectFields,
  unfold,
} from './header.js'
export {
  type ExportOptions,
  exportPrivateKey,
  generatePrivateKey,
  type ImportOptions,
  importPrivateKey,
  importPublicKey,
  type PrivateKey,
  type PrivateKeyFormat,
} from './key.js'
export { KeyCache, type KeyCandidate, type KeyLookup, lookUpKeys } from './key-lookup.js'
export {
  formatKeyRecord,
  type KeyRecord,
  type KeyRecordFields,
  looksLikeKeyRecord,
  parseKeyRecord,
} from './key-record.js'
export { DNS_LIMITS, LIMITS } from './limits.js'
export { type LineEnd, LineEndNormalizer, lineEndBytes } from './line-endings.js'
export { DEFAULT_POLICY, type Policy, SINGULAR_FIELDS } from './policy.js'
export {
  allProviders,
  type Confidence,
  type DelegatedRecord,
  delegatedRecords,
  knownSelectors,
  type Provider,
  type ProviderId,
  type ProviderMatch,
  type ProviderRow,
  type ProviderSetup,
  type ProviderValue,
  providerById,
  providerOf,
} from './providers.js'
export { type PublicKey, publicKeyOfRecord, type RecordKey } from './public-key.js'
export {
  type Alignment,
  type CanonicalizationName,
  type KeySummary,
  type Match,
  type MessageResult,
  messageResult,
  REASONS,
  RESULT_ORDER,
  type Reason,
  type Result,
  type SignatureReport,
  type VerificationReport,
  WARNINGS,
  type Warning,
  type WarningCode,
} from './result.js'
export { addMonths, formatDuration, type Instant, isoDay, TimeZone } from './rotation/calendar.js'
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
} from './rotation/evidence.js'
export { type RecordChange, shellQuote } from './rotation/instructions.js'
export type { PhaseId } from './rotation/phases.js'
export {
  type NextAction,
  type PlanOutcome,
  type PlanPhase,
  type PlanVerdict,
  planRotation,
  type RotationPlan,
} from './rotation/plan.js'
export { CONFIRMATIONS, type Confirmation, type Evidence, NO_PROGRESS, type Progress } from './rotation/progress.js'
export { refuseTakenSelector } from './rotation/refusals.js'
export { SCHEMES, selectorCandidates } from './rotation/selector-name.js'
export {
  CADENCES,
  type Cadence,
  DEFAULT_SETTINGS,
  type KeyFacts,
  type RotationKind,
  type RotationRequest,
  type Settings,
  type ZoneFacts,
} from './rotation/settings.js'
export { STAGES, type Stage } from './rotation/stage.js'
export { formatState, newPlanState, type PlanState, parseState, type RotationState } from './rotation/state.js'
export type { PhaseStatus } from './rotation/timeline.js'
export type { PlanInput } from './rotation/waits.js'
export type { PlanWarning, PlanWarningCode } from './rotation/warnings.js'
export { type SignatureRequest, type SignedFields, Signer, type SignOptions, sign } from './sign.js'
export { parseSignature, type Signature } from './signature.js'
export { DEFAULT_FIELDS, type FieldChoice, parseFieldChoices, signedFieldsOf } from './signed-fields.js'
export { formatTagList, parseTagList, type Tag, type TagList, TagListError, type TagListFault } from './tag-list.js'
export { Verifier, type VerifyOptions, verify } from './verify.js'
