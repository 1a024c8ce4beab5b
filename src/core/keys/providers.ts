// Which mail service a key record belongs to, and the records that a service wants from its customers.

import { DkimError } from '../errors.js'
import { isSubdomainOrEqual, lowerAscii, toDomainName, toSelector } from '../syntax/names.js'
import { type Confidence, PROVIDERS, type Provider, type ProviderId, type ProviderRecord } from './provider-table.js'

export type { Confidence, Provider, ProviderId, ProviderSetup, ProviderValue } from './provider-table.js'

/** A row of the table together with its key. */
export interface ProviderRow extends Provider {
  readonly id: ProviderId
}

export interface ProviderMatch {
  readonly provider: ProviderRow
  readonly by: 'target' | 'selector'
  readonly confidence: Confidence
}

/** A CNAME that the customer of a provider publishes at `selector`._domainkey.<domain>. */
export interface DelegatedRecord {
  readonly selector: string
  /** Lower case A-labels, no final dot. */
  readonly target: string
}

const ROWS: readonly ProviderRow[] = Object.entries(PROVIDERS).map(([id, row]) => ({ ...row, id: id as ProviderId }))

export function allProviders(): readonly ProviderRow[] {
  return ROWS
}

/** The row with this id; throws a DkimError that lists the ids where there is none. */
export function providerById(id: string): ProviderRow {
  const row = ROWS.find(candidate => candidate.id === lowerAscii(id))
  if (row !== undefined) return row
  throw new DkimError('usage', `unknown provider ${id}`, `one of: ${ROWS.map(({ id: known }) => known).join(', ')}`)
}

/**
 * The service behind a key record: by the end of its CNAME target (the longest that fits), else by its selector.
 * A selector that several services use names none of them. A target that no row knows is somebody else's, whatever the selector.
 */
export function providerOf(record: {
  readonly selector?: string
  readonly target?: string
}): ProviderMatch | undefined {
  if (record.target !== undefined) return byTarget(record.target)
  return record.selector === undefined ? undefined : bySelector(record.selector)
}

function byTarget(target: string): ProviderMatch | undefined {
  const name = lowerAscii(target).replace(/\.$/, '')
  let longest: { row: ProviderRow; length: number } | undefined
  for (const row of ROWS) {
    for (const suffix of row.targets) {
      if (isSubdomainOrEqual(name, suffix) && suffix.length > (longest?.length ?? 0)) {
        longest = { row, length: suffix.length }
      }
    }
  }
  return longest && { provider: longest.row, by: 'target', confidence: longest.row.confidence }
}

const ONE_LESS = { high: 'medium', medium: 'low', low: 'low' } as const satisfies Record<Confidence, Confidence>

function bySelector(selector: string): ProviderMatch | undefined {
  const [only, another] = ROWS.filter(row => usesSelector(row, lowerAscii(selector)))
  if (only === undefined || another !== undefined) return undefined
  return { provider: only, by: 'selector', confidence: ONE_LESS[only.confidence] }
}

function usesSelector(row: Provider, selector: string): boolean {
  return row.selectors.some(known => (typeof known === 'string' ? known === selector : known.test(selector)))
}

/** The exact selectors of all rows, each once: what is worth asking a domain for. */
export function knownSelectors(): string[] {
  return [...new Set(ROWS.flatMap(row => row.selectors.filter(known => typeof known === 'string')))]
}

/**
 * The CNAME records that `row` wants at `domain`. `values` holds what the provider assigned: the named values of its templates, or,
 * where whole targets are assigned, selector -> target. Nothing is ever guessed: what is missing or has the wrong shape is an error.
 * Providers with a TXT record have no such records: their record is pasted and formatted like any other.
 */
