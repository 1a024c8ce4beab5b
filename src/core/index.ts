export { type AttachedMessage, attachedMessages } from './mail/attached-messages.js'
export { damageOf } from './mail/damaged-copy.js'

// The public library API: re-exports only.

export { loadOrganizationalDomain, readAuthor } from './dkim/from-field.js'
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
} from './dkim/header.js'
export { KeyCache, type KeyCandidate, type KeyLookup, lookUpKeys } from './dkim/key-lookup.js'
export {
  formatKeyRecord,
  type KeyRecord,
  type KeyRecordFields,
  looksLikeKeyRecord,
  parseKeyRecord,
} from './dkim/key-record.js'
export { type SelfTest, testKey } from './dkim/key-self-test.js'
export { type LineEnd, LineEndCensus, LineEndNormalizer, lineEndBytes } from './dkim/line-endings.js'
export type { MessageBytes } from './dkim/message.js'
export { DEFAULT_POLICY, type Policy, SINGULAR_FIELDS } from './dkim/policy.js'
export { publicKeyOfRecord, type RecordKey } from './dkim/record-key.js'
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
} from './dkim/result.js'
export {
  type NewSignature,
  type SignedFields,
  Signer,
  type SignOptions,
  sign,
} from './dkim/sign.js'
export { isCanonicalization, parseSignature, type Signature } from './dkim/signature.js'
export type { SignatureRequest } from './dkim/signature-request.js'
export {
  DEFAULT_FIELDS,
  type FieldChoice,
  parseFieldChoices,
  parseFieldNames,
  signedFieldsOf,
} from './dkim/signed-fields.js'
export { SIGNING_WARNINGS, type SigningWarningCode } from './dkim/signing-warnings.js'
export {
  formatTagList,
  parseTagList,
  type Tag,
  type TagList,
  TagListError,
  type TagListFault,
} from './dkim/tag-list.js'
export { Verifier, type VerifyOptions, verify } from './dkim/verify.js'
export { type Answer, type DnsSource, toTxtAnswer } from './dns/answer.js'
export { type ClientOptions, createClient, type DnsClient } from './dns/client.js'
export { isNameserver, isTrustedPath } from './dns/nameserver.js'
export { MAX_TTL, negativeTtl, type RecordType, type ResourceRecord } from './dns/record.js'
export type { AnswerStatus, ChainLink, Resolver, TxtAnswer, TxtRecord } from './dns/resolver.js'
export { noAnswer, TEMPORARY_STATUSES } from './dns/resolver.js'
export { type RunningServer, type ServerOptions, startServer } from './dns/server.js'
export { Zone } from './dns/zone.js'
export { readZone } from './dns/zone-file.js'
export { splitStrings } from './dns/zone-json.js'
export { zoneResolver } from './dns/zone-resolver.js'
export { DkimError, type DkimErrorCode } from './errors.js'
export * from './explain/index.js'
export { ALGORITHMS, type AlgorithmName, algorithmFor, isAlgorithmName, type KeyType } from './keys/algorithm.js'
export {
  isKeyPath,
  type KeyTable,
  type KeyTableRow,
  parseKeyTable,
  parseSigningTable,
  type SigningTable,
  type SigningTableRow,
  type TableSigner,
  tableName,
  tableSigners,
} from './keys/key-table.js'
export type { PrivateKeyForm } from './keys/key-text.js'
export {
  checkRsaBits,
  type ExportOptions,
  exportPrivateKey,
  generatePrivateKey,
  type ImportOptions,
  importPrivateKey,
  importPublicKey,
  type PrivateKey,
  type PrivateKeyFormat,
} from './keys/private-key.js'
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
} from './keys/providers.js'
export type { PublicKey } from './keys/public-key.js'
export { expandSelectorTemplate, namesKeyType, type SelectorFacts } from './keys/selector-template.js'
export { DNS_LIMITS, LIMITS } from './limits.js'
export { type DiscoverOptions, type Discovery, discover } from './lookup/discover.js'
export { type Expectation, expectFile, expectKey, expectRecord, meets } from './lookup/expectation.js'
export { FINDINGS, type Finding, type FindingCode, type Severity } from './lookup/findings.js'
export type { LookupResult } from './lookup/judgement.js'
export { type KeyMaterial, readKeyMaterial } from './lookup/key-formats.js'
export { type KeyName, keyName, readKeyName } from './lookup/key-name.js'
export { type KeyReport, type LookedUp, type LookUpOptions, lookUpKey } from './lookup/key-report.js'
export { lintRecord, type RecordLint } from './lookup/lint.js'
export {
  type Drift,
  type DriftKind,
  driftOf,
  formatLock,
  type LockedKey,
  type LockFile,
  lockedKey,
  parseLock,
} from './lookup/lock.js'
export { keysOfMessage, type MessageKeys } from './lookup/message-keys.js'
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
} from './lookup/servers.js'
export { type Sight, type WaitOutcome, waitUntilAgreed } from './lookup/wait.js'
export * from './rotation/index.js'
export { decodeBase64 } from './syntax/base64.js'
export { givenDomain, givenSelector, givenZone } from './syntax/given-name.js'
export { isSubdomainOrEqual, keyRecordName, toDomainName, toSelector, toUnicodeName } from './syntax/names.js'
export { decodeDkimQuotedPrintable, encodeDkimQuotedPrintable } from './syntax/quoted-printable.js'
export { shellPath, shellQuote, shellQuoted } from './syntax/shell-word.js'
export { textBytes } from './syntax/text-file.js'
