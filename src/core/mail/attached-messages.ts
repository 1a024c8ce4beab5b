// The messages inside a message, found in the bytes as received (RFC 2046 §5.1, §5.2.1). Bounded in depth and number.

import { decodeBase64 } from '../syntax/base64.js'
import { decodeQuotedPrintable } from './quoted-printable.js'

export interface AttachedMessage {
  /** Numbered as IMAP does (RFC 3501 §6.4.5): `2`, `2.1`. */
  readonly part: string
  /** Where its bytes are, in the received bytes; where it is encoded, or lies in encoded content, that content. */
  readonly start: number
  readonly end: number
  /** Its content transfer encoding in lower case: identity encodings show the message itself. */
  readonly encoding: string
  readonly signed: boolean
}

const MAX_DEPTH = 8
const MAX_PARTS = 200
/** A longer header section of a part is not read. */
const MAX_HEADER = 65_536

/** `message` is latin1, with CRLF or LF line ends. What lies beyond the limits is not found. */
export function attachedMessages(message: string): AttachedMessage[] {
  return searchAttachedMessages(message).found
}

/** `complete` is false where the limits of depth or number ended the search. */
export function searchAttachedMessages(message: string): { found: AttachedMessage[]; complete: boolean } {
  const found: AttachedMessage[] = []
  const budget = { parts: MAX_PARTS, complete: true }
  walk(message, { start: 0, end: message.length }, { path: '', depth: 0, digest: false }, found, budget)
  return { found, complete: budget.complete }
}

interface Budget {
  parts: number
  complete: boolean
}

interface Range {
  readonly start: number
  readonly end: number
}

interface Place {
  readonly path: string
  readonly depth: number
  /** Parts of a multipart/digest are messages unless they say otherwise (RFC 2046 §5.1.5). */
  readonly digest: boolean
}

function walk(text: string, range: Range, place: Place, found: AttachedMessage[], budget: Budget): void {
  if (place.depth > MAX_DEPTH) {
    budget.complete = false
    return
  }
  const header = headerOf(text, range)
  const type = (fieldOf(header.text, 'content-type') ?? (place.digest ? 'message/rfc822' : 'text/plain')).toLowerCase()
  const body = { start: header.end, end: range.end }
  const boundary = /^[ \t]*multipart\//.test(type) ? boundaryOf(header.text) : null
  if (boundary !== null) {
    const digest = /^[ \t]*multipart\/digest/.test(type)
    let number = 0
    for (const part of partsOf(text, body, boundary)) {
      if (budget.parts === 0) {
        budget.complete = false
        return
      }
      budget.parts -= 1
      number += 1
      const path = place.path === '' ? String(number) : `${place.path}.${number}`
      walk(text, part, { path, depth: place.depth + 1, digest }, found, budget)
    }
    return
  }
  const disposition = fieldOf(header.text, 'content-disposition') ?? ''
  const named = /name\*?=[^;\r\n]{0,200}\.eml"?[ \t]*(?:;|$)/i.test(type) || /\.eml"?[ \t]*(?:;|$)/i.test(disposition)
  if (!named && !/^[ \t]*message\/(?:rfc822|global)[ \t]*(?:;|$)/.test(type)) return
  const encoding = (fieldOf(header.text, 'content-transfer-encoding') ?? '7bit').replace(/[ \t]/g, '').toLowerCase()
  const path = place.path === '' ? '1' : place.path
  const decoded = decodedContent(text.slice(body.start, body.end), encoding)
  const content = decoded ?? text
  const within = decoded === null ? body : { start: 0, end: decoded.length }
  const signed = fieldOf(headerOf(content, within).text, 'dkim-signature') !== null
  found.push({ part: path, ...body, encoding, signed })
  const first = found.length
  walk(content, within, { path, depth: place.depth + 1, digest: false }, found, budget)
  if (decoded === null) return
  for (const [index, inner] of found.slice(first).entries()) found[first + index] = { ...inner, ...body, encoding }
}

/** Null where the bytes are the message itself. */
function decodedContent(content: string, encoding: string): string | null {
  if (encoding === 'base64') {
    // Whole groups of four: the content may be cut off.
    const compact = content.replace(/[^A-Za-z0-9+/]/g, '')
    return decodeBase64(compact.slice(0, compact.length - (compact.length % 4)))?.toString('latin1') ?? ''
  }
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(content) : null
}

/** `end` is where the body begins. */
function headerOf(text: string, { start, end }: Range): { text: string; end: number } {
  const limited = text.slice(start, Math.min(end, start + MAX_HEADER))
  const blank = /^\r?\n|\r?\n\r?\n/.exec(limited)
  if (blank === null) return { text: limited, end }
  return { text: limited.slice(0, blank.index), end: start + blank.index + blank[0].length }
}

/** The unfolded value of the first field of this name. */
function fieldOf(header: string, name: string): string | null {
  for (const line of header.replace(/\r?\n(?=[ \t])/g, '').split('\n')) {
    const colon = line.indexOf(':')
    if (
      colon === -1 ||
      line
        .slice(0, colon)
        .replace(/[ \t]+$/, '')
        .toLowerCase() !== name
    )
      continue
    return line.slice(colon + 1).replace(/\r$/, '')
  }
  return null
}

function boundaryOf(header: string): string | null {
  const match = /;[ \t]*boundary[ \t]*=[ \t]*(?:"([^"]{1,200})"|([^ \t;"]{1,200}))/i.exec(
    fieldOf(header, 'content-type') ?? '',
  )
  return match?.[1] ?? match?.[2] ?? null
}

/** The parts between delimiter lines; the last one ends with the body where its delimiter is missing. */
function* partsOf(text: string, { start, end }: Range, boundary: string): Iterable<Range> {
  const delimiter = `--${boundary}`
  let begun = -1
  for (let at = text.indexOf(delimiter, start); at !== -1 && at < end; at = text.indexOf(delimiter, at + 1)) {
    if (at !== start && text[at - 1] !== '\n') continue
    const lineEnd = text.indexOf('\n', at)
    const rest = text.slice(at + delimiter.length, lineEnd === -1 ? end : lineEnd)
    if (rest.length > 100 || !/^(?:--)?[ \t\r]*$/.test(rest)) continue
    if (begun !== -1) yield { start: begun, end: Math.max(begun, at - (text[at - 2] === '\r' ? 2 : 1)) }
    if (rest.startsWith('--') || lineEnd === -1) return
    begun = lineEnd + 1
  }
  if (begun !== -1) yield { start: begun, end }
}
