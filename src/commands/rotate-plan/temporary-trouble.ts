// A temporary failure: exit code 75, and no plan based on guesses.

export class TemporaryTrouble extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.name = 'TemporaryTrouble'
    this.hint = hint
  }
}
