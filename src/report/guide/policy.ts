// Pages for reasons of policy: the signature may be good, and is not accepted.

import type { Guide } from './guide.js'

export const POLICY_GUIDES = {
  'signature-expired': {
    cause:
      'x= has passed. The signer asked that the signature count for nothing after that time. It lay in a queue for long, or it is simply an old message.',
    confirm: [
      ['See t= and x= in words', 'dkim verify --tags message.eml'],
      ['Judge it as on the day it arrived', 'dkim verify --now 2026-01-31T12:00:00Z message.eml'],
    ],
    fix: [
      ['For archives, accept expired signatures', 'dkim verify --ignore-expiration message.eml'],
      [
        'As the signer, allow for slow queues: two weeks, or no x= at all',
        'dkim sign --key mail.private.pem --domain example.com --selector mail --expires 14d message.eml',
      ],
    ],
  },
  'timestamp-in-future': {
    cause: 't= is more than five minutes ahead of the clock here. One of the two clocks is wrong.',
    confirm: [['See t= in words, and compare it with the Received fields', 'dkim verify --tags message.eml']],
    fix: [['Synchronise the clock of the signing host, or of this one']],
  },
  'body-partly-signed': {
    cause:
      'l= covers only the start of the body, and there is more of it. Anybody can append content to such a message, HTML that hides the original included, and the signature stays good.',
    confirm: [['The line “body signed” of the report says how much is covered', 'dkim verify message.eml']],
    fix: [
      ['As the signer, leave l= out'],
      ['As the receiver, where a known sender leaves no choice', 'dkim verify --allow-partial-body message.eml'],
    ],
  },
  'unsigned-duplicate-field': {
    cause:
      'A field that may occur once (From, Subject, To, Date …) occurs more often than the signature covers. Readers differ in which one they show: this is how a signed message is made to look as if it came from someone else.',
    confirm: [['The detail names the field; look at the raw header', 'dkim verify message.eml']],
    fix: [
      ['As the receiver, treat the message as forged'],
      [
        'As the signer, list each such field once more than it occurs (oversigning). Our default does',
        'dkim sign --key mail.private.pem --domain example.com --selector mail message.eml',
      ],
    ],
  },
  'malformed-message': {
    cause:
      'The message breaks the rules of its own format: mixed line ends, a bare CR, a header line without a colon. Software differs in how it reads such a message, so that a reader may see another one than was signed.',
    confirm: [['The detail names the fault and where it stands', 'dkim verify message.eml']],
    fix: [
      ['Repair the software that wrote or relayed it'],
      ['If only the line ends are mixed, because of how the file was saved', 'dkim verify --lenient-eol message.eml'],
    ],
  },
  'key-below-policy': {
    cause: 'The RSA key has fewer bits than --min-key-bits asks for. It is above the 1024 that DKIM demands.',
    confirm: [
      ['Ask again, with the same policy', 'dkim verify --min-key-bits 2048 message.eml'],
      ['See the size of the key', 'dkim lookup example.com --selector mail'],
    ],
    fix: [
      [
        'Ask the sender to change to 2048 bits; for a domain of your own',
        'dkim rotate-plan --domain example.com --selector mail',
      ],
    ],
  },
  'required-field-not-signed': {
    cause:
      'A field that --require-signed names is in the message, and the signature does not cover it: it could have been added or changed by anybody.',
    confirm: [
      [
        'The lines “signed” and “not signed” list what is covered',
        'dkim verify --require-signed subject,message-id message.eml',
      ],
    ],
    fix: [
      [
        'As the signer, add the field to those that are signed',
        'dkim sign --key mail.private.pem --domain example.com --selector mail --headers from:to:subject:reply-to message.eml',
      ],
    ],
  },
  'signing-domain-not-accepted': {
    cause:
      'The signature is good, but it was made by another domain than --require-aligned or --require-domain accept. A mail service that signs with its own domain is the usual cause.',
    confirm: [
      ['See the signing domain and its alignment with From', 'dkim verify --require-domain example.com message.eml'],
    ],
    fix: [
      [
        'Set up the mail service to sign with your domain: every large one can, with CNAME or TXT records that it tells you',
      ],
      ['Find what is published already', 'dkim lookup example.com --discover'],
    ],
  },
} as const satisfies Readonly<Record<string, Guide>>
