// What a batch of messages looks like as a whole: bars by result, signing domain and key. Each bar has its number beside it.

import type { VerificationReport } from '../../../core/dkim/result.js'
import { escapeMarkup } from '../../rotation/markup.js'
import type { Entry } from '../format.js'
import { markOf, RESULT_COLOURS, RESULT_WORDS, type ResultWord, resultOf } from './result.js'

interface Bar {
  readonly label: string
  readonly count: number
  readonly colour: string
}

/** Bars in one chart; the rest is one bar of its own. */
const MOST = 12

export function charts(entries: readonly Entry[], reports: readonly VerificationReport[]): string[] {
  const signatures = reports.flatMap(report => report.signatures)
  const results = counted(entries.map(({ report }) => resultOf(report).word))
  const domains = counted(signatures.map(({ domain }) => domain ?? 'unknown domain'))
  const keys = counted(signatures.flatMap(({ key }) => (key === null ? [] : [keyText(key.type, key.bits)])))
  return [
    chart(
      'By result',
      RESULT_WORDS.flatMap(word => resultBar(word, results.get(word))),
    ),
    chart('Signatures by domain', largest(domains)),
    chart('Signatures by key', largest(keys)),
  ]
}

function resultBar(word: ResultWord, count: number | undefined): Bar[] {
  return count === undefined ? [] : [{ label: `${markOf(word)} ${word}`, count, colour: RESULT_COLOURS[word] }]
}

function keyText(type: string, bits: number): string {
  return type === 'rsa' ? `rsa, ${bits} bits` : type
}

function counted<Word extends string>(words: readonly Word[]): Map<Word, number> {
  const counts = new Map<Word, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

function largest(counts: ReadonlyMap<string, number>): Bar[] {
  const sorted = [...counts].sort(([, one], [, other]) => other - one)
  const rest = sorted.slice(MOST).reduce((sum, [, count]) => sum + count, 0)
  const bars = sorted.slice(0, MOST).map(([label, count]) => ({ label, count, colour: 'var(--now)' }))
  const others = { label: `${sorted.length - MOST} others`, count: rest, colour: 'var(--wait)' }
  return rest === 0 ? bars : [...bars, others]
}

function chart(title: string, bars: readonly Bar[]): string {
  if (bars.length === 0) return ''
  const most = Math.max(...bars.map(({ count }) => count))
  const lines = bars.map(
    ({ label, count, colour }) =>
      `<div class="bar" style="--mark:${colour}"><span>${escapeMarkup(label)}</span><i style="width:${((count / most) * 100).toFixed(1)}%"></i><b>${count}</b></div>`,
  )
  return [`<h2>${title}</h2>`, ...lines].join('\n')
}
