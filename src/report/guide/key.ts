// Pages for reasons that lie in the key record or in DNS.

import type { Guide } from './step.js'

const LOOKUP: readonly [string, string] = ['Look at the published record', 'dkim lookup example.com --selector mail']
const RECORD = 'dkim format-record --selector mail --domain example.com --key mail.private.pem'
const NEW_KEY = 'dkim keygen --domain example.com --selector mail2'
const PLAN = 'dkim rotate-plan --domain example.com --selector mail'

export const KEY_GUIDES = {
  'key-syntax-error': {
    cause:
      'The TXT record at this name is not a valid key record: quotes or backslashes in the value, truncated at 255 characters, a doubled name, or a key that is not base64.',
    confirm: [LOOKUP],
    fix: [['Print the record in the format your DNS panel or server expects, and replace the published one', RECORD]],
  },
  'unsupported-key-type': {
    cause: 'k= is neither rsa nor ed25519. Values are case sensitive: k=RSA is an unknown type.',
    confirm: [LOOKUP],
    fix: [['Publish the record with k=rsa or k=ed25519', RECORD]],
  },
  'no-key-for-signature': {
    cause:
      'DNS says that no key record exists at SELECTOR._domainkey.DOMAIN. The record was never published, was published under a wrong name (often with the domain doubled), has not yet reached the queried server, or was removed after a rotation.',
    confirm: [
      LOOKUP,
      [
        "Query the domain's own name servers, bypassing caches",
        'dkim lookup example.com --selector mail --all-servers',
      ],
    ],
    fix: [
      ['Publish the record of the key that signs', RECORD],
      ['If your DNS panel appends the domain, enter only the part before it: mail._domainkey'],
      [
        'If the message is old, nothing is broken: retired keys are removed, and signatures are meant to be checked on arrival',
      ],
    ],
  },
  'key-revoked': {
    cause: 'The record has an empty p=. The owner deliberately revoked this key.',
    confirm: [LOOKUP],
    fix: [
      ['Sign with a key that is published. If mail is still signed with the old one, the rotation missed a host', PLAN],
    ],
  },
  'inappropriate-key-algorithm': {
    cause:
      "The key type of the signature (a=) differs from the record's (k=), often because two keys share a selector.",
    confirm: [LOOKUP, ['Read a= of the signature', 'dkim verify --tags message.eml']],
    fix: [
      [
        'Give each key its own selector and publish both',
        'dkim keygen --type both --domain example.com --selector mail',
      ],
    ],
  },
  'inappropriate-hash-algorithm': {
    cause: 'h= of the key record lists the permitted hash algorithms, and SHA-256 is not among them.',
    confirm: [LOOKUP],
    fix: [['Publish the record without h=; only one hash algorithm is in use today', RECORD]],
  },
  'inappropriate-service-type': {
    cause: 's= of the key record does not include mail.',
    confirm: [LOOKUP],
    fix: [['Publish the record without s=, or with s=email', RECORD]],
  },
  'identity-not-permitted': {
    cause: 'The record has t=s: the domain of i= must equal d=. In this signature, i= is in a subdomain.',
    confirm: [LOOKUP, ['Read i= and d= of the signature', 'dkim verify --tags message.eml']],
    fix: [
      ['Sign with i= at d= itself, or without i='],
      ['If subdomains are meant to use the key, publish the record without t=s', RECORD],
    ],
  },
  'key-too-short': {
    cause: 'RSA keys under 1024 bits can be broken at low cost; receivers must reject them.',
    confirm: [LOOKUP],
    fix: [
      ['Generate a 2048-bit key under a new selector', NEW_KEY],
      ['Switch without losing mail', PLAN],
    ],
  },
  'key-unsafe': {
    cause:
      'The published key is insecure: an exponent of 1, an even modulus, or a small-order Ed25519 point. With some of these, anyone can forge signatures.',
    confirm: [LOOKUP],
    fix: [
      ['Treat it as an incident: make a new key and sign with it today', NEW_KEY],
      [
        'Then revoke the old one; do not wait for mail in transit',
        'dkim format-record --selector mail --domain example.com --revoke',
      ],
    ],
  },
  'key-unavailable': {
    cause:
      'DNS gave no answer: a time-out, SERVFAIL, a refusal. The signature may be valid. Broken DNSSEC or an unreachable name server is a lasting cause; most others are temporary.',
    confirm: [LOOKUP, ['Ask another resolver', 'dkim lookup example.com --selector mail --nameserver 192.0.2.53']],
    fix: [
      ['Try again later: the exit code is 75, which mail systems treat as “defer”'],
      ['If it is your domain, fix its name servers or DNSSEC chain'],
      ['Give a slow resolver more time', 'dkim verify --timeout 20s message.eml'],
    ],
  },
} as const satisfies Readonly<Record<string, Guide>>
