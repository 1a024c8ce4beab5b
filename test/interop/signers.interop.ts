// Each mail server with exactly the configuration that format-record prints for it: a message goes in, and what comes out verifies.
// A program that is not installed is skipped, and counted as skipped by npm run interop.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dkim } from '../support/cli.js'
import { freeTcpPort, hasPrograms, MailFolder, submit } from './mail-software.js'
import { SmtpSink } from './smtp-sink.js'

const LINES = [
  'From: Ann <ann@example.com>',
  'To: bob@example.net',
  'Subject: The first message',
  'Date: Sun, 22 Nov 2026 12:00:00 +0000',
  'Message-ID: <first@example.com>',
  '',
  'It  works.',
  '',
]
const MESSAGE = LINES.join('\r\n')
const FILTER_DKIMSIGN = '/usr/libexec/opensmtpd'
process.env['PATH'] = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:${FILTER_DKIMSIGN}`

const folder = new MailFolder()
const at = (name: string): string => join(folder.path, name)

/** Keys and records of example.com, in the form that the mail server reads. */
async function makeKey(selector: string, ...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await dkim(
    ['keygen', '--selector', selector, '--domain', 'example.com', '--out-dir', folder.path, ...options],
    { cwd: folder.path },
  )
  expect(code, stderr).toBe(0)
  writeFileSync(at('zone'), stdout, { flag: 'a' })
  return at(/wrote (\S+) /.exec(stderr)![1]!.split('/').at(-1)!)
}

/** What is printed below `# file`, by file. */
async function printed(signer: string, selector: string, key: string, path = key): Promise<Map<string, string>> {
  const name = ['--selector', selector, '--domain', 'example.com', '--key', key]
  const { code, stdout, stderr } = await dkim(['format-record', ...name, '--signer', signer, '--key-path', path])
  expect(code, stderr).toBe(0)
  expect(stderr).not.toContain('--out-format')
  const parts = stdout.split(/^(?=# (?:\/|the options))/m)
  return new Map(parts.map(part => [/^# (.*)/.exec(part)![1]!, part.slice(part.indexOf('\n') + 1)]))
}

async function expectPass(signed: Buffer | string, selector: string, body = 'relaxed'): Promise<void> {
  const { stdout } = await dkim(['verify', '--dns-file', at('zone'), '--format', 'json'], { input: signed })
  const { signatures } = JSON.parse(stdout)
  const canonicalization = { header: 'relaxed', body }
  expect(signatures, String(signed)).toMatchObject([
    { result: 'pass', reason: null, domain: 'example.com', selector, canonicalization },
  ])
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    const open = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== null))
      socket.once('error', () => resolve(false))
    })
    if (open) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`nothing listens on port ${port}`)
}

let rsa = ''
let ed25519 = ''

beforeAll(async () => {
  rsa = await makeKey('r')
  ed25519 = await makeKey('e', '--type', 'ed25519')
})

afterAll(() => folder.remove())

describe.skipIf(!hasPrograms('opendkim'))('OpenDKIM', () => {
  it.each([['r'], ['e']])('signs with the printed configuration and the key %s', async selector => {
    const files = await printed('opendkim', selector, selector === 'r' ? rsa : ed25519)
    mkdirSync(at('etc/opendkim'), { recursive: true })
    const here = (text: string): string => text.replaceAll('/etc/', `${at('etc')}/`)
    for (const [name, text] of files) folder.write(name, here(text))
    // OpenDKIM takes no key below a directory that everybody may write to, which the directory of temporary files is.
    writeFileSync(at('etc/opendkim.conf'), 'RequireSafeKeys no\n', { flag: 'a' })
    const { stdout } = spawnSync(
      'opendkim',
      ['-b', 's', '-vv', '-x', at('etc/opendkim.conf'), '-t', folder.write('m', MESSAGE)],
      {
        encoding: 'latin1',
      },
    )
    const value = /hname='DKIM-Signature' hvalue='([^']*)'/.exec(stdout)?.[1] ?? ''
    await expectPass(`DKIM-Signature: ${value.replace(/\r?\n/g, '\r\n')}\r\n${MESSAGE}`, selector)
  })
})

