// What is wrong with a message, its signature or its key record: one row of REASONS.

import type { Reason } from './result.js'

/** Caught per signature and turned into a verdict; never leaves the engine. */
export class Rejection extends Error {
  readonly reason: Reason
  readonly detail: string

  constructor(reason: Reason, detail: string) {
    super(`${reason}: ${detail}`)
    this.name = 'Rejection'
    this.reason = reason
    this.detail = detail
  }
}
