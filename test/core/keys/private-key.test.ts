import { createPrivateKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import {
  exportPrivateKey,
  generatePrivateKey,
  importPrivateKey,
  importPublicKey,
} from '../../../src/core/keys/private-key.js'
import { LIMITS } from '../../../src/core/limits.js'
import { readKeyMaterial } from '../../../src/core/lookup/key-formats.js'
import { KEYS, type KeyName, p, rawEd25519, spki } from '../../support/keys.js'

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

  const text = pem('rsa2048').toString()
  const publicPem = importPublicKey(pem('rsa2048')).keyObject.export({ type: 'spki', format: 'pem' }).toString()
  const legacy = KEYS.rsa2048
    .export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString()
  const LAYOUTS: [string, (pem: string) => string][] = [
    ['line breaks written as \\n', pem => pem.trim().replaceAll('\n', '\\n')],
    ['line breaks written as \\r\\n, in quotes', pem => `DKIM_KEY="${pem.trim().replaceAll('\n', '\\r\\n')}"`],
    ['line breaks written as \\n twice escaped', pem => pem.trim().replaceAll('\n', '\\\\n')],
    ['a value of a JSON document', pem => JSON.stringify({ privateKey: pem }).replaceAll('/', '\\/')],
    ['JSON with \\u002b', pem => JSON.stringify(pem).replaceAll('+', '\\u002b').replaceAll('=', '\\u003D')],
    ['blanks for line breaks', pem => pem.trim().replaceAll('\n', ' ')],
    ['no line breaks at all', pem => (pem.includes('DEK-Info') ? pem : pem.replaceAll('\n', ''))],
    ['indented lines', pem => pem.replace(/^/gm, '    ')],
    ['CR alone', pem => pem.replaceAll('\n', '\r')],
    ['blank lines between', pem => (pem.includes('DEK-Info') ? pem : pem.replaceAll('\n', '\n\n'))],
    ['single quotes', pem => `'${pem}'`],
    [
      'strings of source code',
      pem =>
        pem
          .trim()
          .split('\n')
          .map(line => `  "${line}\\n"`)
          .join('\n'),
    ],
    ['quoted mail', pem => pem.replace(/^/gm, '> ')],
    ['base64 of the file', pem => Buffer.from(pem).toString('base64')],
    ['base64 of the file, folded', pem => Buffer.from(pem).toString('base64').replace(/.{76}/g, '$&\n')],
  ]
  it.each(LAYOUTS)('reads a whole key with %s', (_, lay) => {
    expect(importPrivateKey(Buffer.from(lay(text))).keyObject.equals(KEYS.rsa2048)).toBe(true)
    const passphrase = { passphrase: 'x' }
    expect(importPrivateKey(Buffer.from(lay(legacy)), passphrase).keyObject.equals(KEYS.rsa2048)).toBe(true)
    expect(codeOf(() => importPrivateKey(Buffer.from(lay(legacy))))).toBe('key-passphrase')
    expect(readKeyMaterial(Buffer.from(lay(text)))).toMatchObject({
      source: 'private-key',
      publicKey: { p: p('rsa2048') },
    })
    const open = Buffer.from(lay(publicPem))
    expect(readKeyMaterial(open)).toMatchObject({ source: 'public-key', publicKey: { p: p('rsa2048') } })
  })

  it.each<[string, Buffer, KeyName]>([
    ['base64 of DER', Buffer.from(der('rsa2048').toString('base64')), 'rsa2048'],
    ['base64 of DER in quotes', Buffer.from(`"${der('rsa2048').toString('base64')}"\n`), 'rsa2048'],
    ['base64 of DER of Ed25519', Buffer.from(der('ed25519').toString('base64')), 'ed25519'],
    ['a JWK of RSA', Buffer.from(JSON.stringify(KEYS.rsa2048.export({ format: 'jwk' }))), 'rsa2048'],
    ['a JWK of Ed25519', Buffer.from(JSON.stringify(KEYS.ed25519.export({ format: 'jwk' }))), 'ed25519'],
    ['a set of one JWK', Buffer.from(JSON.stringify({ keys: [KEYS.rsa2048.export({ format: 'jwk' })] })), 'rsa2048'],
    [
      'a key after its certificate',
      Buffer.from(`-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${text}`),
      'rsa2048',
    ],
  ])('reads %s', (_, bytes, name) => expect(importPrivateKey(bytes).keyObject.equals(KEYS[name])).toBe(true))

  const jwk = KEYS.rsa2048.export({ format: 'jwk' })
  it.each<[string, string, RegExp]>([
    ['a public JWK', JSON.stringify({ kty: 'RSA', n: jwk.n, e: jwk.e }), /public JWK/],
    ['a JWK with n, e and d alone', JSON.stringify({ kty: 'RSA', n: jwk.n, e: jwk.e, d: jwk.d }), /without "p", "q"/],
    ['a JWK of EC', JSON.stringify(KEYS.p256.export({ format: 'jwk' })), /RSA or Ed25519/],
    ['two JWKs', JSON.stringify({ keys: [jwk, jwk] }), /no single JWK/],
    ['half a JWK', JSON.stringify(jwk).slice(0, 900), /not JSON/],
    ['a PEM without its END line', text.slice(0, 900), /END PRIVATE KEY/],
    ['a PEM with foreign characters', text.replace('MII', '***'), /not base64/],
    ['a PEM with dashes that an editor joined', text.replaceAll('-----', '\u2014\u2014-'), /no private key/],
    ['a key of PuTTY', 'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n', /PuTTY/],
    [
      'a key of OpenPGP',
      '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----\n',
      /OpenPGP/,
    ],
    ['an RSA key as XML', '<RSAKeyValue><Modulus>AAAA</Modulus></RSAKeyValue>', /XML/],
    ['a PKCS#12 archive', '0\x82\x05\x00\x02\x01\x030\x82', /PKCS#12/],
    [
      'a certificate request',
      '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n',
      /CERTIFICATE REQUEST/,
    ],
    [
      'a cipher of old',
      legacy.replace('AES-256-CBC', 'DES-CBC').replace(/(DES-CBC,[0-9A-F]{16})[0-9A-F]*/, '$1'),
      /cipher/,
    ],
  ])('names %s, and asks for no new key', (_, written, words) => {
    for (const read of [importPrivateKey, ...(/JWK/.test(_) ? [] : [readKeyMaterial])]) {
      try {
        read(Buffer.from(written, /dashes/.test(_) ? 'utf8' : 'latin1'), { passphrase: 'x' })
        expect.unreachable()
      } catch (error) {
        if (read === readKeyMaterial && /request|dashes/.test(_)) continue
        const { message, hint } = error as DkimError
        expect(message).toMatch(words)
        expect(`${message} ${hint}`).not.toMatch(/damaged|new one|new key/)
      }
    }
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
