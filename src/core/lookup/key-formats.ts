// Every form in which people hold a key, read into the public key that a record needs: PEM, DER, certificates, JWK (RFC 7517, RFC 8037),
// OpenSSH (RFC 4253 §6.6, RFC 8709), bare base64, or a record that is there already.

import { createPublicKey, type JsonWebKey, X509Certificate } from 'node:crypto'
import { type KeyRecord, parseKeyRecord } from '../dkim/key-record.js'
import { publicKeyOfRecord } from '../dkim/record-key.js'
import { Rejection } from '../dkim/rejection.js'
import { DkimError } from '../errors.js'
import { isWeakEd25519Point } from '../keys/ed25519.js'
import {
  isPrivateBlock,
  looksLikeJson,
  type PrivateKeyForm,
  privateBlock,
  privateKeyForm,
  refuseForeignForm,
  singleJwk,
} from '../keys/key-text.js'
import { type ImportOptions, importPrivateKey, importPublicKey } from '../keys/private-key.js'
import { ed25519PublicKey, type PublicKey, publicKeyOf, rsaFault, rsaPublicKey } from '../keys/public-key.js'
import { decodeBase64 } from '../syntax/base64.js'
import { textBytes } from '../syntax/text-file.js'
import { trimFws } from '../syntax/white-space.js'
import type { Finding } from './findings.js'
import { lintRecord } from './lint.js'

export interface KeyMaterial {
  /** What it was read from. */
  readonly source: 'private-key' | 'public-key' | 'certificate' | 'record'
  /** Null for a record that revokes its key. */
  readonly publicKey: PublicKey | null
  /** How a private key is written; null for everything else. */
  readonly form: PrivateKeyForm | null
  readonly record: KeyRecord | null
  /** What the linter says of a record, worst first. */
  readonly findings: readonly Finding[]
  /** The record could only be read after obvious accidents were put right. */
  readonly repaired: boolean
}

/** Throws DkimError; no error repeats what was read, since that may be a private key. */
export function readKeyMaterial(bytes: Uint8Array, options: ImportOptions = {}): KeyMaterial {
  const name = options.name ?? 'the key'
  const content = textBytes(bytes, name, 'key-invalid')
  const data = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const text = trimFws(data.toString('latin1'))
  if (text === '') throw new DkimError('key-invalid', `${name} is empty`, 'expected a key or the text of a record')
  refuseForeignForm(text, name)
  const material = fromText(text, { ...options, name }) ?? fromBinary(data, { ...options, name })
  if (material === undefined) {
    throw new DkimError(
      'key-invalid',
      `${name} is neither a key nor a key record`,
      'expected PEM, DER, JWK, an OpenSSH key, a certificate, or a record: v=DKIM1; p=…',
    )
  }
  if (material.publicKey !== null) refuseUnsafe(material.publicKey, name)
  return { ...material, form: material.source === 'private-key' ? privateKeyForm(data) : null }
}

type Named = ImportOptions & { readonly name: string }

