// A key or record that a person names: a file or standard input, in any form, with its passphrase asked for where it is needed.

import { DkimError } from '../../core/errors.js'
import type { ImportOptions } from '../../core/keys/private-key.js'
import { type KeyMaterial, readKeyMaterial } from '../../core/lookup/key-formats.js'
import type { Context } from '../context.js'
import { askPassphrase, passphraseFromFile } from './passphrase.js'
import { readSecretFile } from './small-file.js'

/** No key and no record is longer. */
const MAX_SIZE = 64 * 1024

/** `-` is standard input; `warn` hears why a private key is less secret than it should be. Throws DkimError. */
export async function loadKeyMaterial(
  path: string,
  passphraseFile: string | undefined,
  context: Context,
  warn: (text: string) => void,
): Promise<KeyMaterial> {
  const { bytes, exposures } = path === '-' ? { bytes: await readStdin(context), exposures: [] } : readSecretFile(path)
  const name = path === '-' ? 'standard input' : path
  const passphrase = passphraseFile === undefined ? {} : { passphrase: passphraseFromFile(passphraseFile) }
  const material = await open(bytes, { name, ...passphrase }, context)
  // A public key may be read by everybody.
  if (material.source === 'private-key') for (const text of exposures) warn(`${name} is insecure: ${text}`)
  return material
}

async function open(bytes: Buffer, options: ImportOptions & { name: string }, context: Context): Promise<KeyMaterial> {
  try {
    return readKeyMaterial(bytes, options)
  } catch (error) {
    const locked = error instanceof DkimError && error.code === 'key-passphrase' && options.passphrase === undefined
    if (!locked) throw error
    return readKeyMaterial(bytes, { ...options, passphrase: await askPassphrase(options.name, context) })
  }
}

async function readStdin({ stdin }: Context): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_SIZE)
      throw new DkimError('key-unreadable', 'standard input is too long for a key (64 KiB)', 'pass the key file')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
