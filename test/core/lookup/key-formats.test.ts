import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../../src/core/dkim/key-record.js'
import { DkimError } from '../../../src/core/errors.js'
import { importPublicKey } from '../../../src/core/keys/private-key.js'
import { readKeyMaterial } from '../../../src/core/lookup/key-formats.js'

/** Self-signed for example.com; nobody has its private key any more. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBQjCB9aADAgECAhQZqVu8E4bn6MuOFbmhnLVSomy+OTAFBgMrZXAwFjEUMBIG
A1UEAwwLZXhhbXBsZS5jb20wIBcNMjYxMTIyMDYzODE5WhgPMjEyNjEwMjkwNjM4
MTlaMBYxFDASBgNVBAMMC2V4YW1wbGUuY29tMCowBQYDK2VwAyEAvLNO6ZcNef5m
SfrzSfKp/2O+6pOTRDA7xr7j0dm2iEmjUzBRMB0GA1UdDgQWBBSUxX582Zmq273F
0lfJ60Kvs/1d9TAfBgNVHSMEGDAWgBSUxX582Zmq273F0lfJ60Kvs/1d9TAPBgNV
HRMBAf8EBTADAQH/MAUGAytlcANBAH0y7ZT+hLHX2e6ca7qsQtbCMM7EnJeBq1WT
VGkp68foTKp4bKF9LQDC2MLo77kXVUOIJ3QLBXZ8MllS0FNrTQ0=
-----END CERTIFICATE-----
`
const CERTIFICATE_KEY = 'vLNO6ZcNef5mSfrzSfKp/2O+6pOTRDA7xr7j0dm2iEk='

const PAIRS = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: generateKeyPairSync('ed25519'),
} as const

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const fingerprintOf = (key: KeyObject): string => importPublicKey(spki(key)).fingerprint
const read = (input: string | Buffer, options = {}) =>
  readKeyMaterial(typeof input === 'string' ? Buffer.from(input) : input, options)
const codeOf = (input: string | Buffer, options = {}): string => {
  try {
    read(input, options)
  } catch (error) {
    return error instanceof DkimError ? error.code : String(error)
  }
  return 'no error'
}

const u32 = (number: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}
const sshString = (bytes: Buffer): Buffer => Buffer.concat([u32(bytes.length), bytes])
const sshMpint = (base64url: string): Buffer => {
  const bytes = Buffer.from(base64url, 'base64url')
  return sshString(bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

function sshBlob(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' })
  return key.asymmetricKeyType === 'rsa'
    ? Buffer.concat([sshString(Buffer.from('ssh-rsa')), sshMpint(jwk.e!), sshMpint(jwk.n!)])
    : Buffer.concat([sshString(Buffer.from('ssh-ed25519')), sshString(Buffer.from(jwk.x!, 'base64url'))])
}

const sshLine = (key: KeyObject): string => {
  const blob = sshBlob(key)
  return `${blob.subarray(4, 4 + blob.readUInt32BE()).toString()} ${blob.toString('base64')} somebody@example.com\n`
}

const recordOf = (key: KeyObject): string =>
  formatKeyRecord({ keyType: key.asymmetricKeyType as 'rsa' | 'ed25519', publicKey: importPublicKey(spki(key)).p })

describe.each(['rsa', 'ed25519'] as const)('%s: every form is the same key', type => {
  const { privateKey, publicKey } = PAIRS[type]
  const p = importPublicKey(spki(publicKey)).p
  const record = recordOf(publicKey)
  const [first, second] = [record.slice(0, 40), record.slice(40)]
  const forms: [string, string, string | Buffer][] = [
    ['private-key', 'PKCS#8 PEM', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string],
    ['private-key', 'PKCS#8 DER', privateKey.export({ type: 'pkcs8', format: 'der' })],
    ['private-key', 'PKCS#8 in base64', privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')],
    ['private-key', 'private JWK', JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['public-key', 'SPKI PEM', publicKey.export({ type: 'spki', format: 'pem' }) as string],
    [
      'public-key',
      'SPKI PEM with CRLF',
      (publicKey.export({ type: 'spki', format: 'pem' }) as string).replaceAll('\n', '\r\n'),
    ],
    ['public-key', 'SPKI DER', spki(publicKey)],
    ['public-key', 'SPKI in base64', spki(publicKey).toString('base64')],
    ['public-key', 'JWK', JSON.stringify(publicKey.export({ format: 'jwk' }), null, 2)],
    ['public-key', 'JWK set of one', JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] })],
    ['public-key', 'OpenSSH', sshLine(publicKey)],
    ['record', 'record', record],
    ['record', 'record with a line end and a BOM', `\ufeff${record}\r\n`],
    ['record', 'record without v=', `k=${type}; p=${p}`],
    [
      'record',
      'record with white space',
      record.replace('p=', 'p = ').replace(p, `${p.slice(0, 20)}\r\n ${p.slice(20)}`),
    ],
    ['record', 'escaped semicolons', record.replaceAll(';', '\\;')],
    ['record', 'quoted strings', `"${first}" "${second}"`],
    [
      'record',
      'zone file lines',
      `sel._domainkey\tIN\tTXT\t( "${first}"\n\t  "${second}" )  ; ----- DKIM key sel for example.com\n`,
    ],
    ['record', 'a comment above a zone line', `; the key\nsel._domainkey.example.com. 3600 IN TXT "${record}"\n`],
  ]
  if (type === 'rsa') {
    forms.push(
      ['private-key', 'PKCS#1 PEM', privateKey.export({ type: 'pkcs1', format: 'pem' }) as string],
      ['private-key', 'PKCS#1 DER', privateKey.export({ type: 'pkcs1', format: 'der' })],
      ['public-key', 'public PKCS#1 PEM', publicKey.export({ type: 'pkcs1', format: 'pem' }) as string],
      ['public-key', 'public PKCS#1 DER', publicKey.export({ type: 'pkcs1', format: 'der' })],
      [
        'record',
        'record with PKCS#1',
        `v=DKIM1; p=${publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64')}`,
      ],
    )
  } else {
    const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url')
    forms.push(
      ['private-key', 'seed', `${seed.toString('base64')}\n`],
      ['private-key', 'seed and public key', Buffer.concat([seed, Buffer.from(p, 'base64')]).toString('base64')],
    )
  }

  it.each(forms)('%s: %s', (source, _, input) => {
    const material = read(input)
    expect(material.source).toBe(source)
    expect(material.publicKey?.fingerprint).toBe(fingerprintOf(publicKey))
    expect(material.publicKey?.p).toBe(p)
  })

  it.each([
    ['in clear', 'none', 'none'],
    ['encrypted', 'aes256-ctr', 'bcrypt'],
  ])('private-key: OpenSSH, %s', (_, cipher, derivation) => {
    const parts = [cipher, derivation, derivation === 'none' ? '' : 'salt and rounds'].map(text =>
      sshString(Buffer.from(text)),
    )
    const blobs = [sshString(sshBlob(publicKey)), sshString(Buffer.alloc(300, 0x5a))]
    const container = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...parts, u32(1), ...blobs])
    const lines = container.toString('base64').replace(/.{70}/g, '$&\n')
    const material = read(`-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`)
    expect(material.source).toBe('private-key')
    expect(material.publicKey?.p).toBe(p)
  })
})

describe('what is read', () => {
  it('an encrypted key with its passphrase, and a clear answer without', () => {
    const pem = PAIRS.rsa.privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    }) as string
    expect(read(pem, { passphrase: 'x' }).publicKey?.fingerprint).toBe(fingerprintOf(PAIRS.rsa.publicKey))
    expect(codeOf(pem)).toBe('key-passphrase')
    expect(codeOf(pem, { passphrase: 'y' })).toBe('key-passphrase')
    const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
    expect(read(der, { passphrase: 'x' }).publicKey?.fingerprint).toBe(fingerprintOf(PAIRS.rsa.publicKey))
    expect(codeOf(der)).toBe('key-passphrase')
    expect(codeOf(der, { passphrase: 'y' })).toBe('key-passphrase')
  })

  it('a certificate, as PEM and DER', () => {
    const der = Buffer.from(CERTIFICATE.replace(/-----[^-]+-----|\s/g, ''), 'base64')
    for (const form of [CERTIFICATE, der]) {
      expect(read(form)).toMatchObject({ source: 'certificate', publicKey: { p: CERTIFICATE_KEY } })
    }
  })

  it('a record that revokes', () => {
    expect(read('v=DKIM1; p=')).toMatchObject({ source: 'record', publicKey: null, record: { publicKey: '' } })
  })

  it('a record with quotes in its notes is no quoted string', () => {
    const record = `v=DKIM1; n=say"hi"; ${recordOf(PAIRS.rsa.publicKey).slice('v=DKIM1; '.length)}`
    expect(read(record).record?.notes).toBe('say"hi"')
    const quoted = record.replaceAll('"', '\\"')
    expect(read(`sel._domainkey IN TXT "${quoted.slice(0, 200)}" "${quoted.slice(200)}"`).record?.notes).toBe('say"hi"')
  })

  it('what the linter says of a record', () => {
    const pkcs1 = PAIRS.rsa.publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64')
    expect(read(`v=DKIM1; p=${pkcs1}`).findings.map(({ code }) => code)).toContain('pkcs1-key')
    expect(read(recordOf(PAIRS.rsa.publicKey))).toMatchObject({ findings: [], repaired: false })
  })

  it.each([
    ['a semicolon is missing', (p: string) => `v=DKIM1 k=rsa; p=${p}`],
    ['armour in p=', (p: string) => `v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----${p}-----END PUBLIC KEY-----`],
    ['a web page', (p: string) => `v=DKIM1; k=rsa; p=${p.replaceAll('+', '&#43;')}`],
  ])('an accident that has one meaning is put right: %s', (_, text) => {
    const { p } = importPublicKey(spki(PAIRS.rsa.publicKey))
    expect(read(text(p))).toMatchObject({ source: 'record', repaired: true, publicKey: { p } })
  })
})

describe('D-20: a private key in p= is refused', () => {
  it.each([
    ['PKCS#8', PAIRS.rsa.privateKey.export({ type: 'pkcs8', format: 'der' })],
    ['PKCS#1', PAIRS.rsa.privateKey.export({ type: 'pkcs1', format: 'der' })],
    ['Ed25519 PKCS#8', PAIRS.ed25519.privateKey.export({ type: 'pkcs8', format: 'der' })],
  ])('%s', (_, der) => expect(codeOf(`v=DKIM1; p=${der.toString('base64')}`)).toBe('record-invalid'))

  it('PEM armour in p=', () => {
    const pem = (PAIRS.rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string).replaceAll('\n', '')
    expect(codeOf(`v=DKIM1; k=rsa; p=${pem}`)).toBe('record-invalid')
  })
})

describe('what is no key', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \r\n'],
    ['words', 'this is no key'],
    [
      'a JWK of another kind',
      JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })),
    ],
    ['a set of two', JSON.stringify({ keys: [{}, {}] })],
    ['broken JSON', '{"kty":'],
    ['JSON with __proto__', '{"__proto__":{"kty":"RSA"}}'],
    [
      'EC in PEM',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }) as string,
    ],
    ['an OpenSSH key of another kind', 'ssh-dss AAAAB3NzaC1kc3MAAACB'],
    ['an OpenSSH line cut off', sshLine(PAIRS.rsa.publicKey).slice(0, 60)],
    [
      'an OpenSSH blob with something behind it',
      `ssh-ed25519 ${Buffer.concat([sshBlob(PAIRS.ed25519.publicKey), Buffer.of(0)]).toString('base64')}`,
    ],
    ['damaged armour', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    ['random bytes', Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7919) % 256))],
    [
      'an RSA key under 1024 bits',
      generateKeyPairSync('rsa', { modulusLength: 1016 }).publicKey.export({ type: 'spki', format: 'pem' }) as string,
    ],
    ['an RSA key with e=1', JSON.stringify({ ...PAIRS.rsa.publicKey.export({ format: 'jwk' }), e: 'AQ' })],
    [
      'a point of small order',
      JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: Buffer.alloc(32).fill(1, 0, 1).toString('base64url') }),
    ],
  ])('%s', (_, input) => expect(codeOf(input)).toBe('key-invalid'))

  it.each([
    ['a record without p=', 'v=DKIM1; k=rsa'],
    ['two keys in one record', 'v=DKIM1; p=; p=AAAA'],
    ['a record with bad base64', 'v=DKIM1; p=!!!!'],
    [
      'a record under 1024 bits',
      `v=DKIM1; p=${spki(generateKeyPairSync('rsa', { modulusLength: 1016 }).publicKey).toString('base64')}`,
    ],
    ['a record of another type', 'v=DKIM1; k=dsa; p=AAAA'],
  ])('%s', (_, input) => expect(codeOf(input)).toBe('record-invalid'))

  it('R-08: no error repeats what was read', () => {
    for (const input of [
      'SECRETMARK',
      '-----BEGIN PRIVATE KEY-----\nSECRETMARK\n-----END PRIVATE KEY-----',
      'v=DKIM1; p=SECRETMARK',
      '{"d":"SECRETMARK"}',
      'ssh-rsa SECRETMARK',
    ]) {
      try {
        read(input)
        expect.unreachable()
      } catch (error) {
        expect(`${(error as DkimError).message} ${(error as DkimError).hint}`).not.toContain('SECRETMARK')
      }
    }
  })
})
