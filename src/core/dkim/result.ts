// Results, the table of reasons, and the shape of a verification report (§3.9, §6.1; result words of RFC 8601 §2.7.1).

/** The result of one signature. `none` exists only for a whole message that carries no signature. */
export type Result = 'pass' | 'fail' | 'policy' | 'neutral' | 'permerror' | 'temperror'
/** The result of a message: the best of its signatures, `none` if it has none. */
export type MessageResult = Result | 'none'

/** The code of a row of REASONS; stable. */
export type Reason = keyof typeof REASONS

interface ReasonRow {
  /** Fixed here, so that no code chooses a result word by hand. */
  readonly result: Exclude<Result, 'pass'>
  /** The section that asks for it. */
  readonly section: string
  /** One phrase for people, lower case. */
  readonly text: string
  /** What the reader can do next. */
  readonly advice: string
}

/** Every reason why a signature is not `pass`, in RFC 6376's own words where it has one. */
export const REASONS = {
  'body-hash-did-not-verify': {
    result: 'fail',
    section: 'RFC 6376 §6.1.3',
    text: 'the body does not match the hash in bh=',
    advice: 'compare the message with the copy that was sent: usual causes are footers, re-encoding and link rewriting',
  },
  'signature-did-not-verify': {
    result: 'fail',
    section: 'RFC 6376 §6.1.3',
    text: 'a signed header field was changed, or another key made this signature',
    advice:
      'check that the published key matches the signing key (dkim lookup --key), then look for rewritten header fields',
  },
  'signature-syntax-error': {
    result: 'neutral',
    section: 'RFC 6376 §3.5, §6.1.1',
    text: 'the DKIM-Signature field is malformed',
    advice: 'fix the signing software: verifiers must ignore this signature',
  },
  'incompatible-version': {
    result: 'neutral',
    section: 'RFC 6376 §3.5, §6.1.1',
    text: 'the signature version is not 1',
    advice: 'the signer must write v=1',
  },
  'unsupported-algorithm': {
    result: 'neutral',
    section: 'RFC 6376 §3.3, RFC 8463 §3',
    text: 'the signing algorithm is neither rsa-sha256 nor ed25519-sha256',
    advice: 'sign with rsa-sha256, ed25519-sha256 or both',
  },
  'unsupported-canonicalization': {
    result: 'neutral',
    section: 'RFC 6376 §3.4, §3.5',
    text: 'the canonicalization is neither simple nor relaxed',
    advice: 'sign with c=relaxed/relaxed',
  },
  'unsupported-query-method': {
    result: 'neutral',
    section: 'RFC 6376 §3.5',
    text: 'q= lists no supported query method',
    advice: 'the signer must write q=dns/txt or omit q=',
  },
  'key-syntax-error': {
    result: 'neutral',
    section: 'RFC 6376 §3.6.1, §6.1.2',
    text: 'the key record is malformed',
    advice: 'run dkim lookup on the name: it shows the error and the corrected record',
  },
  'unsupported-key-type': {
    result: 'neutral',
    section: 'RFC 6376 §3.6.1',
    text: 'the key type is neither rsa nor ed25519',
    advice: 'publish an rsa or ed25519 key',
  },
  'signature-missing-required-tag': {
    result: 'permerror',
    section: 'RFC 6376 §6.1.1',
    text: 'the signature is missing a required tag',
    advice: 'fix the signing software: v=, a=, b=, bh=, d=, h= and s= are required',
  },
  'domain-mismatch': {
    result: 'permerror',
    section: 'RFC 6376 §3.5, §6.1.1',
    text: 'the identity i= is outside the signing domain d=',
    advice: 'the domain of i= must be d= or a subdomain of d=',
  },
  'from-field-not-signed': {
    result: 'permerror',
    section: 'RFC 6376 §5.4, §6.1.1',
    text: 'the From field is not signed',
    advice: 'the signer must list From in h=',
  },
  'no-key-for-signature': {
    result: 'permerror',
    section: 'RFC 6376 §6.1.2',
    text: 'no key record is published for this selector',
    advice: 'publish the record; for an old message, the key was probably retired, which is normal',
  },
  'key-revoked': {
    result: 'permerror',
    section: 'RFC 6376 §3.6.1, §6.1.2',
    text: 'the key was revoked (empty p=)',
    advice: 'sign with a key that is still published; mail signed before the revocation no longer verifies',
  },
  'inappropriate-key-algorithm': {
    result: 'permerror',
    section: 'RFC 6376 §6.1.2, RFC 8463 §4',
    text: 'the published key type does not match the signature',
    advice: "publish the signing key's record under its own selector",
  },
  'inappropriate-hash-algorithm': {
    result: 'permerror',
    section: 'RFC 6376 §3.6.1, §6.1.2',
    text: 'the key record does not allow the hash algorithm of the signature',
    advice: 'publish h=sha256, or omit h=',
  },
  'inappropriate-service-type': {
    result: 'permerror',
    section: 'RFC 6376 §3.6.1',
    text: 'the key record is not meant for mail',
    advice: 'publish s=email or s=*, or omit s=',
  },
  'identity-not-permitted': {
    result: 'permerror',
    section: 'RFC 6376 §3.6.1',
    text: 'the key record forbids subdomains (t=s), but i= uses one',
    advice: 'remove t=s from the record or the subdomain from i=',
  },
  'key-too-short': {
    result: 'permerror',
    section: 'RFC 8301 §3.2',
    text: 'the RSA key has fewer than 1024 bits',
    advice: 'rotate to a 2048-bit key (dkim rotate-plan)',
  },
  'key-unsafe': {
    result: 'permerror',
    section: 'RFC 6376 §8, RFC 8463 §8',
    text: 'the published key is insecure',
    advice: 'generate a new key (dkim keygen) and rotate to it now',
  },
  'historic-algorithm': {
    result: 'permerror',
    section: 'RFC 8301 §3.1',
    text: 'rsa-sha1 is no longer allowed',
    advice: 'sign with rsa-sha256',
  },
  'body-shorter-than-length': {
    result: 'permerror',
    section: 'RFC 6376 §3.5, §6.1.3',
    text: 'the body is shorter than the length in l=',
    advice: 'the body was truncated after signing, or the signer wrote the wrong l=: sign without l=',
  },
  'key-unavailable': {
    result: 'temperror',
    section: 'RFC 6376 §6.1.2',
    text: 'the key lookup failed temporarily',
    advice: 'try again later, or use another server with --nameserver',
  },
  'signature-expired': {
    result: 'policy',
    section: 'RFC 6376 §3.5, §6.1.1',
    text: 'the signature has expired (x=)',
    advice: 'for archived mail, pass the time of arrival with --now',
  },
  'timestamp-in-future': {
    result: 'policy',
    section: 'RFC 6376 §3.5',
    text: 'the signature is dated in the future (t=)',
    advice: "check the signer's clock and this machine's",
  },
  'body-partly-signed': {
    result: 'policy',
    section: 'RFC 6376 §8.2',
    text: 'l= leaves part of the body unsigned',
    advice: 'sign without l=: anyone can append content to such a message',
  },
  'unsigned-duplicate-field': {
    result: 'policy',
    section: 'RFC 6376 §8.15',
    text: 'the message has a second, unsigned copy of a single-occurrence field',
    advice:
      'mail clients may show the unsigned copy: treat the message as forged; signers can prevent this by oversigning',
  },
  'malformed-message': {
    result: 'policy',
    section: 'RFC 6376 §5.3, §8.15',
    text: 'the message is malformed: readers may see something other than what was signed',
    advice: 'fix the software that wrote or relayed the message',
  },
  'key-below-policy': {
    result: 'policy',
    section: 'local policy',
    text: 'the key is shorter than the policy requires',
    advice: 'ask the sender to rotate to a longer key, or lower --min-key-bits',
  },
  'required-field-not-signed': {
    result: 'policy',
    section: 'local policy',
    text: 'a field required by the policy is not signed',
    advice: 'ask the sender to sign it, or adjust --require-signed',
  },
  'signing-domain-not-accepted': {
    result: 'policy',
    section: 'local policy',
    text: 'the policy does not accept the signing domain',
    advice: 'the mail is signed by a domain other than the required one: see --require-aligned and --require-domain',
  },
} as const satisfies Record<string, ReasonRow>

