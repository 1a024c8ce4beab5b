// Files that are ours and files that are not: what is refused untouched, what two runs do to each other, and what kill -9 leaves.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
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
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFile, replaceOwnFile } from '../../src/commands/io/file-lock.js'
import { bytesOfPath, pathOfBytes } from '../../src/commands/io/file-name.js'
import { shellPath, shellQuote } from '../../src/core/syntax/shell-word.js'
import { BIN, dkim } from '../support/cli.js'
import { evilSign } from '../support/evil-signer.js'
import { M0, NOW, REC, zoneText } from '../support/hostile.js'
import { keyFile, keyRecord } from '../support/keys.js'

let folder: string
const at = (name: string): string => join(folder, name)
const file = (name: string, content: string | Buffer): void => writeFileSync(at(name), content)
const text = (name: string): string => readFileSync(at(name), 'latin1')
const run = (...argv: string[]) => dkim(argv, { cwd: folder })
const DNS = ['--dns-file', 'dns.zone', '--now', String(NOW)]
const COUNT = 12

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-files-'))
  const many = Array.from({ length: COUNT }, (_, index) => [`s${index}._domainkey.example.com`, keyRecord('rsa2048')])
  file('dns.zone', zoneText({ ...REC, ...Object.fromEntries(many) }))
  file('m.eml', Buffer.from(evilSign(M0), 'latin1'))
  file('k.pem', readFileSync(keyFile('rsa2048')))
  chmodSync(at('k.pem'), 0o600)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const HEAD = '{"schema":"dkim.journal/1","run":'

describe('--resume', () => {
  it.each([
    ['a token without a line end', 'precious'],
    ['one line of JSON', '{"schema":"dkim.other/1"}'],
    ['DER', Buffer.from('3082010a0282010100', 'hex')],
    ['a line end alone', '\n'],
    ['the head of another run, cut off', `${HEAD}"[[\\"other.eml`],
    ['our head, and then something else', `${HEAD}"`],
  ])('refuses %s untouched', async (_, content) => {
    file('f', content)
    const before = readFileSync(at('f'))
    const { code, stderr } = await run('verify', ...DNS, '-q', '--resume', 'f', 'm.eml')
    expect([code, stderr.includes('dkim: error:')]).toEqual(content === `${HEAD}"` ? [0, false] : [2, true])
    if (code !== 0) expect(readFileSync(at('f'))).toEqual(before)
  })

  it('never advises to delete or to replace a file that may be anything', async () => {
    file('secret', '-----BEGIN PRIVATE KEY-----\nMIIE\n')
    const runs = [
      await run('verify', ...DNS, '--resume', 'secret', 'm.eml'),
      await run('lookup', 's._domainkey.example.com', ...DNS, '--lock', 'secret', '--update'),
      await run('rotate-plan', '--domain', 'example.com', '--selector', 's', '--offline', '--state', 'secret'),
    ]
    expect(runs.map(({ code }) => code)).toEqual([2, 2, 2])
    for (const { stderr } of runs) expect(stderr).not.toMatch(/delete|remove|recreate|start (?:over|a new)|overwrite/)
    expect(text('secret')).toBe('-----BEGIN PRIVATE KEY-----\nMIIE\n')
  })

  it('refuses foreign values and a foreign tail, and never ends in 70', async () => {
    expect((await run('verify', ...DNS, '-q', '--resume', 'j', 'm.eml')).code).toBe(0)
    const [head, step] = text('j').split('\n')
    const good = JSON.parse(step!)
    const lines = [
      { ...good, done: [7] },
      { ...good, codes: [9] },
      { ...good, codes: ['0'] },
      { ...good, summary: { ...good.summary, results: [[null, 1]] } },
      { ...good, summary: { ...good.summary, messages: -1 } },
    ].map(line => `${JSON.stringify(line)}\n`)
    for (const rest of [...lines, 'notes of someone']) {
      file('j', `${head}\n${rest}`)
      expect([rest, (await run('verify', ...DNS, '--resume', 'j', 'm.eml')).code]).toEqual([rest, 2])
      expect(text('j')).toBe(`${head}\n${rest}`)
    }
    file('j', `${head}\n${step!.slice(0, 30)}`)
    expect((await run('verify', ...DNS, '-q', '--resume', 'j', 'm.eml')).code).toBe(0)
  })

  it('is for one run: the second one ends in 75', async () => {
    const release = lockFile(at('j'))
    expect((await run('verify', ...DNS, '--resume', 'j', 'm.eml')).code).toBe(75)
    expect(existsSync(at('j'))).toBe(false)
    release()
    expect((await run('verify', ...DNS, '-q', '--resume', 'j', 'm.eml')).code).toBe(0)
  })
})

