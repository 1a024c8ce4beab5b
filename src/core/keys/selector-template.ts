// Selector templates: `s{date:%Y%m}` and its like, filled in with a date (UTC) and what is known of the key.

import { DkimError } from '../errors.js'

/** What the fields of a selector template are filled with; the date is UTC. */
export interface SelectorFacts {
  readonly now: Date
  readonly type: 'rsa' | 'ed25519'
  readonly bits: number
}

const two = (number: number): string => String(number).padStart(2, '0')

/** The conversions of strftime that make sense in a selector. */
const DATE_PARTS: Readonly<Record<string, (date: Date) => string>> = {
  Y: date => String(date.getUTCFullYear()).padStart(4, '0'),
  y: date => two(date.getUTCFullYear() % 100),
  m: date => two(date.getUTCMonth() + 1),
  d: date => two(date.getUTCDate()),
  H: date => two(date.getUTCHours()),
  M: date => two(date.getUTCMinutes()),
  S: date => two(date.getUTCSeconds()),
  j: date => String(dayOfYear(date)).padStart(3, '0'),
  q: date => String(Math.floor(date.getUTCMonth() / 3) + 1),
}

function dayOfYear(date: Date): number {
  return (
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 0)) /
    864e5
  )
}

/** True where the template tells keys of different types apart by itself. */
export function namesKeyType(template: string): boolean {
  return template.includes('{type}')
}

/** Fills a template in: `{date:%Y%m%d}`, `{type}`, `{bits}`. Throws DkimError('usage') for anything else in braces. */
export function expandSelectorTemplate(template: string, facts: SelectorFacts): string {
  return template.replace(/\{([^{}]*)\}|[{}]/g, (whole, field?: string) => {
    if (field === 'type') return facts.type
    if (field === 'bits') return String(facts.bits)
    if (field?.startsWith('date:')) return formatDate(field.slice('date:'.length), facts.now)
    throw new DkimError(
      'usage',
      `unknown field ${whole} in the selector template`,
      'its fields are {date:%Y%m%d}, {type} and {bits}, as in s{date:%Y%m}',
    )
  })
}

function formatDate(format: string, date: Date): string {
  return format.replace(/%(.?)/g, (whole, letter: string) => {
    const part = DATE_PARTS[letter]
    if (part !== undefined) return part(date)
    throw new DkimError(
      'usage',
      `the date of unknown field ${whole} in the selector template`,
      `supported: %${Object.keys(DATE_PARTS).join(' %')}`,
    )
  })
}
