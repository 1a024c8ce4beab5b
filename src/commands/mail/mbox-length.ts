// mbox files whose messages tell their length (mboxcl, mboxcl2): a From_ line that stands in a body begins no message.

import type { ByteSource } from '../io/byte-source.js'
import { BLANK, isMessageEnd, type MboxRange, mboxRanges } from './mbox.js'

/** A header section is not longer than this; of a longer one nothing is believed. */
const MAX_HEADER = 64 * 1024

/**
 * The messages of an mbox. Content-Length is believed where the first message has one that is right, and then of each message whose
 * length ends where a message can end: anybody can write that field, and most mbox files are cut by their From_ lines alone.
 */
export function* messageRanges(source: ByteSource): Generator<MboxRange> {
  let believed = false
  let number = 0
  let reached = 0
  for (const range of mboxRanges(source)) {
    if (number > 0 && !believed) {
      yield range
      continue
    }
    if (range.start <= reached) continue
    number += 1
    const told = toldEnd(source, range)
    believed ||= told !== null && isMessageEnd(source, told)
    const beyond = believed && told !== null && told > range.end + BLANK
    if (beyond && told <= source.size && isMessageEnd(source, told)) {
      reached = told
      yield { number, start: range.start, end: told, torn: false }
    } else {
      const isLast = range.end >= source.size - BLANK
      yield { ...range, number, torn: range.torn || (beyond && isLast) }
    }
  }
}

/** Where the message ends as its Content-Length has it; null where it has none, or several. */
function toldEnd(source: ByteSource, { start, end }: MboxRange): number | null {
  const text = Buffer.concat([...source.pieces(start, Math.min(end, start + MAX_HEADER))]).toString('latin1')
  const blank = /\n\r?\n/.exec(text)
  if (blank === null) return null
  const body = blank.index + blank[0].length
  const lengths = [...text.slice(0, body).matchAll(/^Content-Length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$/gim)]
  return lengths.length === 1 ? start + body + Number(lengths[0]![1]) : null
}
