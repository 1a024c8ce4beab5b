// Keys for tests, committed so that every run sees the same bytes. Each of them is public knowledge: never use one.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

function read(name: string): KeyObject {
  return createPrivateKey(readFileSync(join(import.meta.dirname, 'keys', `DO-NOT-USE-${name}.pem`)))
}

export const KEYS = {
  rsa512: read('rsa512'),
  rsa768: read('rsa768'),
  rsa1023: read('rsa1023'),
  rsa1024: read('rsa1024'),
  rsa2048: read('rsa2048'),
  /** e=3 */
  rsa2048e3: read('rsa2048e3'),
  rsa2048other: read('rsa2048other'),
  ed25519: read('ed25519'),
  ed25519other: read('ed25519other'),
  p256: read('p256'),
} as const

export type KeyName = keyof typeof KEYS

export function keyFile(name: KeyName): string {
  return join(import.meta.dirname, 'keys', `DO-NOT-USE-${name}.pem`)
}

export function spki(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' })
}

export function rawEd25519(key: KeyObject): Buffer {
  return spki(key).subarray(-32)
}

/** What belongs into p=. */
export function p(name: KeyName): string {
  const key = KEYS[name]
  return (key.asymmetricKeyType === 'ed25519' ? rawEd25519(key) : spki(key)).toString('base64')
}

/** `v=DKIM1; k=rsa; p=…`; `tags` come between k= and p=. */
export function keyRecord(name: KeyName, tags = ''): string {
  const type = KEYS[name].asymmetricKeyType === 'ed25519' ? 'ed25519' : 'rsa'
  return `v=DKIM1; k=${type}; ${tags === '' ? '' : `${tags}; `}p=${p(name)}`
}

/** The numbers of an RSA key, for arithmetic of one's own. */
export function rsaNumbers(name: KeyName): { readonly n: bigint; readonly d: bigint; readonly p: bigint; q: bigint } {
  const jwk = KEYS[name].export({ format: 'jwk' })
  const number = (value: string | undefined): bigint => BigInt(`0x${Buffer.from(value!, 'base64url').toString('hex')}`)
  return { n: number(jwk.n), d: number(jwk.d), p: number(jwk.p), q: number(jwk.q) }
}
