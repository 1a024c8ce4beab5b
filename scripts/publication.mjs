// npm run publication: the package as its users get it. It is packed; publint and are-the-types-wrong judge it; npm installs it in an empty
// project; and all of it runs there, as the user who asks and as one who owns nothing and whose home cannot be written to.
// --offline leaves out what needs npm's registry. What could not be done is said, and counted at the end.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { packed, runPacked, unpackedProject } from './packed.mjs'

const root = join(import.meta.dirname, '..')
const PACKAGE = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const offline = process.argv.includes('--offline')
const folder = mkdtempSync(join(tmpdir(), 'dkim-publication-'))
// The other user must be able to come here.
chmodSync(folder, 0o755)
const project = join(folder, 'project')
const home = join(folder, 'home')
for (const path of [project, home]) mkdirSync(path)
chmodSync(home, 0o555)
const skipped = []
const wrong = []

function report(what, problems) {
  console.log(`${problems.length === 0 ? 'ok     ' : 'WRONG  '} ${what}`)
  for (const problem of problems) console.log(problem)
  wrong.push(...problems)
}

function skip(what, why) {
  console.log(`SKIPPED ${what}: ${why}`)
  skipped.push(what)
}

function npm(command, argv, cwd = folder) {
  const env = {
    ...process.env,
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  }
  const { status, stdout, stderr } = spawnSync(command, argv, { cwd, env, encoding: 'utf8', timeout: 180_000 })
  return { status, text: `${stdout}${stderr}` }
}

const hasRegistry = !offline && npm('npm', ['ping', '--silent']).status === 0

/** Tools that are no part of the project: npx fetches them. */
function judge(tool, ...argv) {
  if (!hasRegistry)
    return skip(tool, offline ? 'it comes from the registry (--offline)' : "npm's registry cannot be reached")
  const { status, text } = npm('npx', ['--yes', tool, ...argv])
  report(tool, status === 0 ? [] : [text])
}

function install(archive) {
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n')
  if (!hasRegistry) {
    skip(
      'npm install',
      offline ? 'its dependencies come from the registry (--offline)' : "npm's registry cannot be reached",
    )
    return unpackedProject(archive, project)
  }
  const { status, text } = npm('npm', ['install', '--omit=dev', archive], project)
  report('npm install in an empty project', status === 0 ? [] : [text])
  const answer = npm('npx', ['--no-install', 'dkim', '--version'], project)
  report('npx dkim --version', answer.status === 0 ? [] : [answer.text])
}

/** For everybody on this machine: the program in bin, its pages where man looks. */
function installGlobally(archive) {
  if (!hasRegistry) return
  const prefix = join(folder, 'prefix')
  const { status, text } = npm('npm', ['install', '--global', '--prefix', prefix, archive])
  report('npm install --global', status === 0 ? [] : [text])
  const missing = ['bin/dkim', ...PACKAGE.man.map(page => `share/man/man1/${basename(page)}`)]
  report(
    'the program and its manual pages in their places',
    missing.filter(path => !existsSync(join(prefix, path))),
  )
}

function runAs(who, options) {
  const { total, wrong: problems } = runPacked(project, { home, ...options })
  report(`${total - problems.length} of ${total} runs as ${who}`, problems)
}

try {
  const archive = packed(root, folder)
  judge('publint', '--strict', archive)
  // The package is ESM; every Node.js that it runs on can require() it, which the runs below do.
  judge('@arethetypeswrong/cli', '--profile', 'esm-only', archive)
  install(archive)
  installGlobally(archive)
  runAs('the user who asks', { name: 'own' })
  const uid = 65534
  const nobody = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
  const canSwitch = process.getuid?.() === 0 && spawnSync(nobody[0], [...nobody.slice(1), 'true']).status === 0
  if (canSwitch) runAs('nobody, with a home that cannot be written to', { name: 'nobody', prefix: nobody, uid })
  else skip('runs as nobody', 'that takes root, and setpriv')
  console.log(`${wrong.length} problems, ${skipped.length} skipped`)
  if (wrong.length > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
