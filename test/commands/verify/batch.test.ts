// Batches of dkim verify as a user runs them: lists, gzip, counts, journals, threads, shards and their sum.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../../src/core/dkim/key-record.js'
import { Signer } from '../../../src/core/dkim/sign.js'
import { startServer } from '../../../src/core/dns/server.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { generatePrivateKey } from '../../../src/core/keys/private-key.js'
import { BIN, dkim } from '../../support/cli.js'

const COUNT = 150
let folder = ''
const verify = (argv: readonly string[], input?: string) =>
  dkim(['verify', '--dns-file', 'dns.json', '--now', '1700000000', ...argv], {
    cwd: folder,
    ...(input === undefined ? {} : { input }),
  })
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
const file = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-batch-'))
  const key = await generatePrivateKey('ed25519')
  file(
    'dns.json',
    JSON.stringify({ 'e._domainkey.example.com': formatKeyRecord({ keyType: 'ed25519', publicKey: key.publicKey.p }) }),
  )
  const messages = Array.from({ length: COUNT }, (_, number) => {
    const message = Buffer.from(`From: a@example.com\r\nSubject: ${number}\r\n\r\nbody ${number}  \r\n`)
    const signer = new Signer({ requests: [{ key, selector: 'e' }], now: new Date(1_700_000_000_000) })
    signer.write(message)
    const signed = Buffer.concat([...signer.end().fields, message]).toString()
    // One in ten was changed on its way, the last one has no signature.
    if (number === COUNT - 1) return message.toString()
    return number % 10 === 3 ? signed.replace('body', 'Body') : signed
  })
  const mbox = messages
    .map(text => `From a@example.com Thu Jan  1 00:00:00 2026\n${text.replaceAll('\r\n', '\n')}\n`)
    .join('')
  file('box.mbox', mbox)
  file('box.mbox.gz', gzipSync(mbox))
  file('cut.mbox.gz', gzipSync(mbox).subarray(0, 3000))
  file('good.eml', messages[0]!)
  file('changed.eml', messages[3]!)
  file('other.eml', messages[1]!)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('lists of files', () => {
  it.each([
    ['lines', [], 'good.eml\nother.eml\n'],
    ['a last line without its end', [], 'good.eml\nother.eml'],
    ['NULs', ['-0'], 'good.eml\0other.eml\0'],
    ['lines as Windows ends them', [], 'good.eml\r\n\r\nother.eml\r\n'],
  ])('reads %s', async (_, argv, list) => {
    const { code, stdout } = await verify(['--files-from', '-', ...argv, '--format', 'ndjson'], list)
    expect(code).toBe(0)
    expect(linesOf(stdout).map(({ input }) => input)).toEqual(['good.eml', 'other.eml'])
  })

  it('goes on behind a name that is not there', async () => {
    file('list', 'good.eml\nmissing.eml\nother.eml\n')
    const { code, stdout } = await verify(['--files-from', 'list', '--format', 'ndjson'])
    expect(code).toBe(2)
    expect(linesOf(stdout).map(({ result }) => result)).toEqual(['pass', null, 'pass'])
  })

  it('takes each name for that of a file', async () => {
    const names = ['-', '-dash.eml', 'new\nline.eml', ' space.eml', 'end.eml\r', '--jobs']
    mkdirSync(join(folder, 'named'))
    for (const name of names) file(`named/${name}`, readFileSync(join(folder, 'good.eml')))
    const argv = ['--dns-file', join(folder, 'dns.json'), '--files-from', '-', '-0', '--format', 'ndjson']
    const run = await dkim(['verify', '--now', '1700000000', ...argv], {
      cwd: join(folder, 'named'),
      input: names.join('\0'),
    })
    expect([run.code, run.stderr]).toEqual([0, ''])
    expect(linesOf(run.stdout).map(({ input }) => input)).toEqual(['./-', ...names.slice(1)])
  })

  it('gets each report as soon as DNS has answered, not when the next name comes', async () => {
    const zone = readZone(readFileSync(join(folder, 'dns.json')), 'dns.json')
    const server = await startServer({ zone })
    const dns = ['--nameserver', server.nameserver, '--now', '1700000000']
    const run = spawn(process.execPath, [BIN, 'verify', '--files-from', '-', '--format', 'ndjson', ...dns], {
      cwd: folder,
    })
    try {
      for (const name of ['good.eml', 'other.eml', 'changed.eml']) {
        run.stdin.write(`${name}\n`)
        const [text] = (await once(run.stdout, 'data')) as [Buffer]
        expect(linesOf(String(text)).map(({ input }) => input)).toEqual([name])
      }
      run.stdin.end()
      expect((await once(run, 'exit'))[0]).toBe(1)
    } finally {
      run.kill()
      await server.close()
    }
  })

  it('may hold a name that is not UTF-8', async () => {
    const name = Buffer.from('latin-\xe9.eml', 'latin1')
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), 'From: a@example.com\r\n\r\n')
    const { code, stdout } = await dkim(['verify', '--files-from', '-'], { cwd: folder, input: name })
    expect([code, stdout]).toEqual([3, expect.stringContaining('latin-\\u{dce9}.eml: not signed')])
  })

  it('of nothing is nothing to judge, and no success', async () => {
    expect(await verify(['--files-from', '-', '--format', 'json'], '')).toMatchObject({ code: 3, stdout: '[]\n' })
    const shard = await verify(['--files-from', '-', '--format', 'ndjson', '--shard', '1/2'], '')
    expect([shard.code, linesOf(shard.stdout)[1].seen]).toEqual([0, 0])
  })

  it.each([
    ['no list at all', ['-0']],
    ['a list that is not there', ['--files-from', 'none']],
    ['a list that is a directory', ['--files-from', '.']],
    ['standard input as list and message', ['--files-from', '-', '-']],
    ['standard input as two lists', ['--files-from', '-', '--files-from', '-']],
    ['NULs where lines are wanted', ['--files-from', '-'], 'good.eml\0other.eml\0'],
    ['a name that no file has', ['--files-from', '-'], `${'a'.repeat(4097)}\n`],
    ['what is no list', ['--files-from', '-'], 'a'.repeat(70_000)],
  ] as [string, string[], string?][])('refuses %s', async (_, argv, input) => {
    const { code, stderr } = await verify([...argv, '--format', 'ndjson'], input)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^dkim: error: .*\ndkim: hint: .*\n$/)
  })
})

