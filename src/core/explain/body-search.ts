// The search over body hypotheses: text that was put in, then every other change, then a change and a footer together.

import { BODY_FAMILIES } from './body-families.js'
import type { BodyHypothesis, BodyScene } from './body-hypothesis.js'
import { RangeSearch } from './body-ranges.js'
import { type BodyTarget, canonicalBody, LARGE_BODY, matchesCanonical } from './body-target.js'
import type { Budget } from './budget.js'
import { type Cause, distinctCauses } from './causes.js'
import { findPrefix } from './prefix-scanner.js'

export interface BodyFinding {
  readonly code: Cause
  readonly text: string
  readonly lines: readonly [number, number] | null
  /** Other causes that give the same hash: no proof can tell them apart. */
  readonly alternatives?: readonly Pick<BodyHypothesis, 'code' | 'text'>[]
}

/** Up to this size a changed body is also tried with a footer. */
const MAX_COMBINED = 2 * 1024 * 1024

/** One change, or several that had to be undone together; empty where nothing fits. */
export async function searchBody(scene: BodyScene, budget: Budget): Promise<BodyFinding[]> {
  const ranges = new RangeSearch(scene, budget)
  const footer = wholeBody(scene, budget) ?? ranges.footer()
  if (footer !== null) return [footer]
  const search = new FamilySearch(scene, budget)
  const changed = await search.alone()
  if (changed !== null) return [changed]
  const range = await ranges.run()
  return range === null ? search.withFooter() : [range]
}

/** l= cuts off, or does not cut off, what was hashed. */
function wholeBody({ canonical, target }: BodyScene, budget: Budget): BodyFinding | null {
  if (target.length === null || !budget.take()) return null
  if (!matchesCanonical({ ...target, length: null }, canonical)) return null
  return { code: 'body-length-wrong', text: `l=${target.length}, but the whole body was hashed`, lines: null }
}

class FamilySearch {
  readonly #scene: BodyScene
  readonly #target: BodyTarget
  readonly #budget: Budget

  constructor(scene: BodyScene, budget: Budget) {
    this.#scene = scene
    this.#target = scene.target
    this.#budget = budget
  }

  /** Every hypothesis that gives the hash, not the first alone: where several do, no proof can tell them apart. */
  async alone(): Promise<BodyFinding | null> {
    const fitting: BodyHypothesis[] = []
    let hashed: Buffer | null = null
    for (const family of Object.values(BODY_FAMILIES)) {
      for (const hypothesis of family(this.#scene)) {
        if (!this.#isAlive()) return attributed(fitting, this.#scene, hashed)
        const canonical = this.#canonicalOf(hypothesis)
        if (canonical === null) continue
        if (!this.#take()) return attributed(fitting, this.#scene, hashed)
        if (hashed === null ? matchesCanonical(this.#target, canonical) : canonical.equals(hashed)) {
          hashed ??= canonical
          fitting.push(hypothesis)
        }
        await this.#budget.breathe()
      }
    }
    return attributed(fitting, this.#scene, hashed)
  }

  async withFooter(): Promise<BodyFinding[]> {
    if (this.#scene.text.length > MAX_COMBINED) return []
    for (const family of Object.values(BODY_FAMILIES)) {
      for (const hypothesis of family(this.#scene)) {
        if (hypothesis.body === undefined) continue
        if (!this.#isAlive()) return []
        const canonical = this.#canonicalOf(hypothesis)
        if (canonical === null) continue
        if (!this.#budget.takeLong()) return []
        const { prefix, tried } = findPrefix(canonical, this.#target.digest, () => this.#budget.isTimeLeft())
        this.#budget.count(tried)
        if (prefix !== null) return [findingOf(hypothesis), this.#appended(hypothesis.body, prefix.lines + 1)]
        await this.#budget.breathe()
      }
    }
    return []
  }

  #appended(body: string, first: number): BodyFinding {
    const same = lineCount(body) === lineCount(this.#scene.text)
    const last = Math.max(first, lineCount(body))
    return { code: 'body-appended', text: 'lines were also appended', lines: same ? [first, last] : null }
  }

  get #isLarge(): boolean {
    return this.#scene.bytes.length > LARGE_BODY
  }

  #take(): boolean {
    return this.#isLarge ? this.#budget.takeLong() : this.#budget.take()
  }

  /** Also where nothing is tried: to rewrite a large body takes its time, whether or not the change shows. */
  #isAlive(): boolean {
    return this.#isLarge ? this.#budget.isTimeLeft() : this.#budget.alive()
  }

  /** Null where the change does not show in the canonical form. */
  #canonicalOf({ body, canonical }: BodyHypothesis): Buffer | null {
    if (canonical !== undefined) return canonical.equals(this.#scene.canonical) ? null : canonical
    if (body === undefined || body === this.#scene.text) return null
    const bytes = canonicalBody(Buffer.from(body, 'latin1'), this.#target.canonicalization)
    return bytes.equals(this.#scene.canonical) ? null : bytes
  }
}

/**
 * What happens on the way comes first. A signer is blamed alone only where no body could have been sent for these bytes:
 * where they are their own canonical form, a body of exactly these bytes may have been sent, and changed on the way.
 */
function attributed(fitting: readonly BodyHypothesis[], scene: BodyScene, hashed: Buffer | null): BodyFinding | null {
  if (hashed === null) return null
  const onTheWay: BodyHypothesis[] = fitting.filter(({ body }) => body !== undefined)
  const bySigner = fitting.filter(({ body }) => body === undefined)
  const sendable = canonicalBody(hashed, scene.target.canonicalization).equals(hashed)
  if (onTheWay.length === 0 && sendable) {
    onTheWay.push(changeOnTheWay(hashed.toString('latin1'), scene.canonical.toString('latin1')))
  }
  const [first, ...others] = distinctCauses([...onTheWay, ...bySigner])
  return { ...findingOf(first!), alternatives: others.map(({ code, text }) => ({ code, text })) }
}

/** What made the received body of the one that was hashed, where both are canonical. */
function changeOnTheWay(sent: string, received: string): Pick<BodyHypothesis, 'code' | 'text'> {
  const lineEnds = /\r(?!\n)|(?<!\r)\n/
  if (lineEnds.test(received) && !lineEnds.test(sent)) {
    return { code: 'line-ends-changed', text: 'line ends inside the body were changed on the way' }
  }
  const withoutEnds = (text: string): string => text.replace(/(?<![ \t])[ \t]+(?=\r\n)/g, '')
  if (withoutEnds(sent) === withoutEnds(received)) {
    return { code: 'trailing-space-changed', text: 'white space at line ends was changed on the way' }
  }
  if (sent.replace(/[ \t]/g, '') === received.replace(/[ \t]/g, '')) {
    return { code: 'white-space-collapsed', text: 'white space in the body was changed on the way' }
  }
  if (sent.replace(/[ \t\r\n]/g, '') === received.replace(/[ \t\r\n]/g, '')) {
    return { code: 'blank-lines-changed', text: 'blank lines in the body were added or removed on the way' }
  }
  return { code: 'body-inserted', text: 'text was added to the body on the way' }
}

function findingOf({ code, text, lines }: BodyHypothesis): BodyFinding {
  return { code, text, lines: lines ?? null }
}

function lineCount(text: string): number {
  let count = text.endsWith('\n') ? 0 : 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
