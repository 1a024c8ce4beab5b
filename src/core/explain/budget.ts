// What a search may cost: hypotheses and time. The clock is an argument, and the search stops at whichever comes first.

/** Milliseconds of a clock that only goes forward. */
export type Clock = () => number

export interface BudgetOptions {
  /** Milliseconds for one signature. */
  readonly time: number
  /** Hypotheses for one signature. */
  readonly hypotheses: number
  readonly clock: Clock
  /** Called now and then; awaited, so that a long search lets the program breathe. */
  readonly pause?: ((tried: number) => Promise<void>) | undefined
  readonly signal?: AbortSignal | undefined
}

const PAUSE_INTERVAL = 100

export class Budget {
  readonly #options: BudgetOptions
  readonly #end: number
  #nextPause: number
  #tried = 0
  #steps = 0
  #over = false

  constructor(options: BudgetOptions) {
    this.#options = options
    const now = options.clock()
    this.#end = now + options.time
    this.#nextPause = now + PAUSE_INTERVAL
  }

  get tried(): number {
    return this.#tried
  }

  /** True once a hypothesis was refused for lack of budget. */
  get over(): boolean {
    return this.#over
  }

  /** Takes one hypothesis; false where there is none left. The clock is only read now and then: that costs as much as a hash. */
  take(): boolean {
    if (this.#over) return false
    if (this.#tried >= this.#options.hypotheses) this.#over = true
    else if ((this.#tried & 31) === 0) this.#readClock()
    if (this.#over) return false
    this.#tried += 1
    return true
  }

  /** For work that tries nothing, such as hypotheses that change nothing: false where time is up. */
  alive(): boolean {
    this.#steps += 1
    if ((this.#steps & 63) === 0) this.#readClock()
    return !this.#over
  }

  /** Between the pieces of one long piece of work. */
  isTimeLeft(): boolean {
    this.#readClock()
    return !this.#over
  }

  /** For hypotheses that take long each. */
  takeLong(): boolean {
    this.#readClock()
    return this.take()
  }

  /** Hypotheses that were tried together, such as every line of a body. */
  count(hypotheses: number): void {
    this.#tried += hypotheses
  }

  /** Lets the program breathe where it is time to. */
  async breathe(): Promise<void> {
    const now = this.#options.clock()
    if (now < this.#nextPause) return
    await this.#options.pause?.(this.#tried)
    this.#nextPause = this.#options.clock() + PAUSE_INTERVAL
  }

  #readClock(): void {
    if (this.#options.clock() >= this.#end || this.#options.signal?.aborted) this.#over = true
  }
}
