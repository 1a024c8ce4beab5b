// The report of dkim sign for each message of a batch.

import type { NewSignature } from '../core/dkim/sign.js'
import type { SigningWarningCode } from '../core/dkim/signing-warnings.js'

export interface SigningOutcome {
  readonly input: string
  /** Where the signed message is; null where it was not signed. */
  readonly output: string | null
  readonly signatures: readonly NewSignature[]
  readonly warnings: readonly string[]
  /** The code of each warning. */
  readonly warningCodes: readonly SigningWarningCode[]
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null
}

/** `dkim.signing/1` */
export function signingJson({ input, output, signatures, warnings, warningCodes, error }: SigningOutcome) {
  const result = error === null ? 'signed' : 'not-signed'
  return { schema: 'dkim.signing/1', input, result, output, signatures, warnings, warningCodes, error }
}