/** Best first: the message result is the best verdict of its signatures. */
export const RESULT_ORDER = [
  'pass',
  'temperror',
  'fail',
  'policy',
  'permerror',
  'neutral',
] as const satisfies readonly Result[]

/** The result of a message from those of its signatures. */
export function messageResult(results: readonly Result[]): MessageResult {
  return RESULT_ORDER.find(result => results.includes(result)) ?? 'none'
}

/** Something worth knowing that does not change the verdict. Codes are stable. */
export interface Warning {
  readonly code: WarningCode
  readonly text: string
}

/** The code of a row of WARNINGS; stable. */
export type WarningCode = keyof typeof WARNINGS

/** Every warning code, with what it means in general; the text of a warning says it of the case at hand. */
export const WARNINGS = {
  'weak-key': 'an RSA key of 1024 to 2047 bits (RFC 8301 §3.2 asks for 2048)',
  'unusual-exponent': 'an RSA public exponent other than 65537',
  'pkcs1-key': 'p= holds a bare RSAPublicKey instead of a SubjectPublicKeyInfo',
  'testing-key': 'the key record says t=y: the domain is testing DKIM',
  'multiple-keys': 'more than one key record is published at this name',
  'unprotected-field': 'a field shown to readers is not signed',
  'duplicate-field': 'a single-occurrence field occurs more than once',
  'body-length': 'the signature uses l=',
  'old-signature': 'the signature is old and has no x=',
  'tag-case': 'an uppercase tag name is an unknown tag, not the tag it resembles',
  'nul-in-header': 'a signed header field contains a NUL byte',
  'space-before-colon': 'a field name is followed by white space (obs-syntax)',
  'malformed-header': 'the header section contains a line that is not a header field',
  'mixed-line-endings': 'line endings are mixed: CRLF and bare CR or LF',
  'lf-converted': 'LF line endings were read as CRLF',
  'signature-limit': 'not every signature was evaluated',
  'header-limit': 'the header section is larger than the limit',
  'not-verified': 'a field of a draft protocol is present but was not verified',
  'not-aligned': 'no passing signature is aligned with the From domain',
  'no-from': 'the message has no From field',
  'attached-message': 'a signed message is attached to this one',
  'attachments-not-searched': 'only part of this message was searched for attached signed messages',
  'damaged-copy': 'this copy of the message was changed by copying or saving it',
} as const satisfies Record<string, string>

