// The linter: one accident at a time, the codes it gets, and the record it should have been.
import { createPrivateKey, createPublicKey, generateKeyPairSync, generatePrimeSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  writeEd25519SubjectPublicKeyInfo,
  writeRsaPublicKey,
  writeRsaSubjectPublicKeyInfo,
} from '../../../src/core/keys/der.js'
import { rsaPublicKey } from '../../../src/core/keys/public-key.js'
import { FINDINGS } from '../../../src/core/lookup/findings.js'
import { rejectionOf } from '../../../src/core/lookup/judgement.js'
import { lintRecord } from '../../../src/core/lookup/lint.js'
import { fermatSteps, hasRocaFingerprint, smallFactor, weaknessesOf } from '../../../src/core/lookup/weak-key.js'
import { KEYS, type KeyName, keyRecord } from '../../support/keys.js'

const rsa = (bits: number): { privateKey: KeyObject; p: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return { privateKey, p: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') }
}
const K2048 = rsa(2048)
const K1024 = rsa(1024)
const P = K2048.p
const GOOD = `v=DKIM1; k=rsa; p=${P}`
const ed = generateKeyPairSync('ed25519')
const edSpki = ed.publicKey.export({ type: 'spki', format: 'der' })
const ED = edSpki.subarray(12).toString('base64')
const pkcs1 = createPublicKey(K2048.privateKey).export({ type: 'pkcs1', format: 'der' }).toString('base64')
const spkiOf = (publicKey: KeyObject): string => publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

const codes = (text: string): string[] => lintRecord(text).findings.map(({ code }) => code)

function bytesOf(number: bigint): Buffer {
  const hex = number.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

function recordOf(modulus: bigint, exponent = 65537n): string {
  const spki = writeRsaSubjectPublicKeyInfo({ modulus: bytesOf(modulus), exponent: bytesOf(exponent) })
  return `v=DKIM1; p=${spki.toString('base64')}`
}

describe('a sound record', () => {
  it.each([GOOD, `v=DKIM1; p=${P}`, `v=DKIM1; k=ed25519; p=${ED}`, `v=DKIM1;h=sha256;s=email;t=s;n=note;p=${P};`])(
    'has no finding (%#)',
    text => {
      expect(lintRecord(text)).toMatchObject({
        findings: [],
        corrected: null,
        record: { publicKey: expect.any(String) },
      })
    },
  )
})

describe('D-12 to D-20, pasting and tags', () => {
  const table: [string, string, string[], string | null][] = [
    ['quotes around', `"${GOOD}"`, ['quotes-in-record'], GOOD],
    ['quotes in the middle', `${GOOD.slice(0, 200)}" "${GOOD.slice(200)}`, ['quotes-in-record'], GOOD],
    ['escaped quotes', `\\"${GOOD}\\"`, ['quotes-in-record'], GOOD],
    ['quotes around p=', `v=DKIM1; k=rsa; p="${P}"`, ['quotes-in-record'], GOOD],
    ['typographic quotes', `\xe2\x80\x9c${GOOD}\xe2\x80\x9d`, ['quotes-in-record'], GOOD],
    ['single quotes', `'${GOOD}'`, ['quotes-in-record'], GOOD],
    ['\\;', GOOD.replaceAll(';', '\\;'), ['escaped-semicolon'], GOOD],
    ['&quot; and &#59;', `&quot;${GOOD.replaceAll(';', '&#59;')}&quot;`, ['html-entity', 'quotes-in-record'], GOOD],
    [
      'a zone line',
      `sel._domainkey 3600 IN TXT ( "${GOOD.slice(0, 100)}" "${GOOD.slice(100)}" )`,
      ['zone-line-in-record'],
      GOOD,
    ],
    ['a zone line without owner', `TXT "${GOOD}"`, ['zone-line-in-record'], GOOD],
    ['parentheses', `( ${GOOD} )`, ['parentheses-in-record'], GOOD],
    ['line breaks', `${GOOD.slice(0, 100)}\r\n${GOOD.slice(100)}`, ['line-break-in-record'], GOOD],
    ['line breaks as text', `${GOOD.slice(0, 100)}\\n${GOOD.slice(100)}`, ['line-break-in-record'], GOOD],
    ['twice without a semicolon', GOOD + GOOD, ['record-pasted-twice'], GOOD],
    ['twice', `${GOOD}; ${GOOD};`, ['record-pasted-twice'], GOOD],
    ['a PEM file', `v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----${P}-----END PUBLIC KEY-----`, ['pem-in-key'], GOOD],
    ['spaces in p=', `v=DKIM1; k=rsa; p=${P.slice(0, 64)} ${P.slice(64)}`, ['space-in-key'], GOOD],
    ['no v=', `k=rsa; p=${P}`, ['version-missing'], GOOD],
    ['D-13 v= last', `k=rsa; p=${P}; v=DKIM1`, ['version-not-first'], GOOD],
    ['D-13 v=dkim1', `v=dkim1; k=rsa; p=${P}`, ['version-wrong'], GOOD],
    ['D-13 v=DKIM2', `v=DKIM2; k=rsa; p=${P}`, ['version-wrong'], GOOD],
    ['D-14 k=ed25519 over RSA', `v=DKIM1; k=ed25519; p=${P}`, ['key-type-wrong'], GOOD],
    ['D-14 k=rsa over Ed25519', `v=DKIM1; k=rsa; p=${ED}`, ['key-type-wrong'], `v=DKIM1; k=ed25519; p=${ED}`],
    ['D-14 no k= over Ed25519', `v=DKIM1; p=${ED}`, ['key-type-wrong'], `v=DKIM1; k=ed25519; p=${ED}`],
    ['D-14 k=RSA', `v=DKIM1; k=RSA; p=${P}`, ['key-type-unknown'], GOOD],
    ['D-14 k=ed2025', `v=DKIM1; k=ed2025; p=${ED}`, ['key-type-unknown'], `v=DKIM1; k=ed25519; p=${ED}`],
    ['D-15 h=rsa-sha256', `v=DKIM1; h=rsa-sha256; p=${P}`, ['hash-is-algorithm'], `v=DKIM1; h=sha256; p=${P}`],
    ['D-15 h=sha1', `v=DKIM1; h=sha1; p=${P}`, ['hash-not-sha256'], `v=DKIM1; h=sha256; p=${P}`],
    ['D-15 h=', `v=DKIM1; h=; p=${P}`, ['hash-not-sha256'], `v=DKIM1; h=sha256; p=${P}`],
    ['h=sha256:', `v=DKIM1; h=sha256:; p=${P}`, ['list-syntax'], `v=DKIM1; h=sha256; p=${P}`],
    ['s=email:;', `v=DKIM1; s=email::*; p=${P}`, ['list-syntax'], `v=DKIM1; s=email; p=${P}`],
    ['nothing between semicolons', `v=DKIM1; k=rsa;; p=${P};`, ['empty-tag'], GOOD],
    ['D-15 h=sha1:sha256', `v=DKIM1; h=sha1:sha256; p=${P}`, [], null],
    ['D-16 s=tlsrpt', `v=DKIM1; s=tlsrpt; p=${P}`, ['service-not-mail'], `v=DKIM1; s=email; p=${P}`],
    ['D-16 s=email:web', `v=DKIM1; s=email:web; p=${P}`, [], null],
    ['D-18 t=y', `v=DKIM1; t=y; p=${P}`, ['testing'], `v=DKIM1; p=${P}`],
    ['D-18 t=y:s', `v=DKIM1; t=y:s; p=${P}`, ['testing'], `v=DKIM1; t=s; p=${P}`],
    ['D-19 p= empty', 'v=DKIM1; p=', ['revoked'], null],
    ['D-19 no p=', 'v=DKIM1; k=rsa', ['key-missing'], null],
    ['D-19 p=0', 'v=DKIM1; p=0', ['not-base64'], null],
    ['D-19 p=====', 'v=DKIM1; p====', ['not-base64'], null],
    ['P=', `v=DKIM1; k=rsa; P=${P}`, ['tag-case'], GOOD],
    ['unknown tag', `v=DKIM1; x=1; p=${P}`, ['unknown-tag'], null],
    ['two different p=', `v=DKIM1; p=${P}; p=${K1024.p}`, ['duplicate-tag'], null],
    ['blank for semicolon', `v=DKIM1 k=rsa p=${P}`, ['semicolon-missing'], GOOD],
    ['comma for semicolon', `v=DKIM1, k=rsa, p=${P}`, ['semicolon-missing'], GOOD],
    ['no tags at all', 'hello world', ['tag-syntax', 'key-missing', 'version-missing'], null],
    ['bytes above 7F', `v=DKIM1; p=${P}\xe9`, ['non-ascii', 'key-trailing-data'], `v=DKIM1; p=${P}`],
    ['a non-breaking space', `v=DKIM1;\xc2\xa0p=${P}`, ['invisible-character'], `v=DKIM1; p=${P}`],
    ['empty', '', ['key-missing', 'version-missing'], null],
  ]
  it.each(table)('%s', (_row, text, expected, corrected) => {
    const lint = lintRecord(text)
    expect(lint.findings.map(({ code }) => code)).toEqual(expected)
    expect(lint.corrected).toBe(corrected)
    // A corrected record has nothing left to correct.
    if (corrected !== null) expect(lintRecord(corrected).corrected).toBeNull()
  })
})

describe('the key in p=', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const table: [string, string, string[], string | null][] = [
    ['PKCS#1', `v=DKIM1; k=rsa; p=${pkcs1}`, ['pkcs1-key'], GOOD],
    [
      'Ed25519 as SPKI',
      `v=DKIM1; k=ed25519; p=${edSpki.toString('base64')}`,
      ['ed25519-spki'],
      `v=DKIM1; k=ed25519; p=${ED}`,
    ],
    [
      'D-20 PKCS#8 private key',
      `v=DKIM1; p=${K1024.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')}`,
      ['private-key-published'],
      null,
    ],
    [
      'D-20 PKCS#1 private key',
      `v=DKIM1; p=${K1024.privateKey.export({ type: 'pkcs1', format: 'der' }).toString('base64')}`,
      ['private-key-published'],
      null,
    ],
    [
      'D-20 Ed25519 private key',
      `v=DKIM1; k=ed25519; p=${ed.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')}`,
      ['private-key-published'],
      null,
    ],
    [
      'D-20 private key with armour',
      'v=DKIM1; p=-----BEGIN PRIVATE KEY-----MIIEvg-----END PRIVATE KEY-----',
      ['private-key-published'],
      null,
    ],
    ['D-20 EC key', `v=DKIM1; p=${spkiOf(ec.publicKey)}`, ['not-a-public-key'], null],
    ['D-20 OpenSSH', 'v=DKIM1; p=AAAAB3NzaC1yc2EAAAADAQABAAABAQ==', ['not-a-public-key'], null],
    ['31 bytes', `v=DKIM1; k=ed25519; p=${Buffer.alloc(31, 7).toString('base64')}`, ['not-a-public-key'], null],
    ['a character too many', `v=DKIM1; p=${P.slice(0, 40)}!${P.slice(40)}`, ['not-base64'], `v=DKIM1; p=${P}`],
    ['URL alphabet', `v=DKIM1; p=${P.slice(0, 40)}-_${P.slice(42)}`, ['not-base64'], null],
    [
      'padding lost',
      `v=DKIM1; k=ed25519; p=${ED.replace(/=+$/, '')}`,
      ['padding-wrong'],
      `v=DKIM1; k=ed25519; p=${ED}`,
    ],
    [
      'bytes behind',
      `v=DKIM1; k=rsa; p=${Buffer.concat([Buffer.from(P, 'base64'), Buffer.alloc(3)]).toString('base64')}`,
      ['key-trailing-data'],
      GOOD,
    ],
    ['cut at 255 characters', GOOD.slice(0, 255), ['key-cut'], null],
    ['cut at 254 characters', GOOD.slice(0, 254), ['key-cut'], null],
    ['K-03 1024 bits', `v=DKIM1; p=${K1024.p}`, ['key-short'], null],
    ['K-03 512 bits', `v=DKIM1; p=${rsa(512).p}`, ['key-too-short'], null],
    [
      'K-11 weak point',
      `v=DKIM1; k=ed25519; p=${Buffer.alloc(32).fill(1, 0, 1).toString('base64')}`,
      ['weak-point'],
      null,
    ],
    [
      'K-16 sample key of RFC 8463',
      'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
      ['sample-key'],
      null,
    ],
  ]
  it.each(table)('%s', (_row, text, expected, corrected) => {
    const lint = lintRecord(text)
    expect(lint.findings.map(({ code }) => code)).toEqual(expected)
    expect(lint.corrected).toBe(corrected)
  })

  const modulus = BigInt(
    `0x${createPublicKey(K2048.privateKey).export({ format: 'jwk' }).n === undefined ? '0' : Buffer.from(createPublicKey(K2048.privateKey).export({ format: 'jwk' }).n!, 'base64url').toString('hex')}`,
  )
  it.each([
    [1n, 'unsafe-exponent'],
    [2n, 'unsafe-exponent'],
    [65538n, 'unsafe-exponent'],
    [(1n << 33n) + 1n, 'unsafe-exponent'],
    [(1n << 64n) + 1n, 'unsafe-exponent'],
    [3n, 'unusual-exponent'],
    [17n, 'unusual-exponent'],
    [(1n << 32n) + 1n, 'unusual-exponent'],
  ])('K-01, K-02 exponent %s', (exponent, code) => {
    expect(codes(recordOf(modulus, exponent))).toEqual([code])
  })

  it('K-05 even modulus', () => {
    expect(codes(recordOf(modulus + 1n))).toEqual(['unsafe-modulus'])
  })

  it('4096 bits are fine, more are not read everywhere, 8192 is the end', () => {
    const odd = (bits: number): bigint =>
      (generatePrimeSync(256, { bigint: true }) * ((1n << BigInt(bits - 256)) + 111n)) | 1n
    const length = (bits: number): string[] => {
      let candidate = odd(bits)
      while (candidate.toString(2).length !== bits) candidate = (1n << BigInt(bits - 1)) | odd(bits) | 1n
      return codes(recordOf(candidate)).filter(code => code.startsWith('key-'))
    }
    expect([4096, 4097, 8192, 8193].map(length)).toEqual([[], ['key-long'], ['key-long'], ['key-too-long']])
  })
})

describe('K-16 keys whose private half can be computed', () => {
  const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true })

  it('small factors', () => {
    expect(smallFactor(prime(512) * 65_521n)).toBe(65_521)
    expect(smallFactor(prime(512) * prime(512))).toBeUndefined()
    expect(smallFactor(3n * prime(1024))).toBe(3)
  })

  it('close primes', () => {
    const p = prime(512)
    let q = p + 2n
    while (!isPrime(q)) q += 2n
    expect(fermatSteps(p * q)).toBe(1)
    expect(fermatSteps(prime(512) * prime(512))).toBeUndefined()
    expect(codes(recordOf(p * q))).toEqual(['close-primes', 'key-short'])
  })

  it('the fingerprint of the faulty generator', () => {
    // p = k·M + (65537^a mod M), M the product of the first 39 primes: the form of its primes.
    const primes = [
      2n,
      3n,
      5n,
      7n,
      11n,
      13n,
      17n,
      19n,
      23n,
      29n,
      31n,
      37n,
      41n,
      43n,
      47n,
      53n,
      59n,
      61n,
      67n,
      71n,
      73n,
      79n,
      83n,
      89n,
      97n,
      101n,
      103n,
      107n,
      109n,
      113n,
      127n,
      131n,
      137n,
      139n,
      149n,
      151n,
      157n,
      163n,
      167n,
    ]
    const M = primes.reduce((product, factor) => product * factor, 1n)
    const make = (seed: bigint): bigint => {
      for (let k = (1n << 291n) + seed, power = 65537n ** (seed % 50n) % M; ; k += 1n, power = (power * 65537n) % M) {
        const candidate = k * M + power
        if (isPrime(candidate)) return candidate
      }
    }
    const modulus = make(17n) * make(40_000_019n)
    expect(hasRocaFingerprint(modulus)).toBe(true)
    expect(codes(recordOf(modulus))).toContain('roca')
    for (let index = 0; index < 20; index += 1) expect(hasRocaFingerprint(prime(256) * prime(256))).toBe(false)
  })

  it('sound keys have none, in little time', () => {
    const key = rsaPublicKey({
      modulus: Buffer.from(createPublicKey(rsa(4096).privateKey).export({ format: 'jwk' }).n!, 'base64url'),
      exponent: Buffer.from([1, 0, 1]),
    })
    const started = performance.now()
    expect(weaknessesOf(key)).toEqual([])
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

function isPrime(candidate: bigint): boolean {
  return [2n, 3n, 5n, 7n, 11n, 13n].every(base => {
    let [result, power, exponent] = [1n, base, candidate - 1n]
    for (; exponent > 0n; exponent >>= 1n, power = (power * power) % candidate)
      if (exponent & 1n) result = (result * power) % candidate
    return result === 1n
  })
}

describe('keys that everybody has', () => {
  it.each(Object.keys(KEYS).filter(name => name !== 'p256') as KeyName[])(
    'the key %s of these tests is known',
    name => {
      expect(codes(keyRecord(name))).toContain('sample-key')
    },
  )
})

describe('properties', () => {
  it('never throws, and what it offers as corrected is sound', () => {
    const alphabet = fc.constantFrom(
      ...'vkphst=;:" \\\'()&#y1rsaDKIM-\n\r\t\xe2\x80\x9c'.split(''),
      'v=DKIM1',
      'p=',
      ED,
      'k=ed25519',
      'TXT ',
      '&quot;',
    )
    fc.assert(
      fc.property(
        fc.array(alphabet, { maxLength: 40 }).map(parts => parts.join('')),
        text => {
          const { corrected, findings } = lintRecord(text)
          if (corrected !== null) expect(lintRecord(corrected).corrected).toBeNull()
          for (const { code } of findings) expect(FINDINGS).toHaveProperty(code)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('says of every record that verifiers refuse what is wrong with it', () => {
    const tags = fc.constantFrom(
      ...'v=DKIM1,v=1,V=DKIM1,k=rsa,k=RSA,k=,k=-,h=sha256,h=,h=a::b,h=sha256:!,s=email,s=*,s=,s=*:;,t=y,t=a b'.split(
        ',',
      ),
      ...[
        'n=\u0007',
        'n=a\rb',
        'x=\0',
        'n=\u00e9',
        '',
        ' ',
        '=',
        'x',
        '9=1',
        'a-b=1',
        'n=a=b',
        `p=${P}`,
        `p=${ED}`,
        'p=',
        'p=x',
      ],
    )
    const records = fc.tuple(fc.array(tags, { maxLength: 6 }), fc.constantFrom(';', '; ', ' ;', ';\r\n '))
    fc.assert(
      fc.property(
        records.map(([parts, between]) => [...parts, `p=${P}`].join(between)),
        text => {
          const rejection = rejectionOf(text)
          const isTold = lintRecord(text).findings.some(
            ({ severity }) => severity === 'error' || severity === 'critical',
          )
          if (rejection !== null && rejection.reason !== 'key-revoked') expect(isTold, rejection.detail).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('keeps its time with 16 KiB of anything', () => {
    for (const piece of [' ', '"', '" ', ';', '(', 'v=DKIM1', 'TXT ', 'DKIM1 ', '\\n', '&quot;', 'a=b; ', '\t)']) {
      const started = performance.now()
      lintRecord(piece.repeat(20_000))
      expect(performance.now() - started, piece).toBeLessThan(500)
    }
  })
})

describe('forms the helpers above do not reach', () => {
  it('keeps the private key out of the findings', () => {
    const secret = ed.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
    expect(JSON.stringify(lintRecord(`v=DKIM1; k=ed25519; p=${secret}`).findings)).not.toContain(secret.slice(20, 40))
  })

  it('reads both DER forms of one key as the same key', () => {
    const { n, e } = createPublicKey(
      createPrivateKey(K2048.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    ).export({ format: 'jwk' })
    const numbers = { modulus: Buffer.from(n!, 'base64url'), exponent: Buffer.from(e!, 'base64url') }
    const bare = lintRecord(`v=DKIM1; p=${writeRsaPublicKey(numbers).toString('base64')}`)
    expect(bare.key?.fingerprint).toBe(lintRecord(GOOD).key?.fingerprint)
    expect(writeEd25519SubjectPublicKeyInfo(Buffer.from(ED, 'base64')).equals(edSpki)).toBe(true)
  })
})
