// What npm run publication and npm run node-versions share: the packed package in a project of its own, and what must run there.
import { execFileSync, spawnSync } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Packs a folder, or fetches a package, with npm; the path of the archive. */
export function packed(spec, to, cwd = root) {
  mkdirSync(to, { recursive: true })
  execFileSync('npm', ['pack', spec, '--silent', '--ignore-scripts', '--pack-destination', to], { cwd, stdio: 'pipe' })
  return join(
    to,
    readdirSync(to).find(name => name.endsWith('.tgz')),
  )
}

/** Unpacks an archive of npm into a folder. */
export function unpack(archive, to) {
  mkdirSync(to, { recursive: true })
  execFileSync('tar', ['-xzf', archive, '--strip-components=1', '-C', to])
}

/** The library alone asks for packages: the program has them inside. */
const LIBRARY_NEEDS = ['tldts', 'tldts-core', 'dns2']

/** A project that holds nothing but the package, as npm would lay it out; without npm and its registry. */
export function unpackedProject(archive, project) {
  const modules = join(project, 'node_modules')
  unpack(archive, join(modules, 'dkim-toolkit'))
  for (const name of LIBRARY_NEEDS) {
    cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true, dereference: true })
  }
}

const ROUND_TRIP = `
const { formatKeyRecord, generatePrivateKey, readZone, sign, verify, zoneResolver } = library
const message = Buffer.from('From: a@example.com\\r\\nSubject: hi\\r\\n\\r\\nHello\\r\\n')
async function roundTrip(type) {
  const key = await generatePrivateKey(type, 2048)
  const now = new Date()
  const { fields } = await sign(message, { requests: [{ key, selector: 's', domain: 'example.com' }], now })
  const record = formatKeyRecord({ keyType: key.type, publicKey: key.publicKey.p })
  const zone = readZone(Buffer.from(JSON.stringify({ 's._domainkey.example.com': record })), 'records.json')
  const report = await verify(Buffer.concat([...fields, message]), { resolver: zoneResolver(zone), now })
  if (report.result !== 'pass') throw new Error(type + ': ' + report.result)
}
Promise.all(['rsa', 'ed25519'].map(roundTrip)).catch(error => { console.error(error); process.exitCode = 1 })
`

const MESSAGE =
  'From: Alice <alice@example.com>\r\nTo: bob@example.net\r\nSubject: hi\r\nDate: Tue, 01 Dec 2026 09:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n'
const KEY = 's._domainkey.example.com.private.pem'

/** In this order: what one makes, the next uses. Each ends with its code, and with nothing on stderr unless it says so. */
const PROGRAM = [
  { argv: ['--version'] },
  { argv: ['keygen', '--domain', 'example.com', '--selector', 's', '--quiet'], to: 'zone' },
  { argv: ['sign', '--key', KEY, '--selector', 's', 'message.eml'], to: 'signed.eml' },
  { argv: ['verify', '--dns-file', 'zone', '--require-aligned', 'signed.eml'] },
  { argv: ['verify', '--dns-file', 'zone', 'message.eml'], code: 3 },
  { argv: ['lookup', 's._domainkey.example.com', '--dns-file', 'zone', '--key', KEY] },
  { argv: ['rotate-plan', '--domain', 'example.com', '--selector', 's', '--dns-file', 'zone'] },
  { argv: ['verify', '--dns-file', 'examples/example.com.zone', '--jobs', '2', 'examples/messages'], code: 1 },
  { argv: ['verify', '--dns-file', 'examples/example.com.zone', '--format', 'html', 'examples/messages'], code: 1 },
  {
    argv: ['verify', '--explain', '--dns-file', 'examples/example.com.zone', 'examples/messages/tampered.eml'],
    code: 1,
  },
  { argv: ['help', 'weak-key'] },
  { argv: ['completion', 'bash'] },
  { argv: ['config'] },
]

/**
 * Runs all of it in a new folder below the project. `prefix` is put before each command, to change to the user `uid`; `home` is
 * a folder that nobody can write to. What went wrong, one text for each.
 */
export function runPacked(project, { node = process.execPath, prefix = [], uid, home, name = 'run' }) {
  const work = join(project, name)
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work)
  if (uid !== undefined) chownSync(work, uid, uid)
  writeFileSync(join(work, 'message.eml'), MESSAGE)
  writeFileSync(join(work, 'library.mjs'), `import * as library from 'dkim-toolkit'\n${ROUND_TRIP}`)
  writeFileSync(join(work, 'library.cjs'), `const library = require('dkim-toolkit')\n${ROUND_TRIP}`)
  cpSync(join(root, 'examples'), join(work, 'examples'), { recursive: true })
  const program = join(project, 'node_modules', 'dkim-toolkit', 'bin', 'dkim.js')
  const runs = [
    ...PROGRAM.map(({ argv, code = 0, to }) => ({ argv: [program, ...argv], code, to })),
    ...['library.mjs', 'library.cjs'].map(file => ({ argv: [file], code: 0 })),
  ]
  const env = { HOME: home, PATH: '/usr/bin:/bin', FORCE_COLOR: '1' }
  const wrong = runs.flatMap(({ argv, code, to }) => {
    const [command, ...rest] = [...prefix, node, ...argv]
    const { status, stdout, stderr } = spawnSync(command, rest, { cwd: work, env })
    if (to !== undefined) writeFileSync(join(work, to), stdout)
    if (status === code && stderr.length === 0) return []
    return [`${argv.join(' ').replace(program, 'dkim')}: exit code ${status}, not ${code}\n${stderr}`]
  })
  // Where the home can be written all the same (as root), Node keeps compiled code there.
  const left = readdirSync(home).filter(name => name !== '.cache')
  if (left.length > 0) wrong.push(`something was written to the home: ${left}`)
  return { total: runs.length, wrong }
}
