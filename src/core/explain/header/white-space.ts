// White space and folding of a field changed: nearly all of it shows under simple canonicalization only (§3.4.1).

import type { Cause } from '../causes.js'
import type { HeaderFamily, HeaderHypothesis } from '../header-hypothesis.js'
import type { HeaderModel } from '../header-model.js'
import { fieldText, MAX_FIELD } from './field-text.js'

interface Rewrite {
  readonly code: Cause
  readonly what: string
  readonly apply: (raw: string) => string
}

const REWRITES: readonly Rewrite[] = [
  { code: 'field-refolded', what: 'folded', apply: raw => raw.replace(/\r\n(?=[ \t])/g, '') },
  { code: 'field-refolded', what: 'folded', apply: raw => raw.replace(/\r\n[ \t]+/g, ' ') },
  {
    code: 'field-refolded',
    what: 'refolded with different white space',
    apply: raw => raw.replace(/\r\n[ \t]+/g, '\r\n\t'),
  },
  {
    code: 'field-refolded',
    what: 'refolded with different white space',
    apply: raw => raw.replace(/\r\n[ \t]+/g, '\r\n '),
  },
  {
    code: 'field-refolded',
    what: 'refolded with different white space',
    apply: raw => raw.replace(/\r\n[ \t]+/g, '\r\n  '),
  },
  {
    code: 'field-refolded',
    what: 'refolded with different white space',
    apply: raw => raw.replace(/\r\n[ \t]+/g, '\r\n    '),
  },
  {
    code: 'field-refolded',
    what: 'refolded with different white space',
    apply: raw => raw.replace(/\r\n[ \t]+/g, '\r\n        '),
  },
  ...[' ', '\t', '    ', '        '].flatMap<Rewrite>(indent => [
    ...[78, 76, 72, 79, 80, 70, 65, 64, 60, 998].map<Rewrite>(width => ({
      code: 'field-refolded',
      what: 'refolded at different places',
      apply: raw => fold(unfolded(raw), width, indent),
    })),
    {
      code: 'field-refolded',
      what: 'refolded at different places',
      apply: raw => unfolded(raw).replace(/, */g, `,\r\n${indent}`),
    },
    {
      code: 'field-refolded',
      what: 'refolded at different places',
      apply: raw => unfolded(raw).replace(/; */g, `;\r\n${indent}`),
    },
    {
      code: 'field-refolded',
      what: 'refolded at different places',
      apply: raw => unfolded(raw).replace(/: +/, `:\r\n${indent}`),
    },
    {
      code: 'field-refolded',
      what: 'refolded at different places',
      apply: raw => unfolded(raw).replace(/> +</g, `>\r\n${indent}<`),
    },
  ]),
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/:[ \t]+/, ':') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/:[ \t]*/, ': ') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/:[ \t]*/, ':  ') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/:[ \t]*/, ':\t') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/(?<![ \t])[ \t]+$/, '') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => `${raw} ` },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/[ \t]+/g, ' ') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/ /g, '\t') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/, +/g, ',') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/,(?=[^ \t\r])/g, ', ') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/,(\r\n)?[ \t]+/g, ', ') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/; +/g, ';') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/;(?=[^ \t\r])/g, '; ') },
  {
    code: 'white-space-changed',
    what: 're-spaced',
    apply: raw => raw.replace(/(?<![ \t])[ \t]+</g, '<'),
  },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/([^ \t<:])</g, '$1 <') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/\.(?=[A-Z])/g, '. ') },
  { code: 'white-space-changed', what: 're-spaced', apply: raw => raw.replace(/\r\n[ \t]+/g, '') },
]

function unfolded(raw: string): string {
  return raw.replace(/\r\n[ \t]+/g, ' ')
}

/** Greedily, at the last white space that keeps the line within `width`. */
function fold(raw: string, width: number, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of raw.split(/(?<=\S)[ \t]+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
    if (lines.length > 0 && line === word) line = indent + word
  }
  return [...lines, line].join('\r\n')
}

/** Each field separately, then all fields at once, as when a gateway rewrites the whole header. */
export const whiteSpace: HeaderFamily = function* ({ model }) {
  for (const hypothesis of hypotheses(model)) {
    // Folding alone does not show under relaxed canonicalization: what shows is white space put in or taken out.
    yield model.canonicalization === 'simple' ? hypothesis : { ...hypothesis, ...RELAXED }
  }
}

const RELAXED = { code: 'white-space-changed', text: 'white space was added or removed in transit' } as const

function* hypotheses(model: HeaderModel): Iterable<HeaderHypothesis> {
  const texts = [...model.positions.map(({ raw }) => raw), model.signatureField]
  for (const [position, raw] of texts.entries()) {
    if (raw === null || raw.length > MAX_FIELD) continue
    for (const { code, what, apply } of REWRITES) {
      const rewritten = apply(raw)
      if (rewritten === raw) continue
      const name = fieldText(raw).name
      yield { code, changes: [{ position, raw: rewritten }], text: `${name} was ${what} in transit` }
    }
  }
  for (const rewrite of REWRITES) {
    yield* everywhere(texts, rewrite, texts.length)
    yield* everywhere(texts, rewrite, texts.length - 1)
  }
}

function* everywhere(
  texts: readonly (string | null)[],
  { code, what, apply }: Rewrite,
  end: number,
): Iterable<HeaderHypothesis> {
  const changes = texts.slice(0, end).flatMap((raw, position) => {
    const rewritten = raw === null || raw.length > MAX_FIELD ? raw : apply(raw)
    return rewritten === raw ? [] : [{ position, raw: rewritten }]
  })
  if (changes.length > 1) yield { code, changes, text: `${changes.length} fields were ${what} on the way` }
}
