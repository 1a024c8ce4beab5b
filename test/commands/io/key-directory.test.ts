// A directory of keys in the place of a zone: what it holds, and what is said where it cannot be read.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addKeyDirectory } from '../../../src/commands/io/key-files.js'
import { Zone } from '../../../src/core/dns/zone.js'
import { DkimError } from '../../../src/core/errors.js'
import { exportPrivateKey, generatePrivateKey } from '../../../src/core/keys/private-key.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-key-directory-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function codeOf(directory: string): string {
  try {
    addKeyDirectory(new Zone(), directory)
  } catch (error) {
    if (error instanceof DkimError) return error.code
    throw error
  }
  return 'none'
}

describe('a directory of keys', () => {
  it('that cannot be listed is a fault of the zone, not of the program', () => {
    expect(codeOf(join(folder, 'nowhere'))).toBe('zone-invalid')
    writeFileSync(join(folder, 'file'), '')
    expect(codeOf(join(folder, 'file'))).toBe('zone-invalid')
  })

  it('without the key of a domain holds nothing', () => expect(codeOf(folder)).toBe('zone-invalid'))

  it('gives the records of its keys', async () => {
    const key = await generatePrivateKey('ed25519')
    writeFileSync(join(folder, 's._domainkey.example.com.private.pem'), exportPrivateKey(key), { mode: 0o600 })
    const zone = new Zone()
    addKeyDirectory(zone, folder)
    const { records } = zone.lookup('s._domainkey.example.com', 'TXT')
    const [data] = records.map(record => record.data)
    expect(data?.type === 'TXT' && Buffer.concat(data.strings).toString()).toBe(
      `v=DKIM1; k=ed25519; p=${key.publicKey.p}`,
    )
  })
})
