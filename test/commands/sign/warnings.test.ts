// What dkim sign warns of, by code; --replace; lifetimes; opendkim.conf; mixed line ends.

import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../../src/core/dkim/key-record.js'
import { sign } from '../../../src/core/dkim/sign.js'
import { LongLineFinder } from '../../../src/core/dkim/signing-warnings.js'
import { verify } from '../../../src/core/dkim/verify.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../../src/core/dns/zone-resolver.js'
import { importPrivateKey, type PrivateKey } from '../../../src/core/keys/private-key.js'
import { dkim, type Outcome } from '../../support/cli.js'

const HEAD = 'From: a@example.com\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n'
const MESSAGE = `${HEAD}\r\nHi\r\n`

let folder = ''
let key: PrivateKey
const at = (name: string): string => join(folder, name)
const write = (name: string, text: string | Buffer): void => writeFileSync(at(name), text, { mode: 0o600 })
const run = (...argv: string[]): Promise<Outcome> => dkim(['sign', ...argv], { cwd: folder })
const signed = (...argv: string[]): Promise<Outcome> => run('--key', 'k.pem', '--selector', 's', ...argv)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-warnings-'))
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  write('k.pem', pem)
  key = importPrivateKey(Buffer.from(pem))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NOW = new Date('2026-11-22T12:00:00Z')
async function codes(message: string, request: object = {}, more = 1): Promise<readonly string[]> {
  const requests = Array.from({ length: more }, () => ({ key, selector: 's', domain: 'example.com', ...request }))
  const { warnings, warningCodes } = await sign(Buffer.from(message, 'latin1'), { requests, now: NOW })
  expect(warnings).toHaveLength(warningCodes.length)
  return warningCodes
}

