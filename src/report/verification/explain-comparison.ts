// A comparison with the original as data for JSON and text: bytes become text that is safe to read, with their hex beside it.

import type { Comparison, Difference } from '../../core/explain/compare.js'
import { visibleBytes } from '../text/style.js'

interface ReadableExcerpt {
  readonly text: string
  readonly hex: string
}

interface ReadableDifference {
  /** Octets of the canonical form that are the same. */
  readonly offset: number
  readonly line: number
  readonly received: ReadableExcerpt
  readonly original: ReadableExcerpt
}

export interface ReadableComparison {
  readonly fields: readonly {
    readonly name: string
    readonly received: string | null
    readonly original: string | null
    readonly difference: ReadableDifference | null
  }[]
  readonly body: ReadableDifference | null
  readonly bodyCompared: boolean
  readonly originalBodyHash: 'match' | 'mismatch' | 'unchecked'
  readonly originalHeader: 'match' | 'mismatch' | 'unchecked'
}

export function comparisonForReport(comparison: Comparison): ReadableComparison {
  return {
    fields: comparison.fields.map(({ name, received, original, difference }) => ({
      name,
      received: received === null ? null : shown(received),
      original: original === null ? null : shown(original),
      difference: difference === null ? null : differenceOf(difference),
    })),
    body: comparison.body === null ? null : differenceOf(comparison.body),
    bodyCompared: comparison.bodyCompared,
    originalBodyHash: outcome(comparison.originalBodyHash),
    originalHeader: outcome(comparison.originalHeader),
  }
}

function outcome(matches: boolean | null): 'match' | 'mismatch' | 'unchecked' {
  if (matches === null) return 'unchecked'
  return matches ? 'match' : 'mismatch'
}

function differenceOf({ offset, line, received, original }: Difference): ReadableDifference {
  return {
    offset,
    line,
    received: { text: shown(received.text), hex: received.hex },
    original: { text: shown(original.text), hex: original.hex },
  }
}

function shown(latin1: string): string {
  return visibleBytes(Buffer.from(latin1, 'latin1'))
}
