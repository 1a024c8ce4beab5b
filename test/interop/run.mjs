// npm run interop: installs the peers where it may, runs the interoperability tests, and prints what each peer made of them.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const PACKAGES = [
  ...['opendkim', 'opendkim-tools', 'python3-dkim', 'python3-nacl', 'libmail-dkim-perl'],
  ...['nsd', 'bind9', 'bind9-utils', 'unbound'],
  ...['mlmmj', 'postfix', 'altermime'],
]
/** Postfix as a package without a configuration: it is installed, and never started but by a test with its own. */
const PRESEED = 'postfix postfix/main_mailer_type select No configuration\n'
/** Servers that listen once they are installed: used where they are there, never installed by us. */
const SERVERS =
  'bind9 bind9-utils bind9-dnsutils nsd knot-dnssecutils unbound dnsmasq-base tinydns rspamd exim4-daemon-light amavisd-new opensmtpd-filter-dkimsign python3-yaml'
const SKIPPED = ['skipped', 'pending', 'todo']
const here = import.meta.dirname
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

const isInstalled = name =>
  spawnSync('dpkg-query', ['-W', '--showformat', '$' + '{Status}', name], { encoding: 'utf8' }).stdout?.endsWith(
    ' installed',
  ) ?? false

function apt(...argv) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', ['-qq', ...argv], { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
}

function install() {
  const missing = PACKAGES.filter(name => !isInstalled(name))
  if (missing.length === 0) return
  const isRoot = process.getuid?.() === 0
  if (isRoot && missing.includes('postfix')) spawnSync('debconf-set-selections', { input: PRESEED })
  if (isRoot && apt('update') && apt('install', '-y', '--no-install-recommends', ...missing)) return
  console.error(`interop: SKIPPED are the peers of these packages, which are missing: ${missing.join(' ')}`)
  console.error(`interop: to install them: apt-get install ${missing.join(' ')}`)
}

/** Every assertion of the run: its peer, its name, and whether it held. */
function runTests(report) {
  const argv = [vitest, 'run', '--config', join(here, 'vitest.config.ts'), '--reporter=json', `--outputFile=${report}`]
  const { status } = spawnSync(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] })
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  return { status, tests }
}

function printTable(tests) {
  const rows = new Map()
  for (const { ancestorTitles, title, status } of tests) {
    const [direction, algorithm, canonicalization] = title.split(' | ')
    if (canonicalization === undefined) continue
    const key = `${ancestorTitles.at(-1).padEnd(12)}${direction.padEnd(16)}${algorithm.padEnd(16)}`
    const row = rows.get(key) ?? new Map()
    const cell = row.get(canonicalization) ?? { passed: 0, total: 0, skipped: 0 }
    cell.total += 1
    if (status === 'passed') cell.passed += 1
    if (SKIPPED.includes(status)) cell.skipped += 1
    rows.set(key, row.set(canonicalization, cell))
  }
  const columns = [...new Set([...rows.values()].flatMap(row => [...row.keys()]))]
  console.log(
    `${'peer'.padEnd(12)}${'direction'.padEnd(16)}${'algorithm'.padEnd(16)}${columns.map(name => name.padEnd(17)).join('')}`,
  )
  for (const [key, row] of rows) {
    const cells = columns.map(name => {
      const { passed, total, skipped } = row.get(name)
      return (skipped === total ? 'SKIPPED' : `${passed} of ${total - skipped}`).padEnd(17)
    })
    console.log(`${key}${cells.join('')}`)
  }
}

/** The programs that read our records and configurations, one line each. */
function printConsumers(tests) {
  const consumers = tests.filter(({ title }) => title.split(' | ').length < 3)
  for (const { title, status } of consumers) console.log(`${status.padEnd(10)}${title}`)
  if (consumers.some(({ status }) => SKIPPED.includes(status)))
    console.log(`to read records and to sign as well: ${SERVERS}`)
}

/** What is left out on purpose, with its reason. */
function printExcuses(tests) {
  const excuses = new Map()
  for (const { ancestorTitles, title, status } of tests) {
    const [direction, , , , reason] = title.split(' | ')
    if (!SKIPPED.includes(status) || reason === undefined) continue
    const key = `${ancestorTitles.at(-1)} ${direction}: ${reason}`
    excuses.set(key, (excuses.get(key) ?? 0) + 1)
  }
  for (const [key, count] of excuses) console.log(`left out ${count}: ${key}`)
}

install()
const folder = mkdtempSync(join(tmpdir(), 'dkim-interop-'))
const { status, tests } = runTests(join(folder, 'report.json'))
rmSync(folder, { recursive: true, force: true })
printTable(tests)
printExcuses(tests)
printConsumers(tests)
const failed = tests.filter(test => test.status === 'failed')
for (const { fullName, failureMessages } of failed)
  console.error(`FAILED ${fullName}\n  ${failureMessages[0]?.split('\n')[0]}`)
const count = wanted => tests.filter(test => wanted.includes(test.status)).length
console.log(`\n${count(['passed'])} passed, ${failed.length} failed, ${count(SKIPPED)} skipped`)
if (status !== 0 && failed.length === 0) {
  console.error('interop: the run itself failed: npx vitest run --config test/interop/vitest.config.ts tells why')
}
process.exitCode = status === 0 ? 0 : 1
