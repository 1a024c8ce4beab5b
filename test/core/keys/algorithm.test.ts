// RSASSA-PKCS1-v1_5 edges (RFC 8017 §8.2.2): padding, DigestInfo, lengths, and representatives, all made with the private key.
import { createHash, createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ALGORITHMS, algorithmFor, algorithmOf, isAlgorithmName } from '../../../src/core/keys/algorithm.js'
import { publicKeyOf, rsaPublicKey } from '../../../src/core/keys/public-key.js'
import { hexOf, padded, power, SHA256_PREFIX, toNumber } from '../../support/der.js'
import { KEYS, type KeyName, rsaNumbers, spki } from '../../support/keys.js'

const header = Buffer.from('from:a@legit.test\r\n')
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()
const digest = sha256(header)

/** The signature that decrypts to these bytes. */
function signatureOf(bytes: Buffer, name: KeyName): Buffer {
  const { n, d } = rsaNumbers(name)
  return hexOf(power(toNumber(bytes), d, n), 256)
}

const info = (prefix: string): Buffer => Buffer.concat([Buffer.from(prefix, 'hex'), digest])
const block = (start: number[], fill: number, count: number, rest: Buffer): Buffer =>
  Buffer.concat([Buffer.from(start), Buffer.alloc(count, fill), rest])
const GOOD_INFO = Buffer.concat([SHA256_PREFIX, digest])
const to256 = (rest: Buffer): Buffer => block([0, 1], 0xff, 253 - rest.length, Buffer.concat([Buffer.of(0), rest]))

function withOctet(bytes: Buffer, index: number, octet: number): Buffer {
  bytes[index] = octet
  return bytes
}

/** What a lax verifier has taken for a padded digest somewhere before. */
const EDGES: readonly (readonly [string, Buffer])[] = [
  ['block type 0', block([0, 0], 0x00, 202, Buffer.concat([Buffer.of(0), GOOD_INFO]))],
  ['block type 2', block([0, 2], 0xff, 202, Buffer.concat([Buffer.of(0), GOOD_INFO]))],
  ['a first octet of 1', block([1, 1], 0xff, 202, Buffer.concat([Buffer.of(0), GOOD_INFO]))],
  ['padding with a zero inside', withOctet(to256(GOOD_INFO), 50, 0)],
  ['padding with another octet inside', withOctet(to256(GOOD_INFO), 50, 0xfe)],
  ['no separator', block([0, 1], 0xff, 203, GOOD_INFO)],
  [
    'no padding and trailing garbage',
    block([0, 1], 0xff, 0, Buffer.concat([Buffer.of(0), GOOD_INFO, Buffer.alloc(202, 0xaa)])),
  ],
  [
    'eight octets of padding and trailing garbage',
    block([0, 1], 0xff, 8, Buffer.concat([Buffer.of(0), GOOD_INFO, Buffer.alloc(194, 0xaa)])),
  ],
  [
    'one octet of garbage behind the digest',
    block([0, 1], 0xff, 201, Buffer.concat([Buffer.of(0), GOOD_INFO, Buffer.of(0)])),
  ],
  ['DigestInfo without NULL', to256(info('302f300b06096086480165030402010420'))],
  ['DigestInfo with an empty SEQUENCE for NULL', to256(info('3031300d060960864801650304020130000420'))],
  ['garbage inside the parameters', to256(info('3035301106096086480165030402010504aabbccdd0420'))],
  ['a long form length', to256(info('308131300d060960864801650304020105000420'))],
  ['a long form length of the digest', to256(info('3032300d06096086480165030402010500048120'))],
  ['an indefinite length', to256(Buffer.concat([info('3080300d060960864801650304020105000420'), Buffer.alloc(2)]))],
  ['the OID of SHA-1', to256(info('302d300906052b0e03021a05000420'))],
  ['the OID of SHA-512', to256(info('3031300d060960864801650304020305000420'))],
  ['the OID of MD5', to256(info('3030300c06082a864886f70d020505000420'))],
  ['the digest alone', to256(digest)],
  [
    'a digest one octet short',
    to256(Buffer.concat([Buffer.from('3030300d06096086480165030402010500041f', 'hex'), digest.subarray(1)])),
  ],
  [
    'a digest one octet long',
    to256(Buffer.concat([Buffer.from('3032300d060960864801650304020105000421', 'hex'), digest, Buffer.of(0)])),
  ],
  ['the digest of another header', padded(Buffer.from('other'), 256)],
  ['zero', Buffer.alloc(256)],
  ['one', Buffer.concat([Buffer.alloc(255), Buffer.of(1)])],
]

