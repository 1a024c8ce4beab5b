// What a page about a reason or a warning consists of.

/** A sentence or two, and optionally the command that does it. */
export type Step = readonly [text: string, command?: string]

export interface Guide {
  readonly cause: string
  readonly confirm: readonly Step[]
  readonly fix: readonly Step[]
}
