// The built command: exit codes, and that text, JSON and exit code tell the same story.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VerificationReport } from '../../../src/core/dkim/result.js'
import { BIN, dkim } from '../../support/cli.js'
import { evilSign } from '../../support/evil-signer.js'
import { M0, NOW, REC, zoneText } from '../../support/hostile.js'

let folder: string
const at = (name: string): string => join(folder, name)
const write = (name: string, text: string): void => writeFileSync(at(name), text, 'latin1')
const failing = JSON.stringify({ 'sel._domainkey.legit.test': { error: 'SERVFAIL' } })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-verify-'))
  const good = evilSign(M0)
  write('good.eml', good)
  write('changed.eml', good.replace('Hello', 'Hullo'))
  write('unsigned.eml', M0)
  write('empty.eml', '')
  write('lf.eml', good.replaceAll('\r\n', '\n'))
  write('dns.zone', zoneText(REC))
  write('servfail.zone', failing)
  write('bad.zone', '$TTL 1h\nsel IN TXT "v=DKIM1"\nsel IN TXT "unclosed\n')
  write('bad.json', '{\n  "a.test": "x",\n  "b.test": 7\n}\n')
  mkdirSync(at('nothing'))
  mkdirSync(at('box'))
  for (const name of ['good', 'changed', 'unsigned'])
    write(`box/${name}.eml`, readFileSync(at(`${name}.eml`), 'latin1'))
})

afterAll(() => rmSync(folder, { recursive: true }))

const verify = (...argv: string[]) => dkim(['verify', '--now', String(NOW), ...argv])
const zone = (name = 'dns.zone'): string[] => ['--dns-file', at(name)]

describe('one message', () => {
  it.each([
    ['good.eml', 'dns.zone', 0, 'pass'],
    ['lf.eml', 'dns.zone', 0, 'pass'],
    ['changed.eml', 'dns.zone', 1, 'fail'],
    ['unsigned.eml', 'dns.zone', 3, 'none'],
    ['good.eml', 'servfail.zone', 75, 'temperror'],
  ])('%s with %s: exit code %i, %s', async (file, records, code, result) => {
    const text = await verify(...zone(records), at(file))
    expect([text.code, text.stderr]).toEqual([code, ''])
    expect(text.stdout.split('\n')[0]).toContain(` ${result}  `)

    const json = await verify(...zone(records), '--format', 'json', at(file))
    const report = JSON.parse(json.stdout) as VerificationReport
    expect([json.code, report.result, report.schema]).toEqual([code, result, 'dkim.verification/1'])
    for (const { reason } of report.signatures) if (reason !== null) expect(text.stdout).toContain(reason)

    const line = await verify(...zone(records), '--format', 'ndjson', at(file))
    expect([line.code, JSON.parse(line.stdout)]).toEqual([code, report])
    expect(line.stdout.split('\n')).toHaveLength(2)

    const field = await verify(
      ...zone(records),
      '--format',
      'authentication-results',
      '--authserv-id',
      'mx.test',
      at(file),
    )
    expect([field.code, field.stdout.startsWith('Authentication-Results: mx.test;')]).toEqual([code, true])
    expect(field.stdout).toContain(`dkim=${result}`)

    const quiet = await verify(...zone(records), '-q', at(file))
    expect([quiet.code, quiet.stdout, quiet.stderr]).toEqual([code, '', ''])
  })

  it('comes from standard input as well', async () => {
    const input = readFileSync(at('good.eml'))
    for (const argv of [[], ['-']]) {
      const { code, stdout } = await dkim(['verify', ...zone(), '--format', 'json', ...argv], { input })
      expect([code, (JSON.parse(stdout) as VerificationReport).input]).toEqual([0, '-'])
    }
  })
})

describe('what cannot be judged', () => {
  it.each([
    ['a missing file', () => [...zone(), at('missing.eml')], 'missing.eml'],
    ['an empty file', () => [...zone(), at('empty.eml')], 'empty.eml is empty'],
    ['a directory without mail', () => [...zone(), at('nothing')], 'no mail'],
    ['a zone file with a fault', () => [...zone('bad.zone'), at('good.eml')], 'bad.zone:3'],
    ['a JSON zone with a fault', () => [...zone('bad.json'), at('good.eml')], 'bad.json:3'],
    ['a missing zone file', () => [...zone('missing.zone'), at('good.eml')], 'missing.zone'],
    ['an unknown option', () => ['--nonsense', at('good.eml')], '--nonsense'],
    ['an unknown format', () => ['--format', 'xml', at('good.eml')], 'xml'],
    ['a bad time', () => ['--now', 'yesterday', at('good.eml')], 'yesterday'],
    ['a bad domain', () => [...zone(), '--require-domain', 'a b', at('good.eml')], 'a b'],
    ['a required field that is none', () => [...zone(), '--require-signed', 'subject,a b', at('good.eml')], 'a b'],
    ['no required field', () => [...zone(), '--require-signed', '', at('good.eml')], 'field name'],
    ['a name with a line break', () => ['--authserv-id', 'mx\r\nX: y', at('good.eml')], '--authserv-id'],
    ['an empty name', () => ['--authserv-id', '', at('good.eml')], '--authserv-id'],
    ['a bad name server', () => ['--nameserver', '1.1.1.1;x', at('good.eml')], '1.1.1.1;x'],
  ])('%s: exit code 2, one clear error, nothing on stdout', async (_, argv, words) => {
    for (const format of [[], ['--format', 'json'], ['--format', 'ndjson']]) {
      const { code, stdout, stderr } = await verify(...format, ...argv())
      expect([code, stdout]).toEqual([2, ''])
      const lines = stderr.trimEnd().split('\n')
      expect(lines.filter(line => line.startsWith('dkim: error: '))).toHaveLength(1)
      expect(lines.filter(line => !/^dkim: (?:error|hint): /.test(line))).toEqual([])
      expect(stderr).toContain(words)
    }
  })
})

describe('a batch', () => {
  it('has one report for each message, and the worst exit code', async () => {
    const { code, stdout } = await verify(...zone(), '--format', 'json', at('box'))
    const reports = JSON.parse(stdout) as VerificationReport[]
    expect(reports.map(({ result }) => result)).toEqual(['fail', 'pass', 'none'])
    expect(code).toBe(1)
  })

  it('goes on behind an input that cannot be read', async () => {
    const argv = [at('good.eml'), at('missing.eml'), at('unsigned.eml')]
    const { code, stdout, stderr } = await verify(...zone(), '--format', 'ndjson', ...argv)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(lines.map(({ result, error }) => result ?? error.code)).toEqual(['pass', 'input-unreadable', 'none'])
    expect([code, stderr.includes('missing.eml')]).toEqual([2, true])
    const text = await verify(...zone(), ...argv)
    expect(text.code).toBe(2)
    expect(text.stdout).toContain('3 messages: 1 pass, 1 unreadable, 1 none')
  })
})

it('a reader that goes away ends it quietly', async () => {
  const many = new Array(400).fill(at('good.eml'))
  const child = spawn(process.execPath, [BIN, 'verify', ...zone(), '--format', 'ndjson', '--verbose', ...many])
  let stderr = ''
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const code = await new Promise(resolve => child.on('close', resolve))
  expect([code, stderr]).toEqual([141, ''])
})
