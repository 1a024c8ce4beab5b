// The keys and records that dkim format-record was given, and the records that it makes of them (§3.6.1).

import { formatKeyRecord, type KeyRecord } from '../../core/dkim/key-record.js'
import { DkimError } from '../../core/errors.js'
import type { ProviderRow } from '../../core/keys/providers.js'
import type { PublicKey } from '../../core/keys/public-key.js'
import type { KeyMaterial } from '../../core/lookup/key-formats.js'
import { givenSelector } from '../../core/syntax/given-name.js'
import { type DialectName, isNameless } from '../../report/records/dialects.js'
import { type DnsRecord, dnsRecord } from '../../report/records/dns-record.js'
import type { Context } from '../context.js'
import { loadKeyMaterial } from '../io/key-material.js'
import { type RecordOptions, relativeOf, tagsOf } from './record-options.js'

export interface KeyChoice extends RecordOptions {
  readonly dialect?: DialectName
  readonly selector?: readonly string[]
  readonly domain?: string
  readonly key?: readonly string[]
  readonly revoke?: boolean
  readonly signer?: string
  readonly passphraseFile?: string
}

/** Says something on stderr, unless it is to be quiet. */
export type Note = (kind: 'note' | 'warning' | 'hint', text: string) => void

export interface NamedKey {
  readonly selector: string
  /** Null with --revoke and no key. */
  readonly material: KeyMaterial | null
}

export async function loadKeys(
  context: Context,
  options: KeyChoice,
  note: Note,
  provider?: ProviderRow,
): Promise<NamedKey[]> {
  const { key: files = [], revoke, passphraseFile } = options
  if (files.length === 0 && !revoke) throw noKey(provider)
  const selectors = selectorsOf(options, provider)
  const count = files.length === 0 ? selectors.length : files.length
  if (selectors.length !== count) {
    throw new DkimError('usage', `${count} --key and ${selectors.length} --selector`, 'each key needs its own selector')
  }
  const names = distinct(selectors.map(givenSelector))
  const warn = (text: string): void => note('warning', text)
  const keys: NamedKey[] = []
  for (const [index, selector] of names.entries()) {
    const file = files[index]
    const material = file === undefined ? null : await loadKeyMaterial(file, passphraseFile, context, warn)
    keys.push({ selector, material })
  }
  return keys
}

/** "TXT RRs … MUST be unique for a particular selector name" (§3.6.2.2); DNS knows no letter case. */
function distinct(selectors: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  for (const selector of selectors) {
    const name = selector.toLowerCase()
    if (seen.has(name)) {
      throw new DkimError('usage', `two records for the selector ${selector}`, 'each key needs its own selector')
    }
    seen.add(name)
  }
  return selectors
}

function noKey(provider: ProviderRow | undefined): DkimError {
  if (provider === undefined) {
    return new DkimError('usage', 'no key given', 'give --key FILE, --revoke, or --provider ID')
  }
  const where = provider.where === undefined ? 'its pages' : provider.where
  return new DkimError(
    'usage',
    `${provider.name} assigns the record: it cannot be computed`,
    `copy it from ${where} into a file and pass it with --key FILE`,
  )
}

function selectorsOf({ selector, dialect, domain, signer }: KeyChoice, provider?: ProviderRow): readonly string[] {
  if (selector !== undefined) return selector
  if (provider?.setup.needs === 'record' && provider.setup.selector !== null) return [provider.setup.selector]
  if (dialect !== undefined && isNameless(dialect) && domain === undefined && signer === undefined) return ['any']
  throw new DkimError('usage', 'the key has no name', 'give --selector NAME')
}

const KNOWN_TAGS = new Set(['v', 'h', 'k', 'n', 's', 't', 'p'])

/** Says what the key is, and of a record what the linter says and what is left out of it. */
export function describe({ selector, material }: NamedKey, note: Note): void {
  if (material === null) return
  const { publicKey, record, findings, repaired } = material
  if (publicKey !== null) note('note', `${selector}: ${describeKey(publicKey)}`)
  for (const { code, severity, text } of findings) {
    if (code !== 'unknown-tag') note(severity === 'info' ? 'note' : 'warning', `${selector}: ${text}`)
  }
  if (repaired) note('warning', `${selector}: the record was corrected: compare it with the old one`)
  for (const name of record?.tags.keys() ?? []) {
    if (!KNOWN_TAGS.has(name)) note('warning', `${selector}: unknown tag ${name}= omitted`)
  }
}

function describeKey({ type, bits, fingerprint }: PublicKey): string {
  return `${type === 'rsa' ? `rsa, ${bits} bits` : type}, ${fingerprint}`
}

export function recordOf({ selector, material }: NamedKey, options: KeyChoice): DnsRecord {
  const revoked = options.revoke || material?.publicKey === null
  const tags = { ...(material?.record && !options.revoke ? tagsOfRecord(material.record) : {}), ...tagsOf(options) }
  const key = revoked || material === null ? null : material.publicKey
  const value = formatKeyRecord({
    ...(key === null ? {} : { keyType: key.type }),
    publicKey: key?.p ?? '',
    ...tags,
  })
  return dnsRecord({ ...namesOf(options), selector, value, replaces: options.revoke ?? false })
}

/** The tags of the record other than its key. */
function tagsOfRecord({ hashes, services, flags, notes, tags }: KeyRecord) {
  return {
    ...(hashes === null ? {} : { hashes }),
    ...(tags.has('s') ? { services } : {}),
    ...(flags.length === 0 ? {} : { flags }),
    ...(notes === null ? {} : { notes }),
  }
}

export function namesOf(options: KeyChoice) {
  return { domain: options.domain, zone: options.zone, ttl: options.ttl, relative: relativeOf(options) }
}