describe('a mailbox', () => {
  it.each(['authentication-results', 'github', 'junit', 'html', 'sarif'])('has no summary as %s', async format => {
    expect(await verify(['--summary', '--format', format, 'good.eml'])).toMatchObject({ code: 2, stdout: '' })
  })

  it('reads the same from gzip', async () => {
    const plain = await verify(['--format', 'ndjson', 'box.mbox'])
    const packed = await verify(['--format', 'ndjson', 'box.mbox.gz'])
    expect(linesOf(plain.stdout)).toHaveLength(COUNT)
    expect(packed.stdout).toBe(plain.stdout.replaceAll('box.mbox#', 'box.mbox.gz#'))
    expect(packed.code).toBe(1)
  })

  it('verifies what stands before the cut of a gzip file that was cut off, tells of it, and goes on', async () => {
    const { code, stdout } = await verify(['--format', 'ndjson', 'cut.mbox.gz', 'good.eml'])
    const whole = await verify(['--format', 'ndjson', 'box.mbox.gz'])
    expect(code).toBe(2)
    const lines = linesOf(stdout)
    const before = lines.length - 2
    expect(before).toBeGreaterThan(3)
    const results = linesOf(whole.stdout).slice(0, before)
    expect(lines.slice(0, before).map(({ result }) => result)).toEqual(results.map(({ result }) => result))
    expect(lines.slice(before).map(({ input, error, result }) => [input, error?.code ?? result])).toEqual([
      ['cut.mbox.gz', 'input-unreadable'],
      ['good.eml', 'pass'],
    ])
  })

  it('reads all members of a gzip file, and tells of what follows that is none', async () => {
    const box = readFileSync(join(folder, 'box.mbox'))
    const half = box.length >> 1
    const members = [gzipSync(box.subarray(0, half)), gzipSync(box.subarray(half))]
    const results = async (...pieces: Buffer[]) => {
      file('members.mbox.gz', Buffer.concat(pieces))
      const { code, stdout } = await verify(['--format', 'ndjson', 'members.mbox.gz', 'good.eml'])
      return { code, results: linesOf(stdout).map(({ result, error }) => error?.code ?? result) }
    }
    const whole = await results(...members)
    expect([whole.code, whole.results.length]).toEqual([1, COUNT + 1])
    // Some writers fill the last block up with zeros.
    expect(await results(...members, Buffer.alloc(512))).toEqual(whole)
    const garbage = await results(...members, Buffer.from('no gzip data'))
    expect(garbage.code).toBe(2)
    expect(garbage.results.slice(-2)).toEqual(['input-unreadable', 'pass'])
    const judged = garbage.results.slice(0, -2)
    expect(judged.length).toBeGreaterThan(COUNT / 2)
    expect(judged).toEqual(whole.results.slice(0, judged.length))
  })

  it('trusts nothing of a gzip file that is damaged', async () => {
    const damaged = Buffer.from(readFileSync(join(folder, 'box.mbox.gz')))
    damaged.fill(0xff, 2000, 2100)
    file('damaged.mbox.gz', damaged)
    const { code, stdout } = await verify(['--format', 'ndjson', 'damaged.mbox.gz', 'good.eml'])
    expect(code).toBe(2)
    expect(linesOf(stdout).map(({ result, error }) => error?.code ?? result)).toEqual(['input-unreadable', 'pass'])
  })

  it('is named whole: its messages have no names of their own', async () => {
    const { code, stderr } = await verify(['box.mbox#3'])
    expect([code, stderr.includes('cannot be named: pass box.mbox')]).toEqual([2, true])
    expect((await verify(['none.mbox#3'])).stderr).toContain('check the name')
  })

  it.each(['1', '3'])('that is torn has a record for what it cut, by %s threads', async jobs => {
    const box = readFileSync(join(folder, 'box.mbox'), 'utf8').split(/(?<=\n\n)(?=From )/)
    // Of the second message all is there but the end of its last line: without trailing spaces it is the same.
    for (const [text, results] of [
      [box[0]! + box[1]!.slice(0, -6), ['pass', 'input-unreadable']],
      [box[0]! + box[1]!.slice(0, -2), ['pass', 'pass']],
      [box[0]! + box[1]!.slice(0, 30), ['input-unreadable']],
    ] as const) {
      file('torn.mbox', text)
      const { code, stdout } = await verify(['--jobs', jobs, '--format', 'ndjson', 'torn.mbox', 'good.eml'])
      expect(linesOf(stdout).map(({ result, error }) => error?.code ?? result)).toEqual([...results, 'pass'])
      expect(code).toBe(results.length === 2 && results[1] === 'pass' ? 0 : 2)
    }
  })

  it.each([['ndjson'], ['text'], ['json'], ['junit']])('is the same by several threads as %s', async format => {
    const one = await verify(['--jobs', '1', '--format', format, 'box.mbox', 'good.eml'])
    const three = await verify(['--jobs', '3', '--format', format, 'box.mbox', 'good.eml'])
    expect(three.stdout).toBe(one.stdout)
    expect(three.code).toBe(one.code)
  })

  it('is counted with --summary', async () => {
    const { code, stdout } = await verify(['--summary', '--format', 'json', 'box.mbox'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      schema: 'dkim.summary/1',
      messages: COUNT,
      results: [
        { name: 'pass', count: 134 },
        { name: 'fail', count: 15 },
        { name: 'none', count: 1 },
      ],
      reasons: [{ name: 'body-hash-did-not-verify', count: 15 }],
      domains: [{ name: 'example.com', signatures: 149, passed: 134 }],
      selectors: [{ name: 'e._domainkey.example.com', signatures: 149, passed: 134 }],
    })
  })

  it('stops with --fail-fast at the first that does not pass', async () => {
    const { code, stdout } = await verify(['--fail-fast', '--format', 'ndjson', 'box.mbox'])
    expect(code).toBe(1)
    expect(linesOf(stdout)).toHaveLength(4)
  })
})