export function delegatedRecords(
  row: ProviderRow,
  domain: string,
  values: ReadonlyMap<string, string> = new Map(),
): DelegatedRecord[] {
  const { setup } = row
  switch (setup.needs) {
    case 'nothing':
      refuseUnknownValues(row, values, [])
      return setup.records.map(template => fill(row, template, domain, new Map()))
    case 'values': {
      refuseUnknownValues(row, values, Object.keys(setup.values))
      const given = checkedValues(row, setup.values, values)
      return setup.records.map(template => fill(row, template, domain, given))
    }
    case 'targets':
      return assignedTargets(row, setup.selectors, values)
    case 'record':
      throw new DkimError('usage', `${row.name} uses a TXT record, not a CNAME`, whereHint(row))
  }
}

function refuseUnknownValues(row: ProviderRow, values: ReadonlyMap<string, string>, known: readonly string[]): void {
  for (const name of values.keys()) {
    if (known.includes(name)) continue
    const hint = known.length === 0 ? 'its records depend only on the domain' : `its values are: ${known.join(', ')}`
    throw new DkimError('usage', `${row.name} has no value called ${name}`, hint)
  }
}

function checkedValues(
  row: ProviderRow,
  wanted: Extract<Provider['setup'], { needs: 'values' }>['values'],
  values: ReadonlyMap<string, string>,
): Map<string, string> {
  const checked = new Map<string, string>()
  for (const [name, { shape, example, otherwise }] of Object.entries(wanted)) {
    const value = lowerAscii(values.get(name) ?? otherwise ?? '').replace(/\.$/, '')
    if (value === '') {
      throw new DkimError('usage', `${row.name} assigns the value ${name}, for instance ${example}`, whereHint(row))
    }
    if (!shape.test(value)) {
      throw new DkimError('usage', `invalid ${name} for ${row.name}: ${value}`, `it looks like ${example}`)
    }
    checked.set(name, value)
  }
  return checked
}

function whereHint(row: ProviderRow): string {
  return row.where === undefined ? `copy it from ${row.name}` : `copy it from ${row.where}`
}

function fill(
  row: ProviderRow,
  template: ProviderRecord,
  domain: string,
  values: ReadonlyMap<string, string>,
): DelegatedRecord {
  const all = new Map([
    ...values,
    ['d', domain],
    ['d-', domain.replaceAll('.', '-')],
    // A dash in the domain is doubled, so that a-b.test and a.b.test stay two names.
    ['d--', domain.replaceAll('-', '--').replaceAll('.', '-')],
  ])
  const complete = (text: string): string => text.replace(/\{([a-z0-9-]+)\}/g, (_, name: string) => all.get(name) ?? '')
  return checkedRecord(row, complete(template.selector), complete(template.target))
}

function checkedRecord(row: ProviderRow, selector: string, target: string): DelegatedRecord {
  const checkedSelector = toSelector(selector)
  const checkedTarget = toDomainName(target.replace(/\.$/, ''))
  if (checkedSelector === undefined)
    throw new DkimError('name-invalid', `not a selector: ${selector}`, 'check the values given with --value')
  if (checkedTarget === undefined)
    throw new DkimError(
      'name-invalid',
      `not a domain name that DNS can hold: ${target}`,
      'check the values given with --value',
    )
  const suffixes = [...row.targets, ...(row.setup.needs === 'targets' ? (row.setup.alsoUnder ?? []) : [])]
  if (!suffixes.some(suffix => isSubdomainOrEqual(checkedTarget, suffix))) {
    const hint = `its targets end in ${suffixes.join(' or ')}`
    throw new DkimError('usage', `${checkedTarget} is not a ${row.name} target`, hint)
  }
  return { selector: checkedSelector, target: checkedTarget }
}

function assignedTargets(
  row: ProviderRow,
  required: readonly string[],
  values: ReadonlyMap<string, string>,
): DelegatedRecord[] {
  const missing = required.find(selector => !values.has(selector))
  if (missing !== undefined || values.size === 0) {
    const what = missing === undefined ? 'its targets' : `the target of ${missing}`
    throw new DkimError('usage', `${row.name} assigns ${what}: it cannot be computed`, whereHint(row))
  }
  return Array.from(values, ([selector, target]) => checkedRecord(row, selector, target))
}
