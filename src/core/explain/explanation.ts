// What an explanation is: plain data, made of codes that stay (docs/explain.md) and texts that may change.

import type { Cause, Part } from './causes.js'

/** `proven`: with the change undone, the hash or signature fits. `likely`: evidence, no proof. */
export type Certainty = 'proven' | 'likely'

export interface Explanation {
  readonly code: Cause
  readonly certainty: Certainty
  readonly part: Part
  readonly text: string
  /** Names of the header fields concerned, in lower case. */
  readonly fields: readonly string[]
  /** First and last line of the body concerned, counted from 1. */
  readonly lines: readonly [first: number, last: number] | null
  readonly advice: string
  /** What the proof rests on beyond mathematics; null where on nothing. */
  readonly caveat: string | null
  /** Other causes that give the same hash; with this one, one of them is the cause. Empty where none is known. */
  readonly alternatives: readonly Alternative[]
}

export interface Alternative {
  readonly code: Cause
  readonly text: string
  readonly advice: string
}

/** Which part broke, from the two halves judged apart. */
export type Diagnosis = keyof typeof DIAGNOSES

export const DIAGNOSES = {
  intact: 'the body hash and the header signature both verify',
  'body-changed':
    'the body is not the one that was hashed for signing; bh= is authentic because b= covers it and verifies',
  'header-changed': 'the body hash matches; the header is not the one that was signed',
  'header-and-body-changed':
    'neither the body nor the header is the one that was hashed; b= is intact and was made with the published key',
  'key-or-signature': 'the published key is not the one that signed, or b= itself was damaged',
  'header-or-key': 'the header was changed, or a different key signed it: Ed25519 cannot show which',
  unchecked: 'the signature could not be checked, so only the body was evaluated',
} as const satisfies Record<string, string>

/** A pointer, never a proof. */
export interface Pointer {
  readonly code: 'copied-field' | 'other-signature' | 'arc' | 'software'
  readonly text: string
  readonly fields: readonly string[]
}

export interface SignatureExplanation {
  readonly diagnosis: Diagnosis
  readonly explanations: readonly Explanation[]
  readonly hypothesesTried: number
  /** False where the budget ended the search. */
  readonly complete: boolean
  readonly evidence: readonly Pointer[]
}