function fromText(text: string, options: Named): KeyMaterial | undefined {
  if (/^"?v\s*=\s*DKIM1/i.test(text)) return fromRecord(text, options.name)
  if (text.startsWith('-----BEGIN OPENSSH PRIVATE KEY-----')) return fromOpenSshPrivate(text)
  if (text.includes('-----BEGIN ')) return fromPem(text, options)
  if (looksLikeJson(text)) return fromJwk(Buffer.from(text, 'latin1').toString('utf8'), options.name)
  if (/^ssh-[a-z0-9-]+ /.test(text)) return fromOpenSshLine(text)
  if (/(?:^|[\s;"])(?:v\s*=\s*DKIM1|p\s*=)/i.test(text)) return fromRecord(text, options.name)
  const decoded = decodeBase64(text)
  if (decoded === undefined) return undefined
  // Thirty-two octets may be a seed or a public key. Taken for a public key, a seed would be published: so it is always the seed.
  if (decoded.length === 32 || decoded.length === 64)
    return privateKey(importPrivateKey(Buffer.from(text), options).publicKey)
  return fromBinary(decoded, options)
}

const privateKey = (publicKey: PublicKey): KeyMaterial => ({
  source: 'private-key',
  publicKey,
  record: null,
  form: null,
  findings: [],
  repaired: false,
})
const onlyPublic = (publicKey: PublicKey | undefined, source: 'public-key' | 'certificate' = 'public-key') =>
  publicKey === undefined ? undefined : { source, publicKey, form: null, record: null, findings: [], repaired: false }

function fromPem(text: string, options: Named): KeyMaterial {
  const bytes = Buffer.from(text, 'latin1')
  const block = privateBlock(text)
  if (block === undefined || isPrivateBlock(block)) return privateKey(importPrivateKey(bytes, options).publicKey)
  const source = block.label.endsWith('CERTIFICATE') ? 'certificate' : 'public-key'
  return onlyPublic(importPublicKey(bytes, options), source)!
}

/** Private forms first: the readers of public keys accept some of them as well. */
function fromBinary(data: Buffer, options: Named): KeyMaterial | undefined {
  const found = attemptKey(() => privateKey(importPrivateKey(data, options).publicKey))
  const open = found ?? attempt(() => onlyPublic(importPublicKey(data)))
  if (open !== undefined) return open
  return attempt(() => onlyPublic(publicKeyOf(new X509Certificate(data).publicKey), 'certificate'))
}

/** As `attempt`, but a key that is locked is a key. */
function attemptKey<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof DkimError && error.code === 'key-passphrase') throw error
    return undefined
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

// ---------------------------------------------------------------------------------------------- JWK

function fromJwk(text: string, name: string): KeyMaterial {
  const jwk = singleJwk(text, name)
  // The public half of a private JWK is all that is looked at.
  const { kty, n, e, crv, x } = jwk
  const isPrivate = Object.hasOwn(jwk, 'd')
  const publicKey =
    attempt(() => publicKeyOf(createPublicKey({ format: 'jwk', key: { kty, n, e, crv, x } as JsonWebKey }))) ??
    undefined
  if (publicKey === undefined) {
    throw new DkimError(
      'key-invalid',
      `${name} holds no JWK of type RSA or Ed25519`,
      'DKIM supports rsa and ed25519 keys',
    )
  }
  return isPrivate ? privateKey(publicKey) : onlyPublic(publicKey)!
}

// ---------------------------------------------------------------------------------------------- OpenSSH

function fromOpenSshLine(text: string): KeyMaterial | undefined {
  const [, base64 = ''] = text.split(/[ \t]+/, 2)
  const blob = decodeBase64(base64)
  return blob === undefined ? undefined : onlyPublic(attempt(() => fromSshBlob(blob)))
}

/** The public key stands in clear in front of the private one, encrypted or not. */
function fromOpenSshPrivate(text: string): KeyMaterial | undefined {
  const [, base64 = ''] = /-----BEGIN [A-Z ]+-----([^-]*)-----END/.exec(text) ?? []
  const container = decodeBase64(base64)
  const publicKey = attempt(() => {
    const reader = new SshReader(container!)
    if (reader.take(15).toString('latin1') !== 'openssh-key-v1\0') return undefined
    // Cipher, key derivation, its options; then the number of keys.
    for (let skipped = 0; skipped < 3; skipped += 1) reader.string()
    if (reader.number() !== 1) return undefined
    return fromSshBlob(reader.string())
  })
  return publicKey === undefined ? undefined : privateKey(publicKey)
}

function fromSshBlob(blob: Buffer): PublicKey | undefined {
  const reader = new SshReader(blob)
  const type = reader.string().toString('latin1')
  const numbers = type === 'ssh-rsa' ? { exponent: reader.positive(), modulus: reader.positive() } : undefined
  const raw = type === 'ssh-ed25519' ? reader.string() : undefined
  if (!reader.done) return undefined
  if (numbers !== undefined) return rsaPublicKey(numbers)
  return raw?.length === 32 ? ed25519PublicKey(raw) : undefined
}

/** The data types of RFC 4251 §5. Throws RangeError at the end of the bytes. */
class SshReader {
  readonly #bytes: Buffer
  #position = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#position === this.#bytes.length
  }

  take(length: number): Buffer {
    const end = this.#position + length
    if (end > this.#bytes.length) throw new RangeError('cut off')
    const taken = this.#bytes.subarray(this.#position, end)
    this.#position = end
    return taken
  }

  number(): number {
    return this.take(4).readUInt32BE()
  }

  string(): Buffer {
    return this.take(this.number())
  }

  /** A positive mpint without its sign octet. */
  positive(): Buffer {
    const value = this.string()
    if (value.length === 0 || value[0]! >= 0x80) throw new RangeError('not positive')
    return value[0] === 0 ? value.subarray(1) : value
  }
}

// ---------------------------------------------------------------------------------------------- records

function fromRecord(text: string, name: string): KeyMaterial {
  const joined = recordText(text)
  const { findings, corrected } = lintRecord(joined)
  // A private key in p=, or one that anybody can compute: nothing may help to publish it further.
  const worst = findings.find(({ severity }) => severity === 'critical')
  if (worst !== undefined) throw new DkimError('record-invalid', `${name}: ${worst.text}`, worst.fix)
  const strict = strictly(joined)
  if (!(strict instanceof Rejection)) return { ...strict, form: null, findings, repaired: false }
  const repaired = corrected === null ? strict : strictly(corrected)
  if (!(repaired instanceof Rejection)) return { ...repaired, form: null, findings, repaired: true }
  const message = `${name} contains a record that verifiers reject: ${strict.detail}`
  const hint = findings[0]?.fix ?? 'regenerate it from the key: dkim format-record --key PRIVATE-KEY-FILE'
  throw new DkimError('record-invalid', message, hint)
}

function strictly(text: string): Pick<KeyMaterial, 'source' | 'publicKey' | 'record'> | Rejection {
  try {
    const record = parseKeyRecord(text)
    const publicKey = record.publicKey === '' ? null : publicKeyOfRecord(record).key
    return { source: 'record', publicKey, record }
  } catch (error) {
    if (error instanceof Rejection) return error
    throw error
  }
}

/** The text of the record out of a zone file line, or of quoted strings as panels show them; as it is where nothing is quoted. */
function recordText(text: string): string {
  const lines = text.replace(/^[ \t]*;.*$/gm, '')
  const strings = [...lines.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, string = '']) => unescaped(string))
  if (strings.length > 0 && /^[^;=]*"/.test(lines)) return strings.join('')
  return lines.replaceAll('\\;', ';')
}

/** \DDD and \X of RFC 1035 §5.1 */
function unescaped(string: string): string {
  return string.replace(/\\(\d{3}|.)/gs, (_, quoted: string) =>
    quoted.length === 3 ? String.fromCharCode(Number(quoted) & 0xff) : quoted,
  )
}

function refuseUnsafe(key: PublicKey, name: string): void {
  const fault = key.rsa === undefined ? undefined : rsaFault(key.rsa)
  const weakPoint = key.type === 'ed25519' && isWeakEd25519Point(decodeBase64(key.p)!)
  if (fault === undefined && !weakPoint) return
  const what = fault?.detail ?? 'a point of small order'
  throw new DkimError('key-invalid', `${name} holds ${what}: no verifier accepts it`, 'make a new key with dkim keygen')
}
