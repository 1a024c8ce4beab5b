import { describe, expect, it } from 'vitest'
import { LOOKUP_DOCUMENTS } from '../../../src/report/lookup/formats.js'
import type { LookupReport } from '../../../src/report/lookup/verdict.js'
import { HOSTILE } from '../../support/report.js'

function report(changes: Partial<LookupReport> = {}): LookupReport {
  return {
    schema: 'dkim.lookup/1',
    name: 'mail._domainkey.example.com',
    domain: 'example.com',
    selector: 'mail',
    result: 'found',
    reason: null,
    detail: null,
    status: 'found',
    chain: [],
    records: [],
    tags: [],
    key: null,
    findings: [],
    provider: null,
    dnssec: null,
    negativeTtl: null,
    server: null,
    match: null,
    servers: [],
    agreement: null,
    ...changes,
  }
}

const NOW = new Date('2026-01-01T00:00:00Z')
const GOOD = { report: report(), failed: false }
const WEAK = {
  report: report({
    findings: [{ code: 'key-too-short', severity: 'error', text: HOSTILE, fix: 'new key', record: null }],
  }),
  failed: true,
}
const GONE = { report: report({ result: 'not-found', name: HOSTILE, detail: HOSTILE }), failed: true }
const RETRY = { report: report({ result: 'unavailable' }), failed: true }
const OTHER = { report: report({ match: { file: 'k.pem', fingerprint: 'SHA256:x', matches: false } }), failed: true }

describe('lookup documents', () => {
  it('github: one line a finding, without a file', () => {
    const lines = LOOKUP_DOCUMENTS.github([GOOD, WEAK, GONE, RETRY, OTHER]).trimEnd().split('\n')
    expect(lines.map(line => line.slice(0, line.indexOf('::', 2)))).toEqual([
      '::error title=dkim%3A key-too-short',
      '::error title=dkim%3A not-found',
      '::warning title=dkim%3A unavailable',
      '::error title=dkim%3A other-key',
    ])
  })

  it('junit: failures, and errors for what could not be asked', () => {
    const xml = LOOKUP_DOCUMENTS.junit([GOOD, WEAK, GONE, RETRY, OTHER])
    expect(xml).toContain('<testsuite name="dkim lookup" tests="5" failures="3" errors="1" skipped="0">')
    expect(xml).not.toMatch(/<script|[\r\u001b\u202e\0]/)
  })

  it('html: hostile text stays text, and nothing is asked of elsewhere', () => {
    const evil = report({
      name: HOSTILE,
      detail: HOSTILE,
      server: HOSTILE,
      tags: [{ name: 'n', value: HOSTILE }],
      records: [{ text: HOSTILE, ttl: 1, strings: 1, corrected: HOSTILE }],
      findings: [{ code: 'key-too-short', severity: 'critical', text: HOSTILE, fix: HOSTILE, record: HOSTILE }],
      chain: [{ name: HOSTILE, type: 'CNAME', target: HOSTILE, ttl: 1 }],
      match: { file: HOSTILE, fingerprint: 'SHA256:x', matches: false },
    })
    const html = LOOKUP_DOCUMENTS.html([GOOD, { report: evil, failed: true }], NOW)
    expect(html).not.toMatch(/<script|https?:|src=|[\0-\u0009\u000b-\u001f\u202e\ud800]/u)
    expect(html).toContain("default-src 'none'")
  })

  it('sarif: DNS URIs for places, and a rule for each code', () => {
    const [run] = JSON.parse(LOOKUP_DOCUMENTS.sarif([WEAK, RETRY, OTHER])).runs
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
      'key-too-short',
      'other-key',
      'unavailable',
    ])
    expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      'dns:mail._domainkey.example.com?type=TXT',
    )
  })
})
