// Pages for reasons that lie in the signature or in what happened to the message.

import type { Guide } from './step.js'

const TAGS: readonly [string, string] = ['Read the signature tag by tag', 'dkim verify --tags message.eml']

export const SIGNATURE_GUIDES = {
  'body-hash-did-not-verify': {
    cause:
      'The body is not the one that was signed. Usual causes are mailing list footers, scanners that rewrite links, gateways that re-encode or re-wrap text, and disclaimers added after signing. Tampering has the same effect.',
    confirm: [
      [
        'Look at both halves of the report. If the header signature verifies and the body hash does not match, the signature is genuine and the body was changed afterwards',
        'dkim verify message.eml',
      ],
      [
        'Verify the copy in the Sent folder, or one sent directly to you. If it passes, the change happened in transit',
        'dkim verify sent-copy.eml',
      ],
    ],
    fix: [
      ['Sign last: after footers, disclaimers and link rewriting, on the last host before the Internet'],
      [
        'Sign with c=relaxed/relaxed, which tolerates white space changes',
        'dkim sign --key mail.private.pem --domain example.com --selector mail --canonicalization relaxed/relaxed message.eml',
      ],
      [
        'Send 7-bit content (quoted-printable or base64), with lines under 998 bytes, so relays have no reason to re-encode it',
      ],
    ],
  },
  'signature-did-not-verify': {
    cause:
      'Either a signed header field was changed (a list prefix in Subject, a rewritten From or To, a re-folded field under c=simple), or the published key does not match the signing key.',
    confirm: [
      [
        'Check whether the body hash matches. If it does, the body is unchanged and the cause is in the header or the key',
        'dkim verify message.eml',
      ],
      [
        'Compare the published key with the signing key',
        'dkim lookup example.com --selector mail --key mail.private.pem',
      ],
    ],
    fix: [
      [
        "If the keys differ, print and publish the signing key's record",
        'dkim format-record --selector mail --domain example.com --key mail.private.pem',
      ],
      ['If a relay rewrites fields, sign with c=relaxed/relaxed, after the relay'],
      [
        'Never publish a new key under a selector still used for signing: plan a rotation',
        'dkim rotate-plan --domain example.com --selector mail',
      ],
    ],
  },
  'signature-syntax-error': {
    cause:
      'The DKIM-Signature field does not follow the grammar: a duplicate tag, a value that is not base64, a d= that is not a domain name, an x= that is not after t=. Common causes are a leftover template placeholder and a relay that broke the folding.',
    confirm: [['The detail names the tag, or the byte where parsing failed', 'dkim verify message.eml'], TAGS],
    fix: [['Update or fix the signing software. Verifiers must ignore such a signature']],
  },
  'incompatible-version': {
    cause: 'v= is not 1. DKIM has only version 1, and "v=1.0" is not "1": values are compared as text.',
    confirm: [TAGS],
    fix: [['Configure the signing software to write v=1']],
  },
  'unsupported-algorithm': {
    cause:
      'a= names an algorithm that is not registered for DKIM. Usually a typo in the signer’s settings; names are case sensitive.',
    confirm: [TAGS],
    fix: [
      [
        'Sign with rsa-sha256, which every receiver verifies, and optionally also with ed25519-sha256',
        'dkim sign --key rsa.private.pem --selector r1 --key ed25519.private.pem --selector e1 message.eml',
      ],
    ],
  },
  'unsupported-canonicalization': {
    cause: 'c= uses something other than simple and relaxed. Names are case sensitive.',
    confirm: [TAGS],
    fix: [['Set the signer to relaxed/relaxed']],
  },
  'unsupported-query-method': {
    cause: 'q= lists only unknown methods; dns/txt is the only one defined.',
    confirm: [TAGS],
    fix: [['Omit q=, or write q=dns/txt']],
  },
  'signature-missing-required-tag': {
    cause:
      'One of v=, a=, b=, bh=, d=, h= and s= is missing. The field was truncated, or the software predates RFC 4871.',
    confirm: [TAGS],
    fix: [['Update the software that signs; the detail names the tag that is missing']],
  },
  'domain-mismatch': {
    cause:
      'The identity i= must lie in the signing domain d= or below it. Here it does not, so the signature claims to speak for another domain.',
    confirm: [TAGS],
    fix: [
      [
        'Remove i= from the signer’s settings, or set it to an address at d= or below',
        'dkim sign --key mail.private.pem --domain example.com --selector mail --identity @news.example.com message.eml',
      ],
    ],
  },
  'from-field-not-signed': {
    cause: 'h= does not list From. Such a signature says nothing about the author, and verifiers must not accept it.',
    confirm: [TAGS],
    fix: [
      [
        'Add From to the signed fields. The default list has it twice, so no second one can be added',
        'dkim sign --key mail.private.pem --domain example.com --selector mail message.eml',
      ],
    ],
  },
  'historic-algorithm': {
    cause: 'a=rsa-sha1. SHA-1 collisions are affordable, and since RFC 8301 verifiers must not accept such signatures.',
    confirm: [TAGS],
    fix: [
      ['Set the signer to rsa-sha256; the key can stay if it has 2048 bits or more'],
      ['Check that the record does not restrict h= to sha1', 'dkim lookup example.com --selector mail'],
    ],
  },
  'body-shorter-than-length': {
    cause: 'l= covers more bytes than the body has: the body was truncated in transit, or the signer miscounted.',
    confirm: [['The “body signed” line of the report shows both numbers', 'dkim verify message.eml']],
    fix: [['Sign without l=: it only leaves content unprotected']],
  },
} as const satisfies Readonly<Record<string, Guide>>
