// A directory of keys as a zone: the records that the private keys in it would have, as keygen names their files.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { formatKeyRecord } from '../../core/dkim/key-record.js'
import type { Zone } from '../../core/dns/zone.js'
import { splitStrings } from '../../core/dns/zone-json.js'
import { DkimError } from '../../core/errors.js'
import { importPublicKey } from '../../core/keys/private-key.js'
import { readKeyName } from '../../core/lookup/key-name.js'
import { unreadable } from './file-fault.js'
import { readSecretFile } from './secret-file.js'

const KEY_FILE = /^(.+\._domainkey\..+)\.private\.pem$/

export function addKeyDirectory(zone: Zone, directory: string): void {
  const files = namesIn(directory)
    .filter(file => KEY_FILE.test(file))
    .sort()
  if (files.length === 0) {
    throw new DkimError(
      'zone-invalid',
      `${directory} contains no domain keys`,
      'keygen --domain writes them: SELECTOR._domainkey.DOMAIN.private.pem',
    )
  }
  for (const file of files) {
    const path = join(directory, file)
    const { name } = readKeyName(KEY_FILE.exec(file)![1]!)
    const { p, type } = importPublicKey(readSecretFile(path).bytes, { name: path })
    const text = formatKeyRecord({ keyType: type, publicKey: p })
    zone.add({ name, ttl: null, data: { type: 'TXT', strings: splitStrings(Buffer.from(text)) } }, path)
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    throw unreadable(directory, error, { code: 'zone-invalid' })
  }
}
