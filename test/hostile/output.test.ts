// Nothing a stranger wrote reaches a terminal, a log or a mail field as more than text: rows O-01 to O-11 of the list in docs/security.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SignatureReport, VerificationReport } from '../../src/core/dkim/result.js'
import { toJson, toJsonLine } from '../../src/report/json/json.js'
import { visible, visibleBytes } from '../../src/report/text/style.js'
import { wrapWords } from '../../src/report/text/wrap.js'
import { toAuthenticationResults } from '../../src/report/verification/authentication-results.js'
import { FORMAT_NAMES } from '../../src/report/verification/formats.js'
import { toText } from '../../src/report/verification/text.js'
import { evilField, evilSign } from '../support/evil-signer.js'
import { judgeMessage, M0, NOW, REC, runMain, runVerify, warningCodes, zoneText } from '../support/hostile.js'
import { keyRecord } from '../support/keys.js'

/** The strings that every place of a message and of DNS is filled with. */
const NASTY = [
  '\x1b[2J\x1b[1;1H',
  '\x1b]0;pwn\x07',
  '\x1b]8;;https://attack.test\x1b\\x',
  '\x1b]52;c;QUJD\x07',
  '\x1bP+q\x1b\\',
  '\x9b31m',
  '\u009b31m',
  '\x07\x08\x7f',
  '\u202egnp.exe\u2066\u200b\u2028\ufeff',
  '::error::x ::set-output name=a::b',
  '##vso[task.complete result=Succeeded]x ##[error]y ##teamcity[x]',
  '"\'`;|&$(x)<script>%0A%{x}\x24{x}\\n{{x}}',
  'dkim=pass \u2713 pass x.eml',
]

const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

/** C0 but LF, DEL, C1, bidi and zero width characters, line separators. */
const UNSAFE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/

