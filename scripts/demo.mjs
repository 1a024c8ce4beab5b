// npm run demo: the whole life of a key, through the real program, in a temporary folder, against the embedded name server on loopback.
// Shows every command with its real output, and fails where a step does not end as it should.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'

const BIN = join(import.meta.dirname, '..', 'bin', 'dkim.js')
const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (style, text) => (colour ? styleText(style, text) : text)
const env = { ...process.env, CI: '1', ...(colour ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) }
delete env[colour ? 'NO_COLOR' : 'FORCE_COLOR']

const MESSAGE = `From: Alice <alice@example.com>
To: Bob <bob@example.net>
Subject: Lunch on Friday
Date: Sun, 22 Nov 2026 09:00:00 +0000
Message-ID: <lunch@example.com>

Shall we meet at noon, at the usual place?
`

const folder = mkdtempSync(join(tmpdir(), 'dkim-demo-'))
let step = 0

class Unexpected extends Error {}

function heading(text) {
  step += 1
  console.log(`\n${paint('bold', `${step}. ${text}`)}`)
}

/** A shell would quote these. */
const shown = argv => argv.map(word => (/^[\w./:@=,-]+$/.test(word) ? word : `'${word}'`)).join(' ')

function expect(condition, what) {
  if (!condition) throw new Unexpected(what)
}

/** Runs dkim, shows what it says, and holds it against what should be; `to` names the file that takes stdout. */
function dkim(argv, { code = 0, says, to } = {}) {
  console.log(paint('cyan', `$ dkim ${shown(argv)}${to === undefined ? '' : ` > ${to}`}`))
  const result = spawnSync(process.execPath, [BIN, ...argv], { cwd: folder, env })
  if (result.error) throw result.error
  const stdout = result.stdout.toString()
  if (to === undefined) process.stdout.write(stdout)
  else writeFileSync(join(folder, to), result.stdout)
  process.stdout.write(paint('dim', result.stderr.toString()))
  console.log(paint('dim', `(exit code ${result.status})`))
  expect(result.status === code, `exit code ${code} was expected`)
  if (says !== undefined) expect(says.test(stdout), `the output should match ${says}`)
  return stdout
}

/** The records that stand at a name, as one source of DNS has them. */
function recordsAt(name, source) {
  const argv = [BIN, 'lookup', name, ...source, '--no-probe', '--format', 'json']
  const { stdout } = spawnSync(process.execPath, argv, { cwd: folder, env })
  return JSON.stringify(JSON.parse(stdout.toString()).records.map(({ text, ttl }) => [text, ttl]))
}

/** Changes the zone file, and waits until the name server has read it: it looks for changes a few times a second. */
function publish(text, names, dns) {
  writeFileSync(join(folder, 'example.com.zone'), text)
  const isServed = name => recordsAt(name, dns) === recordsAt(name, ['--dns-file', 'example.com.zone'])
  for (let attempt = 0; !names.every(isServed); attempt += 1)
    expect(attempt < 50, 'the server should serve the changed file')
}

function show(name) {
  console.log(paint('cyan', `$ cat ${name}`))
  process.stdout.write(readFileSync(join(folder, name)))
}

function change(from, to, pattern, replacement) {
  console.log(paint('cyan', `$ sed 's/${pattern}/${replacement}/' ${from} > ${to}`))
  const before = readFileSync(join(folder, from), 'utf8')
  const after = before.replace(pattern, replacement)
  expect(after !== before, `"${pattern}" should be in ${from}`)
  writeFileSync(join(folder, to), after)
}

