// Reads a usual command line by the description of its command: operands, `--name`, `--name value`, `--name=value`, `-n` and `-n value`.
// Everything else – help, errors, clusters of letters, `--`, options that take several words – is commander's: to load it takes longer than most commands take to run.

import { type Argument, type Command, InvalidArgumentError, type Option } from './command.js'

/** A command line as it was understood. */
export interface CommandLine {
  /** One for each argument that the command has. */
  readonly operands: unknown[]
  /** By attribute, defaults included; settings are filled in later. */
  readonly options: Record<string, unknown>
  /** Attributes that the command line itself has set. */
  readonly given: ReadonlySet<string>
}

/** Null where commander has to look. Understands what commander does, and nothing else: a test holds them side by side. */
export function readArguments(command: Command, argv: readonly string[]): CommandLine | null {
  try {
    return new Reader(command).read(argv)
  } catch (error) {
    // Which value it was that did not fit, commander will say.
    if (error instanceof InvalidArgumentError) return null
    throw error
  }
}

class Reader {
  readonly #command: Command
  readonly #byFlag = new Map<string, Option>()
  readonly #options: Record<string, unknown>
  readonly #given = new Set<string>()

  constructor(command: Command) {
    this.#command = command
    this.#options = defaultsOf(command)
    for (const option of command.options) {
      this.#byFlag.set(option.long, option)
      if (option.short !== undefined) this.#byFlag.set(option.short, option)
    }
  }

  read(argv: readonly string[]): CommandLine | null {
    const words: string[] = []
    for (let at = 0; at < argv.length; at += 1) {
      const argument = argv[at]!
      if (isWord(argument)) {
        words.push(argument)
        continue
      }
      const [flag, inline] = parted(argument)
      const option = this.#byFlag.get(flag)
      if (option === undefined || option.variadic || option.conflictsWith.length > 0) return null
      if (option.value === undefined) {
        if (inline !== undefined) return null
        this.#set(option, !option.negate)
        continue
      }
      const value = inline ?? argv[++at]
      if (value === undefined || (inline === undefined && !isWord(value))) return null
      const name = option.attributeName()
      this.#set(option, option.parseArg === undefined ? value : option.parseArg(value, this.#options[name]))
    }
    const operands = operandsOf(this.#command.registeredArguments, words)
    return operands === null ? null : { operands, options: this.#options, given: this.#given }
  }

  #set(option: Option, value: unknown): void {
    this.#options[option.attributeName()] = value
    this.#given.add(option.attributeName())
  }
}

function isWord(argument: string): boolean {
  return !argument.startsWith('-') || argument === '-'
}

function parted(argument: string): [flag: string, value: string | undefined] {
  const end = argument.startsWith('--') ? argument.indexOf('=') : -1
  return end === -1 ? [argument, undefined] : [argument.slice(0, end), argument.slice(end + 1)]
}

/** A switch that can only be turned off is on. */
function defaultsOf({ options }: Command): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  const positive = new Set<string>()
  for (const option of options) {
    const name = option.attributeName()
    if (!option.negate) positive.add(name)
    if (option.defaultValue !== undefined) values[name] = option.defaultValue
    else if (option.negate && !positive.has(name)) values[name] = true
  }
  return values
}

/** Null where there are too few or too many. */
function operandsOf(wanted: readonly Argument[], words: readonly string[]): unknown[] | null {
  if (words.length > wanted.length && wanted.at(-1)?.variadic !== true) return null
  if (wanted.some(({ required }, index) => required && index >= words.length)) return null
  return wanted.map(({ variadic, parseArg }, index) => {
    if (variadic) return words.slice(index)
    const word = words[index]
    return word === undefined || parseArg === undefined ? word : parseArg(word, undefined)
  })
}
