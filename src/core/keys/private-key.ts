// Private keys: generate, import, export (RFC 8017, RFC 8032, RFC 8410, RFC 5958), and public keys from files.
// Key bytes live in KeyObjects only, and no error repeats what was read.

import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import { DkimError } from '../errors.js'
import { LIMITS } from '../limits.js'
import { decodeBase64 } from '../syntax/base64.js'
import { textBytes } from '../syntax/text-file.js'
import type { KeyType } from './algorithm.js'
import {
  isEncryptedDer,
  isPrivateBlock,
  looksLikeJson,
  pemBlocks,
  privateBlock,
  privateJwk,
  refuseForeignForm,
} from './key-text.js'
import { type PublicKey, publicKeyOf, rsaFault } from './public-key.js'

/** A private key of at most 8192 bits (RSA) or Ed25519, with its public half. `bits` is 256 for Ed25519. */
export interface PrivateKey {
  readonly type: KeyType
  readonly bits: number
  readonly keyObject: KeyObject
  readonly publicKey: PublicKey
}

const generate = promisify(generateKeyPair)

/** Throws DkimError('usage') for a size that no RSA key may have: 1024 to 8192 bits, and whole octets, to which OpenSSL cuts some sizes and others not. */
export function checkRsaBits(bits: number): void {
  const { min, max, recommended } = LIMITS.rsaBits
  if (bits < min || bits > max) {
    throw new DkimError(
      'usage',
      `an RSA key of ${bits} bits is outside ${min} to ${max}`,
      `use ${recommended} bits: verifiers reject keys under ${min} (RFC 8301 §3.2), and many DNS hosts records for keys over ${recommended}`,
    )
  }
  if (bits % 8 === 0) return
  throw new DkimError('usage', `RSA key sizes must be multiples of 8, not ${bits}`, `use ${recommended} bits`)
}

/** A new key. `bits` counts for RSA only; throws as `checkRsaBits`. */
export async function generatePrivateKey(
  type: KeyType,
  bits: number = LIMITS.rsaBits.recommended,
): Promise<PrivateKey> {
  if (type === 'ed25519') return privateKeyOf((await generate('ed25519')).privateKey, 'the new key')
  checkRsaBits(bits)
  return privateKeyOf((await generate('rsa', { modulusLength: bits, publicExponent: 65537 })).privateKey, 'the new key')
}

/** How to read a key file. */
export interface ImportOptions {
  readonly passphrase?: string
  /** The file's name, for errors. */
  readonly name?: string
}

/** PEM (PKCS#8, PKCS#1, encrypted), DER, base64 of either, a JWK, or the base64 seed of an Ed25519 key. Throws DkimError. */
export function importPrivateKey(bytes: Uint8Array, options: ImportOptions = {}): PrivateKey {
  const name = options.name ?? 'the key'
  const content = textBytes(bytes, name, 'key-invalid')
  const data = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const keyObject = privateKeyObject(data, options, name)
  if (keyObject !== undefined) return privateKeyOf(keyObject, name)
  throw new DkimError(
    'key-invalid',
    `${name} holds no private key`,
    'expected PEM, DER, a JWK, or the base64 seed of an Ed25519 key',
  )
}

