// What a family of header hypotheses gets and gives: the header as received, and changes that might undo what happened to it.

import type { FieldIndex, HeaderSection } from '../dkim/header.js'
import type { Signature } from '../dkim/signature.js'
import type { Cause } from './causes.js'
import type { Change, HeaderModel } from './header-model.js'

export interface HeaderScene {
  readonly section: HeaderSection
  readonly index: FieldIndex
  readonly signature: Signature
  readonly model: HeaderModel
  /** Base64 of the body's hash, by each canonicalization: candidates for a bh= that was replaced. */
  readonly bodyHashes: readonly string[]
}

export interface HeaderHypothesis {
  readonly code: Cause
  /** The fields as they may have been signed. */
  readonly changes: readonly Change[]
  /** What happened on the way, if this is right. */
  readonly text: string
  /** Where a cause is about other fields than those that change. */
  readonly fields?: readonly string[]
}

export type HeaderFamily = (scene: HeaderScene) => Iterable<HeaderHypothesis>
