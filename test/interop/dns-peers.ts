// Real name servers on loopback, each in a folder of its own: NSD and BIND with authority, Unbound that resolves and validates.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '../../src/core/dns/client.js'

const PATHS = '/usr/sbin:/usr/bin:/sbin:/bin'
const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:${PATHS}` }

export function hasProgram(name: string): boolean {
  return spawnSync('which', [name], { env: environment }).status === 0
}

/** A port that is free for UDP now. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>(resolve => socket.bind(0, address, resolve))
  const { port } = socket.address()
  await new Promise<void>(resolve => socket.close(() => resolve()))
  return port
}

export class Peers {
  readonly folder = mkdtempSync(join(tmpdir(), 'dkim-dns-'))
  readonly #children: ChildProcess[] = []

  write(name: string, content: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, content)
    return path
  }

  run(program: string, ...argv: string[]): string {
    return execFileSync(program, argv, {
      cwd: this.folder,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  }

  /** Signs a zone file with a new key; returns the signed file and the DS records to trust. */
  sign(zone: string, file: string): { signed: string; anchors: string } {
    this.run('dnssec-keygen', '-q', '-a', 'ECDSAP256SHA256', '-f', 'KSK', zone)
    this.run('dnssec-keygen', '-q', '-a', 'ECDSAP256SHA256', zone)
    const keys = readdirSync(this.folder).filter(name => name.startsWith(`K${zone}.`) && name.endsWith('.key'))
    const included = keys.map(name => readFileSync(join(this.folder, name), 'utf8')).join('\n')
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n${included}`)
    this.run('dnssec-signzone', '-o', zone, '-f', `${file}.signed`, file)
    return { signed: `${file}.signed`, anchors: readFileSync(join(this.folder, `dsset-${zone}.`), 'utf8') }
  }

  async start(program: string, argv: string[], nameserver: string, probe: string): Promise<void> {
    const child = spawn(program, argv, { cwd: this.folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#children.push(child)
    let log = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (log += String(chunk)))
    const client = createClient({ nameservers: [nameserver], timeout: 500, attemptTimeout: 250, recursion: false })
    for (let attempt = 0; attempt < 60; attempt += 1) {
      if (child.exitCode !== null) break
      const { status } = await client.query(probe, 'SOA')
      if (status === 'found' || status === 'nodata' || status === 'nxdomain' || status === 'refused') return
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    throw new Error(`${program} did not start:\n${log.slice(-2000)}`)
  }

  async stop(): Promise<void> {
    await this.halt()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Ends the servers and keeps their folder, so that they can start again with other zone files. */
  async halt(): Promise<void> {
    await Promise.all(
      this.#children.splice(0).map(
        child =>
          new Promise<void>(resolve => {
            if (child.exitCode !== null) return resolve()
            child.once('exit', () => resolve())
            child.kill('SIGTERM')
          }),
      ),
    )
  }

  nsd(address: string, port: number, zones: Record<string, string>): Promise<void> {
    const list = Object.entries(zones).map(([name, file]) => `zone:\n  name: "${name}"\n  zonefile: "${file}"\n`)
    const config = this.write(
      'nsd.conf',
      `server:\n  ip-address: ${address}@${port}\n  server-count: 1\n  username: ""\n  chroot: ""\n  zonesdir: "${this.folder}"\n` +
        `  database: ""\n  pidfile: "${this.folder}/nsd.pid"\n  xfrdfile: "${this.folder}/xfrd.state"\n  xfrdir: "${this.folder}"\n` +
        `  zonelistfile: "${this.folder}/zone.list"\nremote-control:\n  control-enable: no\n${list.join('')}`,
    )
    return this.start('nsd', ['-d', '-c', config], `${address}:${port}`, Object.keys(zones)[0]!)
  }

  /** BIND listens on addresses that an interface has: of loopback 127.0.0.1 and ::1. */
  bind(address: string, port: number, zones: Record<string, string>): Promise<void> {
    const list = Object.entries(zones).map(([name, file]) => `zone "${name}" { type primary; file "${file}"; };\n`)
    const config = this.write(
      'named.conf',
      `options { directory "${this.folder}"; listen-on port ${port} { ${address}; }; listen-on-v6 port ${port} { ::1; };\n` +
        `recursion no; pid-file none; session-keyfile "${this.folder}/session.key"; dnssec-validation no; };\ncontrols { };\n${list.join('')}`,
    )
    return this.start('named', ['-g', '-c', config], `${address}:${port}`, Object.keys(zones)[0]!)
  }

  unbound(address: string, port: number, stubs: Record<string, string>, anchors: string): Promise<void> {
    const list = Object.entries(stubs).map(
      ([name, server]) => `stub-zone:\n  name: "${name}"\n  stub-addr: ${server}\n`,
    )
    this.write('anchors', anchors)
    const config = this.write(
      'unbound.conf',
      `server:\n  interface: ${address}@${port}\n  do-daemonize: no\n  username: ""\n  chroot: ""\n  directory: "${this.folder}"\n` +
        `  pidfile: "${this.folder}/unbound.pid"\n  use-syslog: no\n  logfile: ""\n  do-not-query-localhost: no\n` +
        `  access-control: 127.0.0.0/8 allow\n  module-config: "validator iterator"\n  trust-anchor-file: "${this.folder}/anchors"\n` +
        `  local-zone: "test." nodefault\n  edns-buffer-size: 1232\nremote-control:\n  control-enable: no\n${list.join('')}`,
    )
    return this.start('unbound', ['-d', '-c', config], `${address}:${port}`, Object.keys(stubs)[0]!)
  }
}
