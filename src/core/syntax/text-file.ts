// What editors put before the text of a file: byte order marks. One reader for every text that a person wrote.

import { DkimError, type DkimErrorCode } from '../errors.js'

/** The bytes without a UTF-8 byte order mark. UTF-16, with its mark or without one, is named. Throws DkimError. */
export function textBytes(bytes: Uint8Array, name: string, code: DkimErrorCode = 'input-unreadable'): Uint8Array {
  if (isUtf16(bytes)) {
    throw new DkimError(code, `${name} is text in UTF-16`, 'save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8')
  }
  return hasMark(bytes) ? bytes.subarray(3) : bytes
}

function hasMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

/** A mark in either order of bytes, or two ASCII characters with a zero byte each. */
function isUtf16(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true
  const isText = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x09 && byte < 0x7f
  return (isText(a) && b === 0 && isText(c) && d === 0) || (a === 0 && isText(b) && c === 0 && isText(d))
}
