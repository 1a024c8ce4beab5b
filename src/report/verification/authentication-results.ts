// A report as an Authentication-Results field (RFC 8601 §2, RFC 6008): typed values in, nothing that could start another field out.

import type { SignatureReport, VerificationReport } from '../../core/dkim/result.js'

/** token of RFC 2045 §5.1 */
const TOKEN = /^[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+$/

/** A longer value would need a line that is longer than one may be (RFC 5322 §2.1.1). */
const MAX_VALUE = 900

/**
 * A value as a token, or as a quoted-string; undefined where it is left out. UTF-8 could stand here only in an internationalized message
 * (RFC 8616 §6), controls and line breaks never.
 */
function value(text: string): string | undefined {
  if (TOKEN.test(text)) return text
  return /^[ -~]*$/.test(text) ? `"${text.replace(/(["\\])/g, '\\$1')}"` : undefined
}

/** pvalue allows [ [ local-part ] "@" ] domain-name as it stands (RFC 8601 §2.2), here with a dot-atom before the "@". */
const PLAIN_ADDRESS = /^(?:[!#$%&'*+/0-9=?A-Z^_`a-z{|}~-]+(?:\.[!#$%&'*+/0-9=?A-Z^_`a-z{|}~-]+)*)?@[0-9A-Za-z._-]+$/

function property(name: string, text: string | null): string[] {
  if (text === null || text === '' || text.length > MAX_VALUE) return []
  const written = PLAIN_ADDRESS.test(text) ? text : value(text)
  return written === undefined ? [] : [`${name}=${written}`]
}

function resinfo(signature: SignatureReport): string[] {
  const key = signature.key === null ? [] : [`(${signature.key.bits}-bit ${signature.key.type} key)`]
  const reason = signature.reason === null ? [] : [`reason="${signature.reason}"`]
  return [
    `dkim=${signature.result}`,
    ...key,
    ...reason,
    ...property('header.d', signature.domain),
    ...property('header.i', signature.identity),
    ...property('header.s', signature.selector),
    ...property('header.a', signature.algorithm),
    ...property('header.b', signature.signatureStart),
  ]
}

/** One field, folded between results, with the given line end. `authservId` is a name of our own (§2.5), validated by the caller. */
export function toAuthenticationResults(report: VerificationReport, authservId: string, lineEnd = '\r\n'): string {
  const results = report.signatures.length === 0 ? [['dkim=none']] : report.signatures.map(resinfo)
  return `Authentication-Results: ${value(authservId) ?? 'localhost'};${results.map(parts => folded(parts, lineEnd)).join(';')}${lineEnd}`
}

/** Folds between properties where a line would be longer than 78 columns, never inside of one. */
function folded(parts: readonly string[], lineEnd: string): string {
  let text = ''
  let column = 78
  for (const part of parts) {
    if (column + part.length + 1 > 77) {
      text += `${lineEnd}\t${part}`
      column = 8 + part.length
    } else {
      text += ` ${part}`
      column += 1 + part.length
    }
  }
  return text
}
