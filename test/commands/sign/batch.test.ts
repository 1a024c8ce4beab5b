// dkim sign over many messages, as a user runs it: folders, lists and mailboxes in, files out, one bad message among many.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../../src/core/dkim/key-record.js'
import { exportPrivateKey, generatePrivateKey, type PrivateKey } from '../../../src/core/keys/private-key.js'
import { BIN, dkim, type Outcome } from '../../support/cli.js'

const COUNT = 120
const message = (number: number): string =>
  `From: a@example.com\r\nSubject: ${number}\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\n${'a line  \r\n'.repeat(number)}`
const MBOX = [1, 2, 3]
  .map(
    number => `From a@example.com Thu Jan  1 00:00:00 2026\n${message(number).replaceAll('\r\n', '\n')}>From here\n\n`,
  )
  .join('')

let folder = ''
let rsa: PrivateKey

const at = (...parts: string[]): string => join(folder, ...parts)
function file(name: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(at(name)), { recursive: true })
  writeFileSync(at(name), content)
  chmodSync(at(name), mode)
}
const read = (...parts: string[]): string => readFileSync(at(...parts), 'latin1')
const namesIn = (name: string): string[] =>
  (readdirSync(at(name), { recursive: true }) as string[]).filter(path => statSync(at(name, path)).isFile()).sort()

const sign = (argv: readonly string[], input?: string): Promise<Outcome> =>
  dkim(['sign', '--key', at('key.pem'), '--selector', 'r', '--time', '1700000000', ...argv], {
    cwd: folder,
    ...(input === undefined ? {} : { input }),
  })
const verdicts = async (...paths: string[]): Promise<string[]> => {
  const argv = ['verify', '--dns-file', 'dns.json', '--now', '1700000000', '--format', 'ndjson', ...paths]
  const { stdout } = await dkim(argv, { cwd: folder })
  return linesOf(stdout).map(({ result }) => result as string)
}
const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-sign-batch-'))
  rsa = await generatePrivateKey('rsa', 2048)
  file('key.pem', exportPrivateKey(rsa), 0o600)
  file(
    'dns.json',
    JSON.stringify({ 'r._domainkey.example.com': formatKeyRecord({ keyType: 'rsa', publicKey: rsa.publicKey.p }) }),
  )
  for (let number = 0; number < COUNT; number += 1) file(`out/${number % 3}/${number}.eml`, message(number))
  file('few/1.eml', message(1))
  file('few/2.eml', 'no message at all\r\n')
  file('few/3.eml', message(3))
  file('box.mbox', MBOX)
  file('box.mbox.gz', gzipSync(MBOX))
  file('one.eml.gz', gzipSync(message(1)))
  file('large.eml', message(150_000))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const codeOf = ({ result, error }: Record<string, unknown>) => (error as { code: string } | undefined)?.code ?? result

