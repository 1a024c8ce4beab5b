// The footer of a body that is too large to be held: looked for near the end, then at every line, as the body is read again and again.

import { createHash, type Hash } from 'node:crypto'
import { bodyCanonicalizer } from '../dkim/canonicalize-body.js'
import { linesText } from './body-ranges.js'
import { eachBodyChunk, type ReadMessage } from './body-reader.js'
import type { BodyFinding } from './body-search.js'
import type { BodyTarget } from './body-target.js'
import type { Budget } from './budget.js'
import { type Prefix, PrefixScanner } from './prefix-scanner.js'

/** Octets at the end where a footer is looked for first: nearly all footers are there, and node:crypto is fast up to it. */
const TAIL = 65_536

/** A footer, null where there is none or the budget ended before it was found. */
export async function searchStream(read: ReadMessage, target: BodyTarget, budget: Budget): Promise<BodyFinding | null> {
  const tail = new TailScanner(target.digest)
  if (!(await eachCanonical(read, target, budget, chunk => tail.write(chunk)))) return null
  const inTail = tail.end()
  budget.count(inTail.tried)
  if (inTail.prefix !== null) return finding(target, inTail.prefix, inTail.lines)
  const scanner = new PrefixScanner(target.digest)
  await eachCanonical(
    read,
    target,
    budget,
    chunk => scanner.write(chunk),
    () => scanner.found !== null,
  )
  budget.count(scanner.tried)
  const { found } = scanner
  if (found === null || !(await isConfirmed(read, target, budget, found))) return null
  return finding(target, found, inTail.lines)
}

function finding({ length }: BodyTarget, { lines }: Prefix, last: number): BodyFinding | null {
  const first = lines + 1
  if (first > last) return null
  if (length === null)
    return { code: 'body-appended', text: `${linesText(first, last)} appended`, lines: [first, last] }
  const text = `l=${length} is not what was hashed: bh= is the hash of the body up to line ${lines}`
  return { code: 'body-length-wrong', text, lines: [first, last] }
}

/** The scanner has a SHA-256 of its own: what it finds counts once node:crypto says the same of those octets. */
async function isConfirmed(read: ReadMessage, target: BodyTarget, budget: Budget, found: Prefix): Promise<boolean> {
  const hash = createHash('sha256')
  let left = found.octets
  const take = (chunk: Buffer): void => {
    hash.update(chunk.subarray(0, left))
    left -= Math.min(left, chunk.length)
  }
  await eachCanonical(read, target, budget, take, () => left === 0)
  return left === 0 && hash.digest().equals(target.digest)
}

/** The canonical body, chunk by chunk; false where the budget ended it. */
async function eachCanonical(
  read: ReadMessage,
  target: BodyTarget,
  budget: Budget,
  visit: (chunk: Buffer) => void,
  isDone: () => boolean = () => false,
): Promise<boolean> {
  const canonicalizer = bodyCanonicalizer(target.canonicalization, visit)
  let inTime = true
  await eachBodyChunk(read, chunk => {
    canonicalizer.write(chunk)
    inTime = budget.isTimeLeft()
    return inTime && !isDone()
  })
  await budget.breathe()
  if (inTime && !isDone()) canonicalizer.end()
  return inTime
}

/** Hashes everything except the tail with node:crypto, then tries each line of the tail. */
class TailScanner {
  readonly #digest: Buffer
  readonly #hash: Hash = createHash('sha256')
  #pending: Buffer[] = []
  #pendingLength = 0
  #octets = 0
  #lines = 0

  constructor(digest: Buffer) {
    this.#digest = digest
  }

  write(chunk: Buffer): void {
    // The canonicalizer's buffer is its own.
    this.#pending.push(Buffer.from(chunk))
    this.#pendingLength += chunk.length
    if (this.#pendingLength > 16 * TAIL) this.#shrink()
  }

  #shrink(): void {
    const bytes = Buffer.concat(this.#pending)
    const cut = bytes.length - TAIL
    const gone = bytes.subarray(0, cut)
    this.#hash.update(gone)
    this.#octets += cut
    this.#lines += linesOf(gone)
    this.#pending = [bytes.subarray(cut)]
    this.#pendingLength = TAIL
  }

  /** The lines of all that was written, and the prefix that has the digest. */
  end(): { readonly prefix: Prefix | null; readonly tried: number; readonly lines: number } {
    const bytes = Buffer.concat(this.#pending)
    const before = this.#lines
    const lines = before + linesOf(bytes)
    let tried = 0
    for (let start = 0, lf = bytes.indexOf(0x0a); lf !== -1; start = lf + 1, lf = bytes.indexOf(0x0a, start)) {
      this.#hash.update(bytes.subarray(start, lf + 1))
      tried += 1
      if (!this.#hash.copy().digest().equals(this.#digest)) continue
      return { prefix: { octets: this.#octets + lf + 1, lines: before + tried }, tried, lines }
    }
    return { prefix: null, tried, lines }
  }
}

function linesOf(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) lines += 1
  return lines
}
