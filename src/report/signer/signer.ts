// What a signer is: one mail server whose configuration for a key can be printed. Nothing is ever applied.

import { DkimError } from '../../core/errors.js'
import type { PrivateKeyForm } from '../../core/keys/key-text.js'
import { shellPath, shellQuote } from '../../core/syntax/shell-word.js'

/** A key about to be used, in validated parts. */
export interface SignerKey {
  readonly selector: string
  readonly domain: string
  readonly type: 'rsa' | 'ed25519'
  /** Where the mail server reads the private key. */
  readonly path: string
}

/** Some lines of one file. */
export interface Section {
  readonly file: string
  /** What begins a comment there. */
  readonly comment: '#' | '//' | '--'
  readonly lines: readonly string[]
}

/** yes: as PEM · seed: as the bare seed · alone: as PEM, but not together with RSA keys · doubtful: not, or not in every version */
export type Ed25519Support = 'yes' | 'seed' | 'alone' | 'doubtful'

export interface Signer {
  readonly name: string
  /** How it takes Ed25519 keys (RFC 8463). */
  readonly ed25519: Ed25519Support
  /** Where its keys usually lie. */
  readonly keyPath: (selector: string, domain: string) => string
  /** The user or group that reads them; null where the server runs as whoever starts it. */
  readonly reader: string | null
  /** The forms of a private key that it reads; absent: PEM without a passphrase, as PKCS#8 or PKCS#1 (`PEM_KEYS`). */
  readonly keyForms?: KeyForms
  /** True where it refuses keys that a group of several members can read: then the key belongs to `reader` alone. */
  readonly ownKey?: true
  /** What makes it read the new configuration. */
  readonly reload: string
  readonly sections: (keys: readonly SignerKey[]) => readonly Section[]
}

export type KeyForms = Readonly<Record<SignerKey['type'], readonly PrivateKeyForm[]>>

export const PEM_KEYS: KeyForms = { rsa: ['pkcs8', 'pkcs1'], ed25519: ['pkcs8'] }
/** The Ed25519 key as its bare seed. */
export const SEED_KEYS: KeyForms = { rsa: ['pkcs8', 'pkcs1'], ed25519: ['seed'] }

/** What the forms are called. */
export const FORM_TEXTS = {
  pkcs8: 'PEM',
  pkcs1: 'PEM (PKCS#1)',
  der: 'DER',
  seed: 'a bare seed',
  encrypted: 'encrypted',
  other: 'in another form than PEM',
} as const satisfies Record<PrivateKeyForm, string>

/** Puts a private key where the mail server reads it, and lets no one else read it. */
export function installCommand({ reader, ownKey }: Signer, file: string, path: string): string {
  const mode = ownKey ? '0600' : '0640'
  const owner = reader === null ? '' : ` ${ownKey ? '-o' : '-g'} ${reader}`
  return `install -D -m ${mode}${owner} ${shellPath(file)} ${shellQuote(path)}`
}

/** A path that needs quoting in no configuration language. Throws DkimError('usage'). */
export function checkedPath(path: string): string {
  if (/^\/[A-Za-z0-9._/@+-]+$/.test(path) && !path.split('/').includes('..')) return path
  throw new DkimError(
    'usage',
    `this path cannot be used in a configuration file: ${path}`,
    'an absolute path of letters, digits and ._/@+- fits every one',
  )
}

/** Each domain with its keys, in the order of the keys. */
export function byDomain(keys: readonly SignerKey[]): readonly (readonly [string, readonly SignerKey[]])[] {
  const domains = [...new Set(keys.map(({ domain }) => domain))]
  return domains.map(name => [name, keys.filter(({ domain }) => domain === name)] as const)
}
