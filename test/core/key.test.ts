import { createPrivateKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DkimError } from '../../src/core/errors.js'
import { exportPrivateKey, generatePrivateKey, importPrivateKey, importPublicKey } from '../../src/core/key.js'
import { LIMITS } from '../../src/core/limits.js'
import { KEYS, type KeyName, p, rawEd25519, spki } from '../support/keys.js'

const pem = (name: KeyName, type: 'pkcs8' | 'pkcs1' = 'pkcs8'): Buffer =>
  Buffer.from(KEYS[name].export({ type, format: 'pem' } as { type: 'pkcs8'; format: 'pem' }))
const der = (name: KeyName): Buffer => KEYS[name].export({ type: 'pkcs8', format: 'der' })
const seed = der('ed25519').subarray(-32)

function codeOf(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(DkimError)
    const { code, message, hint } = error as DkimError
    // No error repeats what was read, nor what OpenSSL says of it.
    expect(`${message} ${hint}`).not.toMatch(/SECRETMARK|error:[0-9A-F]{8}|MII|asn1|DECODER/)
    return code
  }
}

describe('importPrivateKey', () => {
  it.each<[string, Buffer, KeyName]>([
    ['PKCS#8 PEM of RSA', pem('rsa2048'), 'rsa2048'],
    ['PKCS#1 PEM of RSA', pem('rsa2048', 'pkcs1'), 'rsa2048'],
    ['PKCS#8 DER of RSA', der('rsa2048'), 'rsa2048'],
    ['PKCS#1 DER of RSA', KEYS.rsa2048.export({ type: 'pkcs1', format: 'der' }), 'rsa2048'],
    ['1024 bits', pem('rsa1024'), 'rsa1024'],
    ['PKCS#8 PEM of Ed25519', pem('ed25519'), 'ed25519'],
    ['PKCS#8 DER of Ed25519', der('ed25519'), 'ed25519'],
    ['a seed', Buffer.from(seed.toString('base64')), 'ed25519'],
    ['a seed with a line end', Buffer.from(`${seed.toString('base64')}\r\n`), 'ed25519'],
    [
      'a seed and its public key',
      Buffer.from(Buffer.concat([seed, rawEd25519(KEYS.ed25519)]).toString('base64')),
      'ed25519',
    ],
    [
      'PEM with text around it',
      Buffer.concat([Buffer.from('# my key\n'), pem('rsa2048'), Buffer.from('\n')]),
      'rsa2048',
    ],
    ['PEM with CRLF', Buffer.from(pem('rsa2048').toString().replaceAll('\n', '\r\n')), 'rsa2048'],
  ])('reads %s', (_, bytes, name) => {
    const key = importPrivateKey(bytes)
    expect(key.keyObject.equals(KEYS[name])).toBe(true)
    expect([key.type, key.publicKey.p]).toEqual([name.startsWith('rsa') ? 'rsa' : 'ed25519', p(name)])
  })

  it('reads PEM behind a byte order mark', () => {
    expect(importPrivateKey(Buffer.concat([Buffer.from('\ufeff'), pem('rsa2048')])).publicKey.p).toBe(p('rsa2048'))
  })

  it.each<[string, Buffer, string]>([
    ['UTF-16', Buffer.from(`\ufeff${pem('rsa2048')}`, 'utf16le'), 'key-invalid'],
    ['OpenSSH', Buffer.from('-----BEGIN OPENSSH PRIVATE KEY-----\nSECRETMARK\n'), 'key-invalid'],
    ['nothing', Buffer.alloc(0), 'key-invalid'],
    ['text', Buffer.from('SECRETMARK'), 'key-invalid'],
    [
      'a damaged PEM',
      Buffer.from(
        pem('rsa2048')
          .toString()
          .replace(/[A-Za-z0-9]{40}/, 'SECRETMARK'),
      ),
      'key-invalid',
    ],
    ['half a PEM', pem('rsa2048').subarray(0, 400), 'key-invalid'],
    [
      'a public key',
      Buffer.from(importPublicKey(pem('rsa2048')).keyObject.export({ type: 'spki', format: 'pem' })),
      'key-invalid',
    ],
    [
      'a certificate',
      Buffer.from('-----BEGIN CERTIFICATE-----\nSECRETMARK\n-----END CERTIFICATE-----\n'),
      'key-invalid',
    ],
    ['an EC key', pem('p256'), 'key-invalid'],
    ['RSA of 512 bits', pem('rsa512'), 'key-invalid'],
    ['RSA of 1023 bits', pem('rsa1023'), 'key-invalid'],
    ['a seed of 31 octets', Buffer.from(seed.subarray(1).toString('base64')), 'key-invalid'],
    [
      'a seed with another public key',
      Buffer.from(Buffer.concat([seed, rawEd25519(KEYS.ed25519other)]).toString('base64')),
      'key-invalid',
    ],
  ])('refuses %s', (_, bytes, code) => expect(codeOf(() => importPrivateKey(bytes))).toBe(code))

  it('opens an encrypted key with its passphrase alone', () => {
    const key = importPrivateKey(pem('rsa2048'))
    for (const format of ['pkcs8'] as const) {
      const locked = exportPrivateKey(key, { format, passphrase: 'open sesame' })
      expect(locked.toString()).toContain('ENCRYPTED')
      expect(importPrivateKey(locked, { passphrase: 'open sesame' }).keyObject.equals(KEYS.rsa2048)).toBe(true)
      expect(codeOf(() => importPrivateKey(locked))).toBe('key-passphrase')
      expect(codeOf(() => importPrivateKey(locked, { passphrase: 'SECRETMARK' }))).toBe('key-passphrase')
    }
  })
})

