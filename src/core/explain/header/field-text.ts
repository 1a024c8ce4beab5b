// A header field as text, taken apart and put together again: name, white space, value (RFC 5322 §2.2).

import { latin1ToUtf8, lowerAscii } from '../../syntax/names.js'
import type { Position } from '../header-model.js'

/** A longer field is left alone: rewriting it would eat the budget. */
export const MAX_FIELD = 16_384

export interface FieldText {
  /** As written. */
  readonly name: string
  /** Name, colon and the white space behind it. */
  readonly lead: string
  readonly value: string
  /** White space at the end. */
  readonly trail: string
}

export function fieldText(raw: string): FieldText {
  const colon = raw.indexOf(':')
  const [space = ''] = /^[ \t\r\n]*/.exec(raw.slice(colon + 1))!
  const start = colon + 1 + space.length
  let end = raw.length
  while (end > start && ' \t\r\n'.includes(raw[end - 1]!)) end -= 1
  return {
    name: raw.slice(0, colon),
    lead: raw.slice(0, start),
    value: raw.slice(start, end),
    trail: raw.slice(end),
  }
}

/** The value in one line, each run of white space one space. */
export function plainValue(raw: string): string {
  return fieldText(raw).value.replace(/[ \t\r\n]+/g, ' ')
}

export function withValue(raw: string, value: string): string {
  const { lead, trail } = fieldText(raw)
  return lead + value + trail
}

/** Names as people write them: `message-id` becomes `Message-ID`. */
export function usualName(name: string): string {
  const known = USUAL_NAMES[lowerAscii(name)]
  return known ?? name.replace(/(?:^|-)[a-z]/g, letters => letters.toUpperCase())
}

const USUAL_NAMES: Readonly<Record<string, string>> = {
  'message-id': 'Message-ID',
  'mime-version': 'MIME-Version',
  cc: 'Cc',
}

/** Text of a message as people read it; what is no UTF-8 stays as it is. */
export function readable(latin1: string): string {
  return latin1ToUtf8(latin1) ?? latin1
}

/** Positions with a field, with their indexes. */
export function* present(positions: readonly Position[]): Iterable<{ position: number; name: string; raw: string }> {
  for (const [position, { name, raw }] of positions.entries()) {
    if (raw !== null && raw.length <= MAX_FIELD) yield { position, name, raw }
  }
}

/** Splits at separators that stand outside quoted strings, comments and angle brackets. */
export function splitOutside(value: string, separator: ',' | ';'): string[] {
  const parts: string[] = []
  let start = 0
  let quoted = false
  let depth = 0
  let angle = false
  for (let index = 0; index < value.length; index += 1) {
    const character = value[index]
    if (character === '\\') index += 1
    else if (character === '"' && depth === 0) quoted = !quoted
    else if (quoted) continue
    else if (character === '(') depth += 1
    else if (character === ')') depth = Math.max(0, depth - 1)
    else if (character === '<') angle = true
    else if (character === '>') angle = false
    else if (character === separator && depth === 0 && !angle) {
      parts.push(value.slice(start, index))
      start = index + 1
    }
  }
  parts.push(value.slice(start))
  return parts
}
