// Text put into a body: behind it, in front of it, around it, or as a block of lines inside. Each guess costs one hash of what stays.

import { createHash, type Hash } from 'node:crypto'
import type { BodyScene } from './body-hypothesis.js'
import { lineAt } from './body-hypothesis.js'
import { digestOf, LARGE_BODY } from './body-target.js'
import type { Budget } from './budget.js'
import type { Cause } from './causes.js'
import { findPrefix } from './prefix-scanner.js'

export interface RangeFinding {
  readonly code: Cause
  readonly text: string
  readonly lines: readonly [number, number] | null
}

/** Octets at the end where a footer is looked for first. */
const TAIL = 65_536
const GLUED_TAIL = 4096
const MAX_BANNER_LINES = 200
const MAX_WRAP_LINES = 40
/** Boundaries and the like that are looked at, each side. */
const MAX_EDGES = 40
const MAX_BLOCK_LINES = 80
/** Lines up to which every block of lines is tried. */
const MAX_LINES_FOR_BLOCKS = 3000
/** Hash states that are kept. */
const MAX_STATES = 4096

export class RangeSearch {
  readonly #scene: BodyScene
  readonly #budget: Budget
  readonly #canonical: Buffer
  readonly #digest: Buffer
  /** Of line starts in the canonical body, and its end. */
  #starts: number[] = []
  #states: Hash[] = []

  constructor(scene: BodyScene, budget: Budget) {
    this.#scene = scene
    this.#budget = budget
    this.#canonical = scene.canonical
    this.#digest = scene.target.digest
  }

  /** A footer: the cheapest and most frequent of all. */
  footer(): RangeFinding | null {
    const lines = this.#footerInTail() ?? this.#footerAnywhere()
    if (lines === null) return this.#wasEmpty()
    return this.#appended(lines + 1)
  }

  #appended(first: number): RangeFinding {
    const last = lastLineOf(this.#scene.bytes)
    const { length } = this.#scene.target
    if (length !== null) {
      const text = `l=${length} is not what was hashed: bh= is the hash of the body up to line ${first - 1}`
      return { code: 'body-length-wrong', text, lines: [first, Math.max(first, last)] }
    }
    return { code: 'body-appended', text: `${linesText(first, last)} appended`, lines: [first, Math.max(first, last)] }
  }

