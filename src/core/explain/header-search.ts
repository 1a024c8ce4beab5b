// The search over header hypotheses: each alone, then pairs, then triples of the most likely, until one fits or the budget ends.

import type { Budget } from './budget.js'
import { type Cause, distinctCauses } from './causes.js'
import { changeOnTheWay, wholeHeaders } from './header/whole-header.js'
import { HEADER_FAMILIES } from './header-families.js'
import type { HeaderHypothesis, HeaderScene } from './header-hypothesis.js'
import type { CanonicalChange, HeaderModel } from './header-model.js'
import type { HeaderOracle } from './header-oracle.js'

export interface HeaderFinding {
  /** What had to be undone, all of it together. */
  readonly hypotheses: readonly Pick<HeaderHypothesis, 'code' | 'text' | 'fields' | 'changes'>[]
  /** Other causes that give the same header: no proof can tell them apart. */
  readonly alternatives: readonly Pick<HeaderHypothesis, 'code' | 'text'>[]
  readonly header: Buffer
}

interface Single {
  readonly hypothesis: HeaderHypothesis
  readonly changes: readonly CanonicalChange[]
  /** Place among the hypotheses of its family for its position: what is likely stands in front. */
  readonly rank: number
}

/** How many hypotheses of one family for one field take part in combinations. */
const COMBINED_PER_GROUP = 120
const PER_BREATH = 2048

export class HeaderSearch {
  readonly #scene: HeaderScene
  readonly #model: HeaderModel
  readonly #oracle: HeaderOracle
  readonly #budget: Budget
  #singles: Single[] = []

  constructor(scene: HeaderScene, oracle: HeaderOracle, budget: Budget) {
    this.#scene = scene
    this.#model = scene.model
    this.#oracle = oracle
    this.#budget = budget
  }

  async run(): Promise<HeaderFinding | null> {
    const { recovered } = this.#oracle
    // With another digest algorithm the header itself may well be unchanged.
    if (recovered !== null && recovered.algorithm !== 'sha256' && this.#fits(this.#model.bytes)) {
      return { hypotheses: [], alternatives: [], header: this.#model.bytes }
    }
    return this.#tryWholes() ?? (await this.#trySingles()) ?? (await this.#tryCombinations())
  }

  #fits(header: Buffer): boolean {
    return this.#oracle.matches(header) && this.#oracle.confirms(header)
  }

