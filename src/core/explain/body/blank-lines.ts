// Blank lines added, removed or doubled. Those at the end never show (§3.4.3).

import type { BodyFamily } from '../body-hypothesis.js'

const MAX_LINES = 1000

export const blankLines: BodyFamily = function* ({ text }) {
  const added = 'blank lines were added'
  yield {
    code: 'blank-lines-changed',
    body: text.replace(/^(?:\r\n)+/, ''),
    text: 'blank lines were prepended to the body',
  }
  yield { code: 'blank-lines-changed', body: text.replace(/(\r\n)\r\n/g, '$1'), text: 'every line ending was doubled' }
  yield { code: 'blank-lines-changed', body: text.replace(/(?:\r\n){3,}/g, '\r\n\r\n'), text: added }
  yield { code: 'blank-lines-changed', body: text.replace(/(?:\r\n){2,}/g, '\r\n'), text: added }
  yield { code: 'blank-lines-changed', body: text.replace(/\r\n(?=.)/g, '\r\n\r\n'), text: 'blank lines were removed' }
  for (let count = 1; count <= 3; count += 1) {
    yield {
      code: 'blank-lines-changed',
      body: '\r\n'.repeat(count) + text,
      text: 'blank lines at the start were removed',
    }
  }
  let line = 0
  for (let at = text.indexOf('\r\n'); at !== -1 && line < MAX_LINES; at = text.indexOf('\r\n', at + 2)) {
    line += 1
    yield {
      code: 'blank-lines-changed',
      body: `${text.slice(0, at)}\r\n${text.slice(at)}`,
      text: 'a blank line was removed',
      lines: [line, line],
    }
  }
}
