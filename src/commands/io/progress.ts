// How far a batch is, on a terminal: one line on stderr with count, rate and time left. Silent without a terminal.

import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { Context } from '../context.js'
import { mailFiles } from '../mail/mail-folder.js'
import { PIECE } from './byte-source.js'
import { isWatched } from './spinner.js'

const DELAY = 300
const INTERVAL = 200
const CLEAR = '\r\u001b[K'

/** Rate and time left are those of so many lines before: two seconds, so that a slow start does not count for ever. */
const WINDOW = 10

interface Moment {
  readonly time: number
  readonly done: number
  readonly share: number
}

/** The clock is read once in so many messages. */
const EVERY = 16

export class Progress {
  readonly #context: Context
  readonly #shown: boolean
  readonly #count: () => number | null
  readonly #start = Date.now()
  readonly #moments: Moment[] = [{ time: this.#start, done: 0, share: 0 }]
  #last = 0
  #done = 0
  #files = 0
  #total: number | null | undefined
  #visible = false
  /** It was taken away for other text, and belongs behind that. */
  #displaced = false

  /** `count` tells how many files there are, and null where that cannot be known; it is asked once the run is a long one. */
  constructor(context: Context, count: () => number | null, show: boolean) {
    this.#context = context
    this.#count = count
    this.#shown = show && isWatched(context)
  }

  /** For each message more: how far into its file it ends, 1 for the last one. */
  step(parts: readonly number[]): void {
    const before = this.#done
    this.#done += parts.length
    if (!this.#shown) return
    this.#files += parts.filter(part => part >= 1).length
    if (Math.floor(before / EVERY) === Math.floor(this.#done / EVERY)) return
    const now = Date.now()
    if (now - this.#start < DELAY || (now - this.#last < INTERVAL && !this.#displaced)) return
    this.#last = now
    const last = parts.at(-1) ?? 1
    this.#draw(now, last >= 1 ? 0 : last)
  }

  /** Takes the line away, before something else is written to the terminal. */
  clear(): void {
    if (!this.#visible) return
    this.#context.stderr.write(CLEAR)
    this.#visible = false
    this.#displaced = true
  }

  #draw(time: number, part: number): void {
    if (this.#total === undefined) this.#total = this.#count()
    const share = this.#total === null ? 0 : (this.#files + part) / this.#total
    const before = this.#moments[0]!
    this.#moments.push({ time, done: this.#done, share })
    if (this.#moments.length > WINDOW) this.#moments.shift()
    const rate = ((this.#done - before.done) / (time - before.time)) * 1000
    const left = (time - before.time) * ((1 - share) / (share - before.share))
    const text = share > 0.005 && share < 1 && Number.isFinite(left) ? `, ${timeText(left / 1000)} left` : ''
    this.#context.stderr.write(`${CLEAR}${this.#done} messages, ${Math.round(rate)} a second${text}`)
    this.#visible = true
    this.#displaced = false
  }
}

/** Null where that cannot be known without reading a pipe. A name of a list counts as one file. */
export function countFiles(paths: readonly string[], lists: readonly string[] = [], nul = false): number | null {
  let files = 0
  for (const path of paths) {
    const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false })
    if (stats?.isFile()) files += 1
    else if (stats?.isDirectory()) files += countIn(path)
    else return null
  }
  for (const list of lists) {
    if (list === '-' || !statSync(list, { throwIfNoEntry: false })?.isFile()) return null
    files += countNames(list, nul ? 0 : 0x0a)
  }
  return Math.max(1, files)
}

function countNames(list: string, end: number): number {
  const fd = openSync(list, 'r')
  const piece = Buffer.allocUnsafe(PIECE)
  let names = 0
  try {
    for (let count = readSync(fd, piece); count > 0; count = readSync(fd, piece)) {
      const bytes = piece.subarray(0, count)
      for (let at = bytes.indexOf(end); at !== -1; at = bytes.indexOf(end, at + 1)) names += 1
    }
  } finally {
    closeSync(fd)
  }
  return names
}

function countIn(path: string): number {
  let files = 0
  try {
    for (const _file of mailFiles(path)) files += 1
  } catch {
    return 0
  }
  return files
}

/** `2 h 05 min`, `3 min 20 s`, `4 s` */
export function timeText(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  if (whole >= 3600)
    return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
  if (whole >= 60) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${whole} s`
}
