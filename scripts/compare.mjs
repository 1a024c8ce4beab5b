// npm run compare: the same small questions put to other DKIM command lines that are installed here, as a Markdown table.
// Every cell is measured: a program is run, and its exit code or output is the answer. No network is used or needed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'dkim-compare-'))
const DKIM = [process.execPath, join(root, 'bin', 'dkim.js')]
const message = name => readFileSync(join(root, 'examples', 'messages', name))

function run([program, ...argv], input = '') {
  const { status, stdout, stderr, error } = spawnSync(program, argv, { cwd: folder, input, timeout: 60_000 })
  return { status, text: error ? '' : `${stdout}${stderr}`, missing: error?.code === 'ENOENT' }
}

/** In a network name space of its own nothing can be reached: DNS fails for now, for everybody alike. */
const offline = argv => ['unshare', '--user', '--map-root-user', '--net', ...argv]

const key = join(folder, 'rsa.pem')
run(['openssl', 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', key])
const bare = join(folder, 'bare.key')
writeFileSync(bare, readFileSync(key, 'utf8').replace(/-----[^\n]*\n/g, ''))

/** Their names, and how each does a job; a job that a program does not offer is left out. */
const TOOLS = {
  dkim: {
    verify: [...DKIM, 'verify', '--no-config'],
    sign: [...DKIM, 'sign', '--no-config', '--key', key, '--selector', 's', '--domain', 'example.com'],
    newKey: [...DKIM, 'keygen', '--help'],
    help: [...DKIM, 'verify', '--help'],
  },
  'dkimpy (dkimverify, dkimsign)': {
    verify: ['dkimverify'],
    sign: ['dkimsign', 's', 'example.com', key],
    newKey: ['dknewkey', '--help'],
    help: ['dkimverify', '--help'],
  },
  'Mail::DKIM (dkimproxy-…)': {
    verify: ['dkimproxy-verify'],
    sign: ['dkimproxy-sign', '--selector=s', '--domain=example.com', `--key=${bare}`],
    help: ['dkimproxy-verify', '--help'],
  },
  'OpenDKIM (opendkim-testmsg)': {
    verify: ['opendkim-testmsg'],
    sign: ['opendkim-testmsg', '-d', 'example.com', '-s', 's', '-k', key],
    newKey: ['opendkim-genkey', '--help'],
    help: ['opendkim-testmsg', '-?'],
  },
}

const crlf = bytes => Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
const exitCode = ({ status }) => String(status)

function signatureOf(tool) {
  const { text } = run(tool.sign, crlf(message('plain.eml')))
  const field = /dkim-signature:(?:.*(?:\r?\n[ \t])?)*/i.exec(text)?.[0].replace(/\r?\n[ \t]+/g, ' ') ?? ''
  return new Map(Array.from(field.matchAll(/(?:;|:)\s*([a-z]+)=([^;]*)/gi), ([, name, value]) => [name, value.trim()]))
}

function listedTwice(tool) {
  const names = (signatureOf(tool).get('h') ?? '')
    .toLowerCase()
    .split(':')
    .map(name => name.trim())
  return names.filter(name => name === 'from').length > 1 ? 'yes' : 'no'
}

const QUESTIONS = {
  'exit code for a message that is not signed': tool => exitCode(run(offline(tool.verify), message('plain.eml'))),
  'exit code where DNS fails for now': tool => exitCode(run(offline(tool.verify), message('signed.eml'))),
  'exit code for an empty file': tool => exitCode(run(offline(tool.verify), '')),
  'canonicalization by default': tool => signatureOf(tool).get('c') ?? 'simple/simple',
  'a second From would break the signature, by default': listedTwice,
  'makes Ed25519 keys': tool =>
    tool.newKey === undefined ? 'makes none' : yes(/ed25519/i.test(run(tool.newKey).text)),
  'verifies without DNS, by records in a file': tool => yes(/dns-file/.test(run(tool.help).text)),
  'reports as JSON': tool => yes(/json/i.test(run(tool.help).text)),
}

const yes = value => (value ? 'yes' : 'no')

try {
  if (run(offline(['true'])).status !== 0) throw new Error('unshare cannot make a network name space here')
  const tools = Object.entries(TOOLS).filter(([name, { verify }]) => {
    const { missing } = run(verify, '')
    if (missing) console.error(`SKIPPED: ${name} is not installed`)
    return !missing
  })
  console.log(`| | ${tools.map(([name]) => name).join(' | ')} |`)
  console.log(`|---|${tools.map(() => '---|').join('')}`)
  for (const [question, ask] of Object.entries(QUESTIONS)) {
    console.log(`| ${question} | ${tools.map(([, tool]) => ask(tool)).join(' | ')} |`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
