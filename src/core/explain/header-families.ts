// The table of header hypotheses: a new kind is one file in header/ and one row here. What is cheap and frequent comes first.

import { addresses } from './header/address.js'
import { copiedFields } from './header/copied-fields.js'
import { date } from './header/date.js'
import { encodedWords } from './header/encoded-word.js'
import { membership } from './header/membership.js'
import { mimeFields } from './header/mime-fields.js'
import { nameCase } from './header/name-case.js'
import { replacedValue } from './header/replaced-value.js'
import { signatureField } from './header/signature-field.js'
import { subjectTag } from './header/subject-tag.js'
import { whiteSpace } from './header/white-space.js'
import type { HeaderFamily } from './header-hypothesis.js'

export const HEADER_FAMILIES = {
  copiedFields,
  subjectTag,
  membership,
  mimeFields,
  signatureField,
  whiteSpace,
  nameCase,
  addresses,
  encodedWords,
  replacedValue,
  date,
} as const satisfies Record<string, HeaderFamily>