/** `simple` or `relaxed` (§3.4). */
export type CanonicalizationName = 'simple' | 'relaxed'
/** Outcome of one half of the check; `unchecked` where the check could not be made at all. */
export type Match = 'match' | 'mismatch' | 'unchecked'
/** How d= relates to the From domain (RFC 9989). */
export type Alignment = 'strict' | 'relaxed' | 'none' | 'indeterminate'

/** What a report says about a key. */
export interface KeySummary {
  readonly type: 'rsa' | 'ed25519'
  readonly bits: number
  /** `SHA256:` and the unpadded base64 of the SHA-256 over the SubjectPublicKeyInfo. */
  readonly fingerprint: string
  readonly testing: boolean
}

/** The verdict of one signature with everything a reader may want to know of it. Plain data. */
export interface SignatureReport {
  readonly result: Result
  readonly reason: Reason | null
  readonly detail: string | null
  readonly domain: string | null
  readonly selector: string | null
  readonly identity: string | null
  readonly algorithm: string | null
  readonly canonicalization: { readonly header: CanonicalizationName; readonly body: CanonicalizationName } | null
  readonly signedFields: readonly string[]
  /** The first eight characters of b=, which tell signatures of one domain apart (RFC 6008); null without a readable b=. */
  readonly signatureStart: string | null
  readonly bodyHash: Match
  readonly headerSignature: Match
  readonly key: KeySummary | null
  /** l= in octets; null where the signature has none, or one that no body reaches. */
  readonly bodyLength: number | null
  /** Octets of the canonical body that l= was held against; null without l=. */
  readonly bodyTotal: number | null
  /** t= and x= as date-times of RFC 3339; null where absent, and beyond the year 9999. */
  readonly signedAt: string | null
  readonly expiresAt: string | null
  readonly aligned: Alignment
  readonly warnings: readonly Warning[]
}

/** All of it: the report of one message. */
export interface VerificationReport {
  readonly schema: 'dkim.verification/1'
  readonly input: string
  readonly result: MessageResult
  readonly from: { readonly domain: string | null }
  readonly signatures: readonly SignatureReport[]
  readonly warnings: readonly Warning[]
}
