// What a signer is: one mail server whose configuration for a key can be printed. Nothing is ever applied.

import { DkimError, shellQuote } from '../../core/index.js'

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
  /** What makes it read the new configuration. */
  readonly reload: string
  readonly sections: (keys: readonly SignerKey[]) => readonly Section[]
}

/** Puts a private key where the mail server reads it, and lets no one else read it. */
export function installCommand({ reader }: Signer, file: string, path: string): string {
  const group = reader === null ? '' : ` -g ${reader}`
  return `install -D -m 0640${group} -- ${shellQuote(file)} ${shellQuote(path)}`
}

/** A path that needs quoting in no configuration language. Throws DkimError('usage'). */
export function checkedPath(path: string): string {
  if (/^\/[A-Za-z0-9._/@+-]+$/.test(path) && !path.split('/').includes('..')) return path
  throw new DkimError(
    'usage',
    `a path that cannot go into a configuration file: ${path}`,
    'an absolute path of letters, digits and ._/@+- fits every one',
  )
}

/** Each domain with its keys, in the order of the keys. */
export function byDomain(keys: readonly SignerKey[]): readonly (readonly [string, readonly SignerKey[]])[] {
  const domains = [...new Set(keys.map(({ domain }) => domain))]
  return domains.map(name => [name, keys.filter(({ domain }) => domain === name)] as const)
}