function expectHarmless(output: string): void {
  // Authentication-Results fields are folded with a tab.
  expect(UNSAFE.exec(output.replace(/\n\t(?=\S)/g, '\n '))?.[0].codePointAt(0)).toBeUndefined()
  const commands = output.split('\n').filter(line => /^\s*(?:::|##)/.test(line))
  // The one format that writes commands writes its own.
  expect(
    commands.filter(line => !/^::(?:error|warning|notice) (?:file=[^:,]*,line=1,)?title=dkim%3A [a-z-]+::/.test(line)),
  ).toEqual([])
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-output-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(NASTY)('O-04, O-05, O-06 %j', nasty => {
  const text = utf8(nasty)
  const plain = text.replace(/[\r\n\0]/g, '')
  const messages = [
    evilSign(M0.replace('Subject: hi', `Subject: ${plain}`)),
    evilSign(M0.replace('From: <', `From: "${plain}" <`)),
    evilSign(M0.replace('From: <a@', `From: <${plain}@`)),
    evilSign(M0.replace('Subject: hi', `Subject: =?utf-8?B?${Buffer.from(nasty).toString('base64')}?=`)),
    evilSign(M0.replace('Subject: hi', `Subject: a\r\n ${plain}\r\n ${plain}`)),
    evilSign(M0.replace(/Date: .*/, `Date: ${plain}`)),
    evilSign(`${plain}: x\r\n${M0}`),
    evilSign(`${plain} : x\r\n${M0}`),
    ...['d', 's', 'i', 'a', 'c', 'q', 'h', 'bh', 't', 'l', 'x', 'unknown'].map(tag =>
      evilSign(M0, { tags: { [tag]: text }, fields: ['from'] }),
    ),
    evilSign(M0, {
      tags: {
        i: `${Array.from(Buffer.from(nasty), byte => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')}@legit.test`,
      },
    }),
    evilSign(M0, { tags: { a: `rsa-${plain.replace(/\W/g, '')}` } }),
    evilField(M0).replace(/b=/, `b=${text}`) + M0,
  ].map(message => Buffer.from(message, 'latin1'))
  const records = {
    'sel._domainkey.legit.test': `${keyRecord('rsa2048')}; n=${Array.from(Buffer.from(nasty), byte => `=${byte.toString(16).padStart(2, '0')}`).join('')}`,
  }

  it.each(FORMAT_NAMES)('--format %s', async format => {
    for (const message of messages) {
      const argv = ['--now', String(NOW), '--format', format, '--authserv-id', 'mx.test']
      const { code, stdout, stderr } = await runVerify(message, records, argv)
      expect([0, 1, 2, 3]).toContain(code)
      expectHarmless(stdout)
      expectHarmless(stderr)
      if (format === 'authentication-results' && code !== 2) {
        const lines = stdout.split('\n').slice(0, -1)
        expect(lines.filter(line => !/^(?:Authentication-Results: mx\.test;|\t)/.test(line))).toEqual([])
      }
    }
  })

  it('in the name of a file', async () => {
    const file = join(folder, `${nasty.replace(/[\0/]/g, '')}.eml`)
    writeFileSync(file, evilSign(M0), 'latin1')
    const zone = join(folder, 'dns.zone')
    writeFileSync(zone, zoneText(REC))
    for (const format of FORMAT_NAMES) {
      for (const paths of [[file], [file, `${file}.missing`]]) {
        const argv = ['verify', '--dns-file', zone, '--now', String(NOW), '--format', format, ...paths]
        const { stdout, stderr } = await runMain(argv, Buffer.alloc(0))
        expectHarmless(stdout)
        expectHarmless(stderr)
      }
    }
  })

  it('in a record that is looked up', async () => {
    const zone = join(folder, 'lookup.zone')
    writeFileSync(
      zone,
      zoneText({
        'sel._domainkey.legit.test': [records['sel._domainkey.legit.test'], `v=DKIM1; x=${text}; p=${text}`, text],
      }),
    )
    for (const format of ['text', 'json', 'ndjson']) {
      const argv = ['lookup', 'legit.test', '--selector', 'sel', '--dns-file', zone, '--format', format]
      const { stdout, stderr } = await runMain(argv, Buffer.alloc(0))
      expectHarmless(stdout)
      expectHarmless(stderr)
    }
  })

  it('as the value of an option', async () => {
    for (const argv of [
      ['verify', '--require-domain', nasty, '-'],
      ['verify', '--now', nasty, '-'],
      ['verify', '--dns-file', nasty, '-'],
      ['verify', '--nameserver', nasty, '-'],
      ['verify', '--authserv-id', nasty, '--format', 'authentication-results', '--offline', '-'],
      ['verify', `--${nasty}`],
      [nasty],
      ['lookup', nasty, '--selector', nasty, '--offline'],
    ]) {
      const { stdout, stderr } = await runMain(argv, Buffer.from(M0))
      expectHarmless(stdout)
      expectHarmless(stderr)
    }
  })
})

describe('O-01 Authentication-Results', () => {
  const signature = (values: Partial<SignatureReport>): SignatureReport => ({
    result: 'pass',
    reason: null,
    detail: null,
    domain: 'legit.test',
    selector: 'sel',
    identity: '@legit.test',
    algorithm: 'rsa-sha256',
    canonicalization: null,
    signedFields: [],
    signatureStart: 'QUJD+/=x',
    bodyHash: 'match',
    headerSignature: 'match',
    key: null,
    bodyLength: null,
    bodyTotal: null,
    signedAt: null,
    expiresAt: null,
    aligned: 'none',
    warnings: [],
    ...values,
  })
  const report = (values: Partial<SignatureReport>): VerificationReport => ({
    schema: 'dkim.verification/1',
    input: '-',
    result: 'pass',
    from: { domain: null },
    signatures: [signature(values)],
    warnings: [],
  })

  /** A reader of resinfo with quoted-strings (RFC 8601 §2.2): properties by name. */
  function read(field: string): Map<string, string> {
    const unfolded = field.replace(/\r\n(?=[ \t])/g, '')
    expect(unfolded).toMatch(/^Authentication-Results: [^\r\n]*\r\n$/)
    const properties = new Map<string, string>()
    const value = /\b([a-z.]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g
    for (const [, name, quoted, token] of unfolded.slice(unfolded.indexOf(';')).matchAll(value)) {
      expect(properties.has(name!)).toBe(false)
      properties.set(name!, quoted === undefined ? token! : quoted.replace(/\\(.)/g, '$1'))
    }
    return properties
  }

  it.each([
    [900, true],
    [901, false],
  ])('an identity of %d characters: %s', (octets, kept) => {
    const identity = `${'x'.repeat(octets - '@legit.test'.length)}@legit.test`
    const field = toAuthenticationResults(report({ identity }), 'mx.test')
    expect(read(field).get('header.i')).toBe(kept ? identity : undefined)
    for (const line of field.split('\r\n')) expect(line.length).toBeLessThan(998)
  })

  const hostile = fc.string({
    unit: fc.constantFrom(
      'a',
      '.',
      '@',
      '"',
      '\\',
      ';',
      '(',
      ')',
      '=',
      '/',
      ' ',
      '\r\n',
      '\r',
      '\n',
      '\t',
      '\0',
      '\x1b',
      '\u00e9',
      '\u202e',
      'X: y',
      'dkim=pass',
    ),
  })

  it('says what was given, or leaves it out', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (domain, selector, identity, algorithm) => {
        const field = toAuthenticationResults(report({ domain, selector, identity, algorithm }), 'mx.test')
        const properties = read(field)
        const given = { 'header.d': domain, 'header.s': selector, 'header.i': identity, 'header.a': algorithm }
        for (const [name, value] of Object.entries(given)) {
          const written = properties.get(name)
          if (/^[ -~]+$/.test(value)) expect(written).toBe(value)
          else expect(written).toBeUndefined()
        }
        expect(properties.get('dkim')).toBe('pass')
        expect(properties.get('header.b')).toBe('QUJD+/=x')
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['mx.test\r\nX: y', 'mx.test; dkim=pass', 'a"b', '\0', 'mx test'])(
    'the name %j begins no other field',
    async name => {
      const field = toAuthenticationResults(report({}), name)
      expect(field.replace(/\r\n(?=[ \t])/g, '').split('\r\n')).toHaveLength(2)
      const { code, stdout } = await runVerify(Buffer.from(evilSign(M0), 'latin1'), REC, [
        '--format',
        'authentication-results',
        '--authserv-id',
        name,
        '--now',
        String(NOW),
      ])
      expect([0, 2]).toContain(code)
      expect(
        stdout.split('\n').filter(line => /^[A-Za-z-]+:/.test(line) && !line.startsWith('Authentication-Results:')),
      ).toEqual([])
    },
  )
})

describe('O-02 fields that claim a verdict', () => {
  it('are never believed', async () => {
    const forged = 'Authentication-Results: mx.test; dkim=pass header.d=legit.test\r\n'
    const { code, report } = await judgeMessage(forged + M0)
    expect([code, report.result]).toEqual([3, 'none'])
  })
})

describe('escapers', () => {
  const any = fc.string({ unit: 'binary' })

  it('visible() leaves nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(any, text => {
        expect(UNSAFE.test(visible(text)) || visible(text).includes('\n')).toBe(false)
      }),
      { numRuns: 1000 },
    )
    for (let code = 0; code < 0x3000; code += 1) {
      const shown = visible(String.fromCodePoint(code))
      expect(UNSAFE.test(shown) || shown.includes('\n')).toBe(false)
    }
  })

  it('visibleBytes() takes every octet', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        expect(UNSAFE.test(visibleBytes(bytes))).toBe(false)
      }),
    )
  })

  it('JSON keeps its value, and holds no such character raw', () => {
    fc.assert(
      fc.property(fc.dictionary(any, any), value => {
        for (const json of [toJson(value), toJsonLine(value)]) {
          expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
          expect(UNSAFE.test(json)).toBe(false)
        }
      }),
    )
  })

  it('words are never folded so that a line begins a command', () => {
    const word = fc.constantFrom('a', 'word', '::error::x', '##vso[x]', '##[error]', 'x'.repeat(30))
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), words => {
        const lines = wrapWords(['first', ...words].join(' '), 20)
        expect(lines.join(' ')).toBe(['first', ...words].join(' '))
        expect(lines.filter(line => /^(?:::|##)/.test(line))).toEqual([])
      }),
    )
  })
})

