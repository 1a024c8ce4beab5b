// The two ways in which something is wrong: with the message (a Rejection, which becomes a verdict) or with our use (a DkimError).

import type { Reason } from './dkim/result.js'

/** What the caller can react to; stable, part of the library's contract. */
export type DkimErrorCode =
  | 'usage'
  | 'input-unreadable'
  | 'input-not-a-message'
  | 'message-refused'
  | 'key-unreadable'
  | 'key-invalid'
  | 'key-passphrase'
  | 'zone-invalid'
  | 'record-invalid'
  | 'name-invalid'
  | 'state-invalid'
  | 'output-exists'
  | 'output-failed'
  | 'check-failed'
  | 'limit'

/** Our use is at fault: an argument, a file, a key, a zone. `hint` names the command or the change to try. */
export class DkimError extends Error {
  readonly code: DkimErrorCode
  readonly hint: string

  constructor(code: DkimErrorCode, message: string, hint: string) {
    super(message)
    this.name = 'DkimError'
    this.code = code
    this.hint = hint
  }
}

/** The message, its signature or its key record is at fault. Caught per signature and turned into a verdict; never leaves the engine. */
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
