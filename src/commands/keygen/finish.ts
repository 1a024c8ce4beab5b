// Behind the making of a key: its file and its record, the proof that they belong together, and what the user is told.

import { formatKeyRecord } from '../../core/dkim/key-record.js'
import { testKey } from '../../core/dkim/key-self-test.js'
import { exportPrivateKey, type PrivateKey } from '../../core/keys/private-key.js'
import { toJson } from '../../report/json/json.js'
import { describeKey, keygenJson, type NewKey, nextSteps } from '../../report/keygen.js'
import { formatRecords } from '../../report/records/dialects.js'
import { doubledDomain } from '../../report/records/dns-record.js'
import type { Context } from '../context.js'
import { tagsOf } from '../format-record/record-options.js'
import type { NewFile } from '../io/key-files.js'
import { say } from '../stderr.js'
import { DEFAULT_BITS, type KeygenOptions, type KeyPlan } from './plan.js'

export interface MadeKey {
  readonly key: NewKey
  readonly file: NewFile
}

export interface Finishing {
  readonly options: KeygenOptions
  readonly now: Date
  readonly passphrase: string | undefined
}

export async function finishKey(
  privateKey: PrivateKey,
  { selector, domain, type, path, empty }: KeyPlan,
  { options, now, passphrase }: Finishing,
): Promise<MadeKey> {
  const { publicKey, bits } = privateKey
  const secret = passphrase === undefined ? {} : { passphrase }
  const bytes = exportPrivateKey(privateKey, { format: options.outFormat, ...secret })
  const value = formatKeyRecord({ keyType: type, publicKey: publicKey.p, ...tagsOf(options) })
  await testKey({ file: bytes, ...secret, record: value, selector, domain: domain ?? 'example.com', now })
  const key: NewKey = {
    file: path,
    type,
    bits,
    fingerprint: publicKey.fingerprint,
    mode: options.mode.toString(8).padStart(4, '0'),
    encrypted: passphrase !== undefined,
    record: { ...empty, value },
  }
  return { key, file: { path, bytes, mode: options.mode } }
}

export function productOf(keys: readonly NewKey[], options: KeygenOptions): string {
  if (options.format === 'json') return toJson(keygenJson(keys))
  return formatRecords(
    options.dialect ?? 'bind',
    keys.map(({ record }) => record),
  )
}

export function tell(context: Context, keys: readonly NewKey[], backups: readonly string[]): void {
  for (const backup of backups) say(context, 'note', `kept a backup of the old key: ${backup}`)
  for (const key of keys) say(context, 'note', describeKey(key))
  for (const warning of warningsOf(keys)) say(context, 'warning', warning)
  for (const [index, { text, commands }] of nextSteps(keys).entries()) {
    say(context, 'hint', `${index + 1}. ${text}:`)
    for (const command of commands) say(context, 'hint', `     ${command}`)
  }
}

function warningsOf(keys: readonly NewKey[]): string[] {
  const warnings = keys.map(({ record }) => doubledDomain(record)).filter(text => text !== null)
  const sizes = new Set(keys.filter(({ type }) => type === 'rsa').map(({ bits }) => bits))
  for (const bits of sizes) {
    if (bits < DEFAULT_BITS) warnings.push(`${bits} bits is weak: use ${DEFAULT_BITS} (RFC 8301 §3.2)`)
    if (bits > 4096)
      warnings.push(`verifiers need not support keys over 4096 bits (RFC 8301 §3.2): ${DEFAULT_BITS} are enough`)
    else if (bits > DEFAULT_BITS) warnings.push(`a ${bits}-bit key makes a long record, which some DNS hosts reject`)
  }
  if (keys.every(({ type }) => type === 'ed25519')) {
    warnings.push('not every verifier supports Ed25519: also sign with an RSA key (RFC 8463 §5), see --type both')
  }
  return warnings
}
