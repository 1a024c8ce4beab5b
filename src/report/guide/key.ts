// Pages for reasons that lie in the key record or in DNS.

import type { Guide } from './guide.js'

const LOOKUP: readonly [string, string] = [
  'Look at the record as the world sees it',
  'dkim lookup example.com --selector mail',
]
const RECORD = 'dkim format-record --selector mail --domain example.com --key mail.private.pem'
const NEW_KEY = 'dkim keygen --domain example.com --selector mail2'
const PLAN = 'dkim rotate-plan --domain example.com --selector mail'

export const KEY_GUIDES = {
  'key-syntax-error': {
    cause:
      'A TXT record stands at the name, but it is no valid key record: pasted with quotes or backslashes in the value, cut at 255 characters, with a doubled name, or with a key that is no base64.',
    confirm: [LOOKUP],
    fix: [
      ['Print the record in the form that your DNS panel or server expects, and replace the published one', RECORD],
    ],
  },
  'unsupported-key-type': {
    cause: 'k= is a type other than rsa and ed25519. Values are case sensitive: k=RSA is an unknown type.',
    confirm: [LOOKUP],
    fix: [['Publish the record with k=rsa or k=ed25519', RECORD]],
  },
  'no-key-for-signature': {
    cause:
      'DNS says that no key record exists at SELECTOR._domainkey.DOMAIN. The record was never published, was published under a wrong name (often with the domain doubled), has not yet reached the server asked, or was removed after a rotation.',
    confirm: [
      LOOKUP,
      [
        'Ask every name server of the domain itself, past every cache',
        'dkim lookup example.com --selector mail --all-servers',
      ],
    ],
    fix: [
      ['Publish the record of the key that signs', RECORD],
      ['In DNS panels that append the domain on their own, enter only the part before it: mail._domainkey'],
      [
        'If the message is old, nothing is broken: keys are rotated away, and signatures are meant to be checked when mail arrives',
      ],
    ],
  },
  'key-revoked': {
    cause: 'The record has an empty p=. The owner has withdrawn this key on purpose.',
    confirm: [LOOKUP],
    fix: [
      [
        'Sign with a key that is published. If mail still gets signed with the old one, a host was forgotten in the rotation',
        PLAN,
      ],
    ],
  },
  'inappropriate-key-algorithm': {
    cause:
      'The signature was made with one type of key (a=) and the record holds the other (k=), often because two keys share one selector.',
    confirm: [LOOKUP, ['Read a= of the signature', 'dkim verify --tags message.eml']],
    fix: [
      [
        'Give each key a selector of its own and publish both',
        'dkim keygen --type both --domain example.com --selector mail',
      ],
    ],
  },
  'inappropriate-hash-algorithm': {
    cause:
      'h= of the key record lists the hash algorithms that the key may be used with, and SHA-256 is not among them.',
    confirm: [LOOKUP],
    fix: [['Publish the record without h=; today there is only one hash algorithm to allow', RECORD]],
  },
  'inappropriate-service-type': {
    cause: 's= of the key record names other services than mail.',
    confirm: [LOOKUP],
    fix: [['Publish the record without s=, or with s=email', RECORD]],
  },
  'identity-not-permitted': {
    cause: 'The record says t=s: the domain of i= must be d= itself. This signature has i= in a subdomain.',
    confirm: [LOOKUP, ['Read i= and d= of the signature', 'dkim verify --tags message.eml']],
    fix: [
      ['Sign with i= at d= itself, or without i='],
      ['If subdomains are meant to use the key, publish the record without t=s', RECORD],
    ],
  },
  'key-too-short': {
    cause: 'RSA keys of fewer than 1024 bits can be broken at home; receivers must not accept them.',
    confirm: [LOOKUP],
    fix: [
      ['Make a key of 2048 bits under a new selector', NEW_KEY],
      ['Change over without losing a message', PLAN],
    ],
  },
  'key-unsafe': {
    cause:
      'The published key protects nothing: an exponent of 1, an even modulus, an Ed25519 point of small order. With some of these anybody can make signatures that verify.',
    confirm: [LOOKUP],
    fix: [
      ['Treat it as an incident: make a new key and sign with it today', NEW_KEY],
      [
        'Then revoke the old one; do not wait for old mail',
        'dkim format-record --selector mail --domain example.com --revoke',
      ],
    ],
  },
  'key-unavailable': {
    cause:
      'DNS gave no answer: a time-out, SERVFAIL, a refusal. The signature may be good. Broken DNSSEC or an unreachable name server of the domain is a cause that stays; most others pass.',
    confirm: [LOOKUP, ['Ask another resolver', 'dkim lookup example.com --selector mail --nameserver 192.0.2.53']],
    fix: [
      ['Try again later: the exit code is 75, which mail systems take as “defer”'],
      ['Where it is your own domain, repair its name servers or its DNSSEC chain'],
      ['Give a slow resolver more time', 'dkim verify --timeout 20s message.eml'],
    ],
  },
} as const satisfies Readonly<Record<string, Guide>>