describe.skipIf(!existsSync(`${FILTER_DKIMSIGN}/filter-dkimsign`))('OpenSMTPD, filter-dkimsign', () => {
  it('signs with the printed command', async () => {
    const text = [...(await printed('opensmtpd', 'r', rsa)).values()].join('')
    const command = /proc-exec "([^"]*)"/.exec(text)![1]!
    const filter = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore'] })
    const begin = (kind: string, rest: string): string => `${kind}|0.7|1796000000.000000|smtp-in|${rest}\n`
    filter.stdin.write('config|ready\n')
    filter.stdin.write(begin('report', 'link-connect|0000000000000001|localhost|pass|127.0.0.1:1|127.0.0.1:25'))
    filter.stdin.write(begin('report', 'tx-begin|0000000000000001|00000001'))
    for (const line of [...LINES.slice(0, -1), '.'])
      filter.stdin.write(begin('filter', `data-line|0000000000000001|0000000000000002|${line}`))
    let out = ''
    for await (const chunk of filter.stdout) {
      out += chunk
      if (/\|\.\n/.test(out)) break
    }
    filter.kill()
    const lines = [...out.matchAll(/^filter-dataline\|[^|]*\|[^|]*\|(.*)$/gm)].map(([, line]) => line)
    await expectPass(
      lines
        .slice(0, -1)
        .map(line => `${line}\r\n`)
        .join(''),
      'r',
    )
  })
})

// A program of root gives its rights away, and delivers as another user.
describe.skipIf(process.getuid?.() !== 0 || !hasPrograms('exim4'))('Exim', () => {
  it.each([['r'], ['e']])('signs with the printed options of the transport and the key %s', async selector => {
    const sink = new SmtpSink()
    const port = await sink.start()
    const key = selector === 'r' ? rsa : ed25519
    const own = `${at('spool')}/${selector}.key`
    mkdirSync(at('spool'), { recursive: true })
    copyFileSync(key, own)
    spawnSync('chown', ['-R', 'Debian-exim', at('spool')])
    const options = [...(await printed('exim', selector, key, own)).values()].join('')
    const config = [
      'primary_hostname = mx.example.com',
      `spool_directory = ${at('spool')}`,
      `log_file_path = ${at('spool')}/%slog`,
      'trusted_users = root\nkeep_environment =',
      'begin routers\nall:\n  driver = manualroute\n  transport = remote_smtp\n  route_list = * 127.0.0.1\n  self = send',
      `begin transports\nremote_smtp:\n  driver = smtp\n  port = ${port}\n  hosts_try_fastopen =\n${options}`,
    ]
    const file = folder.write('exim.conf', `${config.join('\n')}\n`)
    const input = MESSAGE.replaceAll('\r\n', '\n')
    spawnSync('exim4', ['-C', file, '-odq', '-i', '-f', 'ann@example.com', 'bob@example.net'], { input })
    // In two steps: a program of another user takes no other configuration.
    spawnSync('exim4', ['-C', file, '-q'])
    await expectPass(await sink.next(20_000), selector)
    await sink.stop()
  })
})

describe.skipIf(process.getuid?.() !== 0 || !hasPrograms('amavisd'))('amavis', () => {
  let child: ChildProcess
  afterAll(() => child?.kill())

  it('signs mail of its own networks with the printed lines', async () => {
    const sink = new SmtpSink()
    const [out, port] = [await sink.start(), await freeTcpPort()]
    for (const name of ['amavis/tmp', 'amavis/db', 'amavis/quarantine']) mkdirSync(at(name), { recursive: true })
    const own = at('amavis/r.pem')
    copyFileSync(rsa, own)
    spawnSync('chown', ['-R', 'amavis', at('amavis')])
    const config = [
      'use strict;',
      `$MYHOME = '${at('amavis')}'; $TEMPBASE = "$MYHOME/tmp"; $db_home = "$MYHOME/db"; $QUARANTINEDIR = "$MYHOME/quarantine";`,
      '$enable_db = 0; $enable_zmq = 0; $max_servers = 1; $daemonize = 0; $do_syslog = 0; $log_level = 0;',
      "$mydomain = 'example.com'; $myhostname = 'mx.example.com'; @mynetworks = qw( 127.0.0.0/8 );",
      `$inet_socket_port = [${port}]; $notify_method = $forward_method = 'smtp:[127.0.0.1]:${out}';`,
      '@bypass_virus_checks_maps = (1); @bypass_spam_checks_maps = (1); @bypass_banned_checks_maps = (1);',
      "$daemon_user = 'amavis'; $daemon_group = 'amavis';",
      '$pid_file = undef; $lock_file = undef; $unix_socketname = undef;',
      [...(await printed('amavis', 'r', rsa, own)).values()].join(''),
      '1;',
    ]
    child = spawn('amavisd', ['-c', folder.write('amavisd.conf', `${config.join('\n')}\n`), 'foreground'], {
      stdio: 'ignore',
    })
    await listening(port)
    await submit(port, Buffer.from(MESSAGE), ['XFORWARD ADDR=127.0.0.1'])
    const received = await sink.next(60_000)
    await sink.stop()
    await expectPass(received, 'r', 'simple')
  }, 240_000)
})
