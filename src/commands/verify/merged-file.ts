// One file of dkim verify --merge: what is no ndjson of ours at all is one problem, not one a line.

import type { Merger } from './merger.js'

/** This many foreign lines without a single report mean a different kind of file. */
const MAX_FOREIGN = 1000

export class MergedFile {
  readonly #name: string
  readonly #merger: Merger
  #number = 0
  #ours = 0
  /** Positions of foreign lines before the first report. */
  #foreign: string[] = []
  #first = ''

  constructor(name: string, merger: Merger) {
    this.#name = name
    this.#merger = merger
  }

  get isForeign(): boolean {
    return this.#foreign.length >= MAX_FOREIGN
  }

  /** Null stands for a line that is too long. */
  add(line: string | null): void {
    this.#number += 1
    if (line === '' || line === '\r' || this.isForeign) return
    const place = `${this.#name}:${this.#number}`
    if (line !== null && this.#merger.add(line, place)) this.#ours += 1
    else {
      if (this.#foreign.length === 0) this.#first = line?.slice(0, 16) ?? ''
      this.#foreign.push(place)
    }
    if (this.#ours > 0) this.#tellForeign()
  }

  #tellForeign(): void {
    for (const place of this.#foreign) this.#merger.fail('no-report', `${place} is not a dkim verify report`)
    this.#foreign = []
  }

  close(): void {
    if (this.#foreign.length === 0) return
    const hint = HINTS.find(([start]) => start.test(this.#first))?.[1] ?? USUAL_HINT
    this.#merger.fail('no-report', `${this.#name} is not dkim verify ndjson`, hint)
  }
}

const USUAL_HINT = '--merge reads the output of dkim verify --format ndjson'

/** What is given by mistake, by how it begins. */
const HINTS: readonly (readonly [start: RegExp, hint: string])[] = [
  [/^[ \t]*[[{]/, 'it looks like one JSON document: write the reports with --format ndjson'],
  [/^\u001f\ufffd/, 'it is compressed: unpack it first, as in gunzip -c FILE.gz | dkim verify --merge -'],
]
