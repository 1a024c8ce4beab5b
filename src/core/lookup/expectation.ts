// What a name should hold: the key of a file, the key of a record, a revoked one, or nothing at all.

import { parseKeyRecord } from '../dkim/key-record.js'
import { publicKeyOfRecord } from '../dkim/record-key.js'
import { Rejection } from '../dkim/rejection.js'
import type { AnswerStatus } from '../dns/resolver.js'
import { DkimError } from '../errors.js'
import { importPublicKey } from '../keys/private-key.js'
import type { PublicKey } from '../keys/public-key.js'
import { textBytes } from '../syntax/text-file.js'

export type Expectation =
  | { readonly kind: 'key'; readonly fingerprint: string }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'none' }
  /** Any key that verifiers accept. */
  | { readonly kind: 'any' }

export function expectKey({ fingerprint }: PublicKey): Expectation {
  return { kind: 'key', fingerprint }
}

/** The text of a record (`v=DKIM1; p=…`), or `none`. Throws DkimError('record-invalid'). */
export function expectRecord(text: string): Expectation {
  if (text.trim() === 'none') return { kind: 'none' }
  try {
    const record = parseKeyRecord(text)
    return record.publicKey === '' ? { kind: 'revoked' } : expectKey(publicKeyOfRecord(record).key)
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    throw new DkimError(
      'record-invalid',
      `the expected record is not valid: ${error.detail}`,
      'expected v=DKIM1; … p=…',
    )
  }
}

/** The content of a file: a record as text, or a key in any form. Throws DkimError. */
export function expectFile(bytes: Uint8Array, name: string): Expectation {
  const text = Buffer.from(textBytes(bytes, name)).toString('latin1')
  const isRecord = /(?:^|;)[ \t\r\n]*p[ \t]*=/.test(text) && !text.includes('-----BEGIN')
  return isRecord ? expectRecord(text.trim()) : expectKey(importPublicKey(bytes, { name }))
}

/** Keys are compared, not texts: tags may stand in another order, strings may be cut elsewhere. */
export function meets(expectation: Expectation, status: AnswerStatus, texts: readonly string[]): boolean {
  if (expectation.kind === 'none') return status === 'nxdomain' || status === 'nodata'
  return texts.some(text => textMeets(expectation, text))
}

function textMeets(expectation: Expectation, text: string): boolean {
  try {
    const record = parseKeyRecord(text)
    if (expectation.kind === 'revoked') return record.publicKey === ''
    const { key } = publicKeyOfRecord(record)
    return expectation.kind === 'any' || (expectation.kind === 'key' && key.fingerprint === expectation.fingerprint)
  } catch (error) {
    if (error instanceof Rejection) return false
    throw error
  }
}
