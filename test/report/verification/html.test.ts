import { describe, expect, it } from 'vitest'
import { parseHeaderSection } from '../../../src/core/dkim/header.js'
import type { Entry, FailedReport } from '../../../src/report/verification/format.js'
import { HTML } from '../../../src/report/verification/html/page.js'
import { failing, HOSTILE, signatureReport, verificationReport } from '../../support/report.js'

const NOW = new Date('2026-01-02T00:00:00Z')
const UNREADABLE: FailedReport = {
  schema: 'dkim.verification/1',
  input: `gone ${HOSTILE}`,
  result: null,
  error: { code: 'input-unreadable', message: HOSTILE, hint: HOSTILE },
}

function page(entries: readonly Entry[], single = false): string {
  return HTML.whole(entries, { single, authservId: () => 'mx.example.com', now: NOW })
}

function section(text: string) {
  return parseHeaderSection(Buffer.from(text.replaceAll('\n', '\r\n'), 'utf8'))
}

/** Names of tags and of attributes, by the way a tokenizer of HTML takes them from text without raw < in it. */
function vocabulary(html: string): { tags: Set<string>; attributes: Set<string> } {
  const body = html.slice(html.indexOf('</style>'))
  const tags = Array.from(body.matchAll(/<\/?([^\s>]+)[^>]*>/g))
  const attributes = tags.flatMap(([tag]) =>
    Array.from(tag.matchAll(/\s([a-z-]+)(?:="[^"]*")?(?=[\s>])/g), ([, name = '']) => name),
  )
  return { tags: new Set(tags.map(([, name = '']) => name)), attributes: new Set(attributes) }
}

describe('HTML', () => {
  it('asks for nothing from elsewhere and runs nothing', () => {
    const html = page([{ report: verificationReport() }], true)
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(html).not.toMatch(/https?:|src=|url\(|@import|<script|<link|javascript:/i)
  })

  it('keeps hostile text text, wherever it comes from', () => {
    const hostile = verificationReport(
      [
        failing('no-key-for-signature', {
          domain: HOSTILE,
          selector: HOSTILE,
          identity: HOSTILE,
          algorithm: HOSTILE,
          detail: HOSTILE,
          signedFields: [HOSTILE, '__proto__', 'from'],
          warnings: [{ code: 'weak-key', text: HOSTILE }],
        }),
      ],
      { input: HOSTILE, from: { domain: HOSTILE }, warnings: [{ code: 'lf-converted', text: HOSTILE }] },
    )
    const fields = section(
      `X-</td><script>: ${HOSTILE.replace(/[\r\n\0]/g, '')}\nSubject: <img src=x onerror=alert(1)>\n\n`,
    )
    const html = page([{ report: hostile, section: fields }, { report: UNREADABLE }])
    const { tags, attributes } = vocabulary(html)
    const plain = vocabulary(
      page([
        { report: verificationReport([failing('key-revoked')], { warnings: [] }) },
        { report: verificationReport() },
      ]),
    )
    const extra = ['table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td', 'ul', 'li', 'strong', 'code']
    expect([...tags].filter(tag => !plain.tags.has(tag) && !extra.includes(tag))).toEqual([])
    expect([...attributes].filter(name => !['class', 'style', 'id', 'href', 'scope', 'open'].includes(name))).toEqual(
      [],
    )
    expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>/)
    expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\ud800]/u)
  })

  it('marks fields that are signed, unsigned, duplicated, or only named', () => {
    const fields = section('From: second@example.com\nFrom: first@example.com\nSubject: x\nX-Other: y\n\n')
    const good = verificationReport([signatureReport({ signedFields: ['from', 'subject'] })])
    const html = page([{ report: good, section: fields }], true)
    const standings = Array.from(
      html.matchAll(/<td><span class="badge">([^<]*)<\/span>(.*?)<\/td><\/tr>/g),
      ([, text, more]) => (more === '' ? text : `${text} +duplicate`),
    )
    // From the bottom up: the lower of the two is the one that was signed.
    expect(standings).toEqual(['not signed +duplicate', '✓ signed +duplicate', '✓ signed', 'not signed'])
    const bad = verificationReport([failing('signature-did-not-verify', { headerSignature: 'mismatch' })])
    expect(page([{ report: bad, section: fields }], true)).toContain('✗ listed, not verified')
  })

  it('charts a batch and links to each message that is shown', () => {
    const html = page([
      { report: verificationReport() },
      { report: verificationReport([], { input: 'b.eml' }) },
      { report: UNREADABLE },
    ])
    expect(html).toContain('By result')
    const links = Array.from(html.matchAll(/href="#(m\d+)"/g), ([, id]) => id)
    const targets = Array.from(html.matchAll(/<details id="(m\d+)"/g), ([, id]) => id)
    expect([...targets].sort()).toEqual([...links].sort())
    expect(links).toHaveLength(3)
  })

  it('says what it leaves out', () => {
    const entries = Array.from({ length: 101 }, () => ({ report: verificationReport() }))
    expect(page(entries)).toContain('100 of 101 messages are shown in full')
    expect(page(entries.slice(1))).not.toContain('are shown whole')
    const many = Array.from({ length: 2001 }, () => ({ report: verificationReport([]) }))
    expect(page(many)).toContain('2000 of 2001 messages are listed')
  })
})
