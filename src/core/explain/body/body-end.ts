// The end of the body, and the whole of it, hashed by the signer in a form that §3.4 does not know; some verifiers try the same forms.

import { skipFwsBack } from '../../syntax/white-space.js'
import type { BodyFamily } from '../body-hypothesis.js'
import { canonicalBody } from '../body-target.js'

export const bodyEnd: BodyFamily = function* ({ text, bytes, canonical, target }) {
  const other = target.canonicalization === 'simple' ? 'relaxed' : 'simple'
  yield {
    code: 'other-body-canonicalization',
    canonical: canonicalBody(bytes, other),
    text: `c= declares ${target.canonicalization}, the body was hashed with ${other}`,
  }
  const end = (form: Buffer, what: string) =>
    ({ code: 'body-end-changed', canonical: form, text: `the signer hashed ${what}` }) as const
  yield end(bytes, 'the raw body, without canonicalization')
  yield end(canonical.subarray(0, Math.max(0, canonical.length - 2)), 'the body without its final line ending')
  yield end(Buffer.concat([canonical, CRLF]), 'an extra line ending')
  yield end(Buffer.concat([canonical, CRLF.subarray(1)]), 'an extra LF')
  yield end(Buffer.concat([CRLF, canonical]), 'the empty line between header and body')
  yield end(Buffer.concat([bytes, CRLF]), 'blank lines at the end of the body')
  const blanks = '\r\n'.repeat(blankLinesAtEnd(text))
  yield end(Buffer.concat([canonical, Buffer.from(blanks)]), 'blank lines at the end of the body')
  yield end(Buffer.concat([canonical, Buffer.from(blanks.slice(2))]), 'blank lines at the end of the body')
  yield end(
    Buffer.from(text.slice(0, skipFwsBack(text, 0, text.length)), 'latin1'),
    'the body without white space at its end',
  )
  yield end(Buffer.alloc(0), 'an empty body')
  yield end(CRLF, 'an empty body')
}

function blankLinesAtEnd(text: string): number {
  const end = text.slice(skipFwsBack(text, 0, text.length))
  return end.split('\r\n').length - 1
}

const CRLF = Buffer.from('\r\n')
