// The folder in which printed command lines are run: a home, keys, messages, a name server on loopback, and a clock that stands still.
import { spawn } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../../src/core/dns/server.js'
import { Zone } from '../../src/core/dns/zone.js'
import { readZone } from '../../src/core/dns/zone-file.js'
import { BIN } from '../support/cli.js'

const ROOT = join(import.meta.dirname, '..', '..')
export const NOW = '2026-11-22T09:00:00Z'

export interface WorldOptions {
  /** Files by path: below home/ where it begins with ~/, below a root of our own where with /. */
  readonly files?: Readonly<Record<string, string | Buffer>>
  /** What the name server on loopback serves, as a master file; or JSON, with failures. */
  readonly zone?: string
  readonly now?: string
}

export interface Outcome {
  readonly code: number
  /** stdout and stderr, as they mix on a terminal. */
  readonly text: string
}

export interface World {
  readonly folder: string
  path(name: string): string
  write(name: string, content: string | Buffer): void
  run(line: string): Promise<Outcome>
  close(): Promise<void>
}

/** Directories of a machine that lines name, and that are those of the folder here. */
const ABSOLUTE = /(?<![\w.~/-])\/(?:etc|mail|var\/lib|results)\b/g

export async function openWorld({ files = {}, zone = ZONE, now = NOW }: WorldOptions = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'dkim-world-'))
  const server = await startServer({ zone: readZone(Buffer.from(zone, 'latin1'), 'served', new Zone()) })
  const root = join(folder, 'root')
  const path = (name: string): string => {
    if (name.startsWith('~/')) return join(folder, 'home', name.slice(2))
    return name.startsWith('/') ? join(root, name) : join(folder, 'work', name)
  }
  const write = (name: string, content: string | Buffer): void => {
    mkdirSync(join(path(name), '..'), { recursive: true })
    const here = typeof content === 'string' ? content.replaceAll(ABSOLUTE, match => `${root}${match}`) : content
    writeFileSync(path(name), here, { mode: /\.(?:pem|private)$/.test(name) ? 0o600 : 0o644 })
  }
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    HOME: join(folder, 'home'),
    TZ: 'UTC',
    LC_ALL: 'C.UTF-8',
    STILL_NOW: now,
    STILL_PORT: String(server.port),
    STILL_FOLDER: folder,
  }
  for (const name of ['bin', 'home', 'work', 'root/etc']) mkdirSync(join(folder, name), { recursive: true })
  const still = join(import.meta.dirname, 'still.cjs')
  const program = `exec "${process.execPath}" --require "${still}" "${BIN}" "$@"`
  writeFileSync(join(folder, 'bin', 'dkim'), `#!/bin/sh\n${program}\n`, { mode: 0o755 })
  writeFileSync(join(folder, 'bin', 'npx'), `#!/bin/sh\nwhile [ "$1" != dkim ]; do shift; done; shift\n${program}\n`, {
    mode: 0o755,
  })
  // A document names the files of the repository by their paths.
  cpSync(join(ROOT, 'examples'), path('examples'), { recursive: true })
  mkdirSync(path('node_modules'))
  symlinkSync(ROOT, path('node_modules/dkim-toolkit'))
  for (const [name, content] of Object.entries(files)) write(name, content)

  const run = (line: string): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const here = line.replaceAll(ABSOLUTE, match => `${root}${match}`)
      const child = spawn('bash', ['-c', `{ ${here}\n} 2>&1`], {
        cwd: path('.'),
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const chunks: Buffer[] = []
      child.stdout.on('data', chunk => chunks.push(chunk))
      child.on('error', reject)
      child.on('close', code => {
        const text = Buffer.concat(chunks).toString().replaceAll('\r\n', '\n')
        resolve({ code: code ?? -1, text: text.replaceAll(root, '').replaceAll(join(folder, 'home'), '/home/alice') })
      })
    })
  const close = async (): Promise<void> => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { folder, path, write, run, close }
}

/** The keys that keygen makes here, in this order. They are public knowledge: never use one. */
export type StillKey = 'rsa1' | 'rsa2' | 'rsa3' | 'ed255191' | 'ed255192'

export function pem(name: StillKey): string {
  return readFileSync(join(import.meta.dirname, 'keys', `DO-NOT-USE-${name}.pem`), 'utf8')
}

export function record(name: StillKey): string {
  const der = createPublicKey(pem(name)).export({ type: 'spki', format: 'der' })
  const [type, p] = name.startsWith('rsa') ? ['rsa', der] : ['ed25519', der.subarray(-32)]
  return `v=DKIM1; k=${type}; p=${p.toString('base64')}`
}

/** A TXT record as a master file has it. */
export function txt(name: string, text: string): string {
  const strings = text.match(/.{1,255}/gs) ?? ['']
  return `${name}. 3600 IN TXT ${strings.map(part => `"${part}"`).join(' ')}`
}

/** What the world sees of example.com: its servers, and its keys. */
export const SERVERS = [
  'example.com. 3600 IN SOA ns1.example.com. hostmaster.example.com. 2026112201 7200 3600 1209600 3600',
  'example.com. 3600 IN NS ns1.example.com.',
  'example.com. 3600 IN NS ns2.example.com.',
  'ns1.example.com. 3600 IN A 192.0.2.53',
  'ns2.example.com. 3600 IN A 198.51.100.53',
  'example.com. 3600 IN MX 10 mail.example.com.',
  'mail.example.com. 3600 IN A 192.0.2.25',
  '',
].join('\n')

/** What senders ask for: their selectors, and the names in their zones that these lead to. */
const HOSTED = [
  ['selector1', 'selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft'],
  ['selector2', 'selector2-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft'],
  ['k2', 'dkim2.mcsv.net'],
  ['s1', 's1.domainkey.u1234567.wl123.sendgrid.net'],
  ['s2', 's2.domainkey.u1234568.wl123.sendgrid.net'],
] as const

export const ZONE = [
  SERVERS,
  ...['mail', 'mail2026', 'r1'].map(selector => txt(`${selector}._domainkey.example.com`, record('rsa1'))),
  ...['mail-ed25519', 'mail2026-ed25519', 'e1'].map(selector =>
    txt(`${selector}._domainkey.example.com`, record('ed255191')),
  ),
  ...['s2025', 'google'].map(selector => txt(`${selector}._domainkey.example.com`, record('rsa3'))),
  ...HOSTED.map(([selector, target]) => `${selector}._domainkey.example.com. 3600 IN CNAME ${target}.`),
  // One of Mailchimp's two was forgotten, and the last one of SendGrid has a typing error.
  ...HOSTED.slice(0, -1).map(([, target]) => txt(target, record('rsa2'))),
  '',
].join('\n')
