// base64string (§2.10): the only decoder of base64 from messages, records and keys.

import { removeFws } from './white-space.js'

/**
 * base64string with its FWS (§2.10), decoded; undefined if it is anything else.
 * Node's own decoder skips what it does not know, accepts data after the padding and reads U+0141 as "A".
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0) return undefined
  // Each value has one encoding: text that was skipped or misread, or has trailing bits that are not zero (RFC 4648 §3.5), does not encode back to itself.
  const canonical = bytes.toString('base64')
  // Removing only the usual folds costs a third of a search for all FWS.
  return canonical === text.replaceAll('\r\n ', '') || canonical === removeFws(text) ? bytes : undefined
}
