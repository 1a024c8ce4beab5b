// The text of a key as it arrives: PEM blocks with their line breaks lost or escaped (RFC 7468, RFC 1421), and JSON Web Keys.
// What was only laid out differently is laid out anew; what is another form altogether is named. Nothing that was read is repeated.

import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { DkimError } from '../errors.js'
import { decodeBase64 } from '../syntax/base64.js'

const PRIVATE_LABEL = /^(?:[A-Z0-9]+ )*PRIVATE KEY$/
const BEGIN = /-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----/g

interface PemBlock {
  readonly label: string
  /** The block with one line break where each belongs; null where its END line is missing or its text is not base64. */
  readonly pem: string | null
  /** Why `pem` is null. */
  readonly fault: string | null
  readonly encrypted: boolean
  /** The cipher that a DEK-Info line names, in upper case. */
  readonly cipher: string | null
  /** True where a program that reads plain PEM finds the block as it is. */
  readonly plain: boolean
}

/** Every block, in order. */
export function pemBlocks(text: string): PemBlock[] {
  return Array.from(text.matchAll(BEGIN), match => {
    const [begin, label = ''] = match
    const rest = text.slice(match.index + begin.length)
    const end = rest.indexOf(`-----END ${label}-----`)
    return readBlock(label, end === -1 ? null : rest.slice(0, end))
  })
}

/** The block of a private key, which may follow a certificate or parameters; else the first block. */
export function privateBlock(text: string): PemBlock | undefined {
  const blocks = pemBlocks(text)
  return blocks.find(({ label }) => PRIVATE_LABEL.test(label)) ?? blocks[0]
}

export function isPrivateBlock({ label }: PemBlock): boolean {
  return PRIVATE_LABEL.test(label)
}

const INFO = /^\s*Proc-Type:\s*4,ENCRYPTED\s+DEK-Info:\s*([A-Za-z0-9-]+),([0-9A-Fa-f]+)\s/

