// The programs that are measured: how each is got, and the command line that measures it. What a machine lacks is skipped, and said so.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, root, seconds } from './settings.mjs'

const NPM = { mailauth: '7.1.0', nodemailer: '10.6.0' }
const peers = join(folder, 'peers')
const sources = join(root, 'bench/engines')

const runs = (...argv) => spawnSync(argv[0], argv.slice(1), { stdio: 'ignore' }).status === 0
const built = name => existsSync(join(folder, name))
const ours = engine => (task, set, count) => [
  ...[process.execPath, join(root, 'bench/rate.mjs'), engine, task, set],
  String(count),
]
/** Of the other languages: FOLDER SET COUNT SECONDS. */
const other = argv => (_task, set, count) => [...argv, folder, set, String(count), String(seconds)]
const installed = name => existsSync(join(peers, 'npm', 'node_modules', name))

/** `slow`: gets fewer messages of a set. `get`: what brings it to a machine that lacks it. */
export const ENGINES = {
  dkim: { argv: ours('dkim') },
  'node:crypto alone': { argv: ours('floor') },
  'sha256 alone': { argv: (_task, set, count) => ours('floor')('hash', set, count) },
  mailauth: { argv: ours('mailauth'), slow: 2, present: () => installed('mailauth'), get: 'npm' },
  nodemailer: { argv: ours('nodemailer'), slow: 2, present: () => installed('nodemailer'), get: 'npm' },
  OpenDKIM: { argv: other([join(folder, 'opendkim')]), present: () => built('opendkim'), get: 'libopendkim-dev, gcc' },
  'go-msgauth': {
    argv: other([join(folder, 'go-msgauth')]),
    present: () => built('go-msgauth'),
    get: 'golang-go, golang-github-emersion-go-msgauth-dev',
  },
  dkimpy: {
    argv: other(['/usr/bin/python3', join(sources, 'dkimpy.py')]),
    slow: 4,
    present: () => runs('/usr/bin/python3', '-c', 'import dkim'),
    get: 'python3-dkim',
  },
  'Mail::DKIM': {
    argv: other(['perl', join(sources, 'mail-dkim.pl')]),
    slow: 4,
    present: () => runs('perl', '-MMail::DKIM', '-e', '1'),
    get: 'libmail-dkim-perl',
  },
}

/** Names and versions, as the page tells them. */
export const VERSIONS = () => [
  ...Object.entries(NPM).map(([name, version]) => `${name} ${version}`),
  ...[
    ['OpenDKIM', 'libopendkim-dev'],
    ['go-msgauth', 'golang-github-emersion-go-msgauth-dev'],
    ['dkimpy', 'python3-dkim'],
    ['Mail::DKIM', 'libmail-dkim-perl'],
  ].flatMap(([name, debian]) => {
    const { stdout, status } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', debian], { encoding: 'utf8' })
    return status === 0 ? [`${name} ${stdout.replace(/-.*/, '')}`] : []
  }),
]

/** Installs and builds what is missing; returns the names of what this machine cannot have. */
export function preparePeers() {
  installFromNpm()
  if (!built('opendkim')) run('gcc', ['-O2', '-o', join(folder, 'opendkim'), join(sources, 'opendkim.c'), '-lopendkim'])
  if (!built('go-msgauth')) {
    const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '', GOTOOLCHAIN: 'local' }
    run('go', ['build', '-o', join(folder, 'go-msgauth'), join(sources, 'go-msgauth.go')], { env })
  }
  const missing = Object.keys(ENGINES).filter(name => ENGINES[name].present?.() === false)
  for (const name of missing) process.stderr.write(`SKIPPED: ${name}. It comes with ${ENGINES[name].get}\n`)
  return missing
}

function run(command, argv, options = {}) {
  spawnSync(command, argv, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
}

function installFromNpm() {
  const home = join(peers, 'npm')
  const wanted = JSON.stringify({ private: true, dependencies: NPM })
  if (Object.keys(NPM).every(installed) && existsSync(join(home, `${Object.values(NPM).join('-')}.done`))) return
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), wanted)
  const { status } = spawnSync('npm', ['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: home,
    stdio: 'inherit',
  })
  if (status === 0) writeFileSync(join(home, `${Object.values(NPM).join('-')}.done`), '')
}
