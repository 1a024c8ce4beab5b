// The cache: answers by TTL, one query in flight per name; temporary failures only where the owner wants them kept.

import { DNS_LIMITS, LIMITS } from '../limits.js'
import { type Answer, timeToLive } from './answer.js'
import { TEMPORARY_STATUSES } from './resolver.js'

interface Kept {
  readonly answer: Answer
  readonly since: number
  readonly until: number
}

interface Flight {
  readonly answer: Promise<Answer>
  readonly abort: AbortController
  waiting: number
}

export class AnswerCache {
  readonly #kept = new Map<string, Kept>()
  readonly #flights = new Map<string, Flight>()
  readonly #now: () => number
  readonly #onFailureKept: ((answer: Answer) => void) | undefined

  /** `now` in milliseconds, from any origin. */
  constructor(now: () => number, onFailureKept?: (answer: Answer) => void) {
    this.#now = now
    this.#onFailureKept = onFailureKept
  }

  /** The answer under `key`: kept, on its way, or from `fetch`. The flight is called off once nobody waits for it any more. */
  get(
    key: string,
    fetch: (signal: AbortSignal) => Promise<Answer>,
    aborted: () => Answer,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const kept = this.#kept.get(key)
    const now = this.#now()
    if (kept !== undefined && now < kept.until) {
      if (TEMPORARY_STATUSES.has(kept.answer.status)) this.#onFailureKept?.(kept.answer)
      return Promise.resolve(aged(kept.answer, (now - kept.since) / 1000))
    }
    if (signal?.aborted) return Promise.resolve(aborted())
    const flight = this.#flights.get(key) ?? this.#start(key, fetch)
    flight.waiting += 1
    if (signal === undefined) return flight.answer
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        flight.waiting -= 1
        if (flight.waiting === 0) flight.abort.abort()
        resolve(aborted())
      }
      signal.addEventListener('abort', onAbort, { once: true })
      void flight.answer.then(answer => {
        signal.removeEventListener('abort', onAbort)
        resolve(answer)
      }, reject)
    })
  }

  #start(key: string, fetch: (signal: AbortSignal) => Promise<Answer>): Flight {
    const abort = new AbortController()
    const answer = fetch(abort.signal).then(fetched => {
      if (this.#flights.get(key)?.abort === abort) this.#flights.delete(key)
      // What was called off says nothing of the name.
      if (!abort.signal.aborted) this.#keep(key, fetched)
      return fetched
    })
    const flight = { answer, abort, waiting: 0 }
    this.#flights.set(key, flight)
    // A flight that was called off must not be joined by a later caller.
    abort.signal.addEventListener('abort', () => this.#flights.delete(key), { once: true })
    return flight
  }

  #keep(key: string, answer: Answer): void {
    const cap = answer.status === 'found' ? DNS_LIMITS.cacheTime : DNS_LIMITS.negativeCacheTime
    const failed = this.#onFailureKept !== undefined && TEMPORARY_STATUSES.has(answer.status)
    const milliseconds = failed ? Number.POSITIVE_INFINITY : Math.min(timeToLive(answer) * 1000, cap)
    // Whoever publishes more text than any key needs may send it again each time, rather than fill our memory.
    if (milliseconds <= 0 || octetsOf(answer) > LIMITS.txtBytes) return
    // The oldest entry makes room: a Map keeps the order of insertion.
    if (this.#kept.size >= DNS_LIMITS.cacheEntries) this.#kept.delete(this.#kept.keys().next().value!)
    const since = this.#now()
    this.#kept.delete(key)
    this.#kept.set(key, { answer, since, until: since + milliseconds })
  }
}

function octetsOf({ records }: Answer): number {
  const texts = records.flatMap(({ data }) => (data.type === 'TXT' ? data.strings : []))
  return texts.reduce((sum, { length }) => sum + length, 0)
}

/** What is left of the TTLs. */
function aged(answer: Answer, seconds: number): Answer {
  const left = <T extends { readonly ttl: number | null }>(item: T): T => ({
    ...item,
    ttl: item.ttl === null ? null : Math.max(0, Math.floor(item.ttl - seconds)),
  })
  return { ...answer, chain: answer.chain.map(left), records: answer.records.map(left) }
}
