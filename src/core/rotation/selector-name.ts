// Names for new selectors: never used before, telling when they began, one label of lower case letters, digits and hyphens.

import { createHash } from 'node:crypto'
import { DkimError } from '../errors.js'
import type { Instant, TimeZone } from './calendar.js'

export interface NameFacts {
  readonly start: Instant
  readonly zone: TimeZone
  readonly domain: string
  readonly old: string
  readonly type: 'rsa' | 'ed25519'
  readonly bits: number
}

interface SchemeRow {
  readonly template: string
  readonly text: string
}

/** `--scheme`: one of these, or a template of its own. */
export const SCHEMES = {
  date: { template: '{yyyy}{mm}', text: '202611' },
  day: { template: '{yyyy}{mm}{dd}', text: '20261122' },
  quarter: { template: '{yyyy}q{q}', text: '2026q4' },
  'date-type-bits': { template: '{yyyy}{mm}-{type}-{bits}', text: '202611-rsa-2048' },
  random: { template: '{random}', text: 'eight letters and digits' },
} as const satisfies Record<string, SchemeRow>

const FIELDS: Record<string, (facts: NameFacts) => string> = {
  yyyy: ({ start, zone }) => String(zone.local(start).year),
  mm: ({ start, zone }) => twoDigits(zone.local(start).month),
  dd: ({ start, zone }) => twoDigits(zone.local(start).day),
  q: ({ start, zone }) => String(Math.ceil(zone.local(start).month / 3)),
  type: ({ type }) => type,
  bits: ({ type, bits }) => (type === 'ed25519' ? '256' : String(bits)),
  old: ({ old }) => old.toLowerCase(),
  random: unpredictable,
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * The names to try, best first: the scheme's own, then with b, c, … behind it where that one is taken.
 * The same facts give the same names, so that a plan can be made twice.
 */
export function selectorCandidates(scheme: string, facts: NameFacts): readonly string[] {
  const template = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme as keyof typeof SCHEMES].template : scheme
  if (!template.includes('{')) {
    throw new DkimError(
      'usage',
      `"${scheme}" is not a naming scheme`,
      `use one of ${Object.keys(SCHEMES).join(', ')}, or a template such as mail-{yyyy}{mm}`,
    )
  }
  const name = template.replace(/\{([^{}]*)\}/g, (_, field: string) => fill(field, facts))
  const names = [name, ...Array.from('bcdefghij', letter => name + letter)]
  if (!names.every(candidate => LABEL.test(candidate))) {
    throw new DkimError(
      'name-invalid',
      `the scheme "${scheme}" gives "${name}", which is not a single label`,
      'use lower case letters, digits and hyphens, at most 62 of them',
    )
  }
  return names
}

function fill(field: string, facts: NameFacts): string {
  if (!Object.hasOwn(FIELDS, field)) {
    throw new DkimError(
      'usage',
      `the scheme has an unknown field {${field}}`,
      `the fields are ${Object.keys(FIELDS)
        .map(name => `{${name}}`)
        .join(' ')}`,
    )
  }
  return FIELDS[field]!(facts)
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

/** Not guessable from the name before, and still the same for the same plan: it hides nothing that DNS would not tell. */
function unpredictable({ domain, old, start, zone }: NameFacts): string {
  const { year, month, day } = zone.local(start)
  const digest = createHash('sha256').update(`${domain}\0${old}\0${year}-${month}-${day}`).digest()
  return Array.from(digest.subarray(0, 8), byte => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('')
}
