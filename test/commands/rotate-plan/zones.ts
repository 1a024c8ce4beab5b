// Zone files for tests of the command, with real keys that are made once.

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatKeyRecord } from '../../../src/core/dkim/key-record.js'
import { exportPrivateKey, generatePrivateKey, type PrivateKey } from '../../../src/core/keys/private-key.js'

export const NOW = '2026-11-22T12:00:00Z'
export const REVOKED = 'v=DKIM1; p='

export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'rotate-plan-'))
  readonly records: Record<string, string> = {}

  private constructor() {}

  /** Keys under these names, as files and as records. */
  static async make(names: Readonly<Record<string, 'rsa' | 'ed25519' | 1024>>): Promise<Scene> {
    const scene = new Scene()
    for (const [name, type] of Object.entries(names)) {
      const key =
        type === 'ed25519'
          ? await generatePrivateKey(type)
          : await generatePrivateKey('rsa', type === 1024 ? 1024 : 2048)
      writeFileSync(scene.path(`${name}.pem`), exportPrivateKey(key), { mode: 0o600 })
      scene.records[name] = recordOf(key)
    }
    return scene
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** A JSON zone: `s1` stands for s1._domainkey.example.com, values are names of keys or whole records. */
  zone(name: string, records: Readonly<Record<string, unknown>>): string[] {
    const zone = Object.entries(records).map(([owner, value]) => [
      owner.includes('.') ? owner : `${owner}._domainkey.example.com`,
      typeof value === 'string' ? (this.records[value] ?? value) : value,
    ])
    writeFileSync(this.path(name), JSON.stringify(Object.fromEntries(zone)))
    return ['--dns-file', this.path(name)]
  }

  file(name: string, text: string | Uint8Array): string {
    writeFileSync(this.path(name), text)
    return this.path(name)
  }
}

function recordOf({ publicKey: { type, p } }: PrivateKey): string {
  return formatKeyRecord({ keyType: type, publicKey: p })
}
