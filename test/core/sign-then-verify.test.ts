// Properties of signing and verifying together: what was signed passes, in any chunking; one changed signed byte does not.

import { Readable } from 'node:stream'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../src/core/dkim/key-record.js'
import type { MessageBytes } from '../../src/core/dkim/message.js'
import type { VerificationReport } from '../../src/core/dkim/result.js'
import { Signer, sign } from '../../src/core/dkim/sign.js'
import type { SignatureRequest } from '../../src/core/dkim/signature-request.js'
import { parseFieldChoices } from '../../src/core/dkim/signed-fields.js'
import { Verifier, verify } from '../../src/core/dkim/verify.js'
import { noAnswer, type Resolver } from '../../src/core/dns/resolver.js'
import { readZone } from '../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../src/core/dns/zone-resolver.js'
import { DkimError } from '../../src/core/errors.js'
import { generatePrivateKey, type PrivateKey } from '../../src/core/keys/private-key.js'

const NOW = new Date('2026-11-22T12:00:00Z')
const keys: PrivateKey[] = []
let resolver: Resolver

beforeAll(async () => {
  keys.push(await generatePrivateKey('rsa', 1024), await generatePrivateKey('ed25519'))
  const zone = Object.fromEntries(
    keys.map(({ type, publicKey: { p } }) => [
      `${type}._domainkey.example.com`,
      formatKeyRecord({ keyType: type, publicKey: p }),
    ]),
  )
  resolver = zoneResolver(readZone(Buffer.from(JSON.stringify(zone)), 'dns.json'))
})

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let start = 0
  for (const size of sizes) {
    yield bytes.subarray(start, start + size)
    start += size
  }
  yield bytes.subarray(start)
}

type Choice = Omit<SignatureRequest, 'key' | 'selector' | 'domain'>

/** The field, null where the message was refused. */
function signWith(key: PrivateKey, message: Buffer, choice: Choice, sizes: readonly number[] = []): Buffer | null {
  const signer = new Signer({
    requests: [{ key, selector: key.type, domain: 'example.com', ...choice }],
    now: NOW,
  })
  try {
    for (const chunk of cut(message, sizes)) signer.write(chunk)
    return Buffer.concat(signer.end().fields)
  } catch (error) {
    if (error instanceof DkimError && error.code === 'message-refused') return null
    throw error
  }
}

