// --key: the public half of a key file, private or public.

import { DkimError, importPublicKey, type PublicKey } from '../../core/index.js'
import type { Context } from '../context.js'
import { askPassphrase, passphraseFromFile } from '../passphrase.js'
import { readSecretFile } from '../secret-file.js'

export async function readPublicKey(context: Context, file: string, passphraseFile?: string): Promise<PublicKey> {
  const { bytes } = readSecretFile(file)
  try {
    return importPublicKey(bytes, { name: file })
  } catch (error) {
    if (!(error instanceof DkimError) || error.code !== 'key-passphrase') throw error
    const passphrase =
      passphraseFile === undefined ? await askPassphrase(file, context) : passphraseFromFile(passphraseFile)
    return importPublicKey(bytes, { name: file, passphrase })
  }
}