  #wasEmpty(): RangeFinding | null {
    this.#budget.count(2)
    const empty = [Buffer.alloc(0), Buffer.from('\r\n')].some(bytes => digestOf(bytes, null).equals(this.#digest))
    if (!empty || this.#canonical.length <= 2) return null
    const text = 'bh= is the hash of an empty body: everything was added later, or the signer did not see it'
    return { code: 'body-appended', text, lines: [1, lastLineOf(this.#scene.bytes)] }
  }

  /** The number of lines that were there before. */
  #footerInTail(): number | null {
    const { length } = this.#canonical
    if (length < 4 * TAIL) return null
    const start = this.#canonical.lastIndexOf(0x0a, length - TAIL) + 1
    const state = createHash('sha256').update(this.#canonical.subarray(0, start))
    for (let at = start; at < length; ) {
      const lf = this.#canonical.indexOf(0x0a, at)
      const end = lf === -1 ? length : lf + 1
      state.update(this.#canonical.subarray(at, end))
      this.#budget.count(1)
      if (state.copy().digest().equals(this.#digest)) return linesIn(this.#canonical, end)
      at = end
    }
    return null
  }

  #footerAnywhere(): number | null {
    const { prefix, tried } = findPrefix(this.#canonical, this.#digest, () => this.#budget.isTimeLeft())
    this.#budget.count(tried)
    return prefix === null || prefix.octets === this.#canonical.length ? null : prefix.lines
  }

  /** The rest of the search, from frequent to rare. */
  async run(): Promise<RangeFinding | null> {
    this.#starts = lineStarts(this.#canonical)
    return (
      this.#glued() ??
      (await this.#banner()) ??
      (await this.#likelyBlocks()) ??
      (await this.#wrapped()) ??
      (await this.#twoBlocks()) ??
      (await this.#markup()) ??
      (await this.#anyBlock())
    )
  }

  /** A footer that went behind a last line without a line end. */
  #glued(): RangeFinding | null {
    const { length } = this.#canonical
    const from = Math.max(0, length - GLUED_TAIL)
    const state = createHash('sha256').update(this.#canonical.subarray(0, from))
    for (let end = from + 1; end < length; end += 1) {
      state.update(this.#canonical.subarray(end - 1, end))
      if (!this.#budget.take()) return null
      if (!state.copy().update('\r\n').digest().equals(this.#digest)) continue
      const first = linesIn(this.#canonical, end) + 1
      const last = lastLineOf(this.#scene.bytes)
      return {
        code: 'body-appended',
        text: `text was appended within line ${first}`,
        lines: [first, Math.max(first, last)],
      }
    }
    return null
  }

  async #banner(): Promise<RangeFinding | null> {
    for (let line = 1; line < Math.min(this.#starts.length - 1, MAX_BANNER_LINES); line += 1) {
      if (!this.#budget.takeLong()) return null
      const rest = this.#canonical.subarray(this.#starts[line])
      if (digestOf(rest, this.#scene.target.length).equals(this.#digest)) {
        return { code: 'body-prepended', text: `${linesText(1, line)} prepended`, lines: [1, line] }
      }
      await this.#budget.breathe()
    }
    return null
  }

  /** The old body is one piece of this one: wrapped into a MIME part, or between a banner and a footer. */
  async #wrapped(): Promise<RangeFinding | null> {
    const parts = this.#scene.mime.parts
      .slice(0, MAX_EDGES)
      .map(({ bodyStart }) => lineAt(this.#scene.text, bodyStart) - 1)
    const lines = new Set([...parts, ...Array.from({ length: MAX_WRAP_LINES }, (_, index) => index + 1)])
    for (const line of lines) {
      const start = this.#starts[line]
      if (line === 0 || start === undefined || !this.#budget.takeLong()) continue
      const { prefix, tried } = findPrefix(this.#canonical.subarray(start), this.#digest, () =>
        this.#budget.isTimeLeft(),
      )
      this.#budget.count(tried)
      if (prefix !== null) {
        const first = line + 1
        const last = line + prefix.lines
        const text = `the original body is lines ${first} to ${last}; other lines were added`
        return { code: 'body-wrapped', text, lines: [first, last] }
      }
      await this.#budget.breathe()
    }
    return null
  }

  /** Lines before which footers go, behind which banners go: boundaries, the ends of HTML, starts of parts. */
  #edges(): { readonly ends: readonly number[]; readonly begins: readonly number[] } {
    const { text, mime } = this.#scene
    const ends = new Set<number>()
    const begins = new Set<number>()
    for (const offset of mime.delimiters.slice(0, MAX_EDGES)) {
      const line = lineAt(text, offset) - 1
      ends.add(line)
      ends.add(line - 1)
    }
    for (const { bodyStart } of mime.parts.slice(0, MAX_EDGES)) begins.add(lineAt(text, bodyStart) - 1)
    for (const index of firstMatches(text, /<\/(?:body|html)>/gi)) ends.add(lineAt(text, index) - 1)
    for (const index of firstMatches(text, /<body[^>]{0,500}>/gi)) begins.add(lineAt(text, index))
    return { ends: [...ends].slice(0, MAX_EDGES), begins: [...begins].slice(0, MAX_EDGES) }
  }

  async #likelyBlocks(): Promise<RangeFinding | null> {
    const { ends, begins } = this.#edges()
    for (let length = 1; length <= MAX_BLOCK_LINES; length += 1) {
      for (const end of ends) {
        const found = this.#tryBlock(end - length, end)
        if (found !== null) return found
      }
      for (const begin of begins) {
        const found = this.#tryBlock(begin, begin + length)
        if (found !== null) return found
      }
      if (this.#budget.over) return null
      await this.#budget.breathe()
    }
    return null
  }

  /** Every block of lines, short ones first. */
  async #anyBlock(): Promise<RangeFinding | null> {
    const count = this.#starts.length - 1
    if (count > MAX_LINES_FOR_BLOCKS) return null
    for (let length = 1; length < count; length += 1) {
      for (let first = 1; first + length < count; first += 1) {
        const found = this.#tryBlock(first, first + length)
        if (found !== null) return found
        if (this.#budget.over) return null
      }
      await this.#budget.breathe()
    }
    return null
  }

  /** The hash of a large body takes longer than a look at the clock. */
  #take(): boolean {
    return this.#canonical.length > LARGE_BODY ? this.#budget.takeLong() : this.#budget.take()
  }

  /** Lines `first` to `end - 1`, counted from 0, taken out. */
  #tryBlock(first: number, end: number): RangeFinding | null {
    const rest = this.#starts[end]
    if (first < 0 || end <= first || rest === undefined || !this.#take()) return null
    const digest = this.#stateAt(first).update(this.#canonical.subarray(rest)).digest()
    if (!digest.equals(this.#digest)) return null
    return { code: 'body-inserted', text: `${linesText(first + 1, end)} inserted`, lines: [first + 1, end] }
  }

  /** The hash state before a line, to go on with. States are kept for some lines only: each costs memory outside of the heap. */
  #stateAt(line: number): Hash {
    const stride = Math.ceil(this.#starts.length / MAX_STATES)
    const mark = Math.floor(line / stride)
    if (this.#states.length === 0) this.#states.push(createHash('sha256'))
    for (let known = this.#states.length; known <= mark; known += 1) {
      const state = this.#states[known - 1]!.copy()
      const from = this.#starts[(known - 1) * stride]
      this.#states.push(state.update(this.#canonical.subarray(from, this.#starts[known * stride])))
    }
    const state = this.#states[mark]!.copy()
    return state.update(this.#canonical.subarray(this.#starts[mark * stride], this.#starts[line]))
  }

  /** A footer in the plain text and another in the HTML of one message. */
  async #twoBlocks(): Promise<RangeFinding | null> {
    const { ends, begins } = this.#edges()
    const blocks = (length: number): [number, number][] => [
      ...ends.map((end): [number, number] => [end - length, end]),
      ...begins.map((begin): [number, number] => [begin, begin + length]),
    ]
    const candidates = Array.from({ length: 16 }, (_, index) => blocks(index + 1))
      .flat()
      .slice(0, 400)
    for (const [firstStart, firstEnd] of candidates) {
      for (const [secondStart, secondEnd] of candidates) {
        if (firstStart < 0 || firstEnd >= secondStart) continue
        const [from, to, rest] = [this.#starts[firstEnd], this.#starts[secondStart], this.#starts[secondEnd]]
        if (from === undefined || to === undefined || rest === undefined) continue
        if (!this.#take()) return null
        const state = this.#stateAt(firstStart).update(this.#canonical.subarray(from, to))
        if (!state.update(this.#canonical.subarray(rest)).digest().equals(this.#digest)) continue
        const text = `${linesText(firstStart + 1, firstEnd)} inserted, and lines ${secondStart + 1} to ${secondEnd}`
        return { code: 'body-inserted', text, lines: [firstStart + 1, secondEnd] }
      }
      await this.#budget.breathe()
    }
    return null
  }

  /** HTML put in between two tags of one line. */
  async #markup(): Promise<RangeFinding | null> {
    for (let line = 0; line + 1 < this.#starts.length && line < MAX_LINES_FOR_BLOCKS; line += 1) {
      const start = this.#starts[line]!
      const end = this.#starts[line + 1]!
      const tags = tagsIn(this.#canonical.subarray(start, end))
      for (const [index, first] of tags.entries()) {
        for (const last of tags.slice(index + 1)) {
          if (!this.#take()) return null
          const state = this.#stateAt(line).update(this.#canonical.subarray(start, start + first))
          if (
            !state
              .update(this.#canonical.subarray(start + last))
              .digest()
              .equals(this.#digest)
          )
            continue
          return { code: 'body-inserted', text: `HTML was inserted in line ${line + 1}`, lines: [line + 1, line + 1] }
        }
      }
      await this.#budget.breathe()
    }
    return null
  }
}

/** Where tags begin, and the line end. */
function tagsIn(line: Buffer): number[] {
  const tags: number[] = []
  for (let at = line.indexOf(0x3c); at !== -1 && tags.length < 80; at = line.indexOf(0x3c, at + 1)) tags.push(at)
  if (tags.length > 0) tags.push(line.length - 2)
  return tags
}

/** Where the first few matches are: a message can hold any number of them. */
function firstMatches(text: string, pattern: RegExp): number[] {
  const found: number[] = []
  for (const { index } of text.matchAll(pattern)) {
    if (found.push(index) >= MAX_EDGES) break
  }
  return found
}

function lineStarts(bytes: Buffer): number[] {
  const starts = [0]
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) starts.push(at + 1)
  if (starts.at(-1) !== bytes.length) starts.push(bytes.length)
  return starts
}

function linesIn(bytes: Buffer, end: number): number {
  let lines = 0
  for (let at = bytes.indexOf(0x0a); at !== -1 && at < end; at = bytes.indexOf(0x0a, at + 1)) lines += 1
  return lines
}

function lastLineOf(body: Buffer): number {
  const lines = linesIn(body, body.length)
  return body.at(-1) === 0x0a ? lines : lines + 1
}

/** The verb included. */
export function linesText(first: number, last: number): string {
  return first >= last ? `line ${first} was` : `lines ${first} to ${last} were`
}