describe('a journal', () => {
  it('goes on where a run stopped, and has the same account at the end', async () => {
    const argv = ['--jobs', '1', '--resume', 'journal', '--format', 'ndjson', 'box.mbox']
    const whole = await verify(['--format', 'ndjson', 'box.mbox'])
    const first = await verify([...argv])
    expect(first.stdout).toBe(whole.stdout)
    // As a crash leaves it: the first lines, and a part of one.
    const lines = readFileSync(join(folder, 'journal'), 'utf8').split('\n')
    file('journal', `${lines.slice(0, 2).join('\n')}\n${lines[2]!.slice(0, 20)}`)
    const second = await verify([...argv])
    expect(whole.stdout.endsWith(second.stdout)).toBe(true)
    expect(linesOf(second.stdout).length).toBe(COUNT - 64)
    expect(second.code).toBe(first.code)
    const third = await verify([...argv])
    expect([third.stdout, third.code]).toEqual(['', first.code])
  })

  it('of another run, or no journal at all, is refused', async () => {
    await verify(['--resume', 'other-journal', '--format', 'ndjson', 'good.eml'])
    const before = readFileSync(join(folder, 'other-journal'), 'utf8')
    expect((await verify(['--resume', 'other-journal', '--format', 'ndjson', 'other.eml'])).code).toBe(2)
    expect((await verify(['--resume', 'good.eml', '--format', 'ndjson', 'other.eml'])).code).toBe(2)
    expect(readFileSync(join(folder, 'other-journal'), 'utf8')).toBe(before)
  })

  it('is refused with other options that change verdicts, and for other files of the same name', async () => {
    const argv = ['--resume', join(folder, 'one-journal'), '--dns-file', join(folder, 'dns.json'), 'good.eml']
    const run = (place: string, ...more: string[]) =>
      dkim(['verify', '--now', '1700000000', ...argv, ...more], { cwd: join(folder, place) })
    mkdirSync(join(folder, 'elsewhere'))
    file('elsewhere/good.eml', readFileSync(join(folder, 'changed.eml')))
    expect((await run('.')).code).toBe(0)
    expect((await run('.', '--jobs', '2', '--quiet')).code).toBe(0)
    for (const more of [['--require-aligned'], ['--offline'], ['--now', '1600000000'], ['--lenient-eol']])
      expect((await run('.', ...more)).code, more[0]).toBe(2)
    expect((await run('elsewhere')).code).toBe(2)
  })

  it('is for one run at a time', async () => {
    // This one waits for its list, and another one writes meanwhile.
    execFileSync('mkfifo', [join(folder, 'names')])
    const waiting = verify(['--resume', 'shared', '--format', 'ndjson', '--files-from', 'names'])
    const journal = () => (existsSync(join(folder, 'shared')) ? readFileSync(join(folder, 'shared'), 'utf8') : '')
    while (!journal().endsWith('\n')) await new Promise(resolve => setTimeout(resolve, 20))
    appendFileSync(join(folder, 'shared'), '{}\n')
    file('names', 'good.eml\nother.eml\nchanged.eml\n')
    const { code, stdout, stderr } = await waiting
    expect([code, linesOf(stdout).length]).toEqual([2, 3])
    expect(stderr).toMatch(/^dkim: error: another dkim verify run .*\ndkim: hint: /)
    expect(journal()).toMatch(/\n\{\}\n$/)
  })

  it('for which there is no room ends the run, and the next one goes on from there', async () => {
    const argv = [
      'verify',
      '--dns-file',
      'dns.json',
      '--resume',
      'tight',
      '--format',
      'ndjson',
      '--jobs',
      '1',
      'box.mbox',
    ]
    const { status, stderr } = spawnSync('sh', ['-c', `ulimit -f 4; exec "$0" "$@"`, process.execPath, BIN, ...argv], {
      cwd: folder,
      encoding: 'utf8',
      env: { XDG_CONFIG_HOME: '/nonexistent' },
    })
    expect(status).toBe(2)
    expect(stderr).toMatch(/^dkim: error: cannot write tight: .*\ndkim: hint: .*\n$/)
    const { code, stdout } = await dkim(argv, { cwd: folder })
    expect(code).toBe(1)
    expect(linesOf(stdout).length).toBeLessThan(COUNT)
    expect(linesOf(stdout).at(-1).input).toBe(`box.mbox#${COUNT}`)
  })

  it('that is no file is refused', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    for (const place of ['.', 'none/journal', 'pipe', '/dev/null'])
      expect((await verify(['--resume', place, 'good.eml'])).code, place).toBe(2)
  })
})

