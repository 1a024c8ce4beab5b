// Messages that readers and verifiers see differently: rows P-01 to P-20 of the list in docs/security.md.
import { describe, expect, it } from 'vitest'
import { verify } from '../../src/core/dkim/verify.js'
import { evilSign } from '../support/evil-signer.js'
import {
  CountingResolver,
  expectVerdict,
  judgeMessage,
  M0,
  NOW,
  REC,
  runMain,
  runVerify,
  warningCodes,
} from '../support/hostile.js'
import { keyFile } from '../support/keys.js'

const GOOD = evilSign(M0)
const CEO = 'From: <ceo@legit.test>\r\n'
const insideHeader = (message: string, text: string): string => message.replace('Subject:', `${text}Subject:`)
const atEndOfHeader = (message: string, text: string): string => message.replace('\r\n\r\n', `\r\n${text}\r\n`)
const duplicate = { reason: 'unsigned-duplicate-field' } as const
const malformed = { reason: 'malformed-message' } as const

/** What must not be signed either. */
async function expectRefusedBySign(message: string): Promise<void> {
  const argv = ['sign', '--key', keyFile('rsa2048'), '--selector', 'sel', '--domain', 'legit.test']
  const { code, stdout, stderr } = await runMain([...argv, '-'], Buffer.from(message, 'latin1'))
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('dkim: error: the message was not signed: ')
}

it('the message that all rows change passes', async () => {
  const { queries } = await expectVerdict(GOOD, { reason: null })
  expect(queries).toEqual(['sel._domainkey.legit.test'])
})

describe('P-01 several From fields', () => {
  it.each([
    ['prepended', CEO + GOOD],
    ['below the signature', GOOD.replace('From:', `${CEO}From:`)],
    ['two more', CEO + GOOD.replace('From:', `${CEO}From:`)],
  ])('%s', async (_, message) => {
    const judged = await expectVerdict(message, duplicate)
    expect(warningCodes(judged)).toContain('duplicate-field')
    expect(judged.report.from.domain).toBeNull()
    await expectRefusedBySign(message)
  })

  it('at the end, where the signature takes the last one', async () => {
    await expectVerdict(atEndOfHeader(GOOD, CEO), { reason: 'signature-did-not-verify' })
  })

  it('passes with a warning where the signature covers both', async () => {
    const judged = await expectVerdict(evilSign(CEO + M0, { tags: { h: 'from:from:to' } }), { reason: null })
    expect(warningCodes(judged)).toContain('duplicate-field')
    expect(judged.report.signatures[0]?.aligned).toBe('indeterminate')
  })
})

describe('P-02 any other field that may occur once', () => {
  const singular = ['Subject', 'To', 'Date', 'Reply-To', 'Content-Type', 'MIME-Version', 'Sender', 'Message-ID', 'Cc']
  it.each(singular)('%s', async name => {
    const once = M0.includes(`\r\n${name}:`) ? M0 : `${name}: first\r\n${M0}`
    const signed = evilSign(once, { tags: { h: `from:${name}` } })
    await expectVerdict(signed, { reason: null })
    await expectVerdict(`${name}: second\r\n${signed}`, duplicate)
  })
})

describe('P-03 white space before the colon', () => {
  it.each(['From : <ceo@legit.test>\r\n', 'From\t: <ceo@legit.test>\r\n', 'fROM  :<ceo@legit.test>\r\n'])(
    '%j',
    async field => {
      for (const how of ['simple', 'relaxed'] as const) {
        const signed = evilSign(M0, { header: how, body: how })
        const judged = await expectVerdict(field + signed, duplicate)
        expect(warningCodes(judged)).toContain('space-before-colon')
        await expectVerdict(atEndOfHeader(signed, field), { reason: 'signature-did-not-verify' })
      }
    },
  )

  it('is signed and verified as it stands', async () => {
    for (const how of ['simple', 'relaxed'] as const) {
      await expectVerdict(evilSign(M0.replace('From:', 'From \t:'), { header: how }), { reason: null })
    }
  })
})

