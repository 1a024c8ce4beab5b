// What a verifier makes of an answer: which of its texts mean to be key records, and whether one of them will do (§6.1.2).

import { excessOf } from '../dkim/key-lookup.js'
import { looksLikeKeyRecord, parseKeyRecord } from '../dkim/key-record.js'
import { publicKeyOfRecord } from '../dkim/record-key.js'
import { Rejection } from '../dkim/rejection.js'
import { TEMPORARY_STATUSES, type TxtAnswer } from '../dns/resolver.js'
import { lintRecord, type RecordLint } from './lint.js'

export type LookupResult = 'found' | 'not-found' | 'revoked' | 'invalid' | 'unavailable'

export interface Judged {
  readonly result: LookupResult
  readonly rejection: Rejection | null
  readonly texts: readonly string[]
  /** The lint of every text that means to be a key record. */
  readonly lint: readonly RecordLint[]
  readonly lintOf: ReadonlyMap<string, RecordLint>
  /** The one that a verifier would take, else the first. */
  readonly main: RecordLint | null
}

export function judge(answer: TxtAnswer): Judged {
  const texts = answer.records.map(({ data }) => Buffer.from(data).toString('latin1'))
  const lintOf = new Map<string, RecordLint>()
  for (const [index, text] of texts.entries()) {
    const lint = lintRecord(text, answer.records[index]!.lengths)
    if (meansToBeKey(text, lint)) lintOf.set(text, lint)
  }
  const lint = [...lintOf.values()]
  const base = { texts, lint, lintOf }
  if (TEMPORARY_STATUSES.has(answer.status)) {
    return { ...base, result: 'unavailable', rejection: null, main: null }
  }
  const excess = excessOf(texts)
  if (excess !== null) {
    return { ...base, result: 'invalid', rejection: new Rejection('key-syntax-error', excess), main: lint[0] ?? null }
  }
  const outcomes = [...lintOf].map(([text, record]) => ({ record, rejection: rejectionOf(text) }))
  const good = outcomes.find(({ rejection }) => rejection === null)
  if (good !== undefined) return { ...base, result: 'found', rejection: null, main: good.record }
  const [first] = outcomes
  if (first === undefined) return { ...base, result: 'not-found', rejection: null, main: null }
  const result = first.rejection!.reason === 'key-revoked' ? 'revoked' : 'invalid'
  return { ...base, result, rejection: first.rejection, main: first.record }
}

/** Also what no verifier recognizes any more, such as a record with its quotes escaped, or a bare key. */
function meansToBeKey(text: string, { corrected, findings }: RecordLint): boolean {
  return (
    looksLikeKeyRecord(text) ||
    /DKIM1/i.test(text) ||
    /\bp[ \t]*=[ \t]*[A-Za-z0-9+/]{40}/.test(text) ||
    /PRIVATE KEY/.test(text) ||
    corrected !== null ||
    findings.some(({ code }) => code === 'private-key-published')
  )
}

/** Why a verifier does not take this text; null where it does. */
export function rejectionOf(text: string): Rejection | null {
  try {
    publicKeyOfRecord(parseKeyRecord(text))
    return null
  } catch (error) {
    if (error instanceof Rejection) return error
    throw error
  }
}
