// Waiting until DNS says what it should: looks with growing pauses, until all agree, time is up, or it is called off.

import type { AnswerStatus } from '../dns/resolver.js'

/** One place that was asked, and whether it says what is expected. */
export interface Sight {
  readonly server: string
  readonly status: AnswerStatus
  readonly agrees: boolean
}

export interface WaitOptions {
  readonly look: (signal: AbortSignal) => Promise<readonly Sight[]>
  /** In milliseconds. */
  readonly timeout: number
  readonly firstPause: number
  /** Told after every look; `pause` is how long nothing happens now, 0 when it is over. */
  readonly onLook?: (sights: readonly Sight[], pause: number) => void
  readonly now: () => number
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
}

export interface WaitOutcome {
  readonly agreed: boolean
  readonly looks: number
  readonly milliseconds: number
  readonly sights: readonly Sight[]
}

const GROWTH = 1.5
const LONGEST_PAUSE = 60_000
/** A look has so many milliseconds, even where less of the time is left. */
const SHORTEST_LOOK = 5_000

export async function waitUntilAgreed(options: WaitOptions): Promise<WaitOutcome> {
  const started = options.now()
  let pause = options.firstPause
  for (let looks = 1; ; looks += 1) {
    const bound = AbortSignal.timeout(Math.max(SHORTEST_LOOK, Math.ceil(options.timeout - (options.now() - started))))
    const sights = await options.look(AbortSignal.any([options.signal, bound]))
    const milliseconds = options.now() - started
    const agreed = sights.length > 0 && sights.every(({ agrees }) => agrees)
    const left = options.timeout - milliseconds
    const over = agreed || left <= 0 || options.signal.aborted
    options.onLook?.(sights, over ? 0 : Math.min(pause, left))
    if (over) return { agreed, looks, milliseconds, sights }
    await options.sleep(Math.min(pause, left), options.signal)
    pause = Math.min(pause * GROWTH, LONGEST_PAUSE)
  }
}
