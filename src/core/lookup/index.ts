// The entry `dkim-toolkit/lookup`: published keys looked up, checked, compared and watched, and providers recognised. Re-exports only.

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
} from '../keys/providers.js'
export { type DiscoverOptions, type Discovery, discover } from './discover.js'
export { type Expectation, expectFile, expectKey, expectRecord, meets } from './expectation.js'
export { FINDINGS, type Finding, type FindingCode, type Severity } from './findings.js'
export type { LookupResult } from './judgement.js'
export { type KeyMaterial, readKeyMaterial } from './key-formats.js'
export { type KeyName, keyName, readKeyName } from './key-name.js'
export { type KeyReport, type LookedUp, type LookUpOptions, lookUpKey } from './key-report.js'
export { lintRecord, type RecordLint } from './lint.js'
export {
  type Drift,
  type DriftKind,
  driftOf,
  formatLock,
  type LockedKey,
  type LockFile,
  lockedKey,
  parseLock,
} from './lock.js'
export { keysOfMessage, type MessageKeys } from './message-keys.js'
export {
  type Agreement,
  askAuthoritative,
  askResolvers,
  authoritativeServers,
  type Connect,
  type ServerState,
  type ServersReport,
  type ServerView,
  zoneOf,
} from './servers.js'
export { type Sight, type WaitOutcome, waitUntilAgreed } from './wait.js'
