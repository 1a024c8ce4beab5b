// One question put to several servers until one answers or the time is up: asked again in growing steps, and late answers are taken.

import { performance } from 'node:perf_hooks'
import { DNS_LIMITS } from '../limits.js'
import { type Answer, emptyAnswer } from './answer.js'
import { ask, type Form } from './attempt.js'
import { readAnswer } from './chain.js'
import type { Question } from './message.js'
import type { Nameserver } from './nameserver.js'
import { type AnswerStatus, TEMPORARY_STATUSES } from './resolver.js'
import type { ServerRecord } from './server-record.js'
import { abortFailure, TransportFailure } from './transport.js'

export interface KnownServer {
  readonly server: Nameserver
  readonly record: ServerRecord
}

export interface AskingTimes {
  /** When the question is given up, by `performance.now()`. */
  readonly ends: number
  /** The longest first wait before the question is asked again. */
  readonly attempt: number
}

/** Of several failures the one that says most. */
const TELLING: readonly AnswerStatus[] = ['servfail', 'refused', 'malformed', 'timeout', 'network']

/** Timers of Node may fire so much too early. */
const TIMER_ERROR = 2

/** The same question again can help against these: the datagram was somebody else's, the port not open yet. */
const WORTH_REPEATING: ReadonlySet<AnswerStatus> = new Set(['timeout', 'malformed', 'network'])

/** Never rejects. */
export async function askServers(
  servers: readonly KnownServer[],
  question: Omit<Question, 'edns'>,
  times: AskingTimes,
  signal: AbortSignal,
): Promise<Answer> {
  return new Asking(servers, question, times).run(signal)
}

/** What is known of one server within this question. */
interface Tally extends KnownServer {
  attempts: number
  failures: number
  /** How many of them had their pause. */
  rested: number
  /** It has said what it has to say. */
  done: boolean
}

interface Attempt {
  readonly tally: Tally
  /** Only made to find out whether TCP gets through: that it does not is no news. */
  readonly probe: boolean
  readonly stop: AbortController
  readonly answer: Promise<{ readonly attempt: Attempt; readonly answer: Answer }>
}

class Asking {
  readonly #tallies: readonly Tally[]
  readonly #question: Omit<Question, 'edns'>
  readonly #times: AskingTimes
  readonly #failures: Answer[] = []
  #open: Attempt[] = []
  #attempts = 0

  constructor(servers: readonly KnownServer[], question: Omit<Question, 'edns'>, times: AskingTimes) {
    this.#tallies = servers.map(server => ({ ...server, attempts: 0, failures: 0, rested: 0, done: false }))
    this.#question = question
    this.#times = times
  }