async function verdicts(message: Buffer) {
  const record = formatKeyRecord({ keyType: 'rsa', publicKey: key.publicKey.p })
  const names = ['s', 't'].map(
    selector => `${selector}._domainkey.example.com. 60 IN TXT "${record.slice(0, 200)}" "${record.slice(200)}"`,
  )
  const resolver = zoneResolver(readZone(Buffer.from(names.join('\n')), 'z'))
  const crlf = Buffer.from(message.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
  return (await verify(crlf, { resolver, now: NOW })).signatures.map(({ result, selector }) => `${selector} ${result}`)
}

describe('warnings', () => {
  it('has none for an ordinary message', async () => expect(await codes(MESSAGE)).toEqual([]))

  it.each([
    ['no Date', MESSAGE.replace(/Date:.*\r\n/, ''), ['signed-as-absent']],
    ['no Message-ID', MESSAGE.replace(/Message-ID:.*\r\n/, ''), ['signed-as-absent']],
    ['a Bcc', `Bcc: x@example.net\r\n${MESSAGE}`, ['bcc-present']],
    ['a Resent-Bcc', `Resent-Bcc: x@example.net\r\n${MESSAGE}`, ['bcc-present']],
    ['998 bytes', `${HEAD}\r\n${'a'.repeat(998)}\r\n`, []],
    ['999 bytes', `${HEAD}\r\n${'a'.repeat(999)}\r\n`, ['long-line']],
    ['999 bytes in the header section', `X: ${'a'.repeat(996)}\r\n${MESSAGE}`, ['long-line']],
    ['998 bytes in the header section', `X: ${'a'.repeat(995)}\r\n${MESSAGE}`, []],
  ])('%s', async (_, message, expected) => expect(await codes(message)).toEqual(expected))

  it('says nothing of a missing field that is not signed', async () => {
    const fields = [{ name: 'from', mode: 'present' as const }]
    expect(await codes('From: a@example.com\r\n\r\nHi\r\n', { fields })).toEqual([])
  })

  it('knows a signature of the same name, whatever its letter case, and two on one command line', async () => {
    const { fields } = await sign(Buffer.from(MESSAGE), {
      requests: [{ key, selector: 'S', domain: 'example.com' }],
      now: NOW,
    })
    expect(await codes(`${fields[0]}${MESSAGE}`)).toEqual(['signed-already'])
    expect(await codes(`${fields[0]}${MESSAGE}`, { selector: 't' })).toEqual([])
    expect(await codes(MESSAGE, {}, 2)).toEqual(['signed-twice'])
  })

  it.each([
    [3599, ['expires-soon']],
    [3600, []],
  ])('x= after %d s', async (expiresIn, expected) => expect(await codes(MESSAGE, { expiresIn })).toEqual(expected))

  it('finds long lines in every chunking', () => {
    for (const length of [997, 998, 999, 1000, 1001, 2500]) {
      for (const size of [1, 7, 999, 1000, 1001, 5000]) {
        const text = Buffer.from(`ab\r\n${'x'.repeat(length)}\r\n${'y\r\n'.repeat(700)}`)
        const finder = new LongLineFinder()
        for (let start = 0; start < text.length; start += size) finder.write(text.subarray(start, start + size))
        expect(finder.end(), `${length} in chunks of ${size}`).toBe(length > 998)
      }
    }
    const last = new LongLineFinder()
    last.write(Buffer.from('x'.repeat(999)))
    expect(last.end()).toBe(true)
  })

  it('gives the codes in JSON', async () => {
    write('m.eml', `Bcc: x@example.net\r\n${MESSAGE}`)
    const { stdout } = await signed('--out-dir', 'out', '--format', 'json', 'm.eml')
    expect(JSON.parse(stdout)).toMatchObject({
      warningCodes: ['bcc-present'],
      warnings: [expect.stringContaining('Bcc')],
    })
  })
})

describe('--replace', () => {
  it.each([
    ['crlf', '\r\n'],
    ['lf', '\n'],
  ])('takes out the old signature of the same name alone (%s)', async (_, end) => {
    const message = MESSAGE.replaceAll('\r\n', end)
    write('new.eml', message)
    for (const [from, to, selector] of [
      ['new', 'one', 's'],
      ['one', 'two', 't'],
    ] as const)
      expect(
        (await run('--key', 'k.pem', '--selector', selector, '--time', '1795348800', '-o', `${to}.eml`, `${from}.eml`))
          .code,
      ).toBe(0)
    const { stdoutBytes, stderr } = await signed('--time', '1795348800', '--replace', 'two.eml')
    expect(stderr).toBe('')
    expect(await verdicts(stdoutBytes)).toEqual(['s pass', 't pass'])
    expect(stdoutBytes.toString().endsWith(message)).toBe(true)
    // Signed again in place, it is what it was.
    write('three.eml', stdoutBytes)
    expect((await signed('--time', '1795348800', '--replace', '--in-place', 'three.eml')).code).toBe(0)
    expect(readFileSync(at('three.eml')).equals(stdoutBytes)).toBe(true)
  })

  it('signs what is left where DKIM-Signature itself is signed', async () => {
    write('new.eml', MESSAGE)
    const again = ['--time', '1795348800', '--replace', '--headers', 'from:+dkim-signature']
    expect((await signed('-o', 'one.eml', 'new.eml')).code).toBe(0)
    expect((await signed(...again, '-o', 'two.eml', 'one.eml')).code).toBe(0)
    expect(await verdicts(readFileSync(at('two.eml')))).toEqual(['s pass'])
  })
})

describe('options', () => {
  beforeAll(() => write('a.eml', MESSAGE))

  it.each([
    ['14', 2],
    ['14d', 0],
    ['12h', 0],
    ['3600', 2],
  ])('--expires %s', async (value, code) => expect((await signed('--expires', value, 'a.eml')).code).toBe(code))

  it('--canonicalization relaxed says what becomes of the body', async () => {
    const { stdout, stderr } = await signed('--canonicalization', 'relaxed', 'a.eml')
    expect(stdout).toMatch(/c=relaxed\/simple/)
    expect(stderr).toContain('the body is simple')
    expect((await signed('--canonicalization', 'relaxed', '-q', 'a.eml')).stderr).toBe('')
  })

  it.each([
    ['CRLF', `${HEAD}\r\none\ntwo\r\n`, 'CRLF on 5 lines, first line 1; LF on line 5'],
    [
      'LF',
      `${HEAD.replaceAll('\r', '')}\none\r\ntwo\nthree\r\n`,
      'LF on 5 lines, first line 1; CRLF on 2 lines, first line 5',
    ],
    ['CR', `${HEAD}\r\none\rtwo\r\n`, 'CRLF on 5 lines, first line 1; CR on line 5'],
  ])('tells the lines of mixed line ends, from a file and from a stream (%s first)', async (_, message, expected) => {
    write('mixed.eml', message)
    const argv = ['sign', '--key', 'k.pem', '--selector', 's', '--header-only']
    for (const outcome of [
      await dkim([...argv, 'mixed.eml'], { cwd: folder }),
      await dkim(argv, { cwd: folder, input: message }),
    ]) {
      expect(outcome.code).toBe(2)
      expect(outcome.stderr).toContain(expected)
    }
  })
})

describe('opendkim.conf', () => {
  beforeAll(() => {
    write('KT', '# keys\nmain example.com:s:./k.pem\n')
    write('KTre', '*.test example.com:w:./k.pem\nmain %:s:./k.pem\n')
    write('ST', '*@example.com main\n')
  })
  const conf = (text: string): Promise<Outcome> => {
    write('o.conf', text)
    return run('--opendkim-conf', 'o.conf', '--header-only', 'a.eml')
  }

  it.each([
    [
      'tables',
      'KeyTable refile:KT\nSigningTable refile:ST\nCanonicalization relaxed/simple # a comment\n',
      's=s; .*c=relaxed/simple|c=relaxed/simple',
    ],
    ['file: and letter case', 'KEYTABLE file:KT\nsigningtable\trefile:ST\n', 'c=relaxed/relaxed'],
    ['one key', 'Domain example.org, example.com\nSelector x\nKeyFile ./k.pem\nCanonicalization simple\n', 's=x'],
    ['a table of patterns', 'KeyTable refile:KTre\nSigningTable refile:ST\n', 'd=example.com; s=s'],
  ])('signs by %s', async (_, text, expected) => {
    const { code, stdout, stderr } = await conf(text)
    expect(code, stderr).toBe(0)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(new RegExp(expected))
  })

  it.each([
    ['no key', 'Mode sv\n'],
    ['no selector', 'Domain example.com\nKeyFile ./k.pem\n'],
    ['another domain', 'Domain example.org\nSelector x\nKeyFile ./k.pem\n'],
    ['a data set of another kind', 'KeyTable dsn:mysql://x\nSigningTable refile:ST\n'],
    ['a list', 'KeyTable csl:main=example.com:s:./k.pem\nSigningTable refile:ST\n'],
  ])('refuses %s', async (_, text) => {
    const { code, stdout } = await conf(text)
    expect([code, stdout]).toEqual([2, ''])
  })

  it('names what it does not take over, and takes no other key beside it', async () => {
    expect((await conf('Domain example.com\nSelector x\nKeyFile ./k.pem\nOversignHeaders From\n')).stderr).toContain(
      'OversignHeaders',
    )
    expect((await signed('--opendkim-conf', 'o.conf', 'a.eml')).code).toBe(2)
  })
})
