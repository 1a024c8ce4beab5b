// mbox files whose messages tell their length (mboxcl, mboxcl2): a From_ line that stands in a body begins no message.

import type { ByteSource } from '../io/byte-source.js'
import { BLANK, isMessageEnd, type MboxRange, mboxRanges } from './mbox.js'

/** A header section is not longer than this; of a longer one nothing is believed. */
const MAX_HEADER = 64 * 1024

/**
 * The messages of an mbox. Content-Length is believed where every message has one that is right, as a writer that counts gives it to all:
 * a sender can write that field too, and must not hide the messages after his own.
 */
export function* messageRanges(source: ByteSource): Generator<MboxRange> {
  for (const range of rangesByLength(source)) {
    if (range !== null) continue
    yield* mboxRanges(source)
    return
  }
  for (const range of rangesByLength(source)) if (range !== null) yield range
}

/** The messages as their lengths have them; null, and nothing more, at the first whose length is missing or wrong. */
function* rangesByLength(source: ByteSource): Generator<MboxRange | null> {
  let number = 0
  let reached = 0
  for (const range of mboxRanges(source)) {
    if (range.start <= reached) continue
    number += 1
    const told = toldEnd(source, range)
    if (told !== null && isMessageEnd(source, told)) {
      const isLonger = told > range.end + BLANK
      if (isLonger) reached = told
      yield { ...range, number, end: isLonger ? told : range.end, torn: range.torn && !isLonger }
    } else if (told !== null && number > 1 && told > source.size && range.end >= source.size - BLANK) {
      yield { ...range, number, torn: range.torn || told > range.end + BLANK }
    } else {
      yield null
      return
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