describe('two runs', () => {
  it('never lose an update of a lock file, or a seen record', async () => {
    const names = Array.from({ length: COUNT }, (_, index) => `s${index}`)
    const codes = await Promise.all(
      names.map(async name => {
        const look = await run('lookup', ...DNS, 'example.com', '-s', name, '--lock', 'l.json', '--update')
        const save = await run('lookup', ...DNS, 'example.com', '-s', name, '--save', 'seen.zone')
        return [look.code, save.code]
      }),
    )
    const locked = Object.keys(JSON.parse(text('l.json')).keys).map(name => name.replace(/\..*/, ''))
    // The records have a finding: 1.
    expect(codes.filter(([look, save]) => ![0, 75].includes(look!) || ![1, 75].includes(save!))).toEqual([])
    expect(names.filter((_, index) => codes[index]![0] === 0).sort()).toEqual(locked.sort())
    for (const name of names.filter((_, index) => codes[index]![1] === 1))
      expect(text('seen.zone')).toContain(`${name}._domainkey.example.com.`)
    expect(readdirSync(folder).filter(name => name.startsWith('.dkim-'))).toEqual([])
  }, 120_000)

  it('take the lock of one that is gone, and of no other', () => {
    const path = at('f')
    const release = lockFile(path)
    const [lock = ''] = readdirSync(folder).filter(name => name.endsWith('.lock'))
    expect(() => lockFile(path, 0)).toThrow(expect.objectContaining({ exitCode: 75 }))
    const own = execFileSync('readlink', [at(lock)], { encoding: 'utf8' }).trim()
    release()
    const leave = (owner: string): void => {
      rmSync(at(lock), { force: true })
      symlinkSync(owner, at(lock))
    }
    const [pid, start, ...rest] = own.split(' ')
    const gone = spawnSync('true').pid
    leave([gone, '', ...rest].join(' '))
    lockFile(path, 0)()
    if (start !== '') {
      leave([pid, '1', ...rest].join(' '))
      lockFile(path, 0)()
    }
    leave([gone, '', ...rest.slice(0, -1), `not-${hostname()}`].join(' '))
    expect(() => lockFile(path, 0)).toThrow(expect.objectContaining({ exitCode: 75 }))
    leave('someone')
    expect(() => lockFile(path, 0)).toThrow(expect.objectContaining({ exitCode: 75 }))
  })

  it('leave the file alone where nothing is to be written', () => {
    replaceOwnFile(at('f'), () => undefined)
    expect(existsSync(at('f'))).toBe(false)
    expect(() =>
      replaceOwnFile(at('f'), () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(readdirSync(folder).filter(name => name.startsWith('.dkim-'))).toEqual([])
  })
})

describe('--out-dir and --trace', () => {
  const SIGN = ['sign', '--key', 'k.pem', '--selector', 's', '--domain', 'example.com']

  it('follow no link, neither of a file nor of a folder', async () => {
    file('victim', 'victim')
    for (const name of ['out', 'tr', 'elsewhere', 'in', 'in/sub']) mkdirSync(at(name))
    writeFileSync(at('in/sub/a.eml'), M0)
    symlinkSync('../victim', at('out/m.eml'))
    symlinkSync('../elsewhere', at('out/sub'))
    symlinkSync('../victim', at('tr/message-1.signature-1.body'))
    expect((await run(...SIGN, '--out-dir', 'out', 'm.eml')).code).toBe(2)
    expect((await run(...SIGN, '--out-dir', 'out', 'in')).code).toBe(2)
    expect((await run('verify', ...DNS, '--trace', 'tr', 'm.eml')).code).toBe(2)
    expect([text('victim'), readdirSync(at('elsewhere'))]).toEqual(['victim', []])
    symlinkSync('elsewhere', at('named'))
    file('new.eml', 'old')
    symlinkSync('new.eml', at('link.eml'))
    expect((await run(...SIGN, '--out-dir', 'named', 'm.eml')).code).toBe(0)
    expect((await run(...SIGN, '-o', 'link.eml', 'm.eml')).code).toBe(0)
    expect([readdirSync(at('elsewhere')), text('new.eml').startsWith('DKIM-Signature')]).toEqual([['m.eml'], true])
  })

  it.each([
    [0o777, 2],
    [0o1777, 0],
    [0o775, 0],
  ])('of mode %o: exit code %i', async (mode, code) => {
    mkdirSync(at('shared'))
    chmodSync(at('shared'), mode)
    expect((await run(...SIGN, '--out-dir', 'shared', 'm.eml')).code).toBe(code)
    expect((await run('verify', ...DNS, '-q', '--trace', 'shared', 'm.eml')).code).toBe(code)
    expect(readdirSync(at('shared')).length).toBe(code === 0 ? 3 : 0)
  })

  it.each(['a'.repeat(251), 'é'.repeat(124)])('sign a file of the longest name', async name => {
    file(`${name}.eml`.slice(-251), M0)
    expect((await run(...SIGN, '--in-place', `${name}.eml`.slice(-251))).code).toBe(0)
    expect((await run(...SIGN, '--out-dir', 'o', `${name}.eml`.slice(-251))).code).toBe(0)
    expect(readdirSync(folder).filter(left => left.startsWith('.'))).toEqual([])
  })
})

describe('plain input', () => {
  it('with a NUL in a path is never our fault', async () => {
    file('c.toml', 'key = ["a\\u0000b"]\nselector = ["s"]\n')
    file('o.toml', 'out-dir = "a\\u0000b"\n')
    file('KT', 'k example.com:s:/a\0b\n')
    file('ST', '*@* k\n')
    expect((await run('sign', '--config', 'c.toml', 'm.eml')).code).toBe(2)
    expect((await run('keygen', '--config', 'o.toml', '--domain', 'e.test', '--selector', 's')).code).toBe(2)
    expect((await run('sign', '--key-table', 'KT', '--signing-table', 'refile:ST', 'm.eml')).code).toBe(2)
  })

  it('on a full disk leaves no file behind', () => {
    const sh = (command: string) =>
      spawnSync('sh', ['-c', `ulimit -f 0; ${command}`], { cwd: folder, encoding: 'utf8' })
    const before = readdirSync(folder)
    const at0 = `'${process.execPath}' '${BIN}'`
    for (const rest of [
      `verify ${DNS.join(' ')} --resume j m.eml`,
      `verify ${DNS.join(' ')} --trace . m.eml`,
      `lookup ${DNS.join(' ')} example.com -s s1 --save z`,
      `lookup ${DNS.join(' ')} example.com -s s1 --lock l --update`,
      'sign --key k.pem --selector s --domain example.com -o o m.eml',
      'sign --key k.pem --selector s --domain example.com --in-place m.eml',
      'keygen --domain e.test --selector s --type ed25519',
    ])
      expect([rest, sh(`${at0} ${rest}`).status]).toEqual([rest, 2])
    expect(readdirSync(folder)).toEqual(before)
  })

  it('with few open files goes on in the main thread', () => {
    mkdirSync(at('box'))
    for (let index = 0; index < 200; index += 1) writeFileSync(at(`box/${index}.eml`), text('m.eml'), 'latin1')
    const verify = (limit: number, jobs: number) => {
      const command = `ulimit -n ${limit}; exec "$0" "$@"`
      const argv = [BIN, 'verify', ...DNS, '--format', 'ndjson', '--jobs', String(jobs), 'box']
      const { status, stdout } = spawnSync('sh', ['-c', command, process.execPath, ...argv], {
        cwd: folder,
        encoding: 'utf8',
      })
      return [status, stdout]
    }
    const alone = verify(1000, 1)
    expect(alone[0]).toBe(0)
    for (const limit of [24, 32, 40]) expect(verify(limit, 4)).toEqual(alone)
  }, 60_000)

  it('a pipe without a reader is given up at once on SIGTERM', async () => {
    execFileSync('mkfifo', [at('p')])
    for (const argv of [['sign', '--key', 'k.pem', '--selector', 's', '--domain', 'example.com', '-o', 'p', 'm.eml']]) {
      const child = spawn(process.execPath, [BIN, ...argv], { cwd: folder })
      await new Promise(resolve => setTimeout(resolve, 1500))
      const ended = new Promise(resolve => child.once('exit', (_, signal) => resolve(signal)))
      child.kill('SIGTERM')
      expect(await ended).toBe('SIGTERM')
    }
  })
})

describe('a text file', () => {
  const BOM = '\ufeff'
  const asUtf16 = (content: string): Buffer => Buffer.from(`\ufeff${content}`, 'utf16le')
  const KT = 'k example.com:right:k.pem\nother example.com:wrong:k.pem\n'.replaceAll(':k.pem', ':./k.pem')
  /** Each with the name of the file that it reads. */
  const CASES: readonly (readonly [name: string, content: () => string, argv: readonly string[]])[] = [
    ['KT', () => KT, ['sign', '--key-table', 'KT', '--signing-table', 'refile:ST', '--header-only', 'm.eml']],
    [
      'ST',
      () => '*@* k\n* other\n',
      ['sign', '--key-table', 'KT', '--signing-table', 'refile:ST', '--header-only', 'm.eml'],
    ],
    ['list', () => 'm.eml\n', ['verify', ...DNS, '--files-from', 'list']],
    ['domains', () => 'example.com s1\n', ['rotate-plan', ...DNS, '--domains', 'domains']],
    [
      'expect',
      () => keyRecord('rsa2048'),
      ['lookup', ...DNS, 'example.com', '-s', 's1', '--wait', '--timeout', '2s', '--expect', 'expect'],
    ],
    [
      'c.toml',
      () => 'canonicalization = "relaxed/simple"\n',
      [
        'sign',
        '--config',
        'c.toml',
        '--key',
        'k.pem',
        '--selector',
        's',
        '--domain',
        'example.com',
        '--header-only',
        'm.eml',
      ],
    ],
    ['dns.zone', () => zoneText(REC), ['verify', ...DNS, 'm.eml']],
    [
      'dns.zone',
      () => JSON.stringify({ 'sel._domainkey.legit.test': keyRecord('rsa2048') }),
      ['verify', ...DNS, 'm.eml'],
    ],
    [
      'k.pem',
      () => readFileSync(keyFile('rsa2048'), 'utf8'),
      ['sign', '--key', 'k.pem', '--selector', 's', '--domain', 'example.com', '--header-only', 'm.eml'],
    ],
    [
      'k.pem',
      () => readFileSync(keyFile('rsa2048'), 'utf8'),
      ['format-record', '--key', 'k.pem', '--selector', 's', '--domain', 'example.com'],
    ],
  ]

  it.each(CASES)('%s: with a byte order mark as without one, and UTF-16 is named', async (name, content, argv) => {
    file('KT', KT)
    file('ST', '*@* k\n* other\n')
    const outcomes = []
    for (const mark of ['', BOM]) {
      file(name, mark + content())
      outcomes.push(await run(...argv))
    }
    expect(outcomes[0]!.code).toBe(0)
    expect(outcomes[1]!.code).toBe(0)
    if (argv[0] === 'sign')
      expect(/ s=(\w+)/.exec(outcomes[1]!.stdout)?.[1]).toBe(/ s=(\w+)/.exec(outcomes[0]!.stdout)?.[1])
    file(name, asUtf16(content()))
    const { code, stderr } = await run(...argv)
    expect([code, /UTF-16/.test(stderr)]).toEqual([2, true])
  })
})

const HOSTILE = [
  'a b',
  "it's",
  '$(touch PWNED)',
  '`touch PWNED`',
  'b;touch PWNED;#',
  'two\nlines',
  '-rf',
  '~',
  'a%sb',
  '\\n',
  'é\u200bx',
  '!!',
  '*',
]

describe('a name that is not UTF-8', () => {
  it.each([[[0xe9]], [[0xff, 0xfe]], [[0xc3]], [[0xed, 0xb2, 0x80]], [[0x61, 0xe2, 0x82]]])('%j', async bytes => {
    const name = Buffer.from([...bytes, ...Buffer.from('.eml')])
    expect(bytesOfPath(pathOfBytes(name))).toEqual(name)
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), text('m.eml'), 'latin1')
    writeFileSync(at('list'), Buffer.concat([name, Buffer.from('\0m.eml\0')]))
    for (const more of [[], ['--jobs', '2'], ['--resume', 'j']]) {
      const { code, stdout } = await run('verify', ...DNS, '-0', '--files-from', 'list', '--format', 'ndjson', ...more)
      expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 2])
    }
    const sign = ['sign', '--key', 'k.pem', '--selector', 's', '--domain', 'example.com', '-0', '--files-from', 'list']
    expect((await run(...sign, '--out-dir', 'o')).code).toBe(2)
    expect(readdirSync(at('o'))).toEqual(['m.eml'])
  })

  it('of one letter each is a list, not UTF-16', async () => {
    for (const name of ['a', 'b']) file(name, text('m.eml'))
    file('list', 'a\0b\0')
    expect((await run('verify', ...DNS, '-q', '-0', '--files-from', 'list')).code).toBe(0)
  })
})

