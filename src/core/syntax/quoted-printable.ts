// dkim-quoted-printable (§2.11), as in i= and z=, on latin1 strings.

import { removeFws } from './white-space.js'

/** dkim-quoted-printable (§2.11) decoded to a latin1 string; undefined if it is malformed. FWS is ignored. */
export function decodeDkimQuotedPrintable(text: string): string | undefined {
  const compact = removeFws(text)
  if (!compact.includes('=')) return isDkimSafe(compact) ? compact : undefined
  let decoded = ''
  for (let index = 0; index < compact.length; ) {
    const next = compact.indexOf('=', index)
    const end = next === -1 ? compact.length : next
    const plain = compact.slice(index, end)
    if (!isDkimSafe(plain)) return undefined
    decoded += plain
    if (next === -1) break
    const octet = compact.slice(next + 1, next + 3)
    // hex-octet is upper case (§2.11); lower case is accepted too, as by every verifier.
    if (!/^[0-9A-Fa-f]{2}$/.test(octet)) return undefined
    decoded += String.fromCharCode(Number.parseInt(octet, 16))
    index = next + 3
  }
  return decoded
}

/** dkim-safe-char: %x21-3A / %x3C / %x3E-7E; bytes above 7F are accepted for RFC 8616 §3. */
function isDkimSafe(text: string): boolean {
  return /^[!-:<>-~\x80-\xff]*$/.test(text)
}

/** A latin1 string as dkim-quoted-printable (§2.11); `alsoEncode` holds further characters to encode ("|" in z=). */
export function encodeDkimQuotedPrintable(text: string, alsoEncode = ''): string {
  let encoded = ''
  for (const character of text) {
    const plain = /^[!-:<>-~]$/.test(character) && !alsoEncode.includes(character)
    encoded += plain ? character : `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}
