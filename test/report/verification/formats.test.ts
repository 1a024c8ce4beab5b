import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Entry, FailedReport, Format, Settings } from '../../../src/report/verification/format.js'
import { FORMATS, type FormatName } from '../../../src/report/verification/formats.js'
import { failing, HOSTILE, signatureReport, verificationReport } from '../../support/report.js'

const SETTINGS: Settings = { single: false, authservId: () => 'mx.example.com', now: new Date('2026-01-02T00:00:00Z') }
const UNREADABLE: FailedReport = {
  schema: 'dkim.verification/1',
  input: 'gone.eml',
  result: null,
  error: { code: 'input-unreadable', message: 'cannot read gone.eml', hint: null },
}
const PASS = verificationReport()
const FAIL = verificationReport([failing('body-hash-did-not-verify')], { input: 'b.eml' })
const RETRY = verificationReport([failing('key-unavailable')], { input: 'c.eml' })
const UNSIGNED = verificationReport([], { input: 'd.eml' })

async function written(name: Exclude<FormatName, 'text'>, reports: readonly Entry['report'][]): Promise<string> {
  const format: Format = await FORMATS[name]()
  const entries = reports.map(report => ({ report }))
  if ('whole' in format) return format.whole(entries, SETTINGS)
  return entries.map(entry => format.each(entry, SETTINGS)).join('')
}

describe('github', () => {
  it('writes one workflow command a finding, and none for a clean pass', async () => {
    expect(await written('github', [PASS])).toBe('')
    const lines = (await written('github', [FAIL, RETRY, UNSIGNED, UNREADABLE])).trimEnd().split('\n')
    expect(lines.map(line => line.split('::')[1])).toEqual([
      'error file=b.eml,line=1,title=dkim%3A body-hash-did-not-verify',
      'warning file=c.eml,line=1,title=dkim%3A key-unavailable',
      'error file=d.eml,line=1,title=dkim%3A not-signed',
      'error file=gone.eml,line=1,title=dkim%3A input-unreadable',
    ])
  })

  it('calls a bad signature beside a good one a notice', async () => {
    const both = verificationReport([signatureReport(), failing('signature-expired')])
    expect(await written('github', [both])).toMatch(/^::notice /)
  })

  it('keeps hostile text inside its own line and property', async () => {
    const hostile = verificationReport([failing('no-key-for-signature', { domain: HOSTILE })], { input: HOSTILE })
    const text = await written('github', [hostile])
    expect(text.match(/\n/g)).toHaveLength(1)
    expect(text.split('::')[1]?.match(/,/g)).toHaveLength(2)
    expect(text).not.toMatch(/[\r\u001b\u202e\0]/)
  })
})

describe('junit', () => {
  it('counts failures and errors', async () => {
    const xml = await written('junit', [PASS, FAIL, RETRY, UNSIGNED, UNREADABLE])
    expect(xml).toContain('<testsuites name="dkim" tests="5" failures="2" errors="2">')
    expect(xml.match(/<failure type="[^"]*"/g)).toEqual([
      '<failure type="body-hash-did-not-verify"',
      '<failure type="not-signed"',
    ])
    expect(xml.match(/<error type="[^"]*"/g)).toEqual([
      '<error type="key-unavailable"',
      '<error type="input-unreadable"',
    ])
  })

  it('holds no markup of strangers', async () => {
    const hostile = verificationReport([failing('no-key-for-signature', { domain: HOSTILE })], { input: HOSTILE })
    const xml = await written('junit', [hostile])
    expect(xml).not.toContain('<script')
    expect(xml).not.toMatch(/[\r\u001b\u202e\0]/)
    const tags = xml.match(/<\/?[a-z]+/g) ?? []
    expect(new Set(tags)).toEqual(
      new Set([
        '<testsuites',
        '<testsuite',
        '<testcase',
        '<failure',
        '</failure',
        '</testcase',
        '</testsuite',
        '</testsuites',
      ]),
    )
  })
})

const { version: packageVersion } = JSON.parse(readFileSync('package.json', 'utf8'))

describe('sarif', () => {
  it('names each rule once and gives each result a location', async () => {
    const log = JSON.parse(await written('sarif', [PASS, FAIL, FAIL, UNSIGNED, UNREADABLE]))
    const [run] = log.runs
    expect(log.version).toBe('2.1.0')
    expect(run.tool.driver.version).toBe(packageVersion)
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
      'body-hash-did-not-verify',
      'input-unreadable',
      'not-signed',
    ])
    expect(run.results).toHaveLength(4)
    expect(run.invocations).toEqual([{ executionSuccessful: false }])
    expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe('b.eml')
  })

  it('writes paths as URI references', async () => {
    const uri = async (input: string): Promise<string> =>
      JSON.parse(await written('sarif', [verificationReport([], { input })])).runs[0].results[0].locations[0]
        .physicalLocation.artifactLocation.uri
    expect(await uri('/var/mail/a b.mbox#3')).toBe('file:///var/mail/a%20b.mbox#3')
    expect(await uri('a#1.eml')).toBe('a%231.eml')
    expect(await uri('a#b?c%41.mbox#12')).toBe('a%23b%3Fc%2541.mbox#12')
    expect(await uri('#')).toBe('%23')
    expect(await uri('-')).toBe('stdin')
    expect(await uri('x:y/\ud800')).toBe('x%3Ay/%EF%BF%BD')
  })
})

describe('json', () => {
  it('is an object for one input and an array for several', async () => {
    const single = (await FORMATS.json()).whole([{ report: PASS }], { ...SETTINGS, single: true })
    expect(JSON.parse(single)).toEqual(PASS)
    expect(JSON.parse(await written('json', [PASS, UNREADABLE]))).toEqual([PASS, UNREADABLE])
    expect(JSON.parse((await FORMATS.json()).whole([], { ...SETTINGS, single: true }))).toEqual([])
  })
})

describe('authentication-results', () => {
  it('says nothing about what could not be read', async () => {
    expect(await written('authentication-results', [UNREADABLE])).toBe('')
    expect(await written('authentication-results', [PASS])).toMatch(/^Authentication-Results: mx\.example\.com;/)
  })
})