describe.each([
  ['P-04 a first line that begins with white space', [` From: <x@attack.test>\r\n${GOOD}`, `\tX: y\r\n${GOOD}`]],
  ['P-05 a folded field name', [`From\r\n : <first@attack.test>\r\n${GOOD}`, insideHeader(GOOD, 'From\r\n\t: x\r\n')]],
  ['P-06 a line without a colon', [insideHeader(GOOD, 'not a header line\r\n'), `not a header line\r\n${GOOD}`]],
  [
    'P-07 field names that are none',
    [
      `:x\r\n${GOOD}`,
      `: x\r\n${GOOD}`,
      `Fr\0om: x\r\n${GOOD}`,
      `Fr\xc3\xb6m: x\r\n${GOOD}`,
      `Fr\x7fm: x\r\n${GOOD}`,
      `F;m: x\r\n${GOOD}`,
    ],
  ],
  ['P-09 a bare CR in the header section', [`X-A: b\rFrom: <ceo@legit.test>\r\n${GOOD}`, `X-A: b\r\r\n${GOOD}`]],
])('%s', (_, messages) => {
  it.each(messages)('in form %#', async message => {
    const judged = await expectVerdict(message, malformed)
    expect(warningCodes(judged)).toContain('malformed-header')
    expect(judged.report.signatures[0]).toMatchObject({ bodyHash: 'match', headerSignature: 'match' })
    await expectRefusedBySign(message)
  })
})

describe('P-08 line ends', () => {
  const text = async (message: string, ...argv: string[]) => {
    const outcome = await runVerify(Buffer.from(message, 'latin1'), REC, [
      '--now',
      String(NOW),
      '--format',
      'json',
      ...argv,
    ])
    return { code: outcome.code, report: JSON.parse(outcome.stdout) }
  }

  it('all LF are read as CRLF, and said to be', async () => {
    const { code, report } = await text(GOOD.replaceAll('\r\n', '\n'))
    expect(code).toBe(0)
    expect(report.warnings.map((warning: { code: string }) => warning.code)).toContain('lf-converted')
  })

  it.each([
    ['a bare LF pair in the header section', GOOD.replace('From:', 'X: y\n\nFrom: <evil@attack.test>\r\nFrom:')],
    ['a bare LF pair in the body', evilSign(M0.replace('Hello', 'Hello\n\nFrom: <evil@attack.test>'))],
    ['CR CR LF', evilSign(M0.replace('Hello\r\n', 'Hello\r\r\n'))],
    ['LF CR LF', evilSign(M0.replace('Hello\r\n', 'Hello\n\r\n'))],
    ['a dot between bare LFs', evilSign(M0.replace('Hello', 'Hello\n.\nMAIL FROM:<x@attack.test>'))],
    ['a bare CR in the body', evilSign(M0.replace('Hello', 'He\rllo'))],
  ])('%s is never a clean pass', async (_, message) => {
    const { code, report } = await text(message)
    expect([code, report.signatures[0].reason]).toEqual([1, 'malformed-message'])
    expect(report.warnings.map((warning: { code: string }) => warning.code)).toContain('mixed-line-endings')
    await expectRefusedBySign(message)
  })

  it('mixed ones pass with --lenient-eol where the header section is sound', async () => {
    const { code } = await text(evilSign(M0.replace('Hello', 'Hello\n.\n')), '--lenient-eol')
    expect(code).toBe(0)
  })
})

describe('P-10 NUL', () => {
  it('in a signed field is hashed as it stands, and warned of', async () => {
    const judged = await expectVerdict(evilSign(M0.replace('hi', 'a\0b')), { reason: null })
    expect(warningCodes(judged)).toContain('nul-in-header')
    await expectVerdict(evilSign(M0.replace('hi', 'a\0b')).replace('a\0b', 'ab'), {
      reason: 'signature-did-not-verify',
    })
  })

  it.each(['d', 's', 'i', 'h'])('in %s= is a syntax error, and asks for nothing', async tag => {
    const values = { d: 'legit.test\0.attack.test', s: 'sel\0x', i: 'a\0@legit.test', h: 'from\0:to' }
    const message = evilSign(M0, { tags: { [tag]: values[tag as keyof typeof values] }, fields: ['from', 'to'] })
    await expectVerdict(message, { reason: 'signature-syntax-error', queries: 0 })
  })

  it('in the body is hashed as it stands', async () => {
    await expectVerdict(evilSign(M0.replace('Hello', 'He\0llo')), { reason: null })
    await expectVerdict(evilSign(M0.replace('Hello', 'He\0llo')).replace('He\0', 'He'), {
      reason: 'body-hash-did-not-verify',
    })
  })
})

it('P-11 doubled dots are left as they are', async () => {
  const signed = evilSign(M0.replace('Hello', 'Hello\r\n.dot'))
  await expectVerdict(signed, { reason: null })
  await expectVerdict(signed.replace('\r\n.dot', '\r\n..dot'), { reason: 'body-hash-did-not-verify' })
})

