// What the answers of one server have taught us: how long it takes, whether it is silent, and which form of question it answers.

import type { Form } from './attempt.js'

/** Not sooner, however fast a server is: a scheduler's hiccup is no loss. */
const SHORTEST_WAIT = 150
/** Questions in a row without an answer after which the other servers are preferred. */
const SILENT = 3

export class ServerRecord {
  #roundTrip: number | null = null
  #variation = 0
  #unanswered = 0
  #form: Form | null = null
  #withoutEdns = 0

  get silent(): boolean {
    return this.#unanswered >= SILENT
  }

  /** The form to ask in; null while nobody knows. One lost datagram says nothing against EDNS, several in a row do. */
  get form(): Form | null {
    return this.#form
  }

  answered(form: Form, milliseconds: number): void {
    this.#withoutEdns = form === 'edns' ? 0 : this.#withoutEdns + 1
    if (form === 'edns' || (this.#form === null && this.#withoutEdns >= SILENT)) this.#form = form
    this.#unanswered = 0
    // The estimator of TCP (RFC 6298 §2).
    if (this.#roundTrip === null) {
      this.#roundTrip = milliseconds
      this.#variation = milliseconds / 2
      return
    }
    this.#variation += (Math.abs(this.#roundTrip - milliseconds) - this.#variation) / 4
    this.#roundTrip += (milliseconds - this.#roundTrip) / 8
  }

  unanswered(): void {
    this.#unanswered += 1
  }

  /** How long to wait for an answer before the question is asked again; the answer is still welcome later. */
  wait(longest: number): number {
    if (this.#roundTrip === null) return longest
    return Math.min(longest, Math.max(SHORTEST_WAIT, 2 * this.#roundTrip + 4 * this.#variation))
  }
}
