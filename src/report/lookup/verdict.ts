// The verdict of a lookup in one mark and one sentence, for terminals and pages alike: it says what the exit code says.

import type { KeyReport } from '../../core/lookup/key-report.js'
import type { ServersSeen } from './servers.js'

/** A key report with what was asked for beside it. */
export interface LookupReport extends KeyReport, ServersSeen {
  /** --key: whether the key of a file is the one that is published. */
  readonly match: { readonly file: string; readonly fingerprint: string; readonly matches: boolean } | null
}

export interface LookupVerdict {
  /** good: in order; bad: a problem; open: nothing there, or nothing known now. */
  readonly tone: 'good' | 'bad' | 'open'
  readonly mark: '✓' | '✗' | '–'
  /** Holds a file name: to be escaped. */
  readonly text: string
}

const RESULT_TEXT = {
  found: 'a key that verifiers accept',
  'not-found': 'no key record',
  revoked: 'the key was revoked',
  invalid: 'a key record that verifiers reject',
  unavailable: 'temporary lookup failure',
} as const satisfies Record<KeyReport['result'], string>

export function lookupVerdict(report: LookupReport): LookupVerdict {
  const { result, match, agreement } = report
  if (result === 'unavailable' || result === 'not-found') return { tone: 'open', mark: '–', text: RESULT_TEXT[result] }
  if (result !== 'found') return bad(RESULT_TEXT[result])
  if (match?.matches === false) return bad(`not the key in ${match.file}`)
  if (hasTrouble(report)) return bad('a key record with serious problems')
  const seen = [agreement?.authoritative ?? null, agreement?.recursive ?? null]
  if (seen.some(one => one === 'stale' || one === 'split' || one === 'lame')) {
    return bad('a key that verifiers accept, but not all servers return it')
  }
  if (seen.includes('unreachable')) {
    return { tone: 'open', mark: '–', text: 'a key that verifiers accept; some servers did not respond' }
  }
  const text = match === null ? RESULT_TEXT.found : `the key in ${match.file}, which verifiers accept`
  return { tone: 'good', mark: '✓', text }
}

/** Of a key that verifiers would use: whether something is so wrong with it that it should not be. */
export function hasTrouble({ findings }: Pick<KeyReport, 'findings'>): boolean {
  return findings.some(({ severity }) => severity === 'critical' || severity === 'error')
}

function bad(text: string): LookupVerdict {
  return { tone: 'bad', mark: '✗', text }
}
