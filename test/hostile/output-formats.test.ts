// Every format of every report, with the text of a stranger wherever one can write: rows O-04 to O-07 and O-11 of the list in docs/security.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planHtml } from '../../src/report/rotation/html.js'
import { planIcs } from '../../src/report/rotation/ics.js'
import { planMarkdown } from '../../src/report/rotation/markdown.js'
import { planSvg } from '../../src/report/rotation/svg.js'
import { nastyView } from '../report/rotation/plans.js'
import { evilSign } from '../support/evil-signer.js'
import { M0, NOW, runMain, runVerify, zoneText } from '../support/hostile.js'
import { keyRecord } from '../support/keys.js'

const NASTY = [
  '\x1b[2J\x1b[1;1H',
  '\x1b]8;;https://attack.test\x1b\\x',
  '\x07\x08\x7f',
  '\u009b31m\u0085',
  '\u202egnp.exe\u2066',
  '\u200b\u2028\ufeff',
  '::error::x ::set-output name=a::b',
  '##vso[task.complete]x ##[error]y ##teamcity[x]',
  '<img src=x onerror=alert(1)><script>x</script>',
  '"\'><!--]]>&amp;%0A::error::x',
  '=1+1',
  '](javascript:alert(1)) ![i](http://attack.test/i.png)',
]

const UNSAFE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/
const MARKUP = /<(?:img|script)\b|<[^>]*\b(?:href|src|on\w+)="?(?:javascript|x)\b/i

function expectHarmless(output: string): void {
  expect(UNSAFE.exec(output)?.[0].codePointAt(0)).toBeUndefined()
  const commands = output.split('\n').filter(line => /^\s*(?:::|##(?!\s))/.test(line))
  const own = /^::(?:error|warning|notice) (?:file=[^:,]*,line=1,)?title=dkim%3A [a-z0-9-]+::/
  expect(commands.filter(line => !own.test(line))).toEqual([])
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-formats-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(NASTY)('O-04, O-05, O-11 %j', nasty => {
  const text = Buffer.from(nasty).toString('latin1')

  it.each(['html', 'sarif', 'junit', 'github'])('verify --format %s', async format => {
    const fields = M0.replace('Subject: hi', `Subject: ${text}`).replace('From: <', `From: "${text}" <`)
    for (const message of [
      evilSign(fields),
      evilSign(M0, { tags: { s: text } }),
      evilSign(M0, { tags: { d: text } }),
    ]) {
      const records = { 'sel._domainkey.legit.test': `${keyRecord('rsa2048')}; n=${text}` }
      const argv = ['--now', String(NOW), '--format', format]
      const { stdout, stderr } = await runVerify(Buffer.from(message, 'latin1'), records, argv)
      expectHarmless(stdout)
      expectHarmless(stderr)
      if (format === 'html') expect(stdout).not.toMatch(MARKUP)
    }
  })

  it.each(['text', 'html', 'sarif', 'junit', 'github', 'json'])('lookup --format %s', async format => {
    const zone = join(folder, 'lookup.zone')
    const texts = [`${keyRecord('rsa2048')}; n=${text}`, `v=DKIM1; x=${text}; p=${text}`, text]
    writeFileSync(zone, zoneText({ 'sel._domainkey.legit.test': texts, 'two._domainkey.legit.test': texts[1]! }))
    for (const selector of ['sel', 'two', nasty]) {
      const argv = ['lookup', 'legit.test', '--selector', selector, '--dns-file', zone, '--format', format]
      const { stdout, stderr } = await runMain(argv, Buffer.alloc(0))
      expectHarmless(stdout)
      expectHarmless(stderr)
      if (format === 'html') expect(stdout).not.toMatch(MARKUP)
    }
  })

  it('rotate-plan as html, svg, markdown and ics', () => {
    const plan = nastyView(nasty)
    for (const html of [planHtml([plan, plan]), planSvg([plan, plan])]) {
      expectHarmless(html)
      expect(html).not.toMatch(MARKUP)
    }
    const markdown = planMarkdown([plan])
    expect(UNSAFE.test(markdown)).toBe(false)
    expect(markdown.replace(/^ {4}```[\s\S]*?^ {4}```$/gm, '')).not.toMatch(/<img|<script|(?<!\\)\]\(javascript/)
    // Calendars have CRLF line ends, and lines that are folded.
    const calendar = planIcs([plan]).replaceAll('\r\n', '\n')
    expect(UNSAFE.exec(calendar)?.[0].codePointAt(0)).toBeUndefined()
    expect(calendar.split('\n').filter(line => /^(?:::|##)/.test(line))).toEqual([])
  })
})

describe('O-07 a U-label stands only beside its A-label', () => {
  it.each([
    ['xn--pypal-4ve.test', 'p\u0430ypal.test'],
    ['xn--mnchen-3ya.test', 'm\u00fcnchen.test'],
    ['xn--e1afmkfd.test', '\u043f\u0440\u0438\u043c\u0435\u0440.test'],
    ['xn--80ak6aa92e.test', '\u0430\u0440\u0440\u04cf\u0435.test'],
  ])('%s', async (ascii, unicode) => {
    const records = { [`sel._domainkey.${ascii}`]: keyRecord('rsa2048') }
    const message = Buffer.from(evilSign(M0, { tags: { d: ascii } }), 'latin1')
    for (const format of ['text', 'html', 'github', 'json', 'authentication-results']) {
      const argv = ['--now', String(NOW), '--format', format, '--authserv-id', 'mx.test', '--require-aligned']
      const { stdout } = await runVerify(message, records, argv)
      expect(stdout.includes(unicode) && !stdout.includes(ascii)).toBe(false)
      if (format === 'text' || format === 'json') expect(stdout).toContain(ascii)
    }
  })
})