it('O-06 colour is ours alone', async () => {
  const message = evilSign(M0.replace('hi', '\x1b[32mpass'))
  const { stdout } = await runVerify(Buffer.from(message, 'latin1'), REC, ['--color', '--now', String(NOW)])
  expectHarmless(stdout.replace(/\x1b\[(?:1|2|22|31|32|33|39)m/g, ''))
  expect(stdout).toContain('\\x1b[32mpass')
})

it('O-07 a U-label is shown beside its A-label, never alone', async () => {
  const domain = 'xn--pypal-4ve.test'
  const records = { [`sel._domainkey.${domain}`]: keyRecord('rsa2048') }
  const message = evilSign(M0, { tags: { d: domain } })
  const { stdout } = await judgeMessage(message, { records, argv: ['--format', 'text'] })
  expect(stdout).toContain(domain)
  expect(stdout).not.toMatch(/p\u0430ypal\.test(?!\))/)
})

it('O-09 a pass of another domain says so, and can be refused', async () => {
  const records = { 'sel._domainkey.attack.test': keyRecord('rsa2048') }
  const message = evilSign(M0, { tags: { d: 'attack.test' } })
  const plain = await judgeMessage(message, { records, argv: ['--format', 'text'] })
  expect([plain.code, plain.stdout.includes('attack.test'), plain.stdout.includes('not the From domain')]).toEqual([
    0,
    true,
    true,
  ])
  expect((await judgeMessage(message, { records, argv: ['--require-aligned'] })).code).toBe(1)
  expect((await judgeMessage(message, { records, argv: ['--require-domain', 'legit.test'] })).code).toBe(1)
  expect((await judgeMessage(message, { records, argv: ['--require-domain', 'attack.test'] })).code).toBe(0)
})

