// A command as its help, its man page and the completions of shells see it: plain data.

export interface Example {
  readonly run: string
  readonly text: string | null
}

export interface Table {
  readonly title: string
  readonly rows: readonly (readonly [term: string, text: string])[]
}

/** Possible values of an option or argument. Words are suggestions; the command validates them itself. */
export type Values = ValueKind | { readonly words: readonly string[] }

/** key-file: files that look like keys first. selector, domain, key-name: those of the keys in the key directories. free: nothing to offer. */
export type ValueKind = 'file' | 'key-file' | 'directory' | 'selector' | 'domain' | 'key-name' | 'free'

export interface OptionRow {
  readonly short: string | null
  /** With the dashes. */
  readonly long: string
  /** `<file>`, or null for a switch. */
  readonly value: string | null
  readonly text: string
  readonly group: string
  readonly choices: readonly string[]
  readonly values: Values
  readonly defaultText: string | null
}

export interface ArgumentRow {
  readonly name: string
  readonly text: string
  readonly variadic: boolean
  readonly required: boolean
  readonly choices: readonly string[]
  readonly values: Values
}

export interface CommandPage {
  /** `dkim verify` */
  readonly name: string
  /** The same with what may follow. */
  readonly usage: string
  readonly summary: string
  readonly description: string
  readonly examples: readonly Example[]
  readonly notes: readonly string[]
  readonly tables: readonly Table[]
  readonly arguments: readonly ArgumentRow[]
  readonly options: readonly OptionRow[]
  readonly commands: readonly CommandPage[]
}

/** The options by group: those of the command itself first, then in the order in which the groups occur. */
export function optionGroups({ options }: CommandPage): ReadonlyMap<string, readonly OptionRow[]> {
  const groups = new Map<string, OptionRow[]>([['Options', []]])
  for (const option of options) groups.set(option.group, [...(groups.get(option.group) ?? []), option])
  return groups
}

/** `-o, --output <file>` */
export function optionTerm({ short, long, value }: OptionRow): string {
  return `${short === null ? '' : `${short}, `}${long}${value === null ? '' : ` ${value}`}`
}

/** The text with choices and default. */
export function optionText({ text, choices, defaultText }: OptionRow): string {
  const parts = [
    ...(choices.length === 0 ? [] : [choices.join(', ')]),
    ...(defaultText === null ? [] : [`default: ${defaultText}`]),
  ]
  return parts.length === 0 ? text : `${text} (${parts.join('; ')})`
}

/** The exit codes of every command, in words. */
export const EXIT_CODE_ROWS = [
  ['0', 'success: everything passed or is on track'],
  ['1', 'something did not pass, or a check found a problem'],
  ['2', 'usage error, or an input, key or zone that cannot be read'],
  ['3', 'nothing to check: message not signed, or no record found'],
  ['75', 'temporary failure: try again later'],
  ['70', 'internal error (bug in dkim)'],
] as const