  async run(signal: AbortSignal): Promise<Answer> {
    const onAbort = (): void => this.#close()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      while (!signal.aborted && this.#left > TIMER_ERROR) {
        const tally = this.#next()
        if (tally === undefined && this.#open.length === 0) break
        // One that has just failed gets a moment; others are asked at once.
        const rests = tally !== undefined && tally.failures === tally.attempts && tally.rested < tally.failures
        if (tally !== undefined && !rests) this.#start(tally)
        const heard = await this.#listen(rests ? DNS_LIMITS.backOff : this.#waitFor(tally), signal)
        if (heard !== 'nothing' && heard !== 'failure') return heard
        if (rests) tally.rested = tally.failures
        else if (heard === 'nothing') tally?.record.unanswered()
      }
      return this.#failure()
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#close()
    }
  }

  get #left(): number {
    return this.#times.ends - performance.now()
  }

  /** Who was asked least, in the order given; one that has long been silent counts as asked twice already. */
  #next(): Tally | undefined {
    const burden = ({ attempts, record }: Tally): number => attempts + (record.silent ? 2 : 0)
    const open = this.#tallies.filter(({ done }) => !done)
    return open.reduce<Tally | undefined>(
      (best, tally) => (best === undefined || burden(tally) < burden(best) ? tally : best),
      undefined,
    )
  }

  #waitFor(tally: Tally | undefined): number {
    if (tally === undefined) return this.#left
    const round = Math.floor((this.#attempts - 1) / this.#tallies.length)
    return tally.record.wait(this.#times.attempt) * 2 ** round
  }

  #start(tally: Tally): void {
    const forms = formsOf(tally)
    for (const form of forms) {
      const stop = new AbortController()
      const attempt: Attempt = {
        tally,
        probe: form === 'tcp' && forms.length > 1,
        stop,
        answer: this.#ask(tally, form, stop.signal).then(answer => ({ attempt, answer })),
      }
      this.#open.push(attempt)
    }
    tally.attempts += 1
    this.#attempts += 1
    while (this.#open.length > DNS_LIMITS.attemptsOpen) this.#open.shift()!.stop.abort()
  }

  async #ask({ server, record }: Tally, form: Form, signal: AbortSignal): Promise<Answer> {
    const { name, type } = this.#question
    const started = performance.now()
    try {
      const message = await ask(server, this.#question, form, signal)
      record.answered(form, performance.now() - started)
      const answer = readAnswer(message, name, type, server.text)
      if (form !== 'tcp' || TEMPORARY_STATUSES.has(answer.status)) return answer
      return { ...answer, detail: answer.detail ?? `${server.text} answered over TCP, and not over UDP` }
    } catch (error) {
      const failure = error instanceof TransportFailure ? error : signal.aborted ? abortFailure(signal) : undefined
      if (failure === undefined) throw error
      const where = failure.status === 'network' ? `${server.text}: ` : ''
      return emptyAnswer(name, failure.status, where + failure.message, server.text)
    }
  }

  /** An answer that settles the question, or that one attempt has failed, or that nothing was heard for so long. */
  async #listen(milliseconds: number, signal: AbortSignal): Promise<Answer | 'failure' | 'nothing'> {
    const until = performance.now() + milliseconds
    let timer: NodeJS.Timeout | undefined
    let wake: (() => void) | undefined
    const pause = new Promise<null>(resolve => {
      // Where the event loop was busy, answers may have arrived that were not read yet: they come first.
      wake = () => setImmediate(resolve, null)
      timer = setTimeout(wake, Math.max(0, Math.min(milliseconds, this.#left)))
      signal.addEventListener('abort', wake, { once: true })
    })
    const heard = await Promise.race([pause, ...this.#open.map(({ answer }) => answer)])
    clearTimeout(timer)
    signal.removeEventListener('abort', wake!)
    if (heard === null) return 'nothing'
    this.#open = this.#open.filter(attempt => attempt !== heard.attempt)
    const { answer } = heard
    if (!TEMPORARY_STATUSES.has(answer.status)) return answer
    if (heard.attempt.probe) return this.#listen(until - performance.now(), signal)
    this.#fail(heard.attempt.tally, answer)
    return 'failure'
  }

  #fail(tally: Tally, answer: Answer): void {
    this.#failures.push(answer)
    tally.failures += 1
    const answered = this.#failures.filter(({ server }) => server === tally.server.text).length
    if (!WORTH_REPEATING.has(answer.status) || answered >= DNS_LIMITS.rounds) tally.done = true
  }

  #failure(): Answer {
    const { name } = this.#question
    const status = TELLING.find(candidate => this.#failures.some(failure => failure.status === candidate))
    const failure = this.#failures.find(candidate => candidate.status === status)
    const silent = this.#tallies.find(({ attempts, failures }) => attempts > failures)
    if (failure !== undefined) return failure
    return emptyAnswer(name, 'timeout', 'no answer in time', silent?.server.text ?? null)
  }

  #close(): void {
    for (const { stop } of this.#open.splice(0)) stop.abort()
  }
}

/**
 * Silence can mean that the server drops EDNS (RFC 6891 §6.2.1 calls for asking without), or that UDP does not get through:
 * one that has never answered is asked both ways the second time.
 */
function formsOf({ server, record, attempts, failures }: Tally): Form[] {
  if (record.form !== null) return [record.form]
  return attempts === 1 && failures === 0 && server.kind === 'dns' ? ['plain', 'tcp'] : ['edns']
}