describe('--out-dir', () => {
  it('signs a folder the same way whatever the number of jobs, and tells in the order of the input', async () => {
    const reports: string[] = []
    for (const jobs of ['1', '2', '7']) {
      const { code, stdout, stderr } = await sign([
        '--out-dir',
        `j${jobs}`,
        '--jobs',
        jobs,
        '--format',
        'ndjson',
        'out',
      ])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      reports.push(stdout.replaceAll(`j${jobs}/`, 'to/'))
    }
    expect(linesOf(reports[0]!).map(({ input }) => input)).toEqual(namesIn('out').map(name => `out/${name}`))
    expect(new Set(reports).size).toBe(1)
    expect(namesIn('j1')).toEqual(namesIn('out'))
    for (const name of namesIn('j1')) {
      expect(read('j1', name).endsWith(read('out', name))).toBe(true)
      expect([read('j2', name), read('j7', name)]).toEqual([read('j1', name), read('j1', name)])
    }
    expect(await verdicts('j1')).toEqual(Array(COUNT).fill('pass'))
  })

  it('one bad message among many has its own error, and the others are signed', async () => {
    const { code, stdout, stderr } = await sign(['--out-dir', 'some', '--format', 'json', 'few', 'missing.eml'])
    expect(code).toBe(2)
    const reports = JSON.parse(stdout) as Record<string, unknown>[]
    expect(reports.map(({ input, result, output }) => [input, result, output])).toEqual([
      ['few/1.eml', 'signed', 'some/1.eml'],
      ['few/2.eml', 'not-signed', null],
      ['few/3.eml', 'signed', 'some/3.eml'],
      ['missing.eml', 'not-signed', null],
    ])
    expect(reports.map(({ error }) => (error as { code: string } | null)?.code)).toEqual([
      undefined,
      'message-refused',
      undefined,
      'input-unreadable',
    ])
    expect(stderr).toMatch(
      /^dkim: error: few\/2\.eml: .*\ndkim: hint: .*\ndkim: error: .*missing\.eml.*\ndkim: hint: .*/,
    )
    expect(stderr).toContain('dkim: note: signed 2 of 4 messages\n')
    expect(namesIn('some')).toEqual(['1.eml', '3.eml'])
  })

  it('one message alone is one object', async () => {
    const { code, stdout } = await sign(['--out-dir', 'one', '--format', 'json', 'few/1.eml'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'dkim.signing/1',
      result: 'signed',
      output: 'one/1.eml',
      signatures: [{ domain: 'example.com', selector: 'r', algorithm: 'rsa-sha256' }],
    })
  })

  it.each(['box.mbox', 'box.mbox.gz'])('makes a file of each message of %s', async box => {
    const { code } = await sign(['--out-dir', `of-${box}`, '--unquote-mbox', box])
    expect(code).toBe(0)
    expect(namesIn(`of-${box}`)).toEqual(['box-1.eml', 'box-2.eml', 'box-3.eml'])
    expect(read(`of-${box}`, 'box-3.eml')).toMatch(/a line {2}\nFrom here\n+$/)
    expect(await verdicts(`of-${box}`)).toEqual(['pass', 'pass', 'pass'])
  })

  it('signs what is whole of a torn mbox', async () => {
    file('torn.mbox', MBOX.slice(0, -8))
    const { code, stdout } = await sign(['--out-dir', 'of-torn', '--format', 'ndjson', 'torn.mbox'])
    expect(code).toBe(2)
    const results = linesOf(stdout).map(codeOf)
    expect(results.at(-1)).toBe('input-unreadable')
    expect(new Set(results.slice(0, -1))).toEqual(new Set(['signed']))
    expect(namesIn('of-torn')).toHaveLength(results.length - 1)
  })

  it('unpacks a message, and signs a long one', async () => {
    expect((await sign(['--out-dir', 'other', 'one.eml.gz', 'large.eml'])).code).toBe(0)
    expect(namesIn('other')).toEqual(['large.eml', 'one.eml'])
    expect(read('other', 'large.eml').endsWith(read('large.eml'))).toBe(true)
    expect(await verdicts('other')).toEqual(['pass', 'pass'])
  })

  it('keeps the paths of a list, and never leaves the directory', async () => {
    const list = ['few/1.eml', './out/1/1.eml', at('out/2/2.eml'), '../x.eml', 'few/../few/3.eml'].join('\0')
    file('x.eml', message(1))
    const { code, stderr } = await sign(['--out-dir', 'few/../listed', '--files-from', '-', '-0'], list)
    expect(code).toBe(2)
    expect(stderr).toContain('../x.eml')
    expect(namesIn('listed')).toEqual(['few/1.eml', 'few/3.eml', 'out/1/1.eml', at('out/2/2.eml').slice(1)].sort())
  })

  it('keeps a message from those who could not read it', async () => {
    file('private.eml', message(1), 0o600)
    await sign(['--out-dir', 'modes', 'private.eml', 'few/1.eml'])
    expect([statSync(at('modes/private.eml')).mode & 0o777, statSync(at('modes/1.eml')).mode & 0o777]).toEqual([
      0o600, 0o644,
    ])
  })

  it('never writes two messages to one file, nor over the message itself', async () => {
    const { code, stdout } = await sign(['--out-dir', 'clash', '--format', 'ndjson', 'few/1.eml', 'out/1/1.eml'])
    expect(code).toBe(2)
    expect(linesOf(stdout).map(({ result }) => result)).toEqual(['signed', 'not-signed'])
    file('kept/1.eml', message(1))
    symlinkSync('kept', at('alias'))
    for (const out of ['kept', 'alias']) {
      expect((await sign(['--out-dir', out, 'kept/1.eml'])).code).toBe(2)
      expect((await sign(['--out-dir', `${out}/below`, 'kept'])).code).toBe(2)
    }
    expect(namesIn('kept')).toEqual(['1.eml'])
    expect(read('kept/1.eml')).toBe(message(1))
    expect(existsSync(at('kept/below'))).toBe(false)
  })

  it('says a warning once that is true of all', async () => {
    const { stderr } = await sign(['--out-dir', 'warned', '--domain', 'example.org', 'few/1.eml', 'few/3.eml'])
    expect(stderr.match(/dkim: warning: .*example\.org/g)).toHaveLength(1)
  })

  it.each(['text', 'json', 'ndjson'])('with -q tells of errors alone, in %s', async format => {
    const { code, stdout, stderr } = await sign(['--out-dir', `q-${format}`, '-q', '--format', format, 'few'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^dkim: error: few\/2\.eml.*\ndkim: hint: .*\n$/)
    expect(await verdicts(`q-${format}`)).toEqual(['pass', 'pass'])
  })

  it('leaves nothing behind where it cannot write', async () => {
    file('in-the-way', '')
    const { code, stdout } = await sign(['--out-dir', 'in-the-way', '--format', 'ndjson', 'few/1.eml'])
    expect(code).toBe(2)
    expect(linesOf(stdout)[0]).toMatchObject({ result: 'not-signed', error: { code: 'output-failed' } })
  })
})

describe('--in-place', () => {
  it('signs what is in a folder, and refuses an mbox once', async () => {
    file('place/a.eml', message(1), 0o640)
    file('place/b.mbox', MBOX)
    file('place/c.eml', message(3))
    const { code, stderr } = await sign(['--in-place', 'place'])
    expect(code).toBe(2)
    expect(stderr.match(/dkim: error: /g)).toHaveLength(1)
    expect(read('place/b.mbox')).toBe(MBOX)
    expect(await verdicts('place/a.eml', 'place/c.eml')).toEqual(['pass', 'pass'])
    expect(statSync(at('place/a.eml')).mode & 0o777).toBe(0o640)
    expect(namesIn('place')).toEqual(['a.eml', 'b.mbox', 'c.eml'])
  })

  it('signs the same way whatever the number of jobs', async () => {
    for (const jobs of ['1', '2', '5']) {
      for (let number = 0; number < 60; number += 1) file(`in${jobs}/${number}.eml`, message(number))
      expect((await sign(['--in-place', '--jobs', jobs, `in${jobs}`])).code).toBe(0)
    }
    expect(namesIn('in1')).toHaveLength(60)
    for (const name of namesIn('in1')) {
      expect(read('in1', name)).toMatch(/^DKIM-Signature: /)
      expect([read('in2', name), read('in5', name)]).toEqual([read('in1', name), read('in1', name)])
    }
  })

  it('signs a file once that a link leads to as well', async () => {
    file('linked/a.eml', message(1))
    file('linked/c.eml', message(3))
    symlinkSync('a.eml', at('linked/b.eml'))
    for (const jobs of ['1', '3']) {
      const before = read('linked/a.eml').match(/^DKIM-Signature: /gm)?.length ?? 0
      const { code, stdout } = await sign(['--in-place', '--jobs', jobs, '--format', 'ndjson', 'linked'])
      expect(code).toBe(2)
      const results = linesOf(stdout).map(codeOf)
      expect(results).toEqual(['signed', 'output-exists', 'signed'])
      expect(read('linked/a.eml').match(/^DKIM-Signature: /gm)).toHaveLength(before + 1)
    }
  })

  it('signs a file once that is named twice', async () => {
    file('twice.eml', message(1))
    expect((await sign(['--in-place', '--jobs', '4', 'twice.eml', './twice.eml'])).code).toBe(2)
    expect(read('twice.eml').match(/^DKIM-Signature:/gm)).toHaveLength(1)
  })

  it('leaves what is compressed as it is', async () => {
    expect((await sign(['--in-place', 'one.eml.gz'])).code).toBe(2)
    expect(readFileSync(at('one.eml.gz')).equals(gzipSync(message(1)))).toBe(true)
  })
})

describe('a signal', () => {
  it('leaves whole files alone, and ends the run by that signal', async () => {
    const argv = ['sign', '--key', 'key.pem', '--selector', 'r', '--out-dir', 'cut', '--format', 'ndjson']
    const run = spawn(process.execPath, [BIN, ...argv, '--files-from', '-'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], XDG_CONFIG_HOME: '/nonexistent' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const chunks: Buffer[] = []
    run.stdout.on('data', chunk => chunks.push(chunk as Buffer))
    const ended = once(run, 'close')
    run.stdin.write(
      namesIn('out')
        .map(name => `out/${name}\n`)
        .join(''),
    )
    await once(run.stdout, 'data')
    run.kill('SIGTERM')
    await delay(150)
    run.stdin.end('few/1.eml\n')
    expect(await ended).toEqual([null, 'SIGTERM'])
    const reports = linesOf(Buffer.concat(chunks).toString())
    expect(reports.map(({ output }) => (output as string).slice(4)).sort()).toEqual(namesIn('cut'))
    expect(namesIn('cut')).not.toContain('few/1.eml')
    for (const name of namesIn('cut')) expect(read('cut', name).endsWith(read(name))).toBe(true)
  })
})

describe('R-09 the keys in DNS', () => {
  it('nothing is written for a message whose signature does not verify', async () => {
    file('none.json', '{}')
    file('down.json', JSON.stringify({ 'r._domainkey.example.com': { error: 'SERVFAIL' } }))
    const signed = (dns: string) =>
      sign(['--dns-file', dns, '--out-dir', `checked-${dns}`, '--format', 'ndjson', 'few'])
    expect((await signed('dns.json')).code).toBe(2)
    expect(namesIn('checked-dns.json')).toEqual(['1.eml', '3.eml'])
    for (const [dns, code] of [
      ['none.json', 1],
      ['down.json', 75],
    ] as const) {
      const outcome = await sign(['--dns-file', dns, '--out-dir', `checked-${dns}`, '--format', 'ndjson', 'few/1.eml'])
      expect(outcome.code).toBe(code)
      expect(linesOf(outcome.stdout)[0]).toMatchObject({ result: 'not-signed', error: { code: 'check-failed' } })
      expect(namesIn(`checked-${dns}`)).toEqual([])
    }
  })
})

describe('wrong use', () => {
  it.each<string[]>([
    ['few/1.eml', 'few/3.eml'],
    ['few'],
    ['--files-from', 'list'],
    ['-0', '--out-dir', 'x', 'few'],
    ['--out-dir', 'x'],
    ['--out-dir', 'x', '-'],
    ['--out-dir', 'x', '--in-place', 'few/1.eml'],
    ['--out-dir', 'x', '-o', 'y', 'few/1.eml'],
    ['--out-dir', 'x', '--header-only', 'few/1.eml'],
    ['--jobs', '2', 'few/1.eml'],
    ['--format', 'json', 'few/1.eml'],
    ['--unquote-mbox', 'few/1.eml'],
    ['--out-dir', 'x', '--jobs', '0', 'few/1.eml'],
    ['--out-dir', 'x', '--files-from', 'missing-list'],
  ])('%j', async (...argv) => {
    const { code, stdout, stderr } = await sign(argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^dkim: error: .*\ndkim: hint: .*\n$/)
    expect(existsSync(at('x'))).toBe(false)
  })
})
