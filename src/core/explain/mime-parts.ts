// The MIME parts of a body, found line by line (RFC 2046 §5.1): enough to try changes inside them, never a verdict.

import { lowerAscii } from '../syntax/names.js'

export interface PartField {
  readonly name: string
  /** Of the field in the body, its CRLF included in `end`. */
  readonly start: number
  readonly end: number
  readonly value: string
}

export interface MimePart {
  /** Empty for the content of a message without multipart: its fields are in the message's header. */
  readonly fields: readonly PartField[]
  /** Of the part's own header, -1 where it has none in the body. */
  readonly headerStart: number
  readonly bodyStart: number
  /** Before the line end that belongs to the boundary. */
  readonly bodyEnd: number
  readonly type: string
  readonly encoding: string
  readonly charset: string
}

export interface MimeBody {
  readonly parts: readonly MimePart[]
  /** Offsets of boundary lines. */
  readonly delimiters: readonly number[]
  /** False where the last boundary of the outermost multipart is missing. */
  readonly closed: boolean
}

const MAX_PARTS = 100

export function boundaryOf(contentType: string): string | null {
  const match = /;[ \t\r\n]*boundary[ \t]*=[ \t]*(?:"([^"]{1,100})"|([^ \t\r\n;"]{1,100}))/i.exec(contentType)
  return match?.[1] ?? match?.[2] ?? null
}

function parameterOf(contentType: string, name: string): string {
  const match = new RegExp(`;[ \\t\\r\\n]*${name}[ \\t]*=[ \\t]*(?:"([^"]*)"|([^ \\t\\r\\n;"]*))`, 'i').exec(
    contentType,
  )
  return match?.[1] ?? match?.[2] ?? ''
}

/** `body` is latin1 text with CRLF line ends. */
export function mimeBody(body: string, contentType: string, encoding: string): MimeBody {
  const outer = boundaryOf(contentType)
  if (outer === null || !/^[ \t\r\n]*multipart\//i.test(contentType)) {
    const whole = partOf([], -1, 0, body.length, { type: contentType, encoding })
    return { parts: [whole], delimiters: [], closed: true }
  }
  return multipartBody(body, outer)
}

function multipartBody(body: string, outer: string): MimeBody {
  const boundaries = new Set([outer])
  const parts: MimePart[] = []
  const delimiters: number[] = []
  let closed = false
  let open: { fields: PartField[]; headerStart: number; bodyStart: number } | null = null
  for (let start = 0; start < body.length && parts.length < MAX_PARTS; ) {
    const next = nextDelimiter(body, start, boundaries)
    if (next === null) break
    delimiters.push(next.start)
    if (open !== null) {
      const end = Math.max(open.bodyStart, next.start - 2)
      parts.push(partOf(open.fields, open.headerStart, open.bodyStart, end))
      open = null
    }
    start = next.end
    if (next.closing) {
      if (next.boundary === outer) closed = true
      continue
    }
    open = readPartHeader(body, start)
    const inner = boundaryOf(open.fields.find(({ name }) => name === 'content-type')?.value ?? '')
    if (inner !== null) boundaries.add(inner)
    start = open.bodyStart
  }
  if (open !== null) parts.push(partOf(open.fields, open.headerStart, open.bodyStart, body.length))
  return { parts, delimiters, closed }
}

interface Delimiter {
  readonly start: number
  readonly end: number
  readonly boundary: string
  readonly closing: boolean
}

function nextDelimiter(body: string, from: number, boundaries: ReadonlySet<string>): Delimiter | null {
  for (let start = from; start < body.length; ) {
    const at = body.startsWith('--', start) ? start : body.indexOf('\r\n--', start) + 2
    if (at < 2 && at !== start) return null
    const lineEnd = body.indexOf('\r\n', at)
    const end = lineEnd === -1 ? body.length : lineEnd
    const line = body.slice(at + 2, Math.min(end, at + 200)).replace(/[ \t]+$/, '')
    if (boundaries.has(line)) return { start: at, end: Math.min(body.length, end + 2), boundary: line, closing: false }
    if (line.endsWith('--') && boundaries.has(line.slice(0, -2))) {
      return { start: at, end: Math.min(body.length, end + 2), boundary: line.slice(0, -2), closing: true }
    }
    start = end
  }
  return null
}

function readPartHeader(body: string, start: number): { fields: PartField[]; headerStart: number; bodyStart: number } {
  const fields: PartField[] = []
  let position = start
  while (position < body.length && !body.startsWith('\r\n', position) && fields.length < 200) {
    let end = position
    do {
      const lineEnd = body.indexOf('\r\n', end)
      end = lineEnd === -1 ? body.length : lineEnd + 2
    } while (end < body.length && (body[end] === ' ' || body[end] === '\t'))
    const raw = body.slice(position, end)
    const colon = raw.indexOf(':')
    const name = colon === -1 ? '' : lowerAscii(raw.slice(0, colon))
    fields.push({ name, start: position, end, value: raw.slice(colon + 1).replace(/\r\n$/, '') })
    position = end
  }
  return { fields, headerStart: start, bodyStart: Math.min(body.length, position + 2) }
}

function partOf(
  fields: readonly PartField[],
  headerStart: number,
  bodyStart: number,
  bodyEnd: number,
  outer?: { type: string; encoding: string },
): MimePart {
  const fieldValue = (name: string): string => fields.find(field => field.name === name)?.value ?? ''
  const type = (outer?.type ?? fieldValue('content-type')).replace(/^[ \t\r\n]+/, '')
  const encoding = lowerAscii((outer?.encoding ?? fieldValue('content-transfer-encoding')).replace(/[ \t\r\n]/g, ''))
  return {
    fields,
    headerStart,
    bodyStart,
    bodyEnd,
    type: lowerAscii(type.split(';')[0]!),
    encoding,
    charset: parameterOf(type, 'charset'),
  }
}