  #tryWholes(): HeaderFinding | null {
    for (const { code, bytes, text } of wholeHeaders(this.#scene)) {
      if (bytes.equals(this.#model.bytes)) continue
      if (!this.#budget.take()) return null
      if (this.#fits(bytes)) return this.#attributed({ code, text, changes: [], fields: [] }, bytes)
    }
    return null
  }

  async #trySingles(): Promise<HeaderFinding | null> {
    let count = 0
    const fitting: Single[] = []
    for (const family of Object.values(HEADER_FAMILIES)) {
      const ranks = new Map<number, number>()
      for (const hypothesis of family(this.#scene)) {
        const single = this.#single(hypothesis, ranks)
        if (!this.#budget.alive()) return this.#oneOf(fitting)
        if (single === null) continue
        if (fitting.length > 0) {
          if (isSameChange(single, fitting[0]!)) fitting.push(single)
          continue
        }
        if (!this.#budget.take()) return null
        if (this.#fits(this.#model.with(single.changes))) fitting.push(single)
        if (single.rank < COMBINED_PER_GROUP) this.#singles.push(single)
        count += 1
        if (count % PER_BREATH === 0) await this.#budget.breathe()
      }
    }
    return this.#oneOf(fitting)
  }

  /** Null where nothing fits; what happens on the way first, where several do. */
  #oneOf(fitting: readonly Single[]): HeaderFinding | null {
    const [any] = fitting
    if (any === undefined) return null
    const header = Buffer.from(this.#model.with(any.changes))
    const all = fitting.map(({ hypothesis }) => hypothesis)
    const onTheWay = all.filter(({ code }) => !BLAMES_SIGNER.has(code))
    const [first, ...others] = distinctCauses([...onTheWay, ...all.filter(({ code }) => BLAMES_SIGNER.has(code))])
    if (onTheWay.length === 0) return this.#attributed(first!, header)
    return { hypotheses: [first!], alternatives: others, header }
  }

  /** The signer is to blame alone only where no header could have been sent that gives these bytes. */
  #attributed(hypothesis: HeaderFinding['hypotheses'][number], header: Buffer): HeaderFinding {
    const onTheWay = BLAMES_SIGNER.has(hypothesis.code) ? changeOnTheWay(this.#model, header) : null
    if (onTheWay === null) return { hypotheses: [hypothesis], alternatives: [], header }
    return { hypotheses: [{ ...hypothesis, ...onTheWay }], alternatives: [hypothesis], header }
  }

  /** Null where the change does not show in the canonical form. */
  #single(hypothesis: HeaderHypothesis, ranks: Map<number, number>): Single | null {
    const changes = hypothesis.changes
      .map(change => this.#model.canonicalChange(change))
      .filter(change => !this.#model.isSame(change))
      .sort((a, b) => a.position - b.position)
    const [first] = changes
    if (first === undefined) return null
    const rank = ranks.get(first.position) ?? 0
    ranks.set(first.position, rank + 1)
    return { hypothesis, changes, rank }
  }

  async #tryCombinations(): Promise<HeaderFinding | null> {
    const singles = this.#singles.sort((a, b) => a.rank - b.rank)
    // A verification costs as much as thirty hashes.
    const [pairs, triples] = this.#oracle.recovered === null ? [70, 25] : [350, 75]
    return (
      (await this.#tryPairs(singles, 1, pairs)) ??
      (await this.#tryTriples(singles.slice(0, triples))) ??
      (await this.#tryPairs(singles, pairs, singles.length))
    )
  }

  async #tryPairs(singles: readonly Single[], from: number, to: number): Promise<HeaderFinding | null> {
    for (let later = from; later < Math.min(to, singles.length); later += 1) {
      const b = singles[later]!
      for (let earlier = 0; earlier < later; earlier += 1) {
        const a = singles[earlier]!
        const changes = merged(a.changes, b.changes)
        if (changes === null) continue
        if (!this.#budget.take()) return null
        if (this.#fits(this.#model.with(changes))) return this.#finding([a, b])
      }
      if ((later & 7) === 0) await this.#budget.breathe()
    }
    return null
  }

  async #tryTriples(singles: readonly Single[]): Promise<HeaderFinding | null> {
    for (const [third, c] of singles.entries()) {
      for (const [second, b] of singles.slice(0, third).entries()) {
        const two = merged(b.changes, c.changes)
        if (two === null) continue
        for (const a of singles.slice(0, second)) {
          const changes = merged(a.changes, two)
          if (changes === null) continue
          if (!this.#budget.take()) return null
          if (this.#fits(this.#model.with(changes))) return this.#finding([a, b, c])
        }
      }
      await this.#budget.breathe()
    }
    return null
  }

  #finding(singles: readonly Single[]): HeaderFinding {
    const changes = singles.flatMap(single => single.changes).sort((a, b) => a.position - b.position)
    return {
      hypotheses: singles.map(({ hypothesis }) => hypothesis),
      alternatives: [],
      header: Buffer.from(this.#model.with(changes)),
    }
  }
}

const BLAMES_SIGNER: ReadonlySet<Cause> = new Set(['other-header-canonicalization', 'signer-mistake'])

function isSameChange({ changes: a }: Single, { changes: b }: Single): boolean {
  return (
    a.length === b.length &&
    a.every(({ position, bytes }, n) => position === b[n]!.position && bytes.equals(b[n]!.bytes))
  )
}

/** Both, in the order of their positions; null where they change the same field. */
function merged(a: readonly CanonicalChange[], b: readonly CanonicalChange[]): CanonicalChange[] | null {
  const both: CanonicalChange[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const left = a[i]!
    const right = b[j]!
    if (left.position === right.position) return null
    if (left.position < right.position) {
      both.push(left)
      i += 1
    } else {
      both.push(right)
      j += 1
    }
  }
  for (; i < a.length; i += 1) both.push(a[i]!)
  for (; j < b.length; j += 1) both.push(b[j]!)
  return both
}
