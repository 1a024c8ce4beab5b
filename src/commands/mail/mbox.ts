// The mbox format (RFC 4155, mboxcl): where each message of a file begins and ends, found with bounded memory.

import type { ByteSource } from '../io/byte-source.js'

/** Where a message stands in its file; `end` leaves out the blank line that belongs to the format. */
export interface MboxRange {
  /** Counted from 1. */
  readonly number: number
  readonly start: number
  readonly end: number
  /** The file ends in the middle of this message. */
  readonly torn: boolean
}

const LF = 0x0a
const CR = 0x0d
const FROM = Buffer.from('From ')
const NEXT_FROM = Buffer.from('\nFrom ')
/** A From_ line is looked at only so far; a longer one is no From_ line. */
const MAX_LINE = 1000

const DATE =
  /(?:^| )(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d{1,2}:\d{2}(?::\d{2})?(?: [A-Za-z0-9+:-]{1,6}){0,2} \d{4}(?: |$)/

/** True where a line, its end left out, is a From_ line: `From `, a sender, a date as asctime writes it. */
export function isFromLine(line: string): boolean {
  // "From : x" is the obsolete spelling of a header field (RFC 5322 §4.5).
  return line.length <= MAX_LINE && /^From (?![ \t]*:)/.test(line) && DATE.test(line.slice(5))
}

/** True where the file is an mbox: its first line is a From_ line. */
export function isMbox(head: Buffer): boolean {
  return isFromLineAt(head, 0)
}

function isFromLineAt(bytes: Buffer, start: number): boolean {
  if (bytes.compare(FROM, 0, FROM.length, start, Math.min(start + FROM.length, bytes.length)) !== 0) return false
  const end = lineEnd(bytes, start)
  return end - start <= MAX_LINE && isFromLine(bytes.toString('latin1', start, end))
}

/** Where the line that begins at `start` ends, its CR and LF left out. */
function lineEnd(bytes: Buffer, start: number): number {
  const lf = bytes.subarray(start, start + MAX_LINE + 2).indexOf(LF)
  if (lf === -1) return Math.min(bytes.length, start + MAX_LINE + 2)
  return lf > 0 && bytes[start + lf - 1] === CR ? start + lf - 1 : start + lf
}

/**
 * The messages of an mbox. A message ends at a blank line that a From_ line follows: a body line that merely starts with `From `
 * ends nothing. Reads the source once, piece by piece, carrying over what a boundary could cut.
 */
export function* mboxRanges(source: ByteSource): Generator<MboxRange> {
  let number = 0
  let start = 0
  for (const boundary of boundaries(source)) {
    if (number > 0) yield { number, start, end: boundary.end, torn: false }
    number += 1
    start = boundary.start
  }
  if (number === 0) return
  const tail = bytesAt(source, source.size - BLANK, source.size)
  const end = Math.max(start, source.size - blankLineLength(tail, tail.length))
  yield { number, start, end, torn: tail.at(-1) !== LF }
}

/** True where a message can end: at the end of the file, or before a From_ line and the blank line that belongs to it. */
export function isMessageEnd(source: ByteSource, at: number): boolean {
  if (at > source.size) return false
  const start = Math.max(0, at - BLANK)
  const window = bytesAt(source, start, at + BLANK + REACH)
  const rest = window.subarray(at - start)
  if (/^\r?\n?$/.test(rest.toString('latin1', 0, BLANK))) return true
  const place = at - start + (/^\r?\n/.exec(rest.toString('latin1', 0, 2))?.[0].length ?? 0)
  return blankLineLength(window, place) > 0 && isFromLineAt(window, place)
}

function bytesAt(source: ByteSource, start: number, end: number): Buffer {
  return Buffer.concat([...source.pieces(Math.max(0, start), Math.min(end, source.size))])
}

interface Boundary {
  /** Where the message before ends. */
  readonly end: number
  /** Behind the From_ line: where the next message begins. */
  readonly start: number
}

/** The longest From_ line with its line end. */
const REACH = MAX_LINE + 2
/** The end of a line and a blank line, which stand before a From_ line and at the end of the file. */
export const BLANK = 4

function* boundaries(source: ByteSource): Generator<Boundary> {
  // One window for all of the file: what the piece before has left undecided, then the piece.
  let space = Buffer.alloc(0)
  let carried = 0
  let base = 0
  let next = 0
  for (const piece of source.pieces()) {
    const length = carried + piece.length
    if (space.length < length) space = Buffer.concat([space.subarray(0, carried), piece], REACH + BLANK + length)
    else piece.copy(space, carried)
    const window = space.subarray(0, length)
    const last = base + length >= source.size
    // Behind this a From_ line could be cut: the next window judges it.
    const limit = last ? length : length - REACH
    if (base === 0 && next === 0 && limit > 0 && isFromLineAt(window, 0)) yield boundaryAt(window, base, 0)
    for (let at = findFrom(window, next); at !== -1 && at < limit; at = findFrom(window, at + 1)) {
      if (blankLineLength(window, at) > 0 && isFromLineAt(window, at)) yield boundaryAt(window, base, at)
    }
    const judged = Math.max(next, limit)
    const keep = Math.max(0, judged - BLANK)
    carried = window.copy(space, 0, keep)
    base += keep
    next = judged - keep
  }
}

/** Index of the first line at or after `start` that begins with `From `; -1 where there is none. The first line of a window is none. */
function findFrom(window: Buffer, start: number): number {
  return window.indexOf(NEXT_FROM, Math.max(0, start - 1)) + 1 || -1
}

/** Length of the blank line that ends right before `at`; 0 where the line before is not blank. */
function blankLineLength(window: Buffer, at: number): number {
  const length = window[at - 2] === CR ? 2 : 1
  return window[at - 1] === LF && window[at - 1 - length] === LF ? length : 0
}

function boundaryAt(window: Buffer, base: number, at: number): Boundary {
  const lf = window.indexOf(LF, at)
  return { end: base + at - blankLineLength(window, at), start: base + (lf === -1 ? window.length : lf + 1) }
}

/**
 * Undoes mboxrd quoting: a line of `>`s and `From ` loses one `>`. Only on demand: other mbox writers quote otherwise or not at all,
 * and each wrong byte breaks a signature.
 */
export function* unquoteFrom(pieces: Iterable<Buffer>): Generator<Buffer> {
  let held = ''
  for (const piece of pieces) {
    const text: string = held + piece.toString('latin1')
    const cut = unfinishedQuote(text)
    held = text.slice(cut)
    yield Buffer.from(unquoted(text.slice(0, cut)), 'latin1')
  }
  if (held !== '') yield Buffer.from(unquoted(held), 'latin1')
}

function unquoted(text: string): string {
  return text.replace(/\n>(>*From )/g, '\n$1')
}

/** Where a quote begins that the end of `text` cuts; the length of `text` where it cuts none. */
function unfinishedQuote(text: string): number {
  const lf = text.lastIndexOf('\n')
  if (lf === -1 || text.length - lf > MAX_LINE) return text.length
  return /^\n>*(?:F(?:r(?:om?)?)?)?$/.test(text.slice(lf)) ? lf : text.length
}

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
