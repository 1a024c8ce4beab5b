// Pages for reasons that lie in the signature or in what happened to the message.

import type { Guide } from './guide.js'

const TAGS: readonly [string, string] = ['Read the signature tag by tag', 'dkim verify --tags message.eml']

export const SIGNATURE_GUIDES = {
  'body-hash-did-not-verify': {
    cause:
      'The body is not the one that was signed. Mailing list footers, virus scanners that rewrite links, gateways that re-encode or re-wrap text, and disclaimers added after signing are the usual causes; a forger who changes the text causes the same.',
    confirm: [
      [
        'Look at the two halves of the report. A header signature that verifies beside a body hash that does not means: the signature is genuine, the body was changed afterwards',
        'dkim verify message.eml',
      ],
      [
        'Verify the copy in the Sent folder, or one that went straight to you. If it passes, the change happened on the way',
        'dkim verify sent-copy.eml',
      ],
    ],
    fix: [
      ['Sign last: after footers, disclaimers and link rewriting, on the host that hands the mail to the Internet'],
      [
        'Sign with c=relaxed/relaxed, which survives changed blanks',
        'dkim sign --key mail.private.pem --domain example.com --selector mail --canonicalization relaxed/relaxed message.eml',
      ],
      [
        'Send 7-bit content (quoted-printable or base64), with lines below 998 octets: then no relay has a reason to re-encode it',
      ],
    ],
  },
  'signature-did-not-verify': {
    cause:
      'Either a signed header field was changed (a list prefix in Subject, a rewritten From or To, a re-folded field under c=simple), or the published key does not belong to the key that signed.',
    confirm: [
      [
        'See whether the body hash matches. If it does, the body is untouched and the cause is in the header or in the key',
        'dkim verify message.eml',
      ],
      [
        'Compare the published key with the one that signs',
        'dkim lookup example.com --selector mail --key mail.private.pem',
      ],
    ],
    fix: [
      [
        'Where the keys differ, print the record of the signing key and publish that',
        'dkim format-record --selector mail --domain example.com --key mail.private.pem',
      ],
      ['Where a relay rewrites fields: sign with c=relaxed/relaxed, and sign after the rewriting'],
      [
        'Never publish a new key under a selector that mail is still being signed with: plan the change',
        'dkim rotate-plan --domain example.com --selector mail',
      ],
    ],
  },
  'signature-syntax-error': {
    cause:
      'The DKIM-Signature field does not follow the grammar: a tag stands twice, a value is no base64, d= is no domain name, x= is not later than t=. A template that left a placeholder in, or a relay that broke the folding, causes it.',
    confirm: [
      ['The detail names the tag, or the byte at which the field stops making sense', 'dkim verify message.eml'],
      TAGS,
    ],
    fix: [['Update or repair the software that signs. Verifiers must ignore such a signature, whatever else it says']],
  },
  'incompatible-version': {
    cause:
      'v= is something other than 1. Only version 1 of DKIM exists; "v=1.0" is not "1", because values compare as text.',
    confirm: [TAGS],
    fix: [['Make the signing software write v=1']],
  },
  'unsupported-algorithm': {
    cause:
      'a= names an algorithm that is not registered for DKIM. A typing error in the signer’s settings is the usual cause; names are case sensitive.',
    confirm: [TAGS],
    fix: [
      [
        'Sign with rsa-sha256, which every receiver verifies, and with ed25519-sha256 beside it if you like',
        'dkim sign --key rsa.private.pem --selector r1 --key ed25519.private.pem --selector e1 message.eml',
      ],
    ],
  },
  'unsupported-canonicalization': {
    cause: 'c= is not made of the words simple and relaxed. Names are case sensitive.',
    confirm: [TAGS],
    fix: [['Set the signer to relaxed/relaxed']],
  },
  'unsupported-query-method': {
    cause: 'q= offers no method but unknown ones; dns/txt is the only one that exists.',
    confirm: [TAGS],
    fix: [['Leave q= out, or write q=dns/txt']],
  },
  'signature-missing-required-tag': {
    cause:
      'One of v=, a=, b=, bh=, d=, h= and s= is missing. A field that was cut short, or software older than RFC 4871, causes it.',
    confirm: [TAGS],
    fix: [['Update the software that signs; the detail names the tag that is missing']],
  },
  'domain-mismatch': {
    cause:
      'The identity i= must lie in the signing domain d= or below it. Here it does not, so that the signature claims to speak for somebody else.',
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
        'Add From to the signed fields. Our default list has it, twice, so that no second one can be added',
        'dkim sign --key mail.private.pem --domain example.com --selector mail message.eml',
      ],
    ],
  },
  'historic-algorithm': {
    cause: 'a=rsa-sha1. SHA-1 collisions are affordable, and since RFC 8301 verifiers must not accept such signatures.',
    confirm: [TAGS],
    fix: [
      ['Set the signer to rsa-sha256; the key can stay if it has 2048 bits or more'],
      ['See that the record does not pin h=sha1', 'dkim lookup example.com --selector mail'],
    ],
  },
  'body-shorter-than-length': {
    cause:
      'l= says that more octets were signed than the body has: the body was cut short on the way, or the signer counted wrongly.',
    confirm: [['The line “body signed” of the report has both numbers', 'dkim verify message.eml']],
    fix: [['Sign without l=. It protects nothing that a receiver would want unprotected']],
  },
} as const satisfies Readonly<Record<string, Guide>>
