// The vectors that the evil signer makes: each shows one verdict, with cryptography that is right unless it is what is shown.
import type { Match, MessageResult, Reason } from '../../src/core/dkim/result.js'
import { padded, rsaRecord } from './der.js'
import { type EvilOptions, evilSign } from './evil-signer.js'
import { M0, NOW, type Records } from './hostile.js'
import { keyRecord, rsaNumbers } from './keys.js'

export interface Vector {
  /** Folder name behind its number. */
  readonly name: string
  readonly shows: string
  readonly message: string
  readonly records: Records
  /** Names that fail instead of answering. */
  readonly failing?: readonly string[]
  readonly argv?: readonly string[]
  readonly result: MessageResult
  readonly signatures: readonly (readonly [reason: Reason | null, bodyHash: Match, headerSignature: Match])[]
}

const NAME = 'sel._domainkey.legit.test'
const BOTH = ['match', 'match'] as const
const NO_KEY = ['match', 'unchecked'] as const

interface Setting {
  readonly record?: string | readonly string[] | null
  readonly message?: string
  readonly argv?: readonly string[]
  readonly edit?: (signed: string) => string
}

function vector(
  name: string,
  shows: string,
  expected: readonly [MessageResult, Reason | null, Match, Match],
  options: EvilOptions,
  { record, message = M0, argv, edit = text => text }: Setting = {},
): Vector {
  const [result, ...verdict] = expected
  const text = record === undefined ? keyRecord(options.key ?? 'rsa2048') : record
  return {
    name,
    shows,
    message: edit(evilSign(message, options)),
    records: text === null ? {} : { [NAME]: text },
    ...(argv === undefined ? {} : { argv }),
    result,
    signatures: [verdict],
  }
}

const SIMPLE = { header: 'simple', body: 'simple' } as const
const IDENTITY_POINT = Buffer.concat([Buffer.of(1), Buffer.alloc(31)])

const passing = [
  vector('rsa-relaxed', 'An RSA signature with relaxed canonicalization.', ['pass', null, ...BOTH], {}),
  vector('rsa-simple', 'An RSA signature with simple canonicalization.', ['pass', null, ...BOTH], SIMPLE),
  vector('ed25519', 'An Ed25519 signature (RFC 8463).', ['pass', null, ...BOTH], { key: 'ed25519' }),
  vector(
    'folded-everywhere',
    'A signature with white space wherever the grammar of §3.2 allows it, and b= in the middle.',
    ['pass', null, ...BOTH],
    {
      ...SIMPLE,
      text: 'v\t=\r\n 1 ;a=rsa-sha256;\r\n b =\r\n\t{b} \r\n ;c=simple;d= legit.test\t;s=\r\n sel;\r\n\th=from : to:\r\n subject:date;bh= {bh};',
      fields: ['from', 'to', 'subject', 'date'],
    },
  ),
  vector(
    'eight-bit-header',
    'Octets above 7F, VT and FF in a signed field are data, not white space (§2.8).',
    ['pass', null, ...BOTH],
    {},
    { message: M0.replace('hi', 'caf\xc3\xa0 \x0b\x0c\x85\xa0\xff x') },
  ),
  {
    name: 'not-signed',
    shows: 'A message without a signature.',
    message: M0,
    records: {},
    result: 'none',
    signatures: [],
  } satisfies Vector,
]

const failing = [
  vector(
    'body-changed',
    'A body that was changed after signing; the header signature still verifies.',
    ['fail', 'body-hash-did-not-verify', 'mismatch', 'match'],
    {},
    { edit: text => text.replace('Hello', 'Hullo') },
  ),
  vector(
    'subject-changed',
    'A signed field that was changed after signing; the body hash still matches.',
    ['fail', 'signature-did-not-verify', 'match', 'mismatch'],
    {},
    { edit: text => text.replace('Subject: hi', 'Subject: ho') },
  ),
]

const signatures = [
  vector(
    'duplicate-tag',
    'A tag that stands twice makes the whole list invalid (§3.2).',
    ['neutral', 'signature-syntax-error', 'unchecked', 'unchecked'],
    { extra: 'd=attack.test' },
  ),
  vector('version-2', 'A version other than 1.', ['neutral', 'incompatible-version', ...BOTH], { tags: { v: '2' } }),
  vector(
    'unknown-algorithm',
    'An algorithm that no RFC defines.',
    ['neutral', 'unsupported-algorithm', 'unchecked', 'unchecked'],
    { tags: { a: 'rsa-sha512' } },
  ),
  vector(
    'unknown-canonicalization',
    'A canonicalization that no RFC defines.',
    ['neutral', 'unsupported-canonicalization', 'unchecked', 'unchecked'],
    { tags: { c: 'nofws/simple' } },
  ),
  vector(
    'unknown-query-method',
    'A key that only unknown query methods offer.',
    ['neutral', 'unsupported-query-method', ...BOTH],
    { tags: { q: 'http' } },
  ),
  vector(
    'missing-body-hash',
    'A signature without bh=.',
    ['permerror', 'signature-missing-required-tag', 'unchecked', 'match'],
    { tags: { bh: null } },
  ),
  vector(
    'identity-outside-domain',
    'An i= whose domain only ends in the letters of d=.',
    ['permerror', 'domain-mismatch', ...BOTH],
    { tags: { i: 'a@notlegit.test' } },
  ),
  vector('from-not-signed', 'A signature that does not cover From.', ['permerror', 'from-field-not-signed', ...BOTH], {
    tags: { h: 'to:subject:date' },
  }),
  vector(
    'rsa-sha1',
    'rsa-sha1, which RFC 8301 forbids.',
    ['permerror', 'historic-algorithm', 'unchecked', 'unchecked'],
    { hash: 'sha1' },
  ),
]

