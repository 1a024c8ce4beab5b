// Pages for reasons of policy: the signature may be good, and is not accepted.

import type { Guide } from './step.js'

export const POLICY_GUIDES = {
  'signature-expired': {
    cause:
      'The time in x= has passed, and the signer wants the signature ignored after it. The message was queued for long, or is simply old.',
    confirm: [
      ['Show t= and x= as dates', 'dkim verify --tags message.eml'],
      ['Verify it as of the day it arrived', 'dkim verify --now 2026-01-31T12:00:00Z message.eml'],
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
      'l= covers only the start of the body, and there is more of it. Anyone can append content, including HTML that hides the original, and the signature still verifies.',
    confirm: [['The line “body signed” of the report says how much is covered', 'dkim verify message.eml']],
    fix: [
      ['Signers: omit l='],
      ['Receivers, if a known sender leaves no choice', 'dkim verify --allow-partial-body message.eml'],
    ],
  },
  'unsigned-duplicate-field': {
    cause:
      'A field that may occur once (From, Subject, To, Date …) occurs more often than the signature covers. Mail clients differ in which one they show. Attackers use this to make a signed message appear to come from someone else.',
    confirm: [['The detail names the field; look at the raw header', 'dkim verify message.eml']],
    fix: [
      ['Receivers: treat the message as forged'],
      [
        'As the signer, list each such field once more than it occurs (oversigning). This is the default',
        'dkim sign --key mail.private.pem --domain example.com --selector mail message.eml',
      ],
    ],
  },
  'malformed-message': {
    cause:
      'The message breaks the rules of its own format: mixed line ends, a bare CR, a header line without a colon. Software parses such a message differently, so a reader may see something other than what was signed.',
    confirm: [['The detail shows the fault and its position', 'dkim verify message.eml']],
    fix: [
      ['Fix the software that wrote or relayed it'],
      ['If only line endings are mixed because of how the file was saved', 'dkim verify --lenient-eol message.eml'],
    ],
  },
  'key-below-policy': {
    cause: "The RSA key has fewer bits than --min-key-bits asks for. It meets DKIM's minimum of 1024.",
    confirm: [
      ['Verify again with the same policy', 'dkim verify --min-key-bits 2048 message.eml'],
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
      'A field that --require-signed names is in the message, and the signature does not cover it: anyone could have added or changed it.',
    confirm: [
      [
        'The lines “signed” and “not signed” list what is covered',
        'dkim verify --require-signed subject,message-id message.eml',
      ],
    ],
    fix: [
      [
        'Signers: add the field to the signed fields',
        'dkim sign --key mail.private.pem --domain example.com --selector mail --headers from:to:subject:reply-to message.eml',
      ],
    ],
  },
  'signing-domain-not-accepted': {
    cause:
      'The signature is valid, but --require-aligned or --require-domain does not accept its domain. Usually a mail service signs with its own domain.',
    confirm: [
      ['See the signing domain and its alignment with From', 'dkim verify --require-domain example.com message.eml'],
    ],
    fix: [
      [
        'Set up the mail service to sign with your domain: every large one can, using CNAME or TXT records it gives you',
      ],
      ['Find what is published already', 'dkim lookup example.com --discover'],
    ],
  },
} as const satisfies Readonly<Record<string, Guide>>
