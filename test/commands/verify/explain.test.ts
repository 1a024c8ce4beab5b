// dkim verify --explain, --explain-budget, --original and --trace, run as a user runs them.

import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signed } from '../../core/explain/case.js'
import { PLAIN } from '../../core/explain/messages.js'
import { dkim } from '../../support/cli.js'
import { keyRecord } from '../../support/keys.js'

let folder: string
let zone: string
let whole: string
const at = (name: string): string => join(folder, name)
const FOOTER = '____\r\nthe list\r\n'

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-explain-'))
  zone = at('zone.json')
  writeFileSync(zone, JSON.stringify({ 'rsa._domainkey.example.com': keyRecord('rsa2048') }))
  whole = await signed(PLAIN)
  writeFileSync(at('whole.eml'), whole, 'latin1')
  writeFileSync(at('sent.eml'), PLAIN, 'latin1')
  writeFileSync(at('footer.eml'), whole.replace('Subject: ', 'Subject: [list] ') + FOOTER, 'latin1')
  writeFileSync(at('cut.eml'), whole.replace('Grüße', 'Hallo').replace('Hello all', 'Hello'), 'latin1')
})

afterAll(() => rmSync(folder, { recursive: true }))

const verify = (...argv: string[]) => dkim(['verify', '--dns-file', zone, '--now', '2026-11-22T12:00:00Z', ...argv])

describe('--explain', () => {
  it('adds explanations to each signature, and changes no verdict', async () => {
    const plain = await verify('--format', 'json', at('footer.eml'))
    const { code, stdout, stderr } = await verify('--explain', '--format', 'json', at('footer.eml'))
    const report = JSON.parse(stdout)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(plain.code).toBe(1)
    expect(report.signatures[0]).toMatchObject(JSON.parse(plain.stdout).signatures[0])
    expect(report.signatures[0]).toMatchObject({
      diagnosis: 'header-and-body-changed',
      explanations: [
        { code: 'body-appended', certainty: 'proven', part: 'body', lines: [11, 12], fields: [] },
        { code: 'subject-tag', certainty: 'proven', part: 'header', lines: null, fields: ['subject'] },
      ],
    })
    expect(report.signatures[0].hypothesesTried).toBeGreaterThan(0)
  })

  it('says it in text, from standard input too', async () => {
    const { stdout } = await dkim(['verify', '--dns-file', zone, '--explain', '-'], {
      input: readFileSync(at('footer.eml')),
    })
    expect(stdout).toContain('body-appended')
    expect(stdout).toContain('subject-tag')
    expect(stdout).toContain('proven')
  })

  it('is not there without being asked for', async () => {
    const report = JSON.parse((await verify('--format', 'json', at('footer.eml'))).stdout)
    expect(report.signatures[0]).not.toHaveProperty('explanations')
  })

  it('tells what could be added to what passes', async () => {
    const { code, stdout } = await verify('--explain', '--format', 'json', at('whole.eml'))
    const [signature] = JSON.parse(stdout).signatures
    expect(code).toBe(0)
    expect(signature).toMatchObject({ diagnosis: 'intact', explanations: [], hypothesesTried: 0 })
    expect(signature.exposure.length).toBeGreaterThan(0)
  })
})

describe('--explain-budget', () => {
  it('bounds the hypotheses, the same on every machine', async () => {
    const run = async () =>
      JSON.parse((await verify('--explain-budget', '100', '--format', 'json', at('cut.eml'))).stdout).signatures[0]
    const [first, second] = [await run(), await run()]
    expect(first).toEqual(second)
    expect(first.complete).toBe(false)
    expect(first.explanations).toEqual([])
    expect(first.hypothesesTried).toBeLessThanOrEqual(150)
  })

  it.each(['x', '5', '1s,200', '250ms'])('takes %s', async budget => {
    const { code, stderr } = await verify('--explain-budget', budget, at('whole.eml'))
    expect(code).toBe(budget === 'x' ? 2 : 0)
    expect(stderr.startsWith('dkim: error:')).toBe(budget === 'x')
  })
})

describe('--original', () => {
  it('finds the first difference, and what the original proves', async () => {
    const { stdout } = await verify(
      '--original',
      at('sent.eml'),
      '--explain-budget',
      '50',
      '--format',
      'json',
      at('cut.eml'),
    )
    const [signature] = JSON.parse(stdout).signatures
    expect(signature.comparison).toMatchObject({
      originalBodyHash: 'match',
      originalHeader: 'match',
      body: {
        line: 1,
        offset: 5,
        received: { hex: expect.stringMatching(/^2c/) },
        original: { hex: expect.stringMatching(/^20/) },
      },
    })
    expect(signature.explanations).toMatchObject([
      { code: 'original-body-differs', certainty: 'proven', lines: [1, 1] },
    ])
  })

  it('that cannot be read is an error', async () => {
    const { code, stderr, stdout } = await verify('--original', at('none.eml'), at('cut.eml'))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('dkim: error:')
  })
})

describe('--trace', () => {
  it('never replaces the message', async () => {
    const path = at('own-traces/message-1.signature-1.body')
    mkdirSync(at('own-traces'))
    copyFileSync(at('whole.eml'), path)
    expect((await verify('--trace', at('own-traces'), path)).code).toBe(2)
    expect(readdirSync(at('own-traces'))).toEqual(['message-1.signature-1.body'])
    expect(readFileSync(path).equals(readFileSync(at('whole.eml')))).toBe(true)
  })

  it('writes the bytes as hashed', async () => {
    const { code } = await verify('--trace', at('traces'), at('whole.eml'))
    expect(code).toBe(0)
    expect(readdirSync(at('traces')).toSorted()).toEqual(['message-1.signature-1.body', 'message-1.signature-1.header'])
    const bh = createHash('sha256')
      .update(readFileSync(at('traces/message-1.signature-1.body')))
      .digest('base64')
    expect(whole.replace(/\r\n[ \t]/g, '')).toContain(`bh=${bh}`)
    const header = readFileSync(at('traces/message-1.signature-1.header'), 'latin1')
    expect(header).toMatch(/^from:"Ann Author" <ann@example\.com>\r\n/)
    expect(header.endsWith('b=')).toBe(true)
    if (process.platform !== 'win32') expect(statSync(at('traces/message-1.signature-1.body')).mode & 0o777).toBe(0o600)
  })
})