describe('O-10 decoys', () => {
  it.each([
    ['500 of another domain', evilField(M0, { tags: { d: 'attack.test' } }).repeat(500)],
    ['500 of the same domain that are malformed', evilField(M0, { extra: 'l=x' }).repeat(500)],
    ['1 700 that are no signatures', 'DKIM-Signature: v=1\r\n'.repeat(1_700)],
  ])('%s hide no good signature', async (_, decoys) => {
    for (const message of [decoys + evilSign(M0), evilField(M0) + decoys + M0]) {
      const start = performance.now()
      const judged = await judgeMessage(message)
      expect(performance.now() - start).toBeLessThan(4000)
      expect([judged.report.result, judged.code]).toEqual(['pass', 0])
      expect(judged.report.signatures).toHaveLength(10)
      expect(warningCodes(judged)).toContain('signature-limit')
    }
  })

  it('ten are all evaluated, without a word', async () => {
    const judged = await judgeMessage(evilField(M0).repeat(10) + M0)
    expect(judged.reasons).toEqual(new Array(10).fill(null))
    expect(warningCodes(judged)).not.toContain('signature-limit')
  })
})

it('the text of a report begins every line of a stranger with a label', () => {
  const report: VerificationReport = {
    schema: 'dkim.verification/1',
    input: '::error::x',
    result: 'none',
    from: { domain: null },
    signatures: [],
    warnings: [{ code: 'space-before-colon', text: '##vso[x] has white space' }],
  }
  expectHarmless(toText(report, { fields: { from: '::x', subject: '##x', date: '\n::x' } }))
})