describe('what no message begins with', () => {
  it.each([
    ['P-12 a From line without a date', Buffer.from(`From a@b x\r\n${GOOD}`, 'latin1'), /From/],
    ['P-13 a byte order mark', Buffer.from(`\xef\xbb\xbf${GOOD}`, 'latin1'), /byte order mark/],
    ['P-13 UTF-16', Buffer.from(`\ufeff${GOOD}`, 'utf16le'), /UTF-16/],
  ])('%s', async (_, bytes, words) => {
    const { code, stdout, stderr } = await runVerify(bytes, REC, [])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(words)
    expect(stderr).toContain('dkim: hint: ')
  })

  it('P-12 an mbox file is read as one, its From line never as a field', async () => {
    const bytes = Buffer.from(`From a@b Mon Jan  1 00:00:00 2024\r\n${GOOD}`, 'latin1')
    const { code, stdout } = await runVerify(bytes, REC, ['--now', String(NOW), '--format', 'ndjson'])
    expect([code, JSON.parse(stdout).result]).toEqual([0, 'pass'])
  })
})

describe('P-14 octets that other languages take for white space', () => {
  it.each(['caf\xc3\xa0 x', 'a\x0bb', 'a\x0cb', 'a\x85b', 'a\xa0 b', '\xa0a\xa0', '\xff\xfe', '\xe2\x80\xa8'])(
    '%j',
    async subject => {
      for (const how of ['simple', 'relaxed'] as const) {
        const signed = evilSign(M0.replace('hi', subject), { header: how, body: how })
        await expectVerdict(signed, { reason: null })
        const odd = /[\x0b\x0c\x80-\xff]/.exec(subject)![0]
        await expectVerdict(signed.replace(odd, ' '), { reason: 'signature-did-not-verify' })
      }
    },
  )

  it('in the body', async () => {
    for (const how of ['simple', 'relaxed'] as const) {
      const signed = evilSign(M0.replace('Hello', 'a\xa0 \x0b\x0c\x85 b\xa0'), { body: how })
      await expectVerdict(signed, { reason: null })
      await expectVerdict(signed.replace('b\xa0\r\n', 'b\r\n'), { reason: 'body-hash-did-not-verify' })
    }
  })
})

describe('P-15 bodies at the edge', () => {
  const head = M0.slice(0, M0.indexOf('\r\n\r\n') + 2)
  it.each(['', '\r\n', '\r\n\r\n', '\r\n \r\n', '\r\nx', '\r\n\r\n\r\n\r\n', '\r\n\t', '\r\nx\r\n\r\n', '\r\n '])(
    '%j',
    async tail => {
      for (const how of ['simple', 'relaxed'] as const) {
        await expectVerdict(evilSign(head + tail, { body: how }), { reason: null })
      }
    },
  )

  it.each(['\r\n\r', '\r\n\n', '\r\na\r'])('%j is policy in the library and in the command', async tail => {
    for (const how of ['simple', 'relaxed'] as const) {
      const message = Buffer.from(evilSign(head + tail, { body: how }), 'latin1')
      const report = await verify(message, { resolver: new CountingResolver(REC), now: new Date(NOW * 1000) })
      expect(report.signatures[0]).toMatchObject({ result: 'policy', reason: 'malformed-message', bodyHash: 'match' })
      expect(report.warnings.map(({ code }) => code)).toContain('mixed-line-endings')
      const { code, stdout } = await runVerify(message, REC, ['--now', String(NOW), '--format', 'json'])
      expect([code, JSON.parse(stdout).signatures[0].reason]).toEqual([1, 'malformed-message'])
    }
  })
})

it.each([
  ['reject', 'policy', ['mixed-line-endings']],
  ['warn', 'pass', ['mixed-line-endings']],
  ['unchecked', 'pass', []],
] as const)(
  'P-08 the library is told what to do about a bare line end in the body: %s',
  async (mixedLineEnds, result, codes) => {
    const now = new Date(NOW * 1000)
    for (const body of ['a\rb', 'a\nb', 'a\r\r\n', '\n', 'a\r']) {
      const message = Buffer.from(evilSign(M0.slice(0, M0.indexOf('\r\n\r\n') + 4) + body), 'latin1')
      for (const chunks of [[message], Array.from(message, byte => Buffer.of(byte))]) {
        const report = await verify(chunks, { resolver: new CountingResolver(REC), now, mixedLineEnds })
        expect([report.result, report.warnings.map(({ code }) => code)]).toEqual([result, codes])
      }
    }
  },
)

