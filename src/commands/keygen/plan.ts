// What dkim keygen is about to make: which keys, for which names, in which files; everything that can be refused is refused here.

import { join } from 'node:path'
import { DkimError } from '../../core/errors.js'
import { checkRsaBits, type PrivateKey, type PrivateKeyFormat } from '../../core/keys/private-key.js'
import { expandSelectorTemplate, namesKeyType } from '../../core/keys/selector-template.js'
import { formatRecords } from '../../report/records/dialects.js'
import { type DnsRecord, dnsRecord, fullName } from '../../report/records/dns-record.js'
import { relativeOf } from '../format-record/record-options.js'
import type { KeygenOptions } from './keygen.js'

export type { KeygenOptions } from './keygen.js'

export type KeyType = PrivateKey['type']

export interface KeyPlan {
  readonly selector: string
  readonly domain: string | null
  readonly type: KeyType
  readonly bits: number
  readonly path: string
  /** The record without its value, which the key will give it. */
  readonly empty: DnsRecord
}

export const DEFAULT_BITS = 2048

export function planKeys(options: KeygenOptions, now: Date): KeyPlan[] {
  checkCombination(options)
  const { domain: domains = [undefined], outDir, outFormat } = options
  const wanted = selectorsOf(options, now)
  const plans = domains.flatMap(domain =>
    wanted.map(({ selector, type, bits }): KeyPlan => {
      const parts = { ttl: options.ttl, zone: options.zone, relative: relativeOf(options), value: '' }
      const empty = dnsRecord({ ...parts, selector, domain })
      const path = join(outDir, fileName(empty, outFormat))
      return { selector: empty.selector, domain: empty.domain, type, bits, path, empty }
    }),
  )
  // Said before any key is made: the dialect must be able to hold the records.
  formatRecords(
    options.dialect ?? 'bind',
    plans.map(({ empty }) => ({ ...empty, value: 'v=DKIM1; p=' })),
  )
  return plans
}

function checkCombination({
  type,
  bits,
  outFormat,
  encrypt,
  passphraseFile,
  selector,
  selectorTemplate,
}: KeygenOptions): void {
  const usage = (message: string, hint: string) => new DkimError('usage', message, hint)
  if (selector === undefined && selectorTemplate === undefined) {
    throw usage(
      'the key needs a selector',
      'give --selector NAME, or --selector-template for one with a date: s{date:%Y%m}',
    )
  }
  if (selector !== undefined && selectorTemplate !== undefined) {
    throw usage('--selector and --selector-template are mutually exclusive', 'leave one of them out')
  }
  if (type === 'ed25519' && bits !== undefined) {
    throw usage('Ed25519 keys are always 256 bits', 'leave --bits out, or use --type rsa')
  }
  if (bits !== undefined) checkRsaBits(bits)
  if (outFormat === 'pkcs1' && type !== 'rsa')
    throw usage('only RSA keys can be written as PKCS#1', 'use --out-format pkcs8')
  if (outFormat === 'seed' && type !== 'ed25519') {
    throw usage('only Ed25519 keys can be written as a seed', 'use --out-format pkcs8, or --type ed25519')
  }
  const encrypted = encrypt || passphraseFile !== undefined
  if (encrypted && (outFormat === 'pkcs1' || outFormat === 'seed')) {
    throw usage(`the ${outFormat} format cannot be encrypted`, 'use --out-format pkcs8')
  }
}

interface WantedKey {
  readonly selector: string
  readonly type: KeyType
  readonly bits: number
}

/** `both` makes an RSA key NAME and an Ed25519 key NAME-ed25519, unless two names are given: one record holds one key (§3.6.2.2). */
function selectorsOf(options: KeygenOptions, now: Date): WantedKey[] {
  const { selector: names, selectorTemplate: template, type } = options
  const rsa = { type: 'rsa', bits: options.bits ?? DEFAULT_BITS } as const
  const ed25519 = { type: 'ed25519', bits: 256 } as const
  const kinds = type === 'both' ? [rsa, ed25519] : [type === 'rsa' ? rsa : ed25519]
  if (template !== undefined) {
    return kinds.map((kind, index) => {
      const name = expandSelectorTemplate(template, { now, ...kind })
      return { selector: index > 0 && !namesKeyType(template) ? `${name}-${kind.type}` : name, ...kind }
    })
  }
  const [first = '', second, third] = names ?? []
  if (type !== 'both') return (names ?? []).map(selector => ({ selector, ...kinds[0]! }))
  if (third !== undefined)
    throw new DkimError('usage', 'three selectors for two keys', 'give one selector, or one per key')
  return [
    { selector: first, ...rsa },
    { selector: second ?? `${first}-ed25519`, ...ed25519 },
  ]
}

const EXTENSIONS = {
  pkcs8: 'private.pem',
  pkcs1: 'private.pem',
  der: 'private.der',
  seed: 'private.seed',
} as const satisfies Record<PrivateKeyFormat, string>

const MAX_FILE_NAME = 255
/** Windows opens a device for these names, whatever follows the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/** Made of a validated selector and domain only: no separator and no leading dot can be in it. */
function fileName(record: DnsRecord, format: PrivateKeyFormat): string {
  const stem = record.domain === null ? record.selector : fullName(record)
  const name = `${DEVICE.test(stem) ? '_' : ''}${stem}.${EXTENSIONS[format]}`
  if (name.length <= MAX_FILE_NAME) return name
  throw new DkimError(
    'usage',
    `the name of the key file would have ${name.length} characters`,
    'leave --domain out, or use a shorter selector',
  )
}
