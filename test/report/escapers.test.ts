// One table of what is never shown raw, in every format: O-04 to O-07 of the list in docs/security.md.

import { describe, expect, it } from 'vitest'
import { shellQuote } from '../../src/core/syntax/shell-word.js'
import { toGithub } from '../../src/report/ci/github.js'
import { toJunit } from '../../src/report/ci/junit.js'
import { toSarif } from '../../src/report/ci/sarif.js'
import type { Subject } from '../../src/report/ci/subject.js'
import { toJson, toJsonLine } from '../../src/report/json/json.js'
import { escapeMarkup } from '../../src/report/rotation/markup.js'
import { visible } from '../../src/report/text/style.js'

const CHECK = { command: 'verify', rule: () => ({ text: 'rule', advice: 'advice' }) }

function subjectOf(text: string): Subject {
  return { name: text, place: { file: text }, kind: 'failure', findings: [{ code: 'x', level: 'error', text }] }
}

const ESCAPERS: Readonly<Record<string, (text: string) => string>> = {
  text: visible,
  json: text => toJson({ [text]: text }),
  ndjson: text => toJsonLine(text),
  html: escapeMarkup,
  github: text => toGithub(subjectOf(text)),
  junit: text => toJunit([subjectOf(text)], CHECK),
  sarif: text => toSarif([subjectOf(text)], CHECK),
  shell: shellQuote,
}

const RANGES: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfdd0, 0xfdef],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xfffe, 0xffff],
  [0x1d173, 0x1d17a],
  [0x1fffe, 0x1ffff],
  [0xe0000, 0xe01ef],
  [0x10fffe, 0x10ffff],
]

describe.each(Object.entries(ESCAPERS))('%s', (_, escaped) => {
  it('shows no invisible character raw', () => {
    const raw = RANGES.flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, offset) => String.fromCodePoint(from + offset)).filter(character =>
        escaped(`a${character}b`).includes(character),
      ),
    )
    expect(raw.map(character => character.codePointAt(0)?.toString(16))).toEqual([])
  })

  it('leaves what can be seen', () => {
    for (const text of [
      '\u00fc',
      '\u1161',
      '\u2801',
      '\u3042',
      '\ufb01',
      '\uffa1',
      '\ufffd',
      '\u{1d172}',
      '\u{1f600}',
    ]) {
      expect(decodeURIComponent(escaped(text))).toContain(text)
    }
  })
})

it('JSON stays the same value', () => {
  const text = '\u3164 \u{e0041} \ufffe \u{1d173} \u{10ffff} \ud800 \n\r\t\0 \u2800'
  expect(JSON.parse(toJson([text]))).toEqual([text])
  expect(JSON.parse(toJsonLine({ [text]: text }))).toEqual({ [text]: text })
  expect(toJsonLine(text)).toMatch(/^[ -~]+\n$/)
})
