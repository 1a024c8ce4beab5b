import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REASONS, WARNINGS } from '../../src/core/dkim/result.js'
import { dkim, type Outcome } from '../support/cli.js'
import { failing, signatureReport, verificationReport } from '../support/report.js'
import { faultsOf, readSchema, SCHEMA_FOLDER } from '../support/schema.js'

let folder = ''
const FILE = 'mail._domainkey.example.com.private.pem'
const DNS = ['--dns-file', 'dns.json']

const SOURCES = join(import.meta.dirname, '..', '..', 'src')
const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

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

  it('describes shards, their sum, the journal of a run, and signing many', async () => {
    const batch = ['verify', ...DNS, '--format', 'ndjson']
    const shards = await Promise.all(
      ['1/2', '2/2'].map(shard => run([...batch, '--shard', shard, 'signed.eml', 'a.eml', 'gone.eml'])),
    )
    for (const [index, { stdout }] of shards.entries()) {
      const lines = linesOf(stdout)
      expect(faultsOf('shard-start-1', lines.shift())).toEqual([])
      expect(faultsOf('shard-1', lines.pop())).toEqual([])
      for (const line of lines) expect(faultsOf('verification-1', line)).toEqual([])
      writeFileSync(join(folder, `${index + 1}.ndjson`), stdout)
    }
    const merge = ['verify', '--merge', '--format', 'json']
    expect(await faultsIn('summary-1', [...merge, '1.ndjson', '2.ndjson'], 2)).toEqual([])
    writeFileSync(join(folder, 'torn.ndjson'), `${shards[0]!.stdout}{"schema":`)
    expect(await faultsIn('summary-1', [...merge, 'torn.ndjson', 'gone.ndjson', 'a.eml'], 2)).toEqual([])

    await run([...batch, '--resume', 'journal', 'signed.eml', 'a.eml', 'gone.eml'])
    const journal = linesOf(readFileSync(join(folder, 'journal'), 'utf8'))
    expect(journal).toHaveLength(2)
    expect(journal.flatMap(line => faultsOf('journal-1', line))).toEqual([])

    const sign = ['sign', '--key', FILE, '--selector', 'mail', '--out-dir', 'out', '--format']
    expect(await faultsIn('signing-1', [...sign, 'json', 'a.eml'])).toEqual([])
    expect(await faultsIn('signing-1', [...sign, 'json', 'signed.eml', 'gone.eml', 'dns.json'], 2)).toEqual([])
    const each = linesOf((await run([...sign, 'ndjson', 'a.eml', 'gone.eml'])).stdout)
    expect(each.flatMap(line => faultsOf('signing-1', line))).toEqual([])
    expect(faultsOf('signing-1', { ...each[0]!, result: 'maybe' })).not.toEqual([])
  })

  it('has a schema for each report that the program writes', () => {
    const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
    const named = sources.flatMap(name => [
      ...readFileSync(join(SOURCES, name), 'utf8').matchAll(/schema: '(dkim\.[a-z-]+\/\d+)'/g),
    ])
    const names = [...new Set(named.map(([, name]) => name!.replace('dkim.', '').replace('/', '-')))]
    expect(names).toContain('verification-1')
    expect(names.filter(name => !existsSync(join(SCHEMA_FOLDER, `${name}.schema.json`)))).toEqual([])
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
