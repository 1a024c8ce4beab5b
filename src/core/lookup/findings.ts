// Everything that the linter can find in a key record, its name or its neighbourhood: one row each.

/** critical: anyone can sign as the domain · error: verifiers refuse or overlook the key · warning: works, and should not stay so · info: worth knowing. */
export type Severity = 'critical' | 'error' | 'warning' | 'info'

export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  /** What is wrong, with the particulars. */
  readonly text: string
  /** What to do, exactly. */
  readonly fix: string
  /** The whole record as it should read with all faults that can be corrected corrected; null where this one needs a person. */
  readonly record: string | null
}

interface FindingRow {
  readonly severity: Severity
  readonly text: string
  readonly fix: string
  /** The corrected record repairs it. */
  readonly repaired?: true
}

export type FindingCode = keyof typeof FINDINGS

export const FINDINGS = {
  // ------------------------------------------------------------------ the private key is out, or can be computed
  'private-key-published': {
    severity: 'critical',
    text: 'p= contains the private key: anyone can sign as this domain',
    fix: 'remove the record now, create a key under a new selector (dkim keygen), and never reuse this one',
  },
  'sample-key': {
    severity: 'critical',
    text: 'the private key of this record is publicly known',
    fix: 'generate your own key under a new selector (dkim keygen), switch the signer to it, then revoke this one',
  },
  'small-factor': {
    severity: 'critical',
    text: 'the RSA modulus has a small factor, so the private key can be computed',
    fix: 'make a new key under a new selector (dkim keygen); if this record is undamaged, replace the software that made it',
  },
  'close-primes': {
    severity: 'critical',
    text: 'the two RSA primes are too close, so the private key can be computed (CVE-2022-26320)',
    fix: 'generate a key under a new selector with different software (dkim keygen) and revoke this one',
  },
  roca: {
    severity: 'critical',
    text: 'the RSA key comes from a faulty generator, so the private key can be computed (CVE-2017-15361)',
    fix: 'generate a key under a new selector with different software (dkim keygen) and revoke this one',
  },
  'unsafe-exponent': {
    severity: 'critical',
    text: 'this RSA exponent is insecure',
    fix: 'make a new key under a new selector (dkim keygen): its exponent is 65537',
  },
  'unsafe-modulus': {
    severity: 'critical',
    text: 'the RSA modulus is not a product of two odd primes',
    fix: 'publish the record again from the key file (dkim format-record --key FILE), or make a new key (dkim keygen)',
  },
  'weak-point': {
    severity: 'critical',
    text: 'the Ed25519 key is a weak point: signatures can be forged',
    fix: 'make a new key under a new selector (dkim keygen --type ed25519)',
  },
  // ------------------------------------------------------------------ how the text was pasted
  'quotes-in-record': {
    severity: 'error',
    text: 'quotation marks are part of the record',
    fix: 'enter the text without quotation marks: this DNS host adds its own',
    repaired: true,
  },
  'escaped-semicolon': {
    severity: 'error',
    text: 'semicolons are escaped as "\\;"',
    fix: 'enter plain semicolons: this DNS host does not unescape them',
    repaired: true,
  },
  'html-entity': {
    severity: 'error',
    text: 'the record contains HTML entities, copied from the source of a web page',
    fix: 'copy the rendered text of the page, or use the key file (dkim format-record --key FILE)',
    repaired: true,
  },
  'zone-line-in-record': {
    severity: 'error',
    text: 'an entire zone file line was pasted as the value',
    fix: 'enter only the text inside the quotation marks, joined without spaces',
    repaired: true,
  },
  'parentheses-in-record': {
    severity: 'error',
    text: 'zone file parentheses are part of the record',
    fix: 'enter the text without parentheses: they belong to zone files only',
    repaired: true,
  },
  'record-pasted-twice': {
    severity: 'error',
    text: 'the record, or a part of it, was pasted twice into one value',
    fix: 'keep one copy',
    repaired: true,
  },
  'non-ascii': {
    severity: 'error',
    text: 'the record contains non-ASCII characters',
    fix: 'enter it again from the key file (dkim format-record --key FILE): a word processor probably changed it',
  },
  'line-break-in-record': {
    severity: 'error',
    text: 'line breaks are part of the record',
    fix: 'enter it as a single line',
    repaired: true,
  },
  'percent-encoded': {
    severity: 'error',
    text: 'the record is percent-encoded, as text in a URL or a form is',
    fix: 'enter the text decoded',
    repaired: true,
  },
  'quoted-printable': {
    severity: 'error',
    text: 'the record is in quoted-printable, as in the source of a message: "=3D" is "="',
    fix: 'enter the text decoded',
    repaired: true,
  },
  'json-in-record': {
    severity: 'error',
    text: 'the record is pasted as JSON',
    fix: 'enter only the text in it',
    repaired: true,
  },
  'escaped-character': {
    severity: 'error',
    text: 'characters are escaped with a backslash',
    fix: 'enter them without backslashes',
    repaired: true,
  },
  'invisible-character': {
    severity: 'error',
    text: 'the record has invisible characters, or blanks other than the space',
    fix: 'enter the text without them: a web page or a word processor added them',
    repaired: true,
  },
  'look-alike-character': {
    severity: 'error',
    text: 'the record has non-ASCII characters that look like ASCII ones',
    fix: 'enter the ASCII characters',
    repaired: true,
  },
  'encoded-twice': {
    severity: 'error',
    text: 'the text was base64-encoded once too often',
    fix: 'decode it once',
    repaired: true,
  },
  'text-in-front': {
    severity: 'error',
    text: 'the record begins with text that does not belong to it',
    fix: 'begin the record with v=DKIM1',
    repaired: true,
  },
  'other-record-in-text': {
    severity: 'error',
    text: 'another record, such as SPF, is part of the text',
    fix: 'publish it as a TXT record of its own, at its own name',
    repaired: true,
  },
  'strings-out-of-order': {
    severity: 'error',
    text: 'the strings of the record are in the wrong order',
    fix: 'publish the strings in their order: the one with v=DKIM1 first',
    repaired: true,
  },
  'colon-for-equals': {
    severity: 'error',
    text: 'a tag name is followed by a colon instead of an equals sign',
    fix: 'write v=DKIM1; k=rsa; p=…',
    repaired: true,
  },
  'comment-in-zone-file': {
    severity: 'error',
    text: 'a comment cuts the record short',
    fix: 'put the text of the record in quotation marks',
  },
  'alias-as-text': {
    severity: 'error',
    text: 'the target of a CNAME was published as a TXT record',
    fix: 'delete the TXT record and publish a CNAME record with this target',
  },
  'split-into-records': {
    severity: 'error',
    text: 'one key was split across several TXT records, which verifiers do not join',
    fix: 'publish one TXT record; split long text into several strings within that record',
    repaired: true,
  },
  // ------------------------------------------------------------------ tags
  'version-missing': {
    severity: 'warning',
    text: 'v=DKIM1 is missing, which RFC 6376 §3.6.1 recommends',
    fix: 'begin the record with v=DKIM1;',
    repaired: true,
  },
  'version-not-first': {
    severity: 'error',
    text: 'v= is not the first tag, so verifiers must ignore the record (RFC 6376 §3.6.1)',
    fix: 'begin the record with v=DKIM1;',
    repaired: true,
  },
  'version-wrong': {
    severity: 'error',
    text: 'v= is not exactly DKIM1, so verifiers must ignore the record (RFC 6376 §3.6.1)',
    fix: 'write v=DKIM1, in capital letters',
    repaired: true,
  },
  'tag-syntax': {
    severity: 'error',
    text: 'the record is not a tag list',
    fix: 'write it as v=DKIM1; k=rsa; p=… with a semicolon between tags',
  },
  'empty-tag': {
    severity: 'error',
    text: 'empty tag between two semicolons, which the grammar forbids (RFC 6376 §3.2)',
    fix: 'use one semicolon between tags',
    repaired: true,
  },
  'non-ascii-note': {
    severity: 'warning',
    text: 'n= has non-ASCII characters, which belong in quoted-printable there (RFC 6376 §2.11)',
    fix: 'write them as =XX, or leave n= out',
    repaired: true,
  },
  'control-character': {
    severity: 'error',
    text: 'the record contains a control character',
    fix: 'enter it again from the key file (dkim format-record --key FILE)',
    repaired: true,
  },
  'list-syntax': {
    severity: 'error',
    text: 'h= or s= is not a colon-separated list',
    fix: 'write h=sha256 and s=email, or omit them',
    repaired: true,
  },
  'semicolon-missing': {
    severity: 'error',
    text: 'missing semicolon between two tags',
    fix: 'put a semicolon between all tags',
    repaired: true,
  },
  'duplicate-tag': {
    severity: 'error',
    text: 'duplicate tag with different values, which invalidates the whole record (RFC 6376 §3.2)',
    fix: 'keep the correct one',
  },
  'tag-case': {
    severity: 'warning',
    text: 'an uppercase tag name is an unknown tag and has no effect (RFC 6376 §3.2)',
    fix: 'write tag names in lower case',
    repaired: true,
  },
  'unknown-tag': {
    severity: 'info',
    text: 'verifiers ignore unknown tags',
    fix: 'remove it',
  },
  'hash-is-algorithm': {
    severity: 'error',
    text: 'h= names a signing algorithm instead of a hash, so no signature can match',
    fix: 'write h=sha256, or leave h= out',
    repaired: true,
  },
  'hash-not-sha256': {
    severity: 'error',
    text: 'h= does not allow sha256, the only hash still permitted (RFC 8301)',
    fix: 'write h=sha256, or leave h= out',
    repaired: true,
  },
  'service-not-mail': {
    severity: 'error',
    text: 's= does not allow mail, so verifiers must ignore the key (RFC 6376 §3.6.1)',
    fix: 'write s=email, or leave s= out',
    repaired: true,
  },
  testing: {
    severity: 'warning',
    text: 't=y says that the domain is testing DKIM',
    fix: 'remove t=y once signed mail verifies',
    repaired: true,
  },
  'key-type-wrong': {
    severity: 'error',
    text: 'k= does not match the type of the key in p=',
    fix: 'set k= to the type of the key',
    repaired: true,
  },
  'key-type-unknown': {
    severity: 'error',
    text: 'k= is neither rsa nor ed25519 (lower case)',
    fix: 'write k=rsa or k=ed25519',
    repaired: true,
  },
  // ------------------------------------------------------------------ the key
  'key-missing': {
    severity: 'error',
    text: 'the p= tag is missing, so there is no key',
    fix: 'republish the record from the key file (dkim format-record --key FILE); an empty p= would mean revoked',
  },
  revoked: {
    severity: 'info',
    text: 'p= is empty: the key was revoked',
    fix: 'nothing if intended; otherwise publish the record of the key in use (dkim format-record --key FILE)',
  },
  'space-in-key': {
    severity: 'warning',
    text: 'p= contains white space, which some verifiers reject',
    fix: 'write p= without spaces',
    repaired: true,
  },
  'pem-in-key': {
    severity: 'error',
    text: 'p= contains the BEGIN and END lines of a PEM file',
    fix: 'keep only the base64 text between the lines, joined',
    repaired: true,
  },
  'not-base64': {
    severity: 'error',
    text: 'p= is not valid base64: something was added or lost',
    fix: 'republish the record from the key file (dkim format-record --key FILE)',
    repaired: true,
  },
  'padding-wrong': {
    severity: 'error',
    text: 'p= has the wrong number of = signs at the end',
    fix: 'end p= as in the corrected record',
    repaired: true,
  },
  'plus-became-blank': {
    severity: 'error',
    text: 'the + signs of the key became blanks, which the length stated in the key proves',
    fix: 'publish the record with its + signs',
    repaired: true,
  },
  base64url: {
    severity: 'error',
    text: 'p= is in base64url: - and _ instead of + and /',
    fix: 'publish p= in plain base64',
    repaired: true,
  },
  'hex-key': {
    severity: 'error',
    text: 'p= is in hexadecimal instead of base64',
    fix: 'publish p= in base64',
    repaired: true,
  },
  'key-without-tag': {
    severity: 'error',
    text: 'the key has no p= in front of it',
    fix: 'write p= in front of the key',
    repaired: true,
  },
  'key-beginning-lost': {
    severity: 'error',
    text: 'the beginning of the key is missing, which is the same for every RSA key of its size',
    fix: 'publish the record with it',
    repaired: true,
  },
  'key-characters-lost': {
    severity: 'error',
    text: 'characters inside the key are missing: its beginning and its end are there',
    fix: 'republish the record from the key file (dkim format-record --key FILE)',
  },
  'letter-case-lost': {
    severity: 'error',
    text: 'the key was changed to capital or small letters only, and base64 needs both',
    fix: 'republish the record from the key file (dkim format-record --key FILE)',
  },
  'dkim2-key-type': {
    severity: 'info',
    text: 'a key type of DKIM2 (post-quantum), which DKIM verifiers do not know',
    fix: 'nothing, if it is meant for DKIM2; DKIM signatures need a key of the type rsa or ed25519 under another selector',
  },
  'key-cut': {
    severity: 'error',
    text: 'the key is cut off',
    fix: 'publish the record again as several strings of at most 255 characters (dkim format-record --key FILE --dialect bind)',
  },
  'not-a-public-key': {
    severity: 'error',
    text: 'p= is not an RSA or Ed25519 public key',
    fix: 'republish the record from the key file (dkim format-record --key FILE)',
  },
  'key-trailing-data': {
    severity: 'error',
    text: 'p= has trailing data after the key',
    fix: 'republish the record from the key file (dkim format-record --key FILE)',
    repaired: true,
  },
  'pkcs1-key': {
    severity: 'warning',
    text: 'p= is a bare RSAPublicKey, which some verifiers do not support',
    fix: 'publish the SubjectPublicKeyInfo form of the same key',
    repaired: true,
  },
  'ed25519-spki': {
    severity: 'error',
    text: 'p= has the Ed25519 key as SubjectPublicKeyInfo instead of the bare 32 bytes (RFC 8463 §4)',
    fix: 'publish only its last 32 bytes',
    repaired: true,
  },
  'key-too-short': {
    severity: 'error',
    text: 'an RSA key under 1024 bits, which verifiers must reject (RFC 8301 §3.2)',
    fix: 'generate a 2048-bit key under a new selector (dkim keygen) and rotate to it (dkim rotate-plan)',
  },
  'key-short': {
    severity: 'warning',
    text: 'an RSA key under 2048 bits (RFC 8301 §3.2 recommends 2048)',
    fix: 'rotate to a key of 2048 bits (dkim rotate-plan)',
  },
  'key-too-long': {
    severity: 'error',
    text: 'an RSA key too long for verifiers',
    fix: 'rotate to a key of 2048 bits (dkim rotate-plan)',
  },
  'key-long': {
    severity: 'info',
    text: 'an RSA key over 4096 bits, which not every verifier supports (RFC 8301 §3.2)',
    fix: '2048 bits are enough, or add an Ed25519 key',
  },
  'unusual-exponent': {
    severity: 'info',
    text: 'the RSA exponent is not 65537; verifiers still accept it',
    fix: 'nothing; keys made with dkim keygen use 65537',
  },
  // ------------------------------------------------------------------ the name and what stands around it
  'several-records': {
    severity: 'error',
    text: 'several key records at one name: verifiers may use any of them, or none (RFC 6376 §3.6.2.2)',
    fix: 'keep one; publish each other key under its own selector',
  },
  'too-much-text': {
    severity: 'error',
    text: 'this name has more or longer TXT records than verifiers read',
    fix: 'keep only the key record at this name',
  },
  'other-text': {
    severity: 'warning',
    text: 'another TXT record at this name is not a key record, and some verifiers mistake it for the key',
    fix: 'remove it from this name',
  },
  'no-key-record': {
    severity: 'error',
    text: 'the TXT record at this name is not a key record',
    fix: 'publish the key record here (dkim format-record --key FILE) and move this text where it belongs',
  },
  'doubled-domain': {
    severity: 'error',
    text: 'the name of the record contains the domain twice',
    fix: 'enter the name without the domain: the DNS host appends it',
  },
  'record-at-domain': {
    severity: 'error',
    text: 'the name of the record lacks ._domainkey',
    fix: 'move it to SELECTOR._domainkey',
  },
  'misplaced-record': {
    severity: 'error',
    text: 'a key record is published under another name',
    fix: 'move it to SELECTOR._domainkey',
  },
  'address-at-selector': {
    severity: 'error',
    text: 'address records stand at this name instead of a key: CNAME flattening, or a proxy of the DNS host',
    fix: 'turn flattening and proxying off for this CNAME record, so that it is answered as a CNAME',
  },
  'cname-beside-txt': {
    severity: 'error',
    text: 'the name has both a CNAME and a TXT record: resolvers may return either (RFC 1034 §3.6.2)',
    fix: 'keep the CNAME or the TXT record, not both',
  },
  'dangling-cname': {
    severity: 'error',
    text: 'the CNAME points to a name that does not exist: whoever registers that name can sign as this domain',
    fix: "finish the provider's setup, or remove the CNAME",
  },
  'dnssec-bogus': {
    severity: 'error',
    text: 'the DNSSEC signatures of the zone do not validate, so validating resolvers return no answer',
    fix: "ask the operator of the zone's name servers to sign the zone again, or to correct the DS record at the parent",
  },
  'cname-loop': {
    severity: 'error',
    text: 'the CNAME chain loops or is too long',
    fix: 'point the CNAME to the name the provider assigned to this selector',
  },
  wildcard: {
    severity: 'warning',
    text: 'a wildcard record answers for every selector',
    fix: 'remove the wildcard record (TXT or CNAME), or publish a record at the name itself',
  },
} as const satisfies Record<string, FindingRow>

/** One finding without the corrected record, which is known only at the end. */
export function finding(code: FindingCode, detail?: string, fix?: string): Omit<Finding, 'record'> {
  const row: FindingRow = FINDINGS[code]
  return {
    code,
    severity: row.severity,
    text: detail === undefined ? row.text : `${row.text}: ${detail}`,
    fix: fix ?? row.fix,
  }
}

export function isRepaired(code: FindingCode): boolean {
  const row: FindingRow = FINDINGS[code]
  return row.repaired === true
}

const SEVERITY_ORDER: readonly Severity[] = ['critical', 'error', 'warning', 'info']

/** Worst first; the order within a severity stays. */
export function bySeverity<T extends { readonly severity: Severity }>(findings: readonly T[]): T[] {
  return SEVERITY_ORDER.flatMap(severity => findings.filter(one => one.severity === severity))
}
