// White space in messages and tag lists: WSP and FWS (§2.8; RFC 5234, RFC 5322 §3.2.2).
// Text that came from bytes is handled as a latin1 string: one character per byte, so that an index is a byte offset.

const SP = 0x20
const HTAB = 0x09
const CR = 0x0d
const LF = 0x0a

/** WSP of RFC 5234 and nothing else: JavaScript's \s matches NBSP, VT and FF, which are data here. */
export function isWsp(code: number): boolean {
  return code === SP || code === HTAB
}

function isFwsByte(code: number): boolean {
  return code === SP || code === HTAB || code === CR || code === LF
}

/** Index of the first character at or after `start` that is not FWS, `end` if there is none. */
export function skipFws(text: string, start: number, end = text.length): number {
  let index = start
  while (index < end && isFwsByte(text.charCodeAt(index))) index += 1
  return index
}

/** Index after the last character before `end` that is not FWS, `start` if there is none. */
export function skipFwsBack(text: string, start: number, end: number): number {
  let index = end
  while (index > start && isFwsByte(text.charCodeAt(index - 1))) index -= 1
  return index
}

export function trimFws(text: string): string {
  const start = skipFws(text, 0)
  return text.slice(start, skipFwsBack(text, start, text.length))
}

/** Removes WSP from both ends. */
export function trimWsp(text: string): string {
  let start = 0
  while (start < text.length && isWsp(text.charCodeAt(start))) start += 1
  let end = text.length
  while (end > start && isWsp(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

export function removeFws(text: string): string {
  // Runs of one class: linear in any input.
  return /[ \t\r\n]/.test(text) ? text.replace(/[ \t\r\n]+/g, '') : text
}
