// White space inside and at the end of lines: stripped, added, tabs for spaces. Relaxed canonicalization hides nearly all of it (§3.4.4).

import type { BodyFamily } from '../body-hypothesis.js'

export const whiteSpace: BodyFamily = function* ({ text }) {
  const ends = 'white space at line ends was changed'
  yield { code: 'trailing-space-changed', body: text.replace(/(?<![ \t])[ \t]+(?=\r\n|$)/g, ''), text: ends }
  yield {
    code: 'trailing-space-changed',
    body: text.replace(/(?<=^|\n)--(?=\r\n)/g, '-- '),
    text: 'the space of the signature line “-- ” was removed',
  }
  yield { code: 'trailing-space-changed', body: text.replace(/(?=\r\n)(?<=\S)/g, ' '), text: ends }
  yield {
    code: 'trailing-space-changed',
    body: text.replace(/(?=\r\n[^\r\n])(?<=\S)(?<=[^\r\n]{60})/g, ' '),
    text: `${ends} (format=flowed)`,
  }
  yield {
    code: 'trailing-space-changed',
    body: text.replace(/(?=\r\n[^\r\n >])(?<=\S)/g, ' '),
    text: `${ends} (format=flowed)`,
  }
  yield {
    code: 'trailing-space-changed',
    body: text.replace(/(?<=\n) (?=[^ \r\n])/g, ''),
    text: 'lines were space-stuffed',
  }
  const tabs = 'tabs and spaces were exchanged'
  for (const width of [8, 4, 2, 1]) {
    yield { code: 'tabs-changed', body: text.replaceAll(' '.repeat(width), '\t'), text: tabs }
    yield { code: 'tabs-changed', body: text.replace(/\t/g, ' '.repeat(width)), text: tabs }
    yield { code: 'tabs-changed', body: text.replace(new RegExp(`(?<=^|\n) {${width}}`, 'g'), '\t'), text: tabs }
  }
  yield { code: 'tabs-changed', body: compressed(text), text: tabs }
  yield {
    code: 'white-space-collapsed',
    body: text.replace(/[ \t]+/g, ' '),
    text: 'white space inside lines was changed',
  }
  yield { code: 'white-space-collapsed', body: text.replace(/\xa0/g, ' '), text: 'spaces were made non-breaking' }
  yield { code: 'white-space-collapsed', body: text.replace(/\xc2\xa0/g, ' '), text: 'spaces were made non-breaking' }
  yield {
    code: 'white-space-collapsed',
    body: text.replace(/(?<=[.!?]) (?=\S)/g, '  '),
    text: 'white space inside lines was changed',
  }
}

/** Runs of spaces that reach a tab stop of eight columns, as a tab. */
function compressed(text: string): string {
  return text.replace(/[^\r\n]+/g, line => {
    if (!line.includes('  ')) return line
    let out = ''
    for (let column = 0; column < line.length; column += 8) {
      const end = column + 8
      let start = end
      while (start > column && line[start - 1] === ' ') start -= 1
      out += end - start < 2 ? line.slice(column, end) : `${line.slice(column, start)}\t`
    }
    return out
  })
}
