// The public API of the library: re-exports only, by task. Nothing inside src/ imports this file.
// Further entries: `dkim-toolkit/dns`, `dkim-toolkit/lookup`, `dkim-toolkit/explain`, `dkim-toolkit/rotation`.

// Key records, signatures and header sections: read and write
export {
  type FieldIndex,
  type HeaderField,
  type HeaderSection,
  indexFields,
  parseHeaderSection,
} from './dkim/header.js'
// Verify a message (§6)
export { KeyCache, type KeyCandidate, type KeyLookup } from './dkim/key-lookup.js'
export { formatKeyRecord, type KeyRecord, type KeyRecordFields, parseKeyRecord } from './dkim/key-record.js'
// Keys: make, read, write
export { type SelfTest, testKey } from './dkim/key-self-test.js'
export { type LineEnd, LineEndNormalizer } from './dkim/line-endings.js'
export type { MessageBytes } from './dkim/message.js'
export { DEFAULT_POLICY, type Policy } from './dkim/policy.js'
export { publicKeyOfRecord, type RecordKey } from './dkim/record-key.js'
// Errors and limits
export { Rejection } from './dkim/rejection.js'
// Sign a message (§5)
export type { CanonicalizationName } from './dkim/result.js'
export {
  type Alignment,
  type KeySummary,
  type Match,
  type MessageResult,
  messageResult,
  REASONS,
  type Reason,
  type Result,
  type SignatureReport,
  type VerificationReport,
  WARNINGS,
  type Warning,
  type WarningCode,
} from './dkim/result.js'
export { type NewSignature, type SignedFields, Signer, type SignOptions, sign } from './dkim/sign.js'
export { parseSignature, type Signature } from './dkim/signature.js'
export type { SignatureRequest } from './dkim/signature-request.js'
export { DEFAULT_FIELDS, type FieldChoice, parseFieldChoices } from './dkim/signed-fields.js'
export { SIGNING_WARNINGS, type SigningWarningCode } from './dkim/signing-warnings.js'
export { formatTagList, parseTagList, type Tag, type TagList, TagListError } from './dkim/tag-list.js'
export { Verifier, type VerifyOptions, verify } from './dkim/verify.js'
// Resolvers: live DNS, a zone file, or one of your own
export { type ClientOptions, createClient, type DnsClient } from './dns/client.js'
export {
  type AnswerStatus,
  type ChainLink,
  noAnswer,
  type Resolver,
  type TxtAnswer,
  type TxtRecord,
} from './dns/resolver.js'
export { Zone } from './dns/zone.js'
export { readZone } from './dns/zone-file.js'
export { splitStrings } from './dns/zone-json.js'
export { zoneResolver } from './dns/zone-resolver.js'
export { DkimError, type DkimErrorCode } from './errors.js'
export type { AlgorithmName, KeyType } from './keys/algorithm.js'
export {
  type ExportOptions,
  exportPrivateKey,
  generatePrivateKey,
  type ImportOptions,
  importPrivateKey,
  importPublicKey,
  type PrivateKey,
  type PrivateKeyFormat,
} from './keys/private-key.js'
export type { PublicKey } from './keys/public-key.js'
export { expandSelectorTemplate, type SelectorFacts } from './keys/selector-template.js'
export { LIMITS } from './limits.js'
export { type AttachedMessage, attachedMessages } from './mail/attached-messages.js'
export { keyRecordName } from './syntax/names.js'