/** The embedded name server, as a process of its own; resolves to IP:PORT. */
function serve(zone) {
  const argv = ['lookup', '--serve', '127.0.0.1:0', '--dns-file', zone]
  console.log(paint('cyan', `$ dkim ${shown(argv)} &`))
  const server = spawn(process.execPath, [BIN, ...argv], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const address = new Promise((resolve, reject) => {
    let said = ''
    const listen = chunk => {
      said += chunk
      const match = /127\.0\.0\.1:([1-9]\d*)/.exec(said)
      if (match !== null && said.endsWith('\n')) resolve(match[0])
    }
    server.stdout.on('data', listen)
    server.stderr.on('data', listen)
    server.on('error', reject)
    server.on('exit', code => reject(new Unexpected(`the name server ended with ${code}: ${said}`)))
    setTimeout(() => reject(new Unexpected('the name server did not start within 10 s')), 10_000).unref()
  })
  return { server, address }
}

async function main() {
  console.log(`The life of a DKIM key, in ${folder}`)

  heading('Make two keys. The private halves go to files, the records to stdout: here, into a zone file')
  const who = ['--domain', 'example.com', '--selector', 'mail']
  dkim(['keygen', ...who, '--type', 'both'], { to: 'example.com.zone' })
  const records = readFileSync(join(folder, 'example.com.zone'), 'utf8')
  expect(/v=DKIM1/.test(records) && /k=ed25519/.test(records), 'the zone file should hold both records')

  heading('Publish them: a name server of our own on loopback serves the zone file')
  show('example.com.zone')
  const { server, address } = serve('example.com.zone')
  try {
    await liveWith(await address)
  } finally {
    server.removeAllListeners('exit')
    server.kill()
  }
}

function liveWith(nameserver) {
  const dns = ['--nameserver', nameserver]
  console.log(paint('dim', `(it listens on ${nameserver})`))
  const keyFile = selector => `${selector}._domainkey.example.com.private.pem`
  const name = 'mail._domainkey.example.com'
  dkim(['lookup', name, '--wait', '--key', keyFile('mail'), ...dns], { says: /✓/ })
  dkim(['lookup', name, ...dns])

  heading('Sign a message with both keys: the fields go in front, its own bytes stay as they are')
  writeFileSync(join(folder, 'message.eml'), MESSAGE)
  show('message.eml')
  const keys = ['mail', 'mail-ed25519'].flatMap(selector => ['--key', keyFile(selector), '--selector', selector])
  dkim(['sign', ...keys, '--domain', 'example.com', 'message.eml'], { to: 'signed.eml' })
  show('signed.eml')
  expect(readFileSync(join(folder, 'signed.eml'), 'utf8').endsWith(MESSAGE), 'the message should be unchanged')

  heading('Verify it')
  dkim(['verify', ...dns, 'signed.eml'], { says: /pass/ })

  heading('Change one word of the body, and verify again')
  change('signed.eml', 'tampered.eml', 'at noon', 'at one')
  dkim(['verify', ...dns, 'tampered.eml'], { code: 1, says: /body-hash-did-not-verify/ })

  heading('Change the Subject instead')
  change('signed.eml', 'renamed.eml', 'Lunch on Friday', 'Lunch on Monday')
  dkim(['verify', ...dns, 'renamed.eml'], { code: 1, says: /signature-did-not-verify/ })

  heading('Add a second Subject: it is oversigned, so that this breaks the signature as well')
  writeFileSync(join(folder, 'added.eml'), `Subject: You have won\n${readFileSync(join(folder, 'signed.eml'))}`)
  dkim(['verify', ...dns, 'added.eml'], { code: 1 })

  heading('And the untouched message, once more, in the form for mail systems')
  dkim(['verify', ...dns, '--format', 'authentication-results', 'signed.eml'], { says: /dkim=pass/ })

  rotate(dns)
}

/** The clock of this part is --now: a rotation takes weeks. */
function rotate(dns) {
  const zone = () => readFileSync(join(folder, 'example.com.zone'), 'utf8')
  const isOld = line => line.startsWith('mail._domainkey')
  const selectors = ['mail._domainkey.example.com', 'mail2026b._domainkey.example.com']
  const check = (day, ...more) => ['rotate-plan', '--state', 'plan.json', '--check', '--now', day, ...more, ...dns]
  const signNow = (day, to) => {
    const key = ['--key', 'mail2026b._domainkey.example.com.private.pem', '--selector', 'mail2026b']
    dkim(['sign', ...key, '--domain', 'example.com', '--now', day, 'message.eml'], { to })
  }

  heading('Half a year later: a new key takes over. Make it, and plan the rotation')
  dkim(['keygen', '--domain', 'example.com', '--selector', 'mail2026b'], { to: 'new.zone' })
  const names = ['--domain', 'example.com', '--selector', 'mail', '--new-selector', 'mail2026b']
  const key = ['--key', 'mail2026b._domainkey.example.com.private.pem']
  const begin = ['--state', 'plan.json', '--now', '2027-05-03T09:00:00Z']
  dkim(['rotate-plan', ...names, ...key, ...begin, ...dns], { says: /stage.*publish/ })

  heading('Publish the new record. The plan sees it, signs a test message with the new key, and waits for caches')
  publish(zone() + readFileSync(join(folder, 'new.zone'), 'utf8'), selectors, dns)
  dkim(check('2027-05-03T10:00:00Z'), { says: /stage.*propagate/ })

  heading('A day later the signers may switch: exit code 1 says that something is due, a cron job is a monitor')
  dkim(check('2027-05-04T10:00:00Z'), { code: 1, says: /stage.*switch/ })

  heading('Switch. A message that came in proves it, and the overlap begins')
  signNow('2027-05-04T11:00:00Z', 'switched.eml')
  dkim(check('2027-05-04T12:00:00Z', '--sample', 'switched.eml'), { says: /stage.*overlap/ })

  heading('Two weeks later no mail with the old key is on its way any more: revoke it')
  dkim(check('2027-05-18T12:00:00Z'), { code: 1, says: /revoke the old key now/ })
  const revoked = zone()
    .split('\n')
    .map(line => (isOld(line) ? 'mail._domainkey.example.com. 300 IN TXT "v=DKIM1; p="' : line))
  publish(revoked.join('\n'), selectors, dns)
  dkim(check('2027-05-18T13:00:00Z'), { says: /stage.*revoked/ })

  heading('A month later the record goes as well, and the next rotation is in the calendar')
  dkim(check('2027-06-17T13:00:00Z'), { code: 1, says: /remove the old record now/ })
  const removed = zone()
    .split('\n')
    .filter(line => !isOld(line))
  publish(removed.join('\n'), selectors, dns)
  dkim(check('2027-06-17T14:00:00Z'), { says: /stage.*finished/ })
}

try {
  await main()
  console.log(`\n${paint('green', '✓')} every step ended as it should`)
} catch (error) {
  if (!(error instanceof Unexpected)) throw error
  console.error(`\n${paint('red', '✗')} step ${step}: ${error.message}`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
