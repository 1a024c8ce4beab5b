// A command as it describes itself: its options and arguments, what help says of it, and what it does. Plain data, in the words of
// commander: arguments.ts reads a usual command line by it at once, help is written from it, and commander's own tree is made of it.

import type { Example, Table, Values } from '../report/help/page.js'

/** One text to a value; `previous` is what the option has so far, for those that are repeatable. May throw InvalidArgumentError. */
export type ParseValue<Value = unknown> = (value: string, previous: Value | undefined) => Value

/** A value that does not fit. */
export class InvalidArgumentError extends Error {
  /** What commander knows them by. */
  readonly code = 'commander.invalidArgument'
}

export class Option {
  readonly flags: string
  readonly description: string
  readonly short: string | undefined
  readonly long: string
  /** `<value>`, or undefined for a switch. */
  readonly value: string | undefined
  /** `<value...>`: takes all words that follow. */
  readonly variadic: boolean
  /** `--no-colour` */
  readonly negate: boolean
  argChoices: readonly string[] | undefined
  defaultValue: unknown
  parseArg: ParseValue | undefined
  readonly conflictsWith: string[] = []
  helpGroupHeading: string | undefined

  constructor(flags: string, description: string) {
    const [, short, long, value] = /^(?:(-\w), )?(--[\w-]+)(?: (<[^>]+>))?$/.exec(flags) ?? []
    if (long === undefined) throw new Error(`no flags of an option: ${flags}`)
    this.flags = flags
    this.description = description
    this.short = short
    this.long = long
    this.value = value
    this.variadic = value?.endsWith('...>') === true
    this.negate = long.startsWith('--no-')
  }

  /** `--dns-file` and `--no-dns-file` are both `dnsFile`. */
  attributeName(): string {
    return this.long.replace(/^--(?:no-)?/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  }

  choices(choices: readonly string[]): this {
    this.argChoices = choices
    this.parseArg = oneOf(choices)
    return this
  }

  default(value: unknown): this {
    this.defaultValue = value
    return this
  }

  argParser<Value>(parse: ParseValue<Value>): this {
    this.parseArg = parse as ParseValue
    return this
  }

  conflicts(attributeName: string): this {
    this.conflictsWith.push(attributeName)
    return this
  }

  helpGroup(heading: string): this {
    this.helpGroupHeading = heading
    return this
  }
}

export class Argument {
  readonly flags: string
  readonly description: string
  readonly required: boolean
  readonly variadic: boolean
  argChoices: readonly string[] | undefined
  parseArg: ParseValue | undefined
  readonly #name: string

  /** `<name>`, `[name]` or `[name...]` */
  constructor(flags: string, description: string) {
    this.flags = flags
    this.description = description
    this.required = flags.startsWith('<')
    this.variadic = flags.slice(1, -1).endsWith('...')
    this.#name = flags.slice(1, this.variadic ? -4 : -1)
  }

  name(): string {
    return this.#name
  }

  choices(choices: readonly string[]): this {
    this.argChoices = choices
    this.parseArg = oneOf(choices)
    return this
  }
}

function oneOf(choices: readonly string[]): ParseValue {
  return value => {
    if (choices.includes(value)) return value
    throw new InvalidArgumentError(`use ${choices.join(', ')}`)
  }
}

/** What a command is run with: a value for each of its arguments, and its options by attribute. */
export type Action = (...values: never[]) => void | Promise<void>

export class Command {
  readonly options: Option[] = []
  readonly registeredArguments: Argument[] = []
  readonly commands: Command[] = []
  readonly shownExamples: Example[] = []
  readonly shownNotes: string[] = []
  readonly shownTables: Table[] = []
  readonly suggestions = new Map<string, Values>()
  parent: Command | null = null
  run: Action | undefined
  readonly #name: string
  #description = ''
  #summary = ''
  #group: string | undefined

  constructor(name: string) {
    this.#name = name
  }

  name(): string {
    return this.#name
  }

  description(): string
  description(text: string): this
  description(text?: string): string | this {
    if (text === undefined) return this.#description
    this.#description = text
    return this
  }

  summary(): string
  summary(text: string): this
  summary(text?: string): string | this {
    if (text === undefined) return this.#summary
    this.#summary = text
    return this
  }

  argument(flags: string, description: string): this {
    return this.addArgument(new Argument(flags, description))
  }

  addArgument(argument: Argument): this {
    this.registeredArguments.push(argument)
    return this
  }

  option(flags: string, description: string, fallback?: string): this
  option<Value>(flags: string, description: string, parse: ParseValue<Value>, fallback?: Value): this
  option(flags: string, description: string, parse?: ParseValue | string, fallback?: unknown): this {
    const option = new Option(flags, description)
    if (typeof parse === 'function') option.argParser(parse).default(fallback)
    else option.default(parse)
    return this.addOption(option)
  }

  addOption(option: Option): this {
    option.helpGroupHeading ??= this.#group
    this.options.push(option)
    return this
  }

  /** The heading that the options from here on stand under in the help. */
  optionsGroup(heading: string): this {
    this.#group = heading
    return this
  }

  addCommand(command: Command): this {
    command.parent = this
    this.commands.push(command)
    return this
  }

  action(run: Action): this {
    this.run = run
    return this
  }

  /** A command line that works as it stands, with what it does. */
  example(run: string, text?: string): this {
    this.shownExamples.push({ run, text: text ?? null })
    return this
  }

  /** A list of what an option may name. */
  table(title: string, rows: Table['rows']): this {
    this.shownTables.push({ title, rows })
    return this
  }

  /** What the completions of shells offer, by long option or name of an argument, where neither choices nor `<file>` tell. */
  suggest(rows: Readonly<Record<string, Values>>): this {
    for (const [name, values] of Object.entries(rows)) this.suggestions.set(name, values)
    return this
  }

  note(text: string): this {
    this.shownNotes.push(text)
    return this
  }
}
