// Explanations for people: which part broke, what is proven, what is likely, what to do, and what could be added to what passes.

import { DIAGNOSES, type Explanation, type FullExplanation } from '../core/index.js'
import type { ReadableComparison } from './explain-comparison.js'
import { type Style, shorten, visible } from './style.js'
import { wrapWords } from './wrap.js'

export interface ExplainedPart extends Omit<FullExplanation, 'comparison'> {
  readonly comparison: ReadableComparison | null
}

/** Of a signature's report, where verify was asked to explain. */
export function isExplained(signature: object): signature is ExplainedPart {
  return 'diagnosis' in signature
}

const LABEL_WIDTH = 20
const WRAP = 100

export function explanationLines(explained: ExplainedPart, style: Style): string[] {
  const { diagnosis, explanations, hypothesesTried, complete, evidence, exposure, comparison } = explained
  const lines = [...wrapped('  what broke', DIAGNOSES[diagnosis])]
  if (diagnosis === 'intact') lines.length = 0
  for (const item of explanations) lines.push(...itemLines(item, style))
  if (explanations.length === 0 && diagnosis !== 'intact') {
    const end = complete ? '' : '; the budget ended the search (--explain-budget)'
    lines.push(...wrapped('  not explained', `${hypothesesTried} hypotheses tried${end}`))
  }
  for (const { text } of evidence) lines.push(...wrapped('  pointer', visible(text)))
  if (comparison !== null) lines.push(...comparisonLines(comparison))
  for (const { text, advice } of exposure) {
    lines.push(...wrapped('  attackers could', visible(text)), ...wrapped('    against it', visible(advice)))
  }
  return lines
}

function itemLines({ code, certainty, text, lines, advice, caveat }: Explanation, style: Style): string[] {
  const label = certainty === 'proven' ? '  proven' : '  likely'
  const where = lines === null || text.includes('line') ? '' : ` (${lineText(lines)})`
  const shown = wrapped(label, `${visible(text)}${where} (${code})`)
  const [first = '', ...rest] = shown
  return [
    first.replace(label.trim(), certainty === 'proven' ? style.bad(label.trim()) : style.warn(label.trim())),
    ...rest,
    ...(caveat === null ? [] : wrapped('    assuming', caveat)),
    ...wrapped('    next', visible(advice)),
  ]
}

function lineText([first, last]: readonly [number, number]): string {
  return first === last ? `line ${first}` : `lines ${first} to ${last}`
}

function comparisonLines({
  fields,
  body,
  bodyCompared,
  originalBodyHash,
  originalHeader,
}: ReadableComparison): string[] {
  const lines = [
    ...wrapped(
      '  the original',
      `its body hash ${WORDS[originalBodyHash]}, its header ${WORDS[originalHeader]} for this signature`,
    ),
  ]
  for (const { name, received, original, difference } of fields) {
    if (difference === null) continue
    lines.push(...wrapped('    sent', original === null ? `no ${visible(name)}` : shorten(original, 400)))
    lines.push(...wrapped('    received', received === null ? `no ${visible(name)}` : shorten(received, 400)))
  }
  if (body !== null) {
    lines.push(
      ...wrapped('    body differs', `at line ${body.line}, behind ${body.offset} octets of the canonical form`),
    )
    lines.push(...wrapped('    sent', `${body.original.text} (${body.original.hex || 'end'})`))
    lines.push(...wrapped('    received', `${body.received.text} (${body.received.hex || 'end'})`))
  } else if (!bodyCompared) lines.push(...wrapped('    body', 'too large to be compared'))
  return lines
}

const WORDS = { match: 'fits', mismatch: 'does not fit', unchecked: 'was not checked' } as const

function wrapped(label: string, text: string): string[] {
  return wrapWords(text, WRAP - LABEL_WIDTH - 2).map(
    (part, index) => `  ${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}${part}`,
  )
}
