// The table of body hypotheses: a new kind is one file in body/ and one row here. What is cheap and frequent comes first.

import { blankLines } from './body/blank-lines.js'
import { bodyEnd } from './body/body-end.js'
import { lineEnds } from './body/line-ends.js'
import { lineStarts } from './body/line-starts.js'
import { links } from './body/links.js'
import { partFields } from './body/part-fields.js'
import { transferEncoding } from './body/transfer-encoding.js'
import { whiteSpace } from './body/white-space.js'
import type { BodyFamily } from './body-hypothesis.js'

export const BODY_FAMILIES = {
  bodyEnd,
  whiteSpace,
  lineEnds,
  links,
  partFields,
  transferEncoding,
  lineStarts,
  blankLines,
} as const satisfies Record<string, BodyFamily>
