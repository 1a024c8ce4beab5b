// Explanations for people: which part broke, what is proven, what is likely, what to do, and what could be added to what passes.

import type { FullExplanation } from '../../core/explain/explain.js'
import { DIAGNOSES, type Explanation } from '../../core/explain/explanation.js'
import { wrapped } from '../text/rows.js'
import { type Style, shorten, visible } from '../text/style.js'
import type { ReadableComparison } from './explain-comparison.js'

export interface ExplainedPart extends Omit<FullExplanation, 'comparison'> {
  readonly comparison: ReadableComparison | null
}

/** Of a signature's report, where verify was asked to explain. */
export function isExplained(signature: object): signature is ExplainedPart {
  return 'diagnosis' in signature
}

export function explanationLines(explained: ExplainedPart, style: Style): string[] {
  const { diagnosis, explanations, hypothesesTried, complete, evidence, exposure, comparison } = explained
  const lines = [...wrapped('  what broke', DIAGNOSES[diagnosis], style)]
  if (diagnosis === 'intact') lines.length = 0
  for (const item of explanations) lines.push(...itemLines(item, style))
  if (explanations.length === 0 && diagnosis !== 'intact') {
    const end = complete ? '' : '; search stopped at its budget (--explain-budget)'
    const count = hypothesesTried === 1 ? '1 cause was' : `${hypothesesTried} causes were`
    const tried =
      hypothesesTried === 0
        ? `no known cause could be tested${end}`
        : `${count} tested; none gives the signed hash${end}`
    lines.push(...wrapped('  not explained', tried, style))
    if (comparison === null) {
      lines.push(...wrapped('    next', 'compare with the message as it was sent: --original FILE', style))
    }
  }
  for (const { text } of evidence) lines.push(...wrapped('  pointer', visible(text), style))
  if (comparison !== null) lines.push(...comparisonLines(comparison, style))
  for (const { text, advice } of exposure) {
    lines.push(...wrapped('  exposure', visible(text), style), ...wrapped('    fix', visible(advice), style))
  }
  return lines
}

function itemLines(item: Explanation, style: Style): string[] {
  const { code, certainty, text, lines, advice, caveat, alternatives } = item
  const label = certainty === 'proven' ? '  proven' : '  likely'
  const where = lines === null || text.includes('line') ? '' : ` (${lineText(lines)})`
  const shown = wrapped(label, `${alternatives.length > 0 ? 'either ' : ''}${visible(text)}${where} (${code})`, style)
  const [first = '', ...rest] = shown
  return [
    first.replace(label.trim(), certainty === 'proven' ? style.bad(label.trim()) : style.warn(label.trim())),
    ...rest,
    ...alternatives.flatMap(other => wrapped('    or', `${visible(other.text)} (${other.code})`, style)),
    ...(caveat === null ? [] : wrapped('    assuming', caveat, style)),
    ...wrapped('    next', visible(advice), style),
    ...alternatives.flatMap(other => wrapped('    or next', visible(other.advice), style)),
  ]
}

function lineText([first, last]: readonly [number, number]): string {
  return first === last ? `line ${first}` : `lines ${first} to ${last}`
}

function comparisonLines(
  { fields, body, bodyCompared, originalBodyHash, originalHeader }: ReadableComparison,
  style: Style,
): string[] {
  const lines = [
    ...wrapped('  the original', `body hash ${WORDS[originalBodyHash]}; header ${WORDS[originalHeader]}`, style),
  ]
  for (const { name, received, original, difference } of fields) {
    if (difference === null) continue
    lines.push(...wrapped('    sent', original === null ? `no ${visible(name)}` : shorten(original, 400), style))
    lines.push(...wrapped('    received', received === null ? `no ${visible(name)}` : shorten(received, 400), style))
  }
  if (body !== null) {
    lines.push(...wrapped('    body differs', `at line ${body.line}, byte ${body.offset} of the canonical form`, style))
    lines.push(...wrapped('    sent', `${body.original.text} (${body.original.hex || 'end'})`, style))
    lines.push(...wrapped('    received', `${body.received.text} (${body.received.hex || 'end'})`, style))
  } else if (!bodyCompared) lines.push(...wrapped('    body', 'too large to compare', style))
  return lines
}

const WORDS = { match: 'fits', mismatch: 'does not fit', unchecked: 'was not checked' } as const
