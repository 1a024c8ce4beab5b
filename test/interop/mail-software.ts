// Real mail software on loopback, each in a folder of its own: an mlmmj list, and a Postfix whose content filter runs alterMIME.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin` }

export function hasPrograms(...names: readonly string[]): boolean {
  return names.every(name => spawnSync('which', [name], { env: environment }).status === 0)
}

export class MailFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'dkim-mail-'))

  constructor() {
    // Filters run as another user than we do.
    chmodSync(this.path, 0o755)
  }

  write(name: string, content: string | Buffer, mode = 0o644): string {
    const path = join(this.path, name)
    writeFileSync(path, content, { mode })
    return path
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export const LIST = 'list@lists.test'

const MLMMJ_FOLDERS = [
  ...['incoming', 'queue', 'queue/discarded', 'archive', 'text', 'subconf', 'unsubconf', 'bounce', 'control'],
  ...['moderation', 'subscribers.d', 'digesters.d', 'nomailsubs.d', 'requeue'],
]

/** A list with one subscriber that sends on to the port; returns its folder. */
export function makeMlmmjList(folder: MailFolder, port: number, control: Readonly<Record<string, string>>): string {
  const list = join(folder.path, 'list')
  for (const name of MLMMJ_FOLDERS) mkdirSync(join(list, name), { recursive: true })
  writeFileSync(join(list, 'index'), '0')
  writeFileSync(join(list, 'subscribers.d', 's'), 'sub@example.net\n')
  const all = { listaddress: LIST, owner: 'owner@lists.test', relayhost: '127.0.0.1', smtpport: `${port}`, ...control }
  for (const [name, value] of Object.entries(all)) writeFileSync(join(list, 'control', name), `${value}\n`)
  return list
}

/** As a mail server hands a message to the list: with LF line ends and its envelope on top. mlmmj wants to be called by its full path. */
export async function postToMlmmj(list: string, message: Buffer): Promise<void> {
  const file = join(list, 'incoming', 'message')
  const envelope = `Return-Path: <ann@example.com>\nDelivered-To: ${LIST}\n`
  writeFileSync(file, envelope + message.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  const child = spawn('/usr/bin/mlmmj-process', ['-L', list, '-m', file], { stdio: 'ignore', timeout: 20_000 })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`mlmmj-process ended with ${code}`)
}

/** A port that is free for TCP now. */
export async function freeTcpPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** The script behind the content filter: alterMIME, then back to Postfix. One dialogue, every reply awaited. */
const FILTER = `import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
const [port, disclaimer, sender, recipient] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'filter-'))
const file = join(folder, 'message')
writeFileSync(file, readFileSync(0))
const { status } = spawnSync('altermime', ['--input=' + file, '--disclaimer=' + disclaimer])
const message = readFileSync(file, 'latin1').replace(/\\r?\\n/g, '\\r\\n').replace(/^\\./gm, '..')
rmSync(folder, { recursive: true })
if (status !== 0) process.exit(75)
const lines = ['EHLO filter.test', 'MAIL FROM:<' + sender + '>', 'RCPT TO:<' + recipient + '>', 'DATA', message + '.', 'QUIT']
const socket = connect(Number(port), '127.0.0.1')
let text = ''
socket.on('data', chunk => {
  text += chunk
  if (!/^\\d{3} .*\\r\\n$/m.test(text)) return
  if (/^[45]/.test(text)) process.exit(75)
  text = ''
  const line = lines.shift()
  if (line === undefined) socket.end()
  else socket.write(line + '\\r\\n', 'latin1')
})
socket.on('error', () => process.exit(75))
`

export interface PostfixOptions {
  /** Put into every message by alterMIME, behind a content filter. */
  readonly disclaimer?: string
  /** Lines for main.cf. */
  readonly settings?: string
}

/** Postfix as Debian builds it, with its own configuration and queue. */
export class Postfix {
  readonly #folder: MailFolder
  readonly #config: string
  #master: ChildProcess | null = null

  constructor(folder: MailFolder) {
    this.#folder = folder
    this.#config = join(folder.path, 'config')
    for (const name of ['config', 'queue', 'data']) mkdirSync(join(folder.path, name))
    // The directory of what only the master writes belongs to the user that Postfix runs as.
    spawnSync('chown', ['postfix', join(folder.path, 'data')], { env: environment })
  }

  /** Takes mail at a port, does with it what it is told, sends on to `next`; returns the port. */
  async start(next: number, { disclaimer, settings = '' }: PostfixOptions): Promise<number> {
    const port = await freeTcpPort()
    const filter = disclaimer === undefined ? null : await this.#filter(disclaimer)
    this.#folder.write('config/main.cf', `${this.#main(next)}${settings}`)
    this.#folder.write('config/master.cf', masterOf(port, filter))
    this.#master = spawn('postfix', ['-c', this.#config, 'start-fg'], { env: environment, stdio: 'ignore' })
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if (this.#master.exitCode !== null) break
      if (await answers(port)) return port
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    await this.stop()
    throw new Error('Postfix did not start')
  }

  async stop(): Promise<void> {
    spawnSync('postfix', ['-c', this.#config, 'abort'], { env: environment, timeout: 10_000 })
    const master = this.#master
    if (master === null || master.exitCode !== null) return
    const ended = new Promise(resolve => master.once('exit', resolve))
    master.kill('SIGTERM')
    await ended
  }

  async #filter(disclaimer: string): Promise<Filter> {
    const script = this.#folder.write('filter.mjs', FILTER)
    const text = this.#folder.write('disclaimer', disclaimer)
    return { back: await freeTcpPort(), command: `${process.execPath} ${script}`, text }
  }

  #main(next: number): string {
    const { path } = this.#folder
    return `compatibility_level = 3.6
queue_directory = ${path}/queue
data_directory = ${path}/data
maillog_file = ${path}/queue/maillog
maillog_file_prefixes = ${path}
myhostname = relay.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_relay_restrictions = permit_mynetworks, reject
relayhost = [127.0.0.1]:${next}
smtp_host_lookup = native
smtp_tls_security_level = none
smtpd_tls_security_level = none
alias_maps =
alias_database =
`
  }
}

interface Filter {
  readonly back: number
  readonly command: string
  readonly text: string
}

function filterServices({ back, command, text }: Filter): string {
  return `  -o content_filter=disclaimer:dummy
127.0.0.1:${back} inet n - n - - smtpd
  -o content_filter=
disclaimer unix - n n - 2 pipe
  flags=Rq user=nobody null_sender=
  argv=${command} ${back} ${text} \${sender} \${recipient}
`
}

function masterOf(port: number, filter: Filter | null): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
${filter === null ? '' : filterServices(filter)}cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    const settle = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', () => settle(true))
    socket.once('error', () => settle(false))
    socket.setTimeout(2000, () => settle(false))
  })
}

/** Sends one message by SMTP, the way a program of the author would. */
export async function submit(port: number, message: Buffer, commands: readonly string[] = []): Promise<void> {
  const stuffed = message.toString('latin1').replace(/^\./gm, '..')
  const socket = connect(port, '127.0.0.1')
  await replyOf(socket)
  const lines = [
    'EHLO author.test',
    ...commands,
    'MAIL FROM:<ann@example.com>',
    'RCPT TO:<bob@example.net>',
    'DATA',
    `${stuffed}.`,
  ]
  for (const line of lines) {
    socket.write(`${line}\r\n`, 'latin1')
    await replyOf(socket)
  }
  socket.end('QUIT\r\n')
}

function replyOf(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      if (!/^\d{3} .*\r\n$/m.test(text)) return
      socket.off('data', read)
      if (/^[45]/.test(text)) reject(new Error(text))
      else resolve()
    }
    socket.on('data', read)
    socket.once('error', reject)
  })
}
