// Results as a word, a mark and a colour: never the colour alone.

import type { MessageResult } from '../../../core/dkim/result.js'
import type { Entry } from '../format.js'

export type ResultWord = MessageResult | 'unreadable'

export const RESULT_COLOURS = {
  pass: 'var(--done)',
  fail: 'var(--bad)',
  policy: 'var(--bad)',
  permerror: 'var(--bad)',
  neutral: 'var(--due)',
  temperror: 'var(--due)',
  none: 'var(--soft)',
  unreadable: 'var(--soft)',
} as const satisfies Record<ResultWord, string>

export const RESULT_WORDS = Object.keys(RESULT_COLOURS) as readonly ResultWord[]

export function resultOf(report: Entry['report']): { word: ResultWord; mark: string } {
  const word = report.result ?? 'unreadable'
  return { word, mark: markOf(word) }
}

export function markOf(word: ResultWord): string {
  if (word === 'pass') return '✓'
  return word === 'none' || word === 'temperror' || word === 'unreadable' ? '–' : '✗'
}
