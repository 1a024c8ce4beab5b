// Pages for warnings: worth knowing, without a bearing on the verdict.

import type { WarningCode } from '../../core/dkim/result.js'
import type { Guide } from './guide.js'

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
  'damaged-copy': {
    cause:
      'Copying or saving changed the message, so the signature it contains cannot be read as a header field. The warning names what was recognised.',
    confirm: [VERIFY],
    fix: [['Take the original from the mail server and verify it', 'dkim verify message.eml']],
  },
  'weak-key': {
    cause:
      'An RSA key of 1024 to 2047 bits. It must still be accepted, and RFC 8301 tells signers to use at least 2048.',
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
      'p= holds a bare RSAPublicKey (PKCS #1). RFC 6376 shows a SubjectPublicKeyInfo, and some verifiers read only that.',
    confirm: [LOOKUP],
    fix: [['Publish the record in the common form; the key stays the same', RECORD]],
  },
  'testing-key': {
    cause:
      't=y in the key record: the domain says that it is testing DKIM, and receivers are to treat failures as if the mail were not signed.',
    confirm: [LOOKUP],
    fix: [['Once everything verifies, publish the record without t=y', RECORD]],
  },
  'multiple-keys': {
    cause:
      'More than one key record stands at the name. What a verifier does then is undefined: some try each, some take the first, some fail.',
    confirm: [LOOKUP],
    fix: [['Remove the record of the old key; a new key gets a new selector', PLAN]],
  },
  'unprotected-field': {
    cause: 'A field that readers see is not signed. It could have been added or changed on the way.',
    confirm: [VERIFY],
    fix: [['As the signer, sign it: our default list covers what readers see', SIGN]],
  },
  'duplicate-field': {
    cause:
      'A field that RFC 5322 allows once stands in the message several times. Readers differ in which one they show.',
    confirm: [VERIFY],
    fix: [['Look at the raw message before trusting what a mail reader shows']],
  },
  'body-length': {
    cause:
      'The signature has l=. Even where all of the body is covered today, content can be appended on the way to the next reader.',
    confirm: [['See l= in words', 'dkim verify --tags message.eml']],
    fix: [['As the signer, leave l= out']],
  },
  'old-signature': {
    cause: 'The signature is old and does not expire. A message like that can be sent again by anybody, to anybody.',
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
      'A signed header field contains a NUL byte. Software that ends text there reads another field than was signed.',
    confirm: [VERIFY],
    fix: [['Repair the software that wrote the message']],
  },
  'space-before-colon': {
    cause:
      'White space stands between a field name and its colon, an obsolete form. Some software takes such a line for a field, some does not.',
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
      'Some lines end in CRLF and some in a bare CR or LF. Mail has CRLF throughout; a file that was edited or joined from parts often has not.',
    confirm: [VERIFY],
    fix: [
      ['Save the message again from its source, unchanged'],
      ['If you know where the mix comes from', 'dkim verify --lenient-eol message.eml'],
    ],
  },
  'lf-converted': {
    cause: 'The file has LF line ends, as files on Unix do. They were read as the CRLF that was signed.',
    confirm: [VERIFY],
    fix: [['Nothing needs to be done']],
  },
  'signature-limit': {
    cause: 'The message has more signatures than are evaluated. Those that could be aligned with From came first.',
    confirm: [VERIFY],
    fix: [
      [
        'Nothing, where the aligned signatures are among those shown. Dozens of signatures are a sign of an attack on the verifier',
      ],
    ],
  },
  'header-limit': {
    cause: 'The header section is larger than the limit. What lies behind it was not judged.',
    confirm: [VERIFY],
    fix: [['No honest message has a header of that size: find out what wrote it']],
  },
  'not-verified': {
    cause:
      'The message carries a field of a protocol that is still a draft. It was seen, and no claim is made about it.',
    confirm: [VERIFY],
    fix: [['Nothing needs to be done']],
  },
  'not-aligned': {
    cause: 'A signature passes, but none by the domain of From or its organization. DMARC does not count such a pass.',
    confirm: [['See the line “From alignment”', 'dkim verify message.eml']],
    fix: [
      ['As the sender, have your mail service sign with your domain', 'dkim lookup example.com --discover'],
      ['As the receiver, to make it count', 'dkim verify --require-aligned message.eml'],
    ],
  },
  'no-from': {
    cause: 'The message has no From field. RFC 5322 demands one, and nobody can tell whose mail it is.',
    confirm: [VERIFY],
    fix: [['Repair the software that wrote the message']],
  },
} as const satisfies Record<WarningCode, Guide>