async function verifyAll(message: Buffer, sizes: readonly number[] = []): Promise<VerificationReport> {
  const verifier = new Verifier({ resolver, now: NOW })
  for (const chunk of cut(message, sizes)) verifier.write(chunk)
  return verifier.end()
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const joined = (pieces: readonly string[]): string => pieces.join('')

const word = fc.constantFrom(
  'a',
  'B',
  ' ',
  '\t',
  '  ',
  '\r\n ',
  '\r\n\t',
  '\xe0',
  '\xa0',
  '\x0b',
  '=',
  ';',
  ':',
  '"',
  'word',
  '\xff',
)
const name = fc.constantFrom(
  'To',
  'cc',
  'SUBJECT',
  'Date',
  'X-a',
  'x-A',
  'Received',
  'Comments',
  'List-Unsubscribe',
  'Subject ',
)
const field = fc.tuple(name, fc.array(word, { maxLength: 8 })).map(([left, right]) => `${left}:${joined(right)}\r\n`)
const author = fc.constantFrom(
  'From: a@example.com\r\n',
  'FROM:\r\n a@example.com \r\n',
  'from : "A" <a@example.com>\t\r\n',
)
const header = fc
  .tuple(fc.array(field, { maxLength: 6 }), author, fc.array(field, { maxLength: 3 }))
  .map(([above, from, below]) => joined([...above, from, ...below]))
const body = fc
  .array(fc.constantFrom('a', ' ', '\t', '\r\n', '\r\n', '\r', '\n', '\0', '\xe0', 'text of a line', ' \r\n'), {
    maxLength: 25,
  })
  .map(joined)
const message = fc
  .tuple(header, fc.option(body, { nil: null }))
  .map(([head, content]) => latin1(content === null ? head : `${head}\r\n${content}`))
const canonicalization = fc.record({
  header: fc.constantFrom('simple' as const, 'relaxed' as const),
  body: fc.constantFrom('simple' as const, 'relaxed' as const),
})
const choice: fc.Arbitrary<Choice> = fc.record(
  {
    canonicalization,
    fields: fc
      .constantFrom('from', '+from:to', 'from:+subject:x-a:received', 'comments,from,+x-missing')
      .map(parseFieldChoices),
    identity: fc.constantFrom('@example.com', 'a@news.example.com', 'b=3D;x@example.com'),
    timestamp: fc.constantFrom(null, 0, 1_700_000_000),
    copyFields: fc.boolean(),
    queryMethod: fc.boolean(),
  },
  { requiredKeys: ['canonicalization'] },
)
const sizes = fc.array(fc.nat(40), { maxLength: 12 })
const which = fc.constantFrom(0, 1, 1, 1)

describe('sign, then verify', () => {
  it('passes whatever sign accepts, in any chunking', async () => {
    let signed = 0
    await fc.assert(
      fc.asyncProperty(message, choice, which, sizes, sizes, async (bytes, request, key, cuts, otherCuts) => {
        const added = signWith(keys[key]!, bytes, { timestamp: 0, ...request }, cuts)
        // Several messages in a row are refused for a second singular field: they are no counterexample.
        if (added === null) return
        signed += 1
        expect(signWith(keys[key]!, bytes, { timestamp: 0, ...request })).toEqual(added)
        const whole = Buffer.concat([added, bytes])
        const report = await verifyAll(whole, otherCuts)
        expect(report.signatures).toMatchObject([{ result: 'pass', bodyHash: 'match', headerSignature: 'match' }])
        expect(await verifyAll(whole)).toEqual(report)
      }),
      { numRuns: 400 },
    )
    expect(signed).toBeGreaterThan(100)
  })

  it('makes the same signatures beside the thread, of several messages at once', async () => {
    const signers = () =>
      Array.from({ length: 20 }, (_, number) => {
        const requests = keys.map(key => ({ key, selector: key.type }))
        const signer = new Signer({ requests, now: NOW })
        signer.write(latin1(`From: a@example.com\r\nSubject: ${number}\r\n\r\nbody\r\n`))
        return signer
      })
    expect(await Promise.all(signers().map(signer => signer.endLater()))).toEqual(signers().map(signer => signer.end()))
    const refused = new Signer({ requests: [{ key: keys[0]!, selector: 'rsa' }], now: NOW })
    refused.write(latin1('To: a@example.com\r\n\r\n'))
    await expect(refused.endLater()).rejects.toThrow(DkimError)
  })

  it('folds the field within 78 columns, and writes nothing but printable ASCII', () => {
    fc.assert(
      fc.property(message, choice, (bytes, request) => {
        const added = signWith(keys[1]!, bytes, { ...request, copyFields: false })
        const lines = added?.toString('latin1').split('\r\n') ?? ['']
        expect(lines.pop()).toBe('')
        for (const line of lines) expect(line).toMatch(/^[ \t]?[\x20-\x7e]{1,78}$/)
      }),
      { numRuns: 200 },
    )
  })

  it('does not pass after one signed byte was changed', async () => {
    await fc.assert(
      fc.asyncProperty(message, canonicalization, which, fc.nat(), async (bytes, canon, key, choose) => {
        const added = signWith(keys[key]!, bytes, { canonicalization: canon })
        if (added === null) return
        const whole = Buffer.concat([added, bytes])
        const positions = signedPositions(whole, added.length)
        const at = positions[choose % positions.length]!
        // No white space and no letter case: those are what relaxed forgives.
        whole[at] = whole[at] === 0x71 || whole[at] === 0x51 ? 0x7a : 0x71
        expect((await verifyAll(whole)).result).not.toBe('pass')
      }),
      { numRuns: 400 },
    )
  })

  it('does not pass with an oversigned field added, at the top or at the bottom', async () => {
    const head = 'From: a@example.com\r\nSubject: one\r\n'
    const signed = signWith(keys[1]!, latin1(`${head}\r\nbody\r\n`), {})!.toString('latin1')
    for (const oversigned of [
      'From',
      'To',
      'Cc',
      'Subject',
      'Date',
      'Reply-To',
      'Message-ID',
      'Content-Type',
      'MIME-Version',
    ]) {
      for (const text of [
        `${oversigned}: x@example.com\r\n${signed}${head}`,
        `${signed}${head}${oversigned}: x@example.com\r\n`,
      ]) {
        expect([oversigned, (await verifyAll(latin1(`${text}\r\nbody\r\n`))).result]).not.toEqual([oversigned, 'pass'])
      }
    }
    const traced = `Received: from x\r\nX-Seen: yes\r\n${signed}${head}\r\nbody\r\n`
    expect((await verifyAll(latin1(traced))).result).toBe('pass')
  })

  it.each([0, 1, 2, 3])('names a field of which there are %i once more than that', copies => {
    const text = `From: a@example.com\r\n${'Comments: x\r\n'.repeat(copies)}\r\n`
    const fields = parseFieldChoices('+from:+comments')
    const added = signWith(keys[1]!, latin1(text), { fields })!.toString('latin1')
    const h = /h=([^;]*);/.exec(added)![1]!.replace(/\s/g, '').split(':')
    expect(h.filter(item => item === 'comments')).toHaveLength(copies + 1)
    expect(h.filter(item => item === 'from')).toHaveLength(2)
  })
})

const codeOf = (choice: Partial<SignatureRequest>, message = 'From: a@example.com\r\n\r\n'): string => {
  const requests = [{ key: keys[1]!, selector: 'ed25519', domain: 'example.com', ...choice }]
  const signer = new Signer({ requests, now: NOW })
  signer.write(latin1(message))
  try {
    signer.end()
    return 'signed'
  } catch (error) {
    return error instanceof DkimError ? error.code : String(error)
  }
}

describe('what no verifier reads is not written', () => {
  const manyOf = (count: number) => `From: a@example.com\r\n${'List-Id: x\r\n'.repeat(count)}\r\n`

  it.each([
    [0, undefined, 'signed'],
    [-1, undefined, 'usage'],
    [0.5, undefined, 'usage'],
    [999_999_999_999, undefined, 'signed'],
    [1_000_000_000_000, undefined, 'usage'],
    [999_999_999_998, 1, 'signed'],
    [999_999_999_999, 1, 'usage'],
    [0, 0, 'usage'],
    [10, -1, 'usage'],
  ])('t=%d and %d seconds: %s', (timestamp, expiresIn, code) => {
    expect(codeOf({ timestamp, ...(expiresIn === undefined ? {} : { expiresIn }) })).toBe(code)
  })

  it('as many fields as h= may name, and one more', () => {
    const fields = parseFieldChoices('from:list-id')
    expect(codeOf({ fields }, manyOf(499))).toBe('signed')
    expect(codeOf({ fields }, manyOf(500))).toBe('limit')
    expect(codeOf({}, manyOf(500))).toBe('limit')
  })

  it('a field as long as it may be, and longer', async () => {
    const withSubject = (octets: number) => `From: a@example.com\r\nSubject: ${'x'.repeat(octets)}\r\n\r\n`
    const request = { copyFields: true, timestamp: 0 }
    let [most, tooMany] = [1, 16_384]
    while (tooMany - most > 1) {
      const middle = (most + tooMany) >> 1
      if (codeOf(request, withSubject(middle)) === 'signed') most = middle
      else tooMany = middle
    }
    expect(codeOf(request, withSubject(tooMany))).toBe('limit')
    const longest = latin1(withSubject(most))
    const added = signWith(keys[1]!, longest, request)!
    expect(added.length).toBeGreaterThan(16_300)
    expect((await verifyAll(Buffer.concat([added, longest]))).result).toBe('pass')
  })

  it('a line of 998 octets, and one more', async () => {
    const identityOf = (octets: number) => `${'x'.repeat(octets - ' i=@example.com;'.length)}@example.com`
    const message = latin1('From: a@example.com\r\n\r\n')
    const added = signWith(keys[1]!, message, { identity: identityOf(998) })!
    expect(
      Math.max(
        ...added
          .toString()
          .split('\r\n')
          .map(line => line.length),
      ),
    ).toBe(998)
    expect((await verifyAll(Buffer.concat([added, message]))).result).toBe('pass')
    expect(codeOf({ identity: identityOf(999) })).toBe('limit')
  })

  it.each([
    ['s._domainkey.example.com', 'name-invalid'],
    ['a.b._DomainKey', 'name-invalid'],
    ['_domainkey', 'signed'],
    ['s._domainkeys', 'signed'],
  ])('the selector %s: %s', (selector, code) => expect(codeOf({ selector })).toBe(code))

  it.each([
    ['10,000 fields', 'From: a@example.com\r\n', 'X:\r\n', 9_999, 'signed'],
    ['one more', 'From: a@example.com\r\n', 'X:\r\n', 10_000, 'message-refused'],
    ['a MiB and more', 'From: a@example.com\r\n', `X: ${'x'.repeat(1 << 20)}\r\n`, 1, 'message-refused'],
  ])('a header section of %s, not by force either', (_, from, field, count, code) => {
    for (const message of [`${from}${field.repeat(count)}\r\n`, `${field.repeat(count)}${from}\r\n`]) {
      const requests = [{ key: keys[1]!, selector: 'ed25519', domain: 'example.com' }]
      const signer = new Signer({ requests, now: NOW, force: true })
      signer.write(latin1(message))
      let outcome = 'signed'
      try {
        signer.end()
      } catch (error) {
        outcome = error instanceof DkimError ? error.code : String(error)
      }
      expect(outcome).toBe(code)
    }
  })

  it.each(['a\nb', 'a\rb', 'a\r\n\r'])('a body with a bare CR or LF, unless by force: %j', body => {
    for (const force of [false, true]) {
      const signer = new Signer({ requests: [{ key: keys[0]!, selector: 'rsa' }], now: NOW, force })
      for (const byte of latin1(`From: a@example.com\r\n\r\n${body}`)) signer.write(Buffer.of(byte))
      if (force) expect(signer.end().fields).toHaveLength(1)
      else expect(() => signer.end()).toThrow(expect.objectContaining({ code: 'message-refused' }))
    }
  })

  it('a NUL in the header section, or no header section at all', () => {
    expect(codeOf({}, 'From: a@example.com\r\nX: \0\r\n\r\n')).toBe('message-refused')
    expect(codeOf({}, 'From: a@example.com\r\n\r\n\0')).toBe('signed')
    expect(codeOf({}, '\r\nFrom: a@example.com\r\n\r\n')).toBe('message-refused')
    expect(codeOf({}, '')).toBe('message-refused')
  })
})

/** Bytes that matter in every canonicalization: of the signature, of From and of the body, white space and line ends left out. */
function signedPositions(whole: Buffer, added: number): number[] {
  const text = whole.toString('latin1')
  const from = text.search(/\r\nfrom ?:/i) + 2
  const fromEnd = text.slice(from).search(/\r\n(?![ \t])|$/) + from
  const end = text.indexOf('\r\n\r\n', added - 2)
  const bodyStart = end === -1 ? text.length : end + 4
  const positions: number[] = []
  for (let at = 0; at < whole.length; at += 1) {
    const signed = at < added || (at >= from && at < fromEnd) || at >= bodyStart
    if (signed && !/[ \t\r\n]/.test(text[at]!)) positions.push(at)
  }
  return positions
}

describe('what is not bytes', () => {
  const resolver: Resolver = { txt: name => noAnswer(name, 'nxdomain', null) }
  const values: unknown[] = [
    'From: a@example.com\r\n\r\n',
    '',
    7,
    null,
    undefined,
    [1, 2],
    ['text'],
    [null],
    {},
    new Date(0),
  ]
  values.push(new DataView(new ArrayBuffer(4)), new Uint16Array(4), Symbol('bytes'), [Buffer.from('From: a'), 'text'])

  it('is a DkimError in verify() and sign()', async () => {
    const requests = [{ key: keys[0]!, selector: 'rsa' }]
    for (const value of values) {
      const usage = expect.objectContaining({ name: 'DkimError', code: 'usage' })
      await expect(verify(value as never, { resolver, now: NOW })).rejects.toEqual(usage)
      await expect(sign(value as never, { requests, now: NOW })).rejects.toEqual(usage)
    }
  })

  it('is a DkimError in write(), and the chunks around it still count', async () => {
    for (const value of ['text', 7, null, undefined, [1]]) {
      const verifier = new Verifier({ resolver, now: NOW })
      expect(() => verifier.write(value as never)).toThrow(DkimError)
      const signer = new Signer({ requests: [{ key: keys[0]!, selector: 'rsa', timestamp: 0 }], now: NOW })
      signer.write(latin1('From: a@example.com\r\n'))
      expect(() => signer.write(value as never)).toThrow(DkimError)
      signer.write(latin1('\r\nbody\r\n'))
      expect(signer.end().signatures).toMatchObject([{ domain: 'example.com' }])
    }
  })

  it('Uint8Array, Buffer, iterables and streams are bytes', async () => {
    const bytes = latin1('From: a@example.com\r\n\r\n')
    const from = { domain: 'example.com' }
    const forms = [
      bytes,
      Uint8Array.from(bytes),
      [bytes],
      [Uint8Array.from(bytes)],
      Readable.from([bytes]),
      new Blob([bytes]).stream(),
    ]
    for (const form of forms) {
      expect(await verify(form as MessageBytes, { resolver, now: NOW })).toMatchObject({ from, result: 'none' })
    }
  })
})
