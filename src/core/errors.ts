// What is wrong with the use of this library is an exception with a hint; what is wrong with a message is data (dkim/rejection.ts).

/** The kinds of errors a caller can handle. The codes are stable: part of the library's contract. */
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

/**
 * The only error that this library throws on purpose: an argument, a file, a key or a zone is wrong.
 * `code` is for programs, `message` and `hint` are for people; `hint` names the command or the change to try.
 */
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