describe('a printed command', () => {
  it.each(HOSTILE)('quotes %j for every shell', name => {
    for (const shell of ['sh', 'bash']) {
      const command = `printf '%s' ${shellQuote(name)}; printf '|%s' ${shellPath(name)}`
      expect(execFileSync(shell, ['-c', command], { cwd: folder, encoding: 'utf8' })).toBe(
        `${name}|${name.startsWith('-') ? './' : ''}${name}`,
      )
    }
  })

  const hintOf = (stderr: string, pattern: RegExp): string => pattern.exec(stderr)?.[1] ?? ''

  it.each(HOSTILE)('with the file name %j can be pasted', async name => {
    file(name, `From a@example.com Thu Jan  1 00:00:00 1970\n${M0.replaceAll('\r\n', '\n')}`)
    const mbox = await run('sign', '--key', 'k.pem', '--selector', 's', '--', name)
    const formail = hintOf(mbox.stderr, /message out: (.*), or remove/)
    file('public.pem', '')
    const locked = execFileSync('openssl', [
      'pkcs8',
      '-topk8',
      '-in',
      at('k.pem'),
      '-passout',
      'pass:x',
      '-v2',
      'aes-128-cbc',
    ])
    file(name, locked)
    chmodSync(at(name), 0o600)
    const plan = ['rotate-plan', '--offline', '--domain', 'example.com', '--selector', 'a', '--new-selector', 't']
    const openssl = hintOf((await run(...plan, `--key=${name}`)).stderr, /public half: (.*), then --key/)
    rmSync(at(name))
    const state = hintOf(
      (await run('rotate-plan', '--offline', '--check', `--state=${name}`)).stderr,
      /plan first: (.*)/,
    )
    mkdirSync(at(name))
    const folderHint = hintOf((await run('verify', '--offline', '--', name)).stderr, /files themselves: (.*)\/\*/)
    // Programs that show what they were given.
    for (const program of ['formail', 'openssl', 'dkim']) {
      file(program, '#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done\n')
      chmodSync(at(program), 0o755)
    }
    rmSync(at(name), { recursive: true })
    file(name, '')
    const words = (command: string): string[] => {
      const { stdout } = spawnSync('sh', ['-c', command], { cwd: folder, env: { PATH: `${folder}:/usr/bin:/bin` } })
      return stdout.toString().split('\0').slice(0, -1)
    }
    const path = name.startsWith('-') ? `./${name}` : name
    expect(words(formail)).toEqual(['-1', '-s'])
    expect(words(openssl).slice(0, 3)).toEqual(['pkey', '-in', path])
    expect(words(state).slice(-2)).toEqual(['--state', path])
    expect(words(`dkim ${folderHint}`)).toEqual([path])
    expect(existsSync(at('PWNED'))).toBe(false)
  })
})