describe.each(['rsa2048', 'rsa2048e3'] as const)('K-09, K-10 rsa-sha256 with %s', name => {
  const key = publicKeyOf(createPublicKey(KEYS[name]))!
  const check = (signature: Buffer): boolean =>
    algorithmOf('rsa-sha256').verify(key.keyObject, header, sha256, signature, key.bits)
  const { n } = rsaNumbers(name)
  const good = signatureOf(padded(header, 256), name)

  it('verifies what the arithmetic of this test signs, and signs the same', () => {
    expect(check(good)).toBe(true)
    expect(algorithmOf('rsa-sha256').sign(KEYS[name], header, sha256)).toEqual(good)
  })

  it.each(EDGES)('refuses %s', (_, bytes) => {
    expect(bytes).toHaveLength(256)
    expect(check(signatureOf(bytes, name))).toBe(false)
  })

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(256)],
    ['a zero in front', Buffer.concat([Buffer.alloc(1), good])],
    ['a zero behind', Buffer.concat([good, Buffer.alloc(1)])],
    ['one octet short', good.subarray(0, 255)],
    ['without its first octet', good.subarray(1)],
    ['the signature plus n', hexOf(toNumber(good) + n)],
    ['n minus the signature', hexOf(n - toNumber(good), 256)],
    ['n', hexOf(n)],
    ['n - 1', hexOf(n - 1n)],
    ['ones', Buffer.alloc(256, 0xff)],
    ['the padded digest itself', padded(header, 256)],
    ['the octets turned round', Buffer.from(good).reverse()],
  ])('refuses as a signature %s', (_, signature) => expect(check(signature)).toBe(false))

  it('refuses a short signature where the number would be the same', () => {
    // A header whose signature begins with a zero octet, so that dropping it changes the length alone.
    for (let counter = 0; ; counter += 1) {
      const text = Buffer.from(`subject:${counter}\r\n`)
      const signature = algorithmOf('rsa-sha256').sign(KEYS[name], text, sha256)
      if (signature[0] !== 0) continue
      const verify = (bytes: Buffer): boolean =>
        algorithmOf('rsa-sha256').verify(key.keyObject, text, sha256, bytes, key.bits)
      expect([verify(signature), verify(signature.subarray(1))]).toEqual([true, false])
      return
    }
  })
})

it('K-09 a cube root of a padded digest with garbage does not verify (e=3)', () => {
  const key = publicKeyOf(createPublicKey(KEYS.rsa2048e3))!
  const target = toNumber(block([0, 1], 0xff, 8, Buffer.concat([Buffer.of(0), GOOD_INFO, Buffer.alloc(194)])))
  let [low, high] = [0n, 1n << 700n]
  while (low < high) {
    const middle = (low + high) >> 1n
    if (middle ** 3n < target) low = middle + 1n
    else high = middle
  }
  expect(hexOf(low ** 3n, 256).subarray(0, 40)).toEqual(hexOf(target, 256).subarray(0, 40))
  expect(algorithmOf('rsa-sha256').verify(key.keyObject, header, sha256, hexOf(low, 256), 2048)).toBe(false)
})

it('a key of 1023 bits has signatures of 128 octets', () => {
  const key = publicKeyOf(createPublicKey(KEYS.rsa1023))!
  expect(key.bits).toBe(1023)
  const signature = algorithmOf('rsa-sha256').sign(KEYS.rsa1023, header, sha256)
  expect(algorithmOf('rsa-sha256').verify(key.keyObject, header, sha256, signature, key.bits)).toBe(true)
})

it('the table is asked by its own names alone', () => {
  expect(Object.keys(ALGORITHMS).every(isAlgorithmName)).toBe(true)
  for (const name of ['rsa-sha1', 'RSA-SHA256', 'toString', '__proto__', 'constructor', '']) {
    expect(isAlgorithmName(name)).toBe(false)
  }
  expect(algorithmFor('rsa')).toBe('rsa-sha256')
  expect(algorithmFor('ed25519')).toBe('ed25519-sha256')
  expect(algorithmOf('rsa-sha256').hashLength).toBe(32)
})

it('a public key from numbers is that of the file', () => {
  const { n } = rsaNumbers('rsa2048')
  expect(rsaPublicKey({ modulus: hexOf(n), exponent: hexOf(65537n) }).spki).toEqual(spki(KEYS.rsa2048))
})
