// How many names are asked for at once: one bound for the whole process, whoever asks and however many clients there are.

import { DNS_LIMITS } from '../limits.js'

export class Slots {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(count: number) {
    this.#free = count
  }

  /** Waits for a slot in the order of the callers, and runs `work` in it; undefined where `signal` aborts before there is one. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    if (!(await this.#take(signal))) return undefined
    try {
      return await work()
    } finally {
      this.#release()
    }
  }

  #take(signal: AbortSignal): Promise<boolean> | boolean {
    if (signal.aborted) return false
    if (this.#free > 0) {
      this.#free -= 1
      return true
    }
    return new Promise(resolve => {
      const onTurn = (): void => {
        signal.removeEventListener('abort', onAbort)
        resolve(true)
      }
      const onAbort = (): void => {
        this.#waiting.delete(onTurn)
        resolve(false)
      }
      this.#waiting.add(onTurn)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** The slot goes straight to the next in line: nobody can push in between. */
  #release(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#free += 1
    else {
      this.#waiting.delete(next)
      next()
    }
  }
}

/** Of this process. Threads ask through the main thread, and so share them. */
export const QUESTION_SLOTS = new Slots(DNS_LIMITS.concurrency)
