// The options of dkim verify --explain, apart from what it does: a wrong option does not load the engine.

import { type Command, InvalidArgumentError, type OptionsOf, type OptionValues } from '../command.js'
import { parseDuration } from '../options.js'

export interface ExplainBudget {
  /** Milliseconds. */
  readonly time?: number
  readonly hypotheses?: number
}

export const addExplainOptions = <Options extends OptionValues>(command: Command<[], Options>) =>
  command
    .optionsGroup('Explaining')
    .option(
      '--explain',
      'explain what was changed, with proof where possible, and what attackers could add to a passing message',
    )
    .option(
      '--explain-budget <budget>',
      'search limit per signature: time (5s), hypotheses (100000) or both (5s,100000)',
      parseBudget,
    )
    .option('--original <file>', 'compare with the original message as sent')
    .option('--trace <dir>', "write each signature's canonical header and body, as hashed, to this directory")

export type ExplainOptions = OptionsOf<ReturnType<typeof addExplainOptions<Record<never, never>>>>

export function wantsExplanation({ explain: asked, explainBudget, original }: ExplainOptions): boolean {
  return asked === true || explainBudget !== undefined || original !== undefined
}

/** The message has to be read again. */
export function readsAgain(options: ExplainOptions): boolean {
  return wantsExplanation(options) || options.trace !== undefined
}

function parseBudget(value: string): ExplainBudget {
  const budget: { time?: number; hypotheses?: number } = {}
  for (const item of value.split(',')) {
    if (/^\d{1,9}$/.test(item)) budget.hypotheses = Number(item)
    else if (/^\d{1,9}(?:ms|s|m|h)$/.test(item)) budget.time = parseDuration(item)
    else
      throw new InvalidArgumentError(
        'expected a time such as 5s, a number of hypotheses such as 100000, or both: 5s,100000',
      )
  }
  return budget
}
