// What stands in the way for now: exit code 75, and nothing is planned on guesses.

export class TemporaryTrouble extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.name = 'TemporaryTrouble'
    this.hint = hint
  }
}
