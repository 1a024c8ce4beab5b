// examples/setup/new-signer.sh in earnest: what it prints for Postfix is put in place, OpenDKIM runs as its milter, a message goes through, and what
// comes out verifies by the record that the script made.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BIN, dkim } from '../support/cli.js'
import { freeTcpPort, hasPrograms, MailFolder, Postfix, submit } from './mail-software.js'
import { SmtpSink } from './smtp-sink.js'

const SCRIPT = join(import.meta.dirname, '..', '..', 'examples', 'setup', 'new-signer.sh')
const MESSAGE = [
  'From: Ann <ann@example.com>',
  'To: bob@example.net',
  'Subject: The first message',
  'Date: Sun, 22 Nov 2026 12:00:00 +0000',
  'Message-ID: <first@example.com>',
  '',
  'It works.',
  '',
].join('\r\n')

/** What the script prints below `# /path/of/a/file`. */
function filesOf(printed: string): Map<string, string> {
  const second = /^== 2\..*\n([\s\S]*?)^== 3\./m.exec(printed)?.[1] ?? ''
  return new Map(
    second
      .split(/^(?=# \/)/m)
      .map(part => [/^# (.*)/.exec(part)?.[1] ?? '', part.slice(part.indexOf('\n') + 1)] as const),
  )
}

function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== null))
    socket.once('error', () => resolve(false))
  })
}

// Postfix is started by root only.
describe.skipIf(process.getuid?.() !== 0 || !hasPrograms('postfix', 'opendkim'))('Postfix and OpenDKIM', () => {
  const sink = new SmtpSink()
  let folder: MailFolder
  let postfix: Postfix
  let milter: ChildProcess
  let port: number

  beforeAll(async () => {
    folder = new MailFolder()
    postfix = new Postfix(folder)
    const printed = spawnSync('sh', [SCRIPT, 'example.com', 'mail', 'postfix', 'new'], {
      cwd: folder.path,
      env: { ...process.env, DKIM: `${process.execPath} ${BIN}` },
      encoding: 'utf8',
    })
    expect(printed.status).toBe(0)
    const files = filesOf(printed.stdout)
    const milterPort = await freeTcpPort()
    // Nothing outside of the folder: every path, and the port, becomes one of here.
    const here = (text: string): string =>
      text.replaceAll('/etc/', `${folder.path}/etc/`).replaceAll('8891', `${milterPort}`)
    mkdirSync(join(folder.path, 'etc/opendkim/keys/example.com'), { recursive: true })
    for (const name of ['/etc/opendkim/KeyTable', '/etc/opendkim/SigningTable'])
      folder.write(name, here(files.get(name)!))
    // OpenDKIM takes no key below a directory that everybody may write to, which the directory of temporary files is.
    folder.write('/etc/opendkim.conf', `${here(files.get('/etc/opendkim.conf')!)}RequireSafeKeys no\n`)
    const key = readFileSync(join(folder.path, 'new', 'mail._domainkey.example.com.private.pem'))
    folder.write('/etc/opendkim/keys/example.com/mail.private', key, 0o600)
    milter = spawn('opendkim', ['-f', '-x', join(folder.path, 'etc/opendkim.conf')], { stdio: 'ignore' })
    for (let attempt = 0; attempt < 100 && !(await listens(milterPort)); attempt += 1)
      await new Promise(resolve => setTimeout(resolve, 100))
    port = await postfix.start(await sink.start(), { settings: here(files.get('/etc/postfix/main.cf')!) })
  })

  afterAll(async () => {
    await postfix.stop()
    milter.kill('SIGTERM')
    await sink.stop()
    folder.remove()
  })

  it('sign the first message with the printed configuration, and it verifies by the printed record', async () => {
    await submit(port, Buffer.from(MESSAGE))
    const received = await sink.next(20_000)
    const zone = join(folder.path, 'new.zone')
    const { code, stdout } = await dkim(['verify', '--dns-file', zone, '--require-aligned', '--format', 'json'], {
      input: received,
    })
    expect(JSON.parse(stdout).signatures).toMatchObject([{ result: 'pass', domain: 'example.com', selector: 'mail' }])
    expect(code).toBe(0)
  })
})
