// The little of DER (X.690) that keys need, read strictly: minimal lengths, positive minimal integers, nothing behind the end.

/** The bytes are not the DER that was expected. */
export class DerError extends Error {}

const SEQUENCE = 0x30
const INTEGER = 0x02
const BIT_STRING = 0x03

/** AlgorithmIdentifier { rsaEncryption, NULL } (RFC 3279 §2.3.1) */
const RSA_ENCRYPTION = Buffer.from('300d06092a864886f70d0101010500', 'hex')
/** SubjectPublicKeyInfo of Ed25519 up to the 32 key octets (RFC 8410 §4) */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

export interface RsaNumbers {
  readonly modulus: Buffer
  readonly exponent: Buffer
}

interface Element {
  readonly content: Buffer
  readonly whole: Buffer
  readonly rest: Buffer
}

function readElement(bytes: Buffer, tag: number): Element {
  if (bytes.length < 2 || bytes[0] !== tag) throw new DerError('an unexpected element')
  const first = bytes[1]!
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || lengthOctets > 2 || bytes.length < 2 + lengthOctets) throw new DerError('a bad length')
  let length = first
  if (lengthOctets > 0) {
    length = bytes.readUIntBE(2, lengthOctets)
    const minimal = lengthOctets === 1 ? length >= 0x80 : length >= 0x100
    if (!minimal) throw new DerError('a length that is not minimal')
  }
  const end = 2 + lengthOctets + length
  if (end > bytes.length) throw new DerError('an element that is cut off')
  return { content: bytes.subarray(2 + lengthOctets, end), whole: bytes.subarray(0, end), rest: bytes.subarray(end) }
}

function onlyElement(bytes: Buffer, tag: number): Buffer {
  const { content, rest } = readElement(bytes, tag)
  if (rest.length > 0) throw new DerError('bytes after the end')
  return content
}

/** A positive INTEGER without its sign octet. */
function readPositive(bytes: Buffer): { value: Buffer; rest: Buffer } {
  const { content, rest } = readElement(bytes, INTEGER)
  const [first, second] = content
  if (first === undefined || first >= 0x80) throw new DerError('an integer that is not positive')
  if (first !== 0) return { value: content, rest }
  if (second === undefined) return { value: Buffer.alloc(0), rest }
  if (second < 0x80) throw new DerError('an integer that is not minimal')
  return { value: content.subarray(1), rest }
}

/** RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 §A.1.1) */
export function readRsaPublicKey(der: Buffer): RsaNumbers {
  const modulus = readPositive(onlyElement(der, SEQUENCE))
  const exponent = readPositive(modulus.rest)
  if (exponent.rest.length > 0) throw new DerError('bytes after the exponent')
  return { modulus: modulus.value, exponent: exponent.value }
}

/** What a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) holds: the algorithm as DER and the key's bits. */
export function readSubjectPublicKeyInfo(der: Buffer): { algorithm: Buffer; key: Buffer } {
  const algorithm = readElement(onlyElement(der, SEQUENCE), SEQUENCE)
  const bits = onlyElement(algorithm.rest, BIT_STRING)
  if (bits[0] !== 0) throw new DerError('a key of unused bits')
  return { algorithm: algorithm.whole, key: bits.subarray(1) }
}

export function isRsaEncryption(algorithm: Buffer): boolean {
  return algorithm.equals(RSA_ENCRYPTION)
}

/** The raw 32 octets of an Ed25519 SubjectPublicKeyInfo, undefined where it is none. */
export function readEd25519(der: Buffer): Buffer | undefined {
  const isEd25519 = der.length === 44 && der.subarray(0, 12).equals(ED25519_PREFIX)
  return isEd25519 ? der.subarray(12) : undefined
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(header), content])
}

function positive(value: Buffer): Buffer {
  const signed = value.length === 0 || value[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), value]) : value
  return element(INTEGER, signed)
}

export function writeRsaPublicKey({ modulus, exponent }: RsaNumbers): Buffer {
  return element(SEQUENCE, Buffer.concat([positive(modulus), positive(exponent)]))
}

export function writeRsaSubjectPublicKeyInfo(numbers: RsaNumbers): Buffer {
  const bits = element(BIT_STRING, Buffer.concat([Buffer.of(0), writeRsaPublicKey(numbers)]))
  return element(SEQUENCE, Buffer.concat([RSA_ENCRYPTION, bits]))
}

export function writeEd25519SubjectPublicKeyInfo(raw: Buffer): Buffer {
  return Buffer.concat([ED25519_PREFIX, raw])
}
