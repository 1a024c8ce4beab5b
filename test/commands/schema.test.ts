import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REASONS, WARNINGS } from '../../src/core/index.js'
import { dkim, type Outcome } from '../support/cli.js'
import { failing, signatureReport, verificationReport } from '../support/report.js'
import { faultsOf, readSchema } from '../support/schema.js'

let folder = ''
const FILE = 'mail._domainkey.example.com.private.pem'
const DNS = ['--dns-file', 'dns.json']

async function run(argv: readonly string[]): Promise<Outcome> {
  return dkim(argv, { cwd: folder })
}

async function faultsIn(schema: string, argv: readonly string[], code = 0): Promise<string[]> {
  const outcome = await run(argv)
  expect([outcome.code, outcome.stderr]).toEqual([code, expect.any(String)])
  return faultsOf(schema, JSON.parse(outcome.stdout))
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-schema-'))
  const key = await run(['keygen', '--domain', 'example.com', '--selector', 'mail', '--dialect', 'txt', '-q'])
  writeFileSync(join(folder, 'dns.json'), JSON.stringify({ 'mail._domainkey.example.com': key.stdout.trim() }))
  writeFileSync(join(folder, 'a.eml'), 'From: a@example.com\r\nSubject: x\r\n\r\nbody\r\n')
  const signed = await run(['sign', '--key', FILE, '--domain', 'example.com', '--selector', 'mail', 'a.eml'])
  writeFileSync(join(folder, 'signed.eml'), signed.stdoutBytes)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('docs/schema', () => {
  it('lists every reason and warning', () => {
    const { $defs } = readSchema('verification-1') as {
      $defs: Record<string, { properties: Record<string, { enum: string[] }> }>
    }
    expect($defs['signature']?.properties['reason']?.enum).toEqual([...Object.keys(REASONS), null])
    expect($defs['warning']?.properties['code']?.enum).toEqual(Object.keys(WARNINGS))
  })

  it('describes verify: one message, several, an unreadable one', async () => {
    const json = ['verify', ...DNS, '--format', 'json']
    expect(await faultsIn('verification-1', [...json, 'signed.eml'])).toEqual([])
    expect(await faultsIn('verification-1', [...json, 'signed.eml', 'a.eml', 'gone.eml'], 2)).toEqual([])
    expect(faultsOf('verification-1', verificationReport([signatureReport(), failing('body-partly-signed')]))).toEqual(
      [],
    )
    expect(faultsOf('verification-1', verificationReport([], { result: 'ok' as 'none' }))).not.toEqual([])
  })

  it('describes explanations, summaries and settings', async () => {
    const body = readFileSync(join(folder, 'signed.eml'), 'latin1')
    writeFileSync(join(folder, 'changed.eml'), `${body}-- \r\nfooter\r\n`, 'latin1')
    const json = ['verify', ...DNS, '--format', 'json']
    const explained = ['--explain', '--original', 'signed.eml', 'changed.eml']
    expect(await faultsIn('verification-1', [...json, ...explained], 1)).toEqual([])
    expect(await faultsIn('summary-1', [...json, '--summary', 'signed.eml', 'changed.eml'], 1)).toEqual([])
    expect(await faultsIn('config-1', ['config', '--format', 'json'])).toEqual([])
  })

  it('describes lookup, discovery, lock and drift', async () => {
    const lookup = ['lookup', ...DNS, '--format', 'json']
    expect(await faultsIn('lookup-1', [...lookup, 'mail._domainkey.example.com'])).toEqual([])
    expect(await faultsIn('lookup-1', [...lookup, 'mail._domainkey.example.com', '--key', FILE])).toEqual([])
    const alias = 'alias._domainkey.example.com. 60 IN CNAME mail._domainkey.example.com.\n'
    writeFileSync(join(folder, 'alias.zone'), alias)
    const servers = ['--resolver-set', '127.0.0.1', '--timeout', '1s', '--dns-file', 'alias.zone']
    expect(await faultsIn('lookup-1', [...lookup, 'alias._domainkey.example.com', ...servers], 75)).toEqual([])
    expect(await faultsIn('lookup-1', [...lookup, 'gone._domainkey.example.com'], 3)).toEqual([])
    expect(await faultsIn('discovery-1', [...lookup, 'example.com', '--discover'])).toEqual([])
    expect(await faultsIn('wait-1', [...lookup, 'mail._domainkey.example.com', '--wait', '--expect', FILE])).toEqual([])
    await run([...lookup, 'mail._domainkey.example.com', '--lock', 'dkim.lock', '--update'])
    expect(faultsOf('lock-1', JSON.parse(readFileSync(join(folder, 'dkim.lock'), 'utf8')))).toEqual([])
    expect(await faultsIn('drift-1', [...lookup, '--lock', 'dkim.lock'])).toEqual([])
  })

  it('describes keygen, records and plans', async () => {
    const names = ['--domain', 'example.com', '--selector']
    expect(await faultsIn('keygen-1', ['keygen', ...names, 'new', '--type', 'both', '--format', 'json'])).toEqual([])
    const record = ['format-record', ...names, 'mail', '--key', FILE, '--dialect', 'json']
    expect(await faultsIn('records-1', record)).toEqual([])
    const revoked = ['format-record', ...names, 'mail', '--revoke', '--dialect', 'json']
    expect(await faultsIn('records-1', revoked)).toEqual([])
    const plan = ['rotate-plan', ...names, 'mail', '--scheme', 'date', ...DNS, '--format', 'json']
    expect(await faultsIn('rotation-plan-1', plan)).toEqual([])
  })
})