describe('kill -9', () => {
  const TIMES = 30

  /** Runs it once to its end for its time, then kills it at moments spread over that time. */
  async function killed(argv: readonly string[], check: (round: number) => void): Promise<void> {
    const start = Date.now()
    const { code } = await run(...argv)
    const whole = Date.now() - start
    for (let round = 0; round < TIMES; round += 1) {
      const child = spawn(process.execPath, [BIN, ...argv], { cwd: folder, stdio: 'ignore' })
      const ended = new Promise(resolve => child.once('exit', resolve))
      const timer = setTimeout(() => child.kill('SIGKILL'), whole * (0.4 + (0.6 * round) / TIMES))
      await ended
      clearTimeout(timer)
      check(round)
    }
    expect((await run(...argv)).code).toBe(code)
  }

  it('leaves a lock file whole', async () => {
    await run('lookup', ...DNS, 'example.com', '-s', 's0', '--lock', 'l', '--update')
    await killed(['lookup', ...DNS, 'example.com', '-s', 's1', '--lock', 'l', '--update'], () =>
      expect(Object.keys(JSON.parse(text('l')).keys)).toContain('s0._domainkey.example.com'),
    )
  }, 120_000)

  it('leaves what was saved', async () => {
    await killed(['lookup', ...DNS, 'example.com', '-s', 's1', '--save', 'seen'], () => {
      expect(text('seen')).toMatch(/^(?:; seen [^\n]*\n(?:s1\._domainkey\.example\.com\. [^\n]*\n)+)+$/)
      rmSync(at('seen'))
      file('seen', '; seen x\ns1._domainkey.example.com. IN TXT "x"\n')
    })
  }, 120_000)

  it('leaves a message signed or as it was', async () => {
    const original = text('m.eml')
    await killed(
      ['sign', '--key', 'k.pem', '--selector', 's', '--domain', 'example.com', '--in-place', 'm.eml'],
      () => {
        expect(text('m.eml').endsWith(original)).toBe(true)
        file('m.eml', Buffer.from(original, 'latin1'))
      },
    )
  }, 120_000)

  it('leaves a journal that the next run goes on with', async () => {
    const argv = ['verify', ...DNS, '-q', '--resume', 'j', 'm.eml']
    await killed(argv, round => {
      const start = existsSync(at('j')) ? text('j').slice(0, HEAD.length) : ''
      expect(HEAD.startsWith(start)).toBe(true)
      if (round % 2 === 0) rmSync(at('j'), { force: true })
    })
  }, 120_000)

  it('leaves a state file whole', async () => {
    const plan = ['rotate-plan', ...DNS, '--domain', 'example.com', '--selector', 's0', '--state', 'st']
    expect((await run(...plan, '--new-selector', 'fresh')).code).toBe(0)
    await killed(['rotate-plan', ...DNS, '--state', 'st', '--check', '-q'], () =>
      expect(JSON.parse(text('st')).plans.length).toBe(1),
    )
  }, 120_000)

  it('leaves a key, old or new, under its name', async () => {
    const argv = ['keygen', '--domain', 'e.test', '--selector', 's', '--type', 'ed25519', '--force', '-q']
    await killed(argv, () => {
      expect(text('s._domainkey.e.test.private.pem')).toMatch(
        /^-----BEGIN[^-]*-----\n[\s\S]*-----END PRIVATE KEY-----\n$/,
      )
      expect(statSync(at('s._domainkey.e.test.private.pem')).mode & 0o777).toBe(0o600)
      for (const name of readdirSync(folder)) if (name.includes('.bak-')) rmSync(at(name))
    })
  }, 120_000)
})
