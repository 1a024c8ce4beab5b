// Pages for warnings: worth knowing, without a bearing on the verdict.

import type { WarningCode } from '../../core/dkim/result.js'
import type { Guide } from './step.js'

const VERIFY: readonly [string, string] = ['The warning names what was found', 'dkim verify message.eml']
const LOOKUP: readonly [string, string] = ['Look at the record', 'dkim lookup example.com --selector mail']
const SIGN = 'dkim sign --key mail.private.pem --domain example.com --selector mail message.eml'
const RECORD = 'dkim format-record --selector mail --domain example.com --key mail.private.pem'
const PLAN = 'dkim rotate-plan --domain example.com --selector mail'

export const WARNING_GUIDES = {
  'attached-message': {
    cause:
      'The message has no signature of its own, but a signed message is attached to it. Forwarding as an attachment makes such messages.',
    confirm: [VERIFY],
    fix: [['Save the attached message as a file and verify it', 'dkim verify message.eml']],
  },
  'attachments-not-searched': {
    cause:
      'The message has no signature of its own. Signed messages may be attached to it, but only its beginning is searched: the first 256 KiB, 200 parts, nested at most 8 deep.',
    confirm: [VERIFY],
    fix: [['Save the attached message as a file and verify it', 'dkim verify message.eml']],
  },
  'damaged-copy': {
    cause:
      'Copying or saving changed the message, so the signature it contains cannot be read as a header field. The warning names what was recognised.',
    confirm: [VERIFY],
    fix: [['Take the original from the mail server and verify it', 'dkim verify message.eml']],
  },
  'weak-key': {
    cause:
      'An RSA key of 1024 to 2047 bits. Receivers must still accept it, but RFC 8301 tells signers to use at least 2048.',
    confirm: [LOOKUP],
    fix: [['Change to a key of 2048 bits', PLAN]],
  },
  'unusual-exponent': {
    cause:
      'The RSA public exponent is not 65537. Nothing is broken, but no current software makes such keys, and some hardware refuses them.',
    confirm: [LOOKUP],
    fix: [
      ['At the next rotation, make the key with current software', 'dkim keygen --domain example.com --selector mail2'],
    ],
  },
  'pkcs1-key': {
    cause:
      'p= holds a bare RSAPublicKey (PKCS #1). RFC 6376 shows a SubjectPublicKeyInfo, and some verifiers support only that.',
    confirm: [LOOKUP],
    fix: [['Publish the record in the standard form; the key stays the same', RECORD]],
  },
  'testing-key': {
    cause: 't=y in the key record: the domain is testing DKIM, and receivers should treat failing mail as unsigned.',
    confirm: [LOOKUP],
    fix: [['Once everything verifies, publish the record without t=y', RECORD]],
  },
  'multiple-keys': {
    cause:
      'More than one key record is published at this name. Verifier behaviour is then undefined: some try each, some take the first, some fail.',
    confirm: [LOOKUP],
    fix: [['Remove the record of the old key; a new key gets a new selector', PLAN]],
  },
  'unprotected-field': {
    cause: 'A field shown to readers is not signed. It could have been added or changed in transit.',
    confirm: [VERIFY],
    fix: [['As the signer, sign it: the default list covers what readers see', SIGN]],
  },
  'duplicate-field': {
    cause: 'The message repeats a field that RFC 5322 allows once. Mail clients differ in which one they show.',
    confirm: [VERIFY],
    fix: [['Check the raw message before trusting what a mail client shows']],
  },
  'body-length': {
    cause:
      'The signature has l=. Even if it covers the whole body now, content can be appended before the next reader.',
    confirm: [['See l= in words', 'dkim verify --tags message.eml']],
    fix: [['As the signer, leave l= out']],
  },
  'old-signature': {
    cause: 'The signature is old and does not expire. Anyone can resend such a message to anyone.',
    confirm: [['See t= in words', 'dkim verify --tags message.eml']],
    fix: [
      [
        'As the signer of bulk mail, consider x=',
        'dkim sign --key mail.private.pem --domain example.com --selector mail --expires 14d message.eml',
      ],
    ],
  },
  'tag-case': {
    cause: 'Tag names are case sensitive: D= is an unknown tag, which is ignored, and not d=.',
    confirm: [['Unknown tags are marked', 'dkim verify --tags message.eml']],
    fix: [['Write tag names in lower case']],
  },
  'nul-in-header': {
    cause:
      'A signed header field contains a NUL byte. Software that stops at the NUL sees a different field than was signed.',
    confirm: [VERIFY],
    fix: [['Repair the software that wrote the message']],
  },
  'space-before-colon': {
    cause:
      'There is white space between a field name and its colon, an obsolete form. Some software accepts such a line as a field, some does not.',
    confirm: [VERIFY],
    fix: [['Repair the software that wrote the message']],
  },
  'malformed-header': {
    cause: 'The header section has a line that is neither a field nor a continuation.',
    confirm: [VERIFY],
    fix: [['Repair the software that wrote or relayed the message']],
  },
  'mixed-line-endings': {
    cause:
      'Some lines end in CRLF and some in a bare CR or LF. Mail uses CRLF throughout; edited or concatenated files often do not.',
    confirm: [VERIFY],
    fix: [
      ['Save the message again from its source, unchanged'],
      ['If you know the cause', 'dkim verify --lenient-eol message.eml'],
    ],
  },
  'lf-converted': {
    cause: 'The file has Unix (LF) line endings. They were read as the CRLF that was signed.',
    confirm: [VERIFY],
    fix: [['Nothing']],
  },
  'signature-limit': {
    cause:
      'The message has more signatures than are evaluated. Signatures that could align with From were evaluated first.',
    confirm: [VERIFY],
    fix: [
      [
        'Nothing, if the aligned signatures are among those shown. Dozens of signatures are a sign of an attack on the verifier',
      ],
    ],
  },
  'header-limit': {
    cause: 'The header section is larger than the limit. Anything beyond it was not evaluated.',
    confirm: [VERIFY],
    fix: [['No legitimate message has a header this large: find out what wrote it']],
  },
  'not-verified': {
    cause: 'The message carries a field of a protocol that is still a draft. It was noticed, but not evaluated.',
    confirm: [VERIFY],
    fix: [['Nothing']],
  },
  'not-aligned': {
    cause: 'A signature passes, but not for the From domain or its organization. DMARC ignores such a pass.',
    confirm: [['See the line “From alignment”', 'dkim verify message.eml']],
    fix: [
      ['As the sender, have your mail service sign with your domain', 'dkim lookup example.com --discover'],
      ['Receivers, to enforce alignment', 'dkim verify --require-aligned message.eml'],
    ],
  },
  'no-from': {
    cause: 'The message has no From field. RFC 5322 requires one; without it the author is unknown.',
    confirm: [VERIFY],
    fix: [['Repair the software that wrote the message']],
  },
} as const satisfies Record<WarningCode, Guide>