const keys = [
  vector(
    'key-of-another-version',
    'A key record of another version.',
    ['neutral', 'key-syntax-error', ...NO_KEY],
    {},
    { record: keyRecord('rsa2048').replace('DKIM1', 'DKIM2') },
  ),
  vector(
    'unknown-key-type',
    'A key type that nobody knows.',
    ['neutral', 'unsupported-key-type', ...NO_KEY],
    {},
    { record: keyRecord('rsa2048').replace('k=rsa', 'k=ed448') },
  ),
  vector(
    'no-key',
    'No key record at the name.',
    ['permerror', 'no-key-for-signature', ...NO_KEY],
    {},
    { record: null },
  ),
  vector(
    'another-record',
    'A TXT record at the name that is no key record.',
    ['permerror', 'no-key-for-signature', ...NO_KEY],
    {},
    { record: 'v=spf1 -all' },
  ),
  vector('key-revoked', 'An empty p=.', ['permerror', 'key-revoked', ...NO_KEY], {}, { record: 'v=DKIM1; p=' }),
  vector(
    'key-of-another-type',
    'An Ed25519 key for an RSA signature.',
    ['permerror', 'inappropriate-key-algorithm', ...NO_KEY],
    {},
    { record: keyRecord('ed25519') },
  ),
  vector(
    'hash-not-allowed',
    'A key record that allows sha1 only.',
    ['permerror', 'inappropriate-hash-algorithm', ...BOTH],
    {},
    { record: keyRecord('rsa2048', 'h=sha1') },
  ),
  vector(
    'service-not-mail',
    'A key record for another service than mail.',
    ['permerror', 'inappropriate-service-type', ...BOTH],
    {},
    { record: keyRecord('rsa2048', 's=tlsrpt') },
  ),
  vector(
    'identity-in-subdomain',
    'An i= in a subdomain where the key record says t=s.',
    ['permerror', 'identity-not-permitted', ...BOTH],
    { tags: { i: '@sub.legit.test' } },
    { record: keyRecord('rsa2048', 't=s') },
  ),
  vector('key-of-768-bits', 'An RSA key under 1024 bits (RFC 8301 §3.2).', ['permerror', 'key-too-short', ...NO_KEY], {
    key: 'rsa768',
  }),
  vector(
    'exponent-1',
    'With the exponent 1 the padded message is its own signature: anyone can make one.',
    ['permerror', 'key-unsafe', ...NO_KEY],
    { sign: header => padded(header, 256) },
    { record: rsaRecord(rsaNumbers('rsa2048').n, 1n) },
  ),
  vector(
    'small-order-point',
    'An Ed25519 key of small order: this one signature verifies for every message.',
    ['permerror', 'key-unsafe', ...NO_KEY],
    { key: 'ed25519', sign: () => Buffer.concat([IDENTITY_POINT, Buffer.alloc(32)]) },
    { record: `v=DKIM1; k=ed25519; p=${IDENTITY_POINT.toString('base64')}` },
  ),
  {
    ...vector(
      'server-failure',
      'A DNS server that fails: try again later.',
      ['temperror', 'key-unavailable', ...NO_KEY],
      {},
      { record: null },
    ),
    failing: [NAME],
  },
]

const policies = [
  vector(
    'body-shorter-than-length',
    'An l= beyond the end of the body.',
    ['permerror', 'body-shorter-than-length', ...BOTH],
    { extra: 'l=8' },
  ),
  vector('expired', 'One second behind x=.', ['policy', 'signature-expired', ...BOTH], { extra: `x=${NOW - 1}` }),
  vector('from-the-future', 'A t= 301 seconds ahead.', ['policy', 'timestamp-in-future', ...BOTH], {
    extra: `t=${NOW + 301}`,
  }),
  vector(
    'text-behind-length',
    'Text behind the signed octets of l=.',
    ['policy', 'body-partly-signed', ...BOTH],
    { extra: 'l=7' },
    { edit: text => `${text}EVIL\r\n` },
  ),
  vector(
    'second-from',
    'A second From field in front, which many readers show.',
    ['policy', 'unsigned-duplicate-field', ...BOTH],
    {},
    { edit: text => `From: <ceo@legit.test>\r\n${text}` },
  ),
  vector(
    'line-without-colon',
    'A line in the header section that is no field: readers differ in where the body begins.',
    ['policy', 'malformed-message', ...BOTH],
    {},
    { edit: text => text.replace('\r\n\r\n', '\r\nnot a header line\r\n\r\n') },
  ),
  vector(
    'key-below-policy',
    'A 1024-bit key where the policy asks for 2048.',
    ['policy', 'key-below-policy', ...BOTH],
    { key: 'rsa1024' },
    { argv: ['--min-key-bits', '2048'] },
  ),
  vector(
    'required-field-not-signed',
    'Message-ID is not signed, and the policy asks for it.',
    ['policy', 'required-field-not-signed', ...BOTH],
    {},
    { argv: ['--require-signed', 'message-id'] },
  ),
  vector(
    'domain-not-accepted',
    'A good signature of another domain than the policy asks for.',
    ['policy', 'signing-domain-not-accepted', ...BOTH],
    {},
    { argv: ['--require-domain', 'example.com'] },
  ),
]

/** In the order of their numbers, which begin behind those of the RFCs' own examples. */
export const VECTORS: readonly Vector[] = [...passing, ...failing, ...signatures, ...keys, ...policies]