describe('shards', () => {
  const shard = (index: number) => verify(['--shard', `${index}/3`, '--format', 'ndjson', 'box.mbox'])
  const merge = (...files: string[]) => verify(['--merge', '--format', 'json', ...files])

  beforeAll(async () => {
    for (const index of [1, 2, 3]) file(`shard-${index}`, (await shard(index)).stdout)
  })

  it('together are the whole, each message once', async () => {
    const { code, stdout } = await merge('shard-3', 'shard-1', 'shard-2')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ messages: COUNT, shards: [1, 2, 3], duplicates: 0, problems: [] })
  })

  it('count a message once that stands twice', async () => {
    const { code, stdout } = await merge('shard-1', 'shard-2', 'shard-3', 'shard-2')
    expect(code).toBe(1)
    const { messages, duplicates } = JSON.parse(stdout)
    expect(messages).toBe(COUNT)
    expect(duplicates).toBe(linesOf(readFileSync(join(folder, 'shard-2'), 'utf8')).length - 2)
  })

  it.each<[string, string, (text: string) => string]>([
    ['never came', 'shard-missing', () => ''],
    ['was cut off between lines', 'shard-missing', text => `${text.split('\n').slice(0, 9).join('\n')}\n`],
    ['was cut off in a line', 'torn-line', text => text.slice(0, 1000)],
    ['lacks a line in the middle', 'shard-cut-off', text => text.replace(/\n.*\n/, '\n')],
    [
      'holds another message',
      'shard-of-another-run',
      text => text + text.split('\n')[1]!.replace(/box.mbox#\d+/, 'new.eml'),
    ],
    ['is of another run', 'shard-of-another-run', text => text.replace(/"seen":\d+/, '"seen":7')],
    ['is of another number of shards', 'shard-missing', text => text.replaceAll('"of":3', '"of":4')],
    ['is one of no shards', 'no-report', text => text.replaceAll('"shard":2,"of":3', '"shard":5,"of":4')],
    ['has a result that there is not', 'no-report', text => text.replace('"result":"pass"', '"result":"fine"')],
    ['has a signature without a domain', 'no-report', text => text.replace('"domain":"example.com","sel', '"sel')],
    ['has a line of something else', 'no-report', text => `hello\n${text}`],
    ['is something else', 'no-report', () => '{"schema":"dkim.lookup/1"}\n'],
    ['says something else of a message', 'conflict', text => text + text.replace('"result":"pass"', '"result":"fail"')],
  ])('say so where one %s', async (_, problem, change) => {
    file('changed-shard', change(readFileSync(join(folder, 'shard-2'), 'utf8')))
    const { code, stdout } = await merge('shard-1', 'changed-shard', 'shard-3')
    expect(code).toBe(2)
    expect(JSON.parse(stdout).problems.map((found: { code: string }) => found.code)).toContain(problem)
  })

  it('that all were cut off are not the whole', async () => {
    const cut = ['shard-1', 'shard-2', 'shard-3'].map(name => {
      const text = readFileSync(join(folder, name), 'utf8')
      file(`${name}-cut`, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1))
      return `${name}-cut`
    })
    const { code, stdout } = await merge(...cut)
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ messages: COUNT, shards: [] })
    expect(JSON.parse(stdout).problems.map((found: { code: string }) => found.code)).toEqual(
      Array(3).fill('shard-missing'),
    )
  })

  it('that --fail-fast ended are not the whole', async () => {
    file('ended', (await verify(['--shard', '1/1', '--fail-fast', '--format', 'ndjson', 'box.mbox'])).stdout)
    expect((await merge('ended')).code).toBe(2)
    file('not-ended', (await verify(['--shard', '1/1', '--fail-fast', '--format', 'ndjson', 'good.eml'])).stdout)
    expect((await merge('not-ended')).code).toBe(0)
  })

  it('go on in the file that a crash left in the middle of a line', async () => {
    const text = readFileSync(join(folder, 'shard-2'), 'utf8')
    for (const cut of [20, 70, 1500]) {
      file('seam', text.slice(0, cut) + text)
      const { code, stdout } = await merge('shard-1', 'seam', 'shard-3')
      expect(code).toBe(1)
      expect(JSON.parse(stdout)).toMatchObject({ messages: COUNT, problems: [] })
    }
    // Without shards it is the name that tells whether the message stands elsewhere.
    const reports = text.split('\n').slice(1, -2)
    file('seam', `${reports[0]}\n${reports[1]!.slice(0, 100)}${reports[1]}\n`)
    expect((await merge('seam')).code).not.toBe(2)
    file('seam', `${reports[0]}\n${reports[1]!.slice(0, 100)}${reports[2]}\n`)
    expect((await merge('seam')).code).toBe(2)
  })

  it('have a fault of our own in the sum as well', async () => {
    file('fault', readFileSync(join(folder, 'shard-2'), 'utf8').replace(/"exitCode":\d+/, '"exitCode":70'))
    expect((await merge('shard-1', 'fault', 'shard-3')).code).toBe(70)
  })

  it.each<[string, () => string | Buffer]>([
    ['one JSON document', () => JSON.stringify([{ schema: 'dkim.verification/1', input: 'a' }], null, 2)],
    ['one JSON document on a line', () => JSON.stringify([{ schema: 'dkim.verification/1', input: 'a' }])],
    ['text', () => '✓ pass  a.eml\n'.repeat(50)],
    ['compressed', () => gzipSync(readFileSync(join(folder, 'shard-2')))],
    ['one line without an end', () => Buffer.alloc(9 << 20, 'a')],
  ])('that are %s are one clear error', async (_, content) => {
    file('foreign', content())
    const { code, stdout, stderr } = await merge('shard-1', 'foreign', 'shard-3')
    expect(code).toBe(2)
    const codes = JSON.parse(stdout).problems.map((found: { code: string }) => found.code)
    expect(codes).toEqual(['no-report', 'shard-missing'])
    expect(stderr).toMatch(/^dkim: error: foreign .*\ndkim: hint: .*\ndkim: error: shard 2 of 3 .*\n$/)
  })

  it.each([['0/3'], ['4/3'], ['1/0'], ['1'], ['a/b']])('cannot be %s', async text => {
    expect((await verify(['--shard', text, '--format', 'ndjson', 'box.mbox'])).code).toBe(2)
  })

  it('that came empty are no success', async () => {
    file('empty', '')
    expect((await merge('empty', 'empty')).code).toBe(3)
  })

  it('write ndjson alone', async () => {
    expect((await verify(['--shard', '1/3', 'box.mbox'])).code).toBe(2)
  })
})
