// Pages for readers of every kind: headings that skip no level, and tables whose heads say what they head.
import { describe, expect, it } from 'vitest'
import { parseHeaderSection } from '../../src/core/dkim/header.js'
import { readZone } from '../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../src/core/dns/zone-resolver.js'
import { keyName } from '../../src/core/lookup/key-name.js'
import { lookUpKey } from '../../src/core/lookup/key-report.js'
import { lookupHtml } from '../../src/report/lookup/html.js'
import { planHtml } from '../../src/report/rotation/html.js'
import { HTML } from '../../src/report/verification/html/page.js'
import { RSA_1024 } from '../support/public-keys.js'
import { failing, signatureReport, verificationReport } from '../support/report.js'
import { view } from './rotation/plans.js'

const NOW = new Date('2026-01-02T00:00:00Z')
const section = parseHeaderSection(Buffer.from('From: a@example.com\r\nSubject: x\r\n\r\n'))
const entry = { report: verificationReport([failing('body-hash-did-not-verify'), signatureReport()]), section }

function verification(count: number): string {
  const entries = Array.from({ length: count }, () => entry)
  return HTML.whole(entries, { single: count === 1, authservId: () => 'mx.example.com', now: NOW })
}

async function lookup(count: number): Promise<string> {
  const records = { 'sel._domainkey.example.com': `v=DKIM1; t=y; h=sha1; p=${RSA_1024}` }
  const source = zoneResolver(readZone(Buffer.from(JSON.stringify(records)), 'records.json'))
  const { report } = await lookUpKey(source, keyName('example.com', 'sel'))
  const whole = { ...report, match: null, servers: [], agreement: null }
  return lookupHtml(
    Array.from({ length: count }, () => whole),
    NOW,
  )
}

const PAGES = {
  'one message': async () => verification(1),
  'a batch': async () => verification(3),
  'one key': () => lookup(1),
  'several keys': () => lookup(2),
  'one rotation': async () => planHtml([view()]),
  'several rotations': async () => planHtml([view(), view()]),
} as const satisfies Record<string, () => Promise<string>>

describe.each(Object.entries(PAGES))('the page of %s', (_, page) => {
  it('has one h1, and no heading that skips a level', async () => {
    const levels = Array.from((await page()).matchAll(/<h([1-6])[ >]/g), ([, level]) => Number(level))
    expect(levels[0]).toBe(1)
    expect(levels.filter(level => level === 1)).toHaveLength(1)
    expect(levels.filter((level, index) => index > 0 && level > levels[index - 1]! + 1)).toEqual([])
  })

  it('says of every head of a table what it heads', async () => {
    expect((await page()).match(/<th(?! scope=)[^e]/g)).toBe(null)
  })
})

it('a record that several findings ask for is shown once', async () => {
  const html = await lookup(1)
  expect(html.match(/as it should read/g)).toHaveLength(1)
  expect(html).toContain('h=sha256')
})
