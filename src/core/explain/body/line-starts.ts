// What SMTP and mbox do at line starts: dot-stuffing (RFC 5321 §4.5.2) and From quoting, once too often or not undone.

import type { BodyFamily, BodyHypothesis } from '../body-hypothesis.js'
import type { Cause } from '../causes.js'

const MAX_SINGLE = 500

export const lineStarts: BodyFamily = function* ({ text }) {
  yield {
    code: 'body-prepended',
    body: text.replace(/(?<=^|\r\n\r\n)\xef\xbb\xbf/g, ''),
    text: 'a byte order mark was put in front of the text',
  }
  const dots: Cause = 'dot-stuffing-changed'
  yield { code: dots, body: text.replace(/(?<=^|\n)\.\./g, '.'), text: 'dots at line starts were doubled' }
  yield {
    code: dots,
    body: text.replace(/(?<=^|\n)\.(?!\r\n)/g, '..'),
    text: 'dots at line starts were unstuffed',
  }
  yield { code: dots, body: text.replace(/(?<=^|\n)\./g, '..'), text: 'dots at line starts were unstuffed' }
  yield { code: dots, body: text.replace(/(?<=^|\n)\./g, ''), text: 'dots were inserted at line starts' }
  yield* single(text, /(?<=^|\n)\.\./g, dots, 'a dot was doubled', line => line.slice(1))
  yield* single(text, /(?<=^|\n)\./g, dots, 'a double dot was reduced to one', line => `.${line}`)
  yield* single(text, /(?<=^|\n)(?=[^\r\n])/g, dots, 'a leading dot was lost', line => `.${line}`)
  const from: Cause = 'from-quoting-changed'
  const quoted = 'lines that begin with “From ” were quoted'
  yield { code: from, body: text.replace(/(?<=^|\n)>(?=>*From )/g, ''), text: quoted }
  yield { code: from, body: text.replace(/(?<=^|\n)>From /g, 'From '), text: quoted }
  yield { code: from, body: text.replace(/(?<=^|\n)(?:=46| )From /g, 'From '), text: quoted }
  yield { code: from, body: text.replace(/(?<=^|\n)(?=>*From )/g, '>'), text: 'the quoting of “>From ” was removed' }
  yield* single(text, /(?<=^|\n)>+From /g, from, 'a line that begins with “From ” was quoted', line => line.slice(1))
  yield* single(text, /(?<=^|\n)>*From /g, from, 'the quoting of “>From ” was removed', line => `>${line}`)
}

/** One line alone, where others of the kind were so from the start. */
function* single(
  text: string,
  pattern: RegExp,
  code: Cause,
  what: string,
  change: (line: string) => string,
): Iterable<BodyHypothesis> {
  let count = 0
  let line = 1
  let counted = 0
  for (const { index } of text.matchAll(pattern)) {
    count += 1
    if (count > MAX_SINGLE) return
    for (let at = text.indexOf('\n', counted); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) {
      line += 1
      counted = at + 1
    }
    const rest = text.slice(index)
    yield { code, body: text.slice(0, index) + change(rest), text: what, lines: [line, line] }
  }
}
