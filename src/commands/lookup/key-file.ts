// --key: the public half of a key in any form, private or public, or of a record.

import { DkimError } from '../../core/errors.js'
import type { PublicKey } from '../../core/keys/public-key.js'
import type { Context } from '../context.js'
import { loadKeyMaterial } from '../io/key-material.js'

/** `-` is standard input. Who may read the file is of no interest to a comparison. Throws DkimError. */
export async function readPublicKey(context: Context, file: string, passphraseFile?: string): Promise<PublicKey> {
  const { publicKey } = await loadKeyMaterial(file, passphraseFile, context, () => undefined)
  if (publicKey !== null) return publicKey
  throw new DkimError(
    'key-invalid',
    `${file} contains a revoked record, not a key`,
    'pass the key that should be in DNS',
  )
}