function readBlock(label: string, content: string | null): PemBlock {
  const locked = label === 'ENCRYPTED PRIVATE KEY'
  const none = { label, pem: null, encrypted: locked, cipher: null, plain: false }
  if (content === null) return { ...none, fault: `its line "-----END ${label}-----" is missing` }
  const inner = unquoted(content)
  const info = INFO.exec(inner)
  const base64 = inner.slice(info?.[0].length ?? 0).replace(/[\s,]/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    return {
      ...none,
      encrypted: locked || info !== null,
      fault: 'what is between its BEGIN and END lines is not base64',
    }
  }
  const headers = info === null ? [] : ['Proc-Type: 4,ENCRYPTED', `DEK-Info: ${info[1]},${info[2]}`, '']
  const lines = [
    `-----BEGIN ${label}-----`,
    ...headers,
    ...(base64.match(/.{1,64}/g) ?? []),
    `-----END ${label}-----`,
    '',
  ]
  return {
    label,
    pem: lines.join('\n'),
    fault: null,
    encrypted: locked || info !== null,
    cipher: info?.[1]?.toUpperCase() ?? null,
    plain: /^[ \t]*\r?\n(?:[^\s\\"',>][^\\"',>\r]*\r?\n|\r?\n)+$/.test(content),
  }
}

/** Without what JSON, .env files, source code and quoted mail add: \n, \/, \u002b, quotes and >. None of it is base64, so none can be meant. */
function unquoted(text: string): string {
  return text
    .replace(/\\+u00([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\+[rnt]/g, '\n')
    .replace(/[\\"'>]/g, '')
}

/**
 * How a private key is written: PEM as PKCS#8 or PKCS#1, DER, the base64 seed of an Ed25519 key; `encrypted` whatever it holds;
 * `other` for what we read and hardly any mail server does: JWK, OpenSSH, base64 of DER, PEM with its line breaks lost.
 */
export type PrivateKeyForm = 'pkcs8' | 'pkcs1' | 'der' | 'seed' | 'encrypted' | 'other'

/** The form of a private key that could be read. */
export function privateKeyForm(data: Buffer): PrivateKeyForm {
  const text = data.toString('latin1')
  const block = privateBlock(text)
  if (block?.encrypted) return 'encrypted'
  if (block !== undefined) {
    if (!block.plain) return 'other'
    return block.label === 'PRIVATE KEY' ? 'pkcs8' : block.label === 'RSA PRIVATE KEY' ? 'pkcs1' : 'other'
  }
  if (looksLikeJson(text)) return 'other'
  const decoded = decodeBase64(text)
  if (decoded !== undefined) return decoded.length === 32 || decoded.length === 64 ? 'seed' : 'other'
  return isEncryptedDer(data) ? 'encrypted' : 'der'
}

/** EncryptedPrivateKeyInfo (RFC 5958 §3) without the armour of PEM. */
export function isEncryptedDer(data: Buffer): boolean {
  try {
    createPrivateKey({ key: data, format: 'der', type: 'pkcs8' })
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_MISSING_PASSPHRASE'
  }
}

/** Forms that are read nowhere here, and the command that makes PEM of them. */
const FOREIGN: readonly (readonly [form: RegExp, what: string, hint: string])[] = [
  [
    /^PuTTY-User-Key-File-/,
    'a key in the form of PuTTY',
    'write it as PEM: puttygen FILE -O private-openssh-new -o COPY, then ssh-keygen -p -m PKCS8 -f COPY',
  ],
  [/-----BEGIN PGP /, 'an OpenPGP key', 'DKIM does not use OpenPGP keys: dkim keygen makes one for DKIM'],
  [/^(?:<\?xml[^>]*>\s*)?<RSAKeyValue>/, 'an RSA key as XML', 'write it as PEM: ExportPkcs8PrivateKeyPem in .NET'],
  // PFX ::= SEQUENCE { version INTEGER {v3(3)}, authSafe ContentInfo … (RFC 7292 §4)
  [
    /^0(?:[\0-\x7f]|\x81.|\x82..|\x83...|\x80)\x02\x01\x030/s,
    'a PKCS#12 archive',
    'take the key out of it: openssl pkcs12 -in FILE -nocerts -nodes -out key.pem',
  ],
]

/** Throws DkimError for a key in a form that is not read here. */
export function refuseForeignForm(text: string, name: string): void {
  for (const [form, what, hint] of FOREIGN) {
    if (form.test(text)) throw new DkimError('key-invalid', `${name} holds ${what}`, hint)
  }
}

// ---------------------------------------------------------------------------------------------- JWK

export function looksLikeJson(text: string): boolean {
  return /^\s*\{/.test(text)
}

/** The one key of a JWK or a JWK set (RFC 7517). Throws DkimError. */
export function singleJwk(text: string, name: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new DkimError('key-invalid', `${name} begins like a JWK, but is not JSON`, 'copy the whole key again')
  }
  const keys = isObject(value) && Array.isArray(value['keys']) ? value['keys'] : [value]
  const [jwk] = keys
  if (keys.length === 1 && isObject(jwk)) return jwk
  throw new DkimError('key-invalid', `${name} holds no single JWK`, 'give one key, not a set of several')
}

/** A private RSA or Ed25519 key (RFC 7518 §6.3, RFC 8037 §2). Throws DkimError. */
export function privateJwk(text: string, name: string): KeyObject {
  const jwk = singleJwk(text, name)
  const { kty, crv } = jwk
  if (kty !== 'RSA' && !(kty === 'OKP' && crv === 'Ed25519')) {
    throw new DkimError('key-invalid', `${name} holds no JWK of type RSA or Ed25519`, 'DKIM has rsa and ed25519 keys')
  }
  if (!Object.hasOwn(jwk, 'd')) {
    throw new DkimError(
      'key-invalid',
      `${name} holds a public JWK, not a private key`,
      'name the private key, which has a "d"',
    )
  }
  const missing = kty === 'RSA' ? ['n', 'e', 'p', 'q', 'dp', 'dq', 'qi'].filter(part => !Object.hasOwn(jwk, part)) : []
  if (missing.length > 0) {
    const parts = missing.map(part => `"${part}"`).join(', ')
    throw new DkimError(
      'key-invalid',
      `${name} holds a JWK without ${parts}`,
      'export it with all numbers of the key (RFC 7518 §6.3.2)',
    )
  }
  try {
    return createPrivateKey({ format: 'jwk', key: jwk as JsonWebKey })
  } catch {
    throw new DkimError('key-invalid', `${name} holds a JWK whose numbers make no key`, 'copy the whole key again')
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
