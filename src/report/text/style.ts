// How text looks on a terminal: whether colour is used, the few styles there are, and the one escaper for everything untrusted.

import type { ChalkInstance } from 'chalk'
import { INVISIBLE } from '../../core/syntax/invisible.js'

export interface Style {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly dim: (text: string) => string
  readonly strong: (text: string) => string
  readonly colour: boolean
  /** How wide the lines may be. */
  readonly columns: number
}

const same = (text: string): string => text

/** Wider lines are hard to read; narrower ones hold no sentence. */
const MOST_COLUMNS = 100
const LEAST_COLUMNS = 40

/** No colour at all. Colour never carries meaning alone, so this reads the same. */
export const PLAIN: Style = {
  good: same,
  bad: same,
  warn: same,
  dim: same,
  strong: same,
  colour: false,
  columns: MOST_COLUMNS,
}

export interface ColourQuestion {
  /** `--color` (true), `--no-color` (false), or neither. */
  readonly option: boolean | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isTTY: boolean
  /** Of the terminal; what goes to a file or a program is as wide as reports get, whoever looks. */
  readonly columns?: number | undefined
}

/** --color and --no-color before NO_COLOR (non-empty) before FORCE_COLOR before the terminal. */
export function wantsColour({ option, env, isTTY }: ColourQuestion): boolean {
  if (option !== undefined) return option
  if (env['NO_COLOR']) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTTY && env['TERM'] !== 'dumb'
}

/** chalk is loaded only where colour is used. */
export async function styleFor(question: ColourQuestion): Promise<Style> {
  const columns = Math.min(Math.max(question.columns || MOST_COLUMNS, LEAST_COLUMNS), MOST_COLUMNS)
  if (!wantsColour(question)) return { ...PLAIN, columns }
  const { Chalk } = await import('chalk')
  return { ...colouredWith(new Chalk({ level: 1 })), columns }
}

function colouredWith(chalk: ChalkInstance): Omit<Style, 'columns'> {
  return { good: chalk.green, bad: chalk.red, warn: chalk.yellow, dim: chalk.dim, strong: chalk.bold, colour: true }
}

const UNSAFE = new RegExp(`[${INVISIBLE}]`, 'gu')

const SHORT: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\t': '\\t', '\0': '\\0' }

/**
 * Untrusted text made safe to show: nothing in the result moves a cursor, hides text or starts a line.
 * Everything that came from a message, from DNS or from a file name goes through here before a person sees it.
 */
export function visible(text: string): string {
  return text.replace(UNSAFE, character => {
    const short = SHORT[character]
    if (short !== undefined) return short
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

/** `visible` for bytes that are perhaps UTF-8: what is not is shown byte by byte. */
export function visibleBytes(bytes: Uint8Array): string {
  try {
    return visible(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return Array.from(bytes, byte =>
      byte < 0x80 ? visible(String.fromCharCode(byte)) : `\\x${byte.toString(16)}`,
    ).join('')
  }
}

/** Cut to `columns` characters with an ellipsis; `text` holds no escapes. */
export function shorten(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`
}