describe('exportPrivateKey', () => {
  it('writes what is read back', () => {
    for (const name of ['rsa2048', 'ed25519'] as const) {
      const key = importPrivateKey(pem(name))
      const formats = name === 'ed25519' ? (['pkcs8', 'der', 'seed'] as const) : (['pkcs8', 'der', 'pkcs1'] as const)
      for (const format of formats) {
        expect(importPrivateKey(exportPrivateKey(key, { format })).keyObject.equals(KEYS[name])).toBe(true)
      }
    }
    expect(createPrivateKey(exportPrivateKey(importPrivateKey(pem('rsa2048')))).equals(KEYS.rsa2048)).toBe(true)
  })

  it('refuses forms that a key does not have', () => {
    expect(codeOf(() => exportPrivateKey(importPrivateKey(pem('rsa2048')), { format: 'seed' }))).toBe('usage')
    expect(codeOf(() => exportPrivateKey(importPrivateKey(pem('ed25519')), { format: 'pkcs1' }))).toBe('usage')
    expect(codeOf(() => exportPrivateKey(importPrivateKey(pem('ed25519')), { format: 'seed', passphrase: 'x' }))).toBe(
      'usage',
    )
  })
})

describe('importPublicKey', () => {
  it('reads public keys, and the public half of private ones', () => {
    for (const name of ['rsa2048', 'ed25519'] as const) {
      for (const bytes of [
        pem(name),
        spki(KEYS[name]),
        Buffer.from(importPublicKey(pem(name)).keyObject.export({ type: 'spki', format: 'pem' })),
      ]) {
        expect(importPublicKey(bytes).p).toBe(p(name))
      }
    }
  })

  it('refuses the rest', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('SECRETMARK'), spki(KEYS.p256), pem('p256')]) {
      expect(codeOf(() => importPublicKey(bytes))).toBe('key-invalid')
    }
  })
})

describe('generatePrivateKey', () => {
  it('makes keys of the sizes that verifiers accept, with the exponent 65537', async () => {
    const key = await generatePrivateKey('rsa', LIMITS.rsaBits.min)
    expect([key.type, key.bits, key.publicKey.rsa?.exponent.toString('hex')]).toEqual(['rsa', 1024, '010001'])
    expect((await generatePrivateKey('ed25519')).type).toBe('ed25519')
    for (const bits of [512, LIMITS.rsaBits.min - 1, LIMITS.rsaBits.max + 1]) {
      await expect(generatePrivateKey('rsa', bits)).rejects.toMatchObject({ code: 'usage' })
    }
  })
})
