import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatKeyRecord, looksLikeKeyRecord, parseKeyRecord } from '../../../src/core/dkim/key-record.js'
import { Rejection } from '../../../src/core/dkim/rejection.js'

describe('parseKeyRecord', () => {
  it('has defaults', () => {
    expect(parseKeyRecord('p=QUJD')).toMatchObject({
      version: null,
      keyType: 'rsa',
      hashes: null,
      services: ['*'],
      flags: [],
      notes: null,
      publicKey: 'QUJD',
    })
  })

  it('reads every tag of §3.6.1', () => {
    expect(
      parseKeyRecord('v=DKIM1; g=*; h=sha1 : sha256; k=rsa; n=a=20note; s=email:tlsrpt; t=y:s:new; p=Q U\r\n JD;'),
    ).toMatchObject({
      version: 'DKIM1',
      hashes: ['sha1', 'sha256'],
      keyType: 'rsa',
      notes: 'a note',
      services: ['email', 'tlsrpt'],
      flags: ['y', 's', 'new'],
      publicKey: 'QUJD',
    })
  })

  it.each([
    '',
    'v=DKIM1',
    'v=DKIM2; p=',
    'v=dkim1; p=',
    'v=; p=',
    'p=; v=DKIM1',
    'k=rsa; v=DKIM1; p=',
    'v=DKIM1; v=DKIM1; p=',
    'v=DKIM1; p=A; p=B',
    'v=DKIM1; h=; p=',
    'v=DKIM1; h=sha256:; p=',
    'v=DKIM1; s=; p=',
    'v=DKIM1; s=e mail; p=',
    'v=DKIM1; k=; p=',
    'v=DKIM1; k=rsa/x; p=',
    '"v=DKIM1; p="',
    'v=DKIM1;; p=',
    'v=DKIM1; p=\xe9',
    'v=DKIM1; x=\xc3\xa9; p=',
    'v=DKIM1; p=A\0',
  ])('refuses %j', text => expect(() => parseKeyRecord(text)).toThrow(Rejection))

  it('ignores what it does not know', () => {
    const record = parseKeyRecord('v=DKIM1; x=1; toString=2; t=__proto__:y:; p=QUJD')
    expect(record.flags).toEqual(['y'])
    expect(record.publicKey).toBe('QUJD')
  })

  it('throws nothing but a Rejection', () => {
    const unit = fc.constantFrom(
      'v=DKIM1',
      ';',
      'p=',
      'k=',
      'h=',
      's=',
      't=',
      'n=',
      '=',
      ':',
      'QUJD',
      ' ',
      '*',
      '\0',
      '\xff',
      '=0',
    )
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' })), text => {
        try {
          expect(parseKeyRecord(text).publicKey).toBeTypeOf('string')
        } catch (error) {
          expect(error).toBeInstanceOf(Rejection)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('looksLikeKeyRecord', () => {
  it.each([
    ['v=DKIM1; p=', true],
    ['p=QUJD', true],
    ['k=rsa; p=QUJD', true],
    ['v=DKIM2; p=', true],
    ['v=dkim1; p=', true],
    ['"v=DKIM1; p=QUJD"', true],
    ['v=DKIM1 p=QUJD', true],
    ['k=rsa;; p=QUJD', true],
    ['v=spf1 -all', false],
    ['v=spf1; p=x', false],
    ['v=DMARC1; p=none', false],
    ['google-site-verification=abc', false],
    ['', false],
    ['hello', false],
  ])('%j: %s', (text, expected) => expect(looksLikeKeyRecord(text)).toBe(expected))

  it.each([' '.repeat(100_000), '; '.repeat(50_000), ';p '.repeat(30_000), `v${' '.repeat(100_000)}`])(
    'takes linear time (%#)',
    text => {
      const start = performance.now()
      expect(looksLikeKeyRecord(text)).toBe(false)
      expect(performance.now() - start).toBeLessThan(200)
    },
  )
})

describe('formatKeyRecord', () => {
  const word = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,6}[a-z0-9])?$/)
  const words = fc.array(word, { minLength: 1, maxLength: 3 })

  it('is read back', () => {
    fc.assert(
      fc.property(
        fc.record({
          keyType: fc.constantFrom('rsa' as const, 'ed25519' as const),
          publicKey: fc.base64String(),
          hashes: words,
          services: words,
          flags: words,
          notes: fc.string({ unit: 'binary', minLength: 1 }),
        }),
        fields => {
          expect(parseKeyRecord(formatKeyRecord(fields))).toMatchObject({ ...fields, version: 'DKIM1' })
        },
      ),
    )
  })

  it('begins with v= and ends with p=', () => {
    expect(formatKeyRecord({ publicKey: 'QUJD' })).toBe('v=DKIM1; p=QUJD')
    expect(formatKeyRecord({ keyType: 'ed25519', publicKey: '', notes: 'a;b', flags: [] })).toBe(
      'v=DKIM1; k=ed25519; n=a=3Bb; p=',
    )
  })
})
