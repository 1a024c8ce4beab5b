// What a family of body hypotheses gets and gives: the body as received, and bodies that might have been the signed one.

import type { FieldIndex, HeaderSection } from '../dkim/header.js'
import type { Signature } from '../dkim/signature.js'
import type { BodyTarget } from './body-target.js'
import type { Cause } from './causes.js'
import type { MimeBody } from './mime-parts.js'

export interface BodyScene {
  /** With CRLF line ends, as latin1: one character per byte. */
  readonly text: string
  readonly bytes: Buffer
  /** By the canonicalization of the signature. */
  readonly canonical: Buffer
  readonly target: BodyTarget
  readonly mime: MimeBody
  readonly section: HeaderSection
  readonly index: FieldIndex
  readonly signature: Signature
  /** The header as received verifies, and covers Content-Transfer-Encoding: what it says was said when signing. */
  readonly labelIsSigned: boolean
}

export interface BodyHypothesis {
  readonly code: Cause
  /** The body as it may have been signed; or canonical bytes, where the signer may have made them in a way of its own. */
  readonly body?: string
  readonly canonical?: Buffer
  /** What happened on the way, if this is right. */
  readonly text: string
  /** Lines of the received body, counted from 1. */
  readonly lines?: readonly [number, number]
}

export type BodyFamily = (scene: BodyScene) => Iterable<BodyHypothesis>

/** The line, counted from 1, that holds this offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
