// The new key as the plan needs it: type, size, fingerprint and record; the private key itself is looked at and forgotten.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { formatKeyRecord } from '../../core/dkim/key-record.js'
import { DkimError } from '../../core/errors.js'
import { checkRsaBits, importPrivateKey, type PrivateKey } from '../../core/keys/private-key.js'
import type { PublicKey } from '../../core/keys/public-key.js'
import { readKeyMaterial } from '../../core/lookup/key-formats.js'
import type { KeyFacts } from '../../core/rotation/settings.js'
import { shellPath } from '../../core/syntax/shell-word.js'
import { readSecretFile } from '../io/small-file.js'
import type { RotatePlanOptions } from './options.js'

export interface NewKey {
  readonly file: string | null
  readonly facts: Pick<KeyFacts, 'type' | 'bits' | 'fingerprint' | 'record'>
}

/** Undefined where no key was given. */
export function readNewKey(options: RotatePlanOptions, domain: string, selector: string): NewKey | undefined {
  const { key, keyDir } = options
  const file = key ?? (keyDir === undefined ? undefined : join(keyDir, `${selector}._domainkey.${domain}.private.pem`))
  if (file === undefined) return undefined
  const bytes = readKeyBytes(file, key === undefined)
  if (bytes === undefined) return undefined
  const { type, bits, fingerprint, p } = publicKeyIn(bytes, file)
  return { file, facts: { type, bits, fingerprint, record: formatKeyRecord({ keyType: type, publicKey: p }) } }
}

/** A key that is still to be made. */
export function unmadeKey({ type, bits, beside }: RotatePlanOptions, old: KeyFacts): NewKey {
  if (bits !== undefined) checkRsaBits(bits)
  const made = type ?? (beside && old.type !== 'ed25519' ? 'ed25519' : 'rsa')
  return {
    file: null,
    facts: { type: made, bits: made === 'ed25519' ? 256 : (bits ?? 2048), fingerprint: null, record: null },
  }
}

function readKeyBytes(file: string, mayBeMissing: boolean): Buffer | undefined {
  if (mayBeMissing && !existsSync(file)) return undefined
  return readSecretFile(file, { hint: 'generate the key with dkim keygen, or omit --key' }).bytes
}

function publicKeyIn(bytes: Buffer, name: string): PublicKey {
  try {
    const { publicKey } = readKeyMaterial(bytes, { name })
    if (publicKey !== null) return publicKey
    throw new DkimError('key-unreadable', `${name} contains a revoked key`, 'make a new one with dkim keygen')
  } catch (error) {
    if (!(error instanceof DkimError && error.code === 'key-passphrase')) throw error
    // The plan needs no secret, so that it asks for none.
    const hint = `give its public half: openssl pkey -in ${shellPath(name)} -pubout -out new.public.pem, then --key new.public.pem`
    throw new DkimError('key-passphrase', error.message, hint)
  }
}

/** The private key, where the file holds one that can be used without a passphrase. */
export function privateKeyIn(file: string): PrivateKey | undefined {
  try {
    return importPrivateKey(readSecretFile(file).bytes, { name: file })
  } catch {
    return undefined
  }
}
