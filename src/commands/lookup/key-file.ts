// --key: the public half of a key file, private or public.

import { DkimError, importPublicKey, type PublicKey } from '../../core/index.js'
import type { Context } from '../context.js'
import { askPassphrase } from '../passphrase.js'
import { readSecretFile } from '../secret-file.js'

export async function readPublicKey(context: Context, file: string): Promise<PublicKey> {
  const { bytes } = readSecretFile(file)
  try {
    return importPublicKey(bytes, { name: file })
  } catch (error) {
    if (!(error instanceof DkimError) || error.code !== 'key-passphrase') throw error
    return importPublicKey(bytes, { name: file, passphrase: await askPassphrase(file, context) })
  }
}