function privateKeyObject(data: Buffer, options: ImportOptions, name: string): KeyObject | undefined {
  const text = data.toString('latin1')
  refuseWhatIsNoPrivateKey(text, name)
  if (text.includes('-----BEGIN')) return fromPem(text, options, name)
  if (looksLikeJson(text)) return privateJwk(data.toString('utf8'), name)
  const seed = fromSeed(text)
  if (seed !== undefined) return seed
  // An environment variable or a secret store often holds the file in base64, PEM or DER.
  const decoded = decodeBase64(text.replace(/^(["'])(.*)\1[ \t\r\n]*$/s, '$2'))
  if (decoded?.includes('-----BEGIN')) return privateKeyObject(decoded, options, name)
  const der = decoded ?? data
  return fromDer(der) ?? fromEncryptedDer(der, options, name)
}

function refuseWhatIsNoPrivateKey(text: string, name: string): void {
  refuseForeignForm(text, name)
  if (text.includes('-----BEGIN OPENSSH PRIVATE KEY-----')) {
    throw new DkimError(
      'key-invalid',
      `${name} is an OpenSSH key`,
      'convert a copy to PEM (ssh-keygen -p -m PKCS8 -f COPY), or generate a key for mail only: dkim keygen',
    )
  }
  const block = privateBlock(text)
  if (block === undefined || isPrivateBlock(block)) return
  if (/^(?:RSA )?PUBLIC KEY$/.test(block.label)) {
    throw new DkimError(
      'key-invalid',
      `${name} holds a public key, not a private key`,
      'pass the private key: the file ending in .private.pem',
    )
  }
  if (block.label === 'CERTIFICATE') {
    throw new DkimError(
      'key-invalid',
      `${name} holds a certificate, not a private key`,
      'DKIM does not use certificates: generate a key with dkim keygen',
    )
  }
}

function fromPem(text: string, options: ImportOptions, name: string): KeyObject {
  const { passphrase } = options
  const block = privateBlock(text)
  if (block === undefined) {
    const hint = 'it is written -----BEGIN PRIVATE KEY-----, with five hyphens on each side'
    throw new DkimError('key-invalid', `${name} holds a BEGIN line that is not whole`, hint)
  }
  if (!isPrivateBlock(block)) {
    const hint = 'name the file with a block that ends in PRIVATE KEY'
    throw new DkimError('key-invalid', `${name} holds a PEM block "${block.label}", not a private key`, hint)
  }
  const { pem, fault, encrypted, cipher } = block
  if (pem === null) {
    const hint = 'copy the key again, from its BEGIN line to its END line'
    throw new DkimError('key-invalid', `${name} holds an incomplete private key: ${fault}`, hint)
  }
  if (encrypted && passphrase === undefined) {
    throw new DkimError('key-passphrase', `${name} is encrypted`, 'give the passphrase with --passphrase-file FILE')
  }
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (error) {
    // OpenSSL's own words are not repeated: they differ by version and may quote the input.
    if (encrypted) throw doesNotOpen(name, cipher, error)
    const hint = 'copy the key again, whole; openssl pkey -noout -check -in FILE says whether the original is good'
    throw new DkimError('key-invalid', `${name} holds a private key that cannot be decoded`, hint)
  }
}

/** Ciphers that OpenSSL 3 has in its legacy provider only. */
const LEGACY_CIPHER = /^(?:DES-CBC|DES-CFB|RC2|RC4|RC5|IDEA|BF|CAST|SEED)/

/** The wrong passphrase, or a cipher that is not at hand: which of them is said only where it is certain. */
function doesNotOpen(name: string, cipher: string | null, error: unknown): DkimError {
  const unsupported = error instanceof Error && 'code' in error && error.code === 'ERR_OSSL_EVP_UNSUPPORTED'
  if (unsupported || (cipher !== null && LEGACY_CIPHER.test(cipher))) {
    const hint = 'decrypt a copy: openssl pkey -provider legacy -provider default -in FILE -out COPY'
    return new DkimError('key-invalid', `${name} is encrypted with a cipher that is not supported here`, hint)
  }
  return new DkimError('key-passphrase', `wrong passphrase for ${name}`, 'check the file given with --passphrase-file')
}

function fromDer(data: Buffer): KeyObject | undefined {
  for (const type of ['pkcs8', 'pkcs1'] as const) {
    try {
      return createPrivateKey({ key: data, format: 'der', type })
    } catch {
      // Not in this form.
    }
  }
  return undefined
}

function fromEncryptedDer(data: Buffer, { passphrase }: ImportOptions, name: string): KeyObject | undefined {
  if (!isEncryptedDer(data)) return undefined
  if (passphrase === undefined) {
    throw new DkimError('key-passphrase', `${name} is encrypted`, 'give the passphrase with --passphrase-file FILE')
  }
  try {
    return createPrivateKey({ key: data, format: 'der', type: 'pkcs8', passphrase })
  } catch (error) {
    throw doesNotOpen(name, null, error)
  }
}

/** PKCS#8 of an Ed25519 key up to the 32 octets of its seed (RFC 8410 §7). */
const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

function fromSeed(text: string): KeyObject | undefined {
  const decoded = decodeBase64(text)
  // 64 octets are the seed with the public key behind it, as some signers store it.
  if (decoded === undefined || (decoded.length !== 32 && decoded.length !== 64)) return undefined
  const keyObject = fromDer(Buffer.concat([ED25519_PKCS8_PREFIX, decoded.subarray(0, 32)]))
  if (keyObject === undefined || decoded.length === 32) return keyObject
  return publicKeyOf(createPublicKey(keyObject))!.p === decoded.subarray(32).toString('base64') ? keyObject : undefined
}

function privateKeyOf(keyObject: KeyObject, name: string): PrivateKey {
  const publicKey = publicKeyOf(createPublicKey(keyObject))
  if (publicKey === undefined) {
    const type = keyObject.asymmetricKeyType ?? 'unknown'
    throw new DkimError(
      'key-invalid',
      `${name} is a ${type} key: DKIM supports rsa and ed25519`,
      'make one with dkim keygen',
    )
  }
  const fault = publicKey.rsa === undefined ? undefined : rsaFault(publicKey.rsa)
  if (fault !== undefined) {
    throw new DkimError(
      'key-invalid',
      `${name} holds ${fault.detail}: no verifier accepts it`,
      'make a new key with dkim keygen',
    )
  }
  return { type: publicKey.type, bits: publicKey.bits, keyObject, publicKey }
}

/** A public key from PEM (SPKI, PKCS#1, certificate, or a private key whose public half is meant) or DER. Throws DkimError. */
export function importPublicKey(bytes: Uint8Array, options: ImportOptions = {}): PublicKey {
  const name = options.name ?? 'the key'
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = data.toString('latin1')
  if (pemBlocks(text).some(isPrivateBlock)) return importPrivateKey(bytes, options).publicKey
  const keyObject = readPublic(data, text)
  const publicKey = keyObject === undefined ? undefined : publicKeyOf(keyObject)
  if (publicKey !== undefined) return publicKey
  if (keyObject === undefined) {
    throw new DkimError('key-invalid', `${name} holds no key`, 'expected a public or private key as PEM or DER')
  }
  throw new DkimError(
    'key-invalid',
    `${name} holds a key of type ${keyObject.asymmetricKeyType}: DKIM has rsa and ed25519`,
    'make one with dkim keygen',
  )
}

function readPublic(data: Buffer, text: string): KeyObject | undefined {
  const [block] = pemBlocks(text)
  const pem = block?.pem ?? text
  const readers = block?.label.endsWith('CERTIFICATE')
    ? [() => new X509Certificate(pem).publicKey]
    : block !== undefined
      ? [() => createPublicKey({ key: pem, format: 'pem' })]
      : [
          () => createPublicKey({ key: data, format: 'der', type: 'spki' as const }),
          () => createPublicKey({ key: data, format: 'der', type: 'pkcs1' as const }),
        ]
  for (const read of readers) {
    try {
      return read()
    } catch {
      // Not in this form.
    }
  }
  return undefined
}

/** `pkcs1` is for RSA, `seed` for Ed25519. */
export type PrivateKeyFormat = 'pkcs8' | 'pkcs1' | 'der' | 'seed'

/** PKCS#8 PEM by default; a passphrase encrypts it. */
export interface ExportOptions {
  readonly format?: PrivateKeyFormat
  readonly passphrase?: string
}

/** The bytes of a key file: PKCS#8 PEM unless asked otherwise. `pkcs1` is for RSA, `seed` (base64) for Ed25519. */
export function exportPrivateKey(key: PrivateKey, options: ExportOptions = {}): Buffer {
  const { format = 'pkcs8', passphrase } = options
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
  if (format === 'pkcs8') return Buffer.from(key.keyObject.export({ type: 'pkcs8', format: 'pem', ...encryption }))
  if (format === 'der') return Buffer.from(key.keyObject.export({ type: 'pkcs8', format: 'der', ...encryption }))
  if (passphrase !== undefined) throw new DkimError('usage', `the format ${format} cannot be encrypted`, 'use PKCS#8')
  if (format === 'pkcs1' && key.type === 'rsa')
    return Buffer.from(key.keyObject.export({ type: 'pkcs1', format: 'pem' }))
  if (format === 'seed' && key.type === 'ed25519') {
    const pkcs8 = Buffer.from(key.keyObject.export({ type: 'pkcs8', format: 'der' }))
    return Buffer.from(`${pkcs8.subarray(-32).toString('base64')}\n`)
  }
  throw new DkimError('usage', `an ${key.type} key has no ${format} form`, 'pkcs1 is for rsa, seed for ed25519')
}