it('P-16 the verdict does not depend on chunks', async () => {
  const message = Buffer.from(evilSign(M0.replace('Hello', 'a  b \t\r\n\r\n \r\nc\r\n\r\n')), 'latin1')
  const options = { now: new Date(NOW * 1000) }
  for (let cut = 0; cut <= message.length; cut += 1) {
    const chunks = [message.subarray(0, cut), message.subarray(cut)]
    expect((await verify(chunks, { ...options, resolver: new CountingResolver(REC) })).result).toBe('pass')
  }
  const bytes = Array.from(message, byte => Buffer.of(byte))
  expect((await verify(bytes, { ...options, resolver: new CountingResolver(REC) })).result).toBe('pass')
})

describe('P-17 huge header sections', () => {
  it.each([
    ['a field of 5 MB', `X-Big: ${'x'.repeat(5_000_000)}\r\n${GOOD}`],
    ['20 000 fields', 'X: y\r\n'.repeat(20_000) + GOOD],
    ['100 000 folds beyond the limit', `X-Big: ${'\r\n xxxxxxxxxx'.repeat(100_000)}\r\n${GOOD}`],
  ])('%s are cut off, and said to be', async (_, message) => {
    const start = performance.now()
    const judged = await judgeMessage(message)
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(judged.code).not.toBe(0)
    expect(judged.report.result).not.toBe('pass')
    expect(warningCodes(judged)).toContain('header-limit')
  })

  it.each([
    ['a field of 1 000 000 octets', `X-Big: ${'x'.repeat(1_000_000)}\r\n`],
    ['9 990 fields', 'X: y\r\n'.repeat(9_990)],
    ['80 000 folds', `X-Big: ${'\r\n xxxxxxxxx'.repeat(80_000)}\r\n`],
  ])('%s are read', async (_, fields) => {
    await expectVerdict(fields + GOOD, { reason: null })
  })

  it.each([
    ['an oversized field', `X-Big: ${'x'.repeat(2_000_000)}\r\n`],
    ['the last field that is read', 'X: y\r\n'.repeat(10_000)],
  ])('a signature above %s is malformed, neither changed nor without From', async (_, fields) => {
    const judged = await expectVerdict(`${GOOD.slice(0, GOOD.indexOf('From:'))}${fields}${M0}`, malformed)
    expect(warningCodes(judged)).toContain('header-limit')
    expect(warningCodes(judged)).not.toContain('no-from')
  })
})

describe('P-18, P-20 From fields that readers see differently', () => {
  it.each([
    '<a@legit.test>\\,<b@attack.test>',
    '<@attack.test,@any.attack.test:a@legit.test>',
    '=?utf-8?B?YUBsZWdpdC50ZXN0?=',
    'a@legit.test(x@attack.test)',
    'group: a@legit.test, b@attack.test;',
    'admin@legit.test,<x@attack.test>',
    '<x@attack.test>admin@legit.test',
    '<a@legit.test>, <b@attack.test>',
    'a@legit.test\xe2\x80\x80',
    'a@legit.test\xe2\x80\x8b',
  ])('%j are aligned with nothing', async from => {
    const judged = await expectVerdict(evilSign(M0.replace('<a@legit.test>', from)), { reason: null })
    expect(judged.report.signatures[0]?.aligned).toBe('indeterminate')
    expect(judged.report.from.domain).toBeNull()
    const { code, stdout } = await runVerify(Buffer.from(evilSign(M0.replace('<a@legit.test>', from)), 'latin1'), REC, [
      '--now',
      String(NOW),
      '--format',
      'json',
      '--require-aligned',
    ])
    expect([code, JSON.parse(stdout).signatures[0].reason]).toEqual([1, 'signing-domain-not-accepted'])
  })
})

it('P-19 a message without From has no good signature', async () => {
  const message = M0.replace('From:', 'Sender:')
  const judged = await expectVerdict(evilSign(message, { tags: { h: 'sender:to' } }), {
    reason: 'from-field-not-signed',
  })
  expect(warningCodes(judged)).toContain('no-from')
  await expectVerdict(evilSign(message, { tags: { h: 'from:sender' } }), { reason: 'from-field-not-signed' })
  await expectRefusedBySign(message)
})
