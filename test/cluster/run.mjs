// Runs the examples of examples/cluster/ for real: GNU parallel over ssh with two hosts, one of which is killed half-way, and a Slurm job
// array with two nodes, all on the loopback of this machine. Debian: parallel, openssh-server, slurm-wlm. What is absent is skipped, loudly.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { formatKeyRecord } from '../../dist/core/dkim/key-record.js'
import { Signer } from '../../dist/core/dkim/sign.js'
import { generatePrivateKey } from '../../dist/core/keys/private-key.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const examples = join(root, 'examples', 'cluster')
const folder = mkdtempSync(join(tmpdir(), 'dkim-cluster-'))
const mail = join(folder, 'mail')
const COUNT = 1000
const SHARDS = 12
const running = []
let failures = 0
let skipped = 0

const has = command => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const write = (name, text, mode = 0o644) => {
  writeFileSync(join(folder, name), text)
  chmodSync(join(folder, name), mode)
  return join(folder, name)
}

function check(what, good, detail = '') {
  process.stdout.write(`${good ? 'ok  ' : 'FAIL'}  ${what}${good ? '' : `\n${detail}`}\n`)
  if (!good) failures += 1
}

function skip(what, commands) {
  const missing = commands.filter(command => !has(command))
  if (missing.length === 0) return false
  process.stderr.write(`SKIPPED: ${what}: ${missing.join(', ')} not installed\n`)
  skipped += 1
  return true
}

async function makeMail() {
  mkdirSync(mail)
  const key = await generatePrivateKey('ed25519')
  write(
    'dns.json',
    JSON.stringify({ 'e._domainkey.example.com': formatKeyRecord({ keyType: 'ed25519', publicKey: key.publicKey.p }) }),
  )
  for (let number = 0; number < COUNT; number += 1) {
    const message = Buffer.from(`From: a@example.com\r\nSubject: ${number}\r\n\r\nbody\r\n`)
    const signer = new Signer({ requests: [{ key, selector: 'e' }], now: new Date(1_700_000_000_000) })
    signer.write(message)
    const signed = Buffer.concat([...signer.end().fields, message]).toString()
    writeFileSync(join(mail, `${number}.eml`), number % 4 === 0 ? signed.replace('body', 'Body') : signed)
  }
  // What every host runs: the program of this checkout.
  return write('dkim', `#!/bin/sh\nexec ${process.execPath} ${join(root, 'bin', 'dkim.js')} "$@"\n`, 0o755)
}

/** Two sshd on loopback ports are two hosts. */
function startHosts(ports) {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')])
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'user')])
  mkdirSync('/run/sshd', { recursive: true })
  write('authorized', readFileSync(join(folder, 'user.pub')), 0o600)
  return ports.map(port => {
    const config = write(
      `sshd-${port}`,
      `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${folder}/host\nAuthorizedKeysFile ${folder}/authorized\nStrictModes no\nUsePAM no\nPidFile none\nMaxStartups 100\nPermitRootLogin yes\n`,
    )
    const server = spawn('/usr/sbin/sshd', ['-D', '-f', config], { stdio: 'ignore', detached: true })
    running.push(server)
    return server
  })
}

/** Ends a host with all that runs on it: the listener, and the sessions below it. */
function kill(server) {
  const below = pid =>
    spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
      .stdout.toString()
      .split('\n')
      .map(Number)
      .filter(Boolean)
      .flatMap(child => [child, ...below(child)])
  for (const pid of [server.pid, ...below(server.pid)]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {}
  }
}

async function testParallel(dkim) {
  if (skip('GNU parallel over ssh', ['parallel', '/usr/sbin/sshd', 'ssh', 'ps'])) return
  const ports = [42_201, 42_202]
  const servers = startHosts(ports)
  await sleep(1000)
  const ssh = `ssh -i ${folder}/user -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ServerAliveInterval=1`
  const hosts = write('hosts', ports.map(port => `1/${ssh} -p ${port} ${userInfo().username}@127.0.0.1\n`).join(''))
  const run = spawn(
    join(examples, 'parallel.sh'),
    [hosts, mail, String(SHARDS), '--dns-file', join(folder, 'dns.json'), '--now', '1700000000'],
    {
      env: { ...process.env, DKIM: dkim, DKIM_HERE: dkim },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  run.stdout.on('data', chunk => {
    output += chunk
  })
  run.stderr.on('data', chunk => {
    output += chunk
  })
  const ended = new Promise(resolve => run.on('close', resolve))
  await sleep(4000)
  const early = run.exitCode !== null
  kill(servers[1])
  const code = await ended
  check('a host is killed while shards run on it', !early, 'the run had ended before')
  check(
    'parallel: nothing lost, nothing counted twice, exit code 1',
    code === 1 && output.includes(`${COUNT} messages: 750 pass, 250 fail`) && output.includes('; complete'),
    `exit code ${code}\n${output}`,
  )
}

const SLURM = ({ host, folder }) => `ClusterName=loopback
SlurmctldHost=${host}(127.0.0.1)
AuthType=auth/munge
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${folder}/slurm
SlurmdSpoolDir=${folder}/slurm-%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmctldPort=42203
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SchedulerType=sched/backfill
SelectType=select/cons_tres
MpiDefault=none
ReturnToService=2
NodeName=one,two NodeHostname=${host} NodeAddr=127.0.0.1 Port=[42204,42205] CPUs=1 State=UNKNOWN
PartitionName=all Nodes=one,two Default=YES MaxTime=INFINITE State=UP
`

async function testSlurm(dkim) {
  if (skip('Slurm job array', ['slurmctld', 'slurmd', 'sbatch', 'squeue', 'munged', 'munge'])) return
  const results = join(folder, 'results')
  for (const name of [results, join(folder, 'slurm'), join(folder, 'munge')]) mkdirSync(name)
  const config = write('slurm.conf', SLURM({ host: hostname().split('.')[0], folder }))
  const key = write('munge.key', Buffer.from(Array.from({ length: 128 }, (_, index) => index)), 0o600)
  const socket = join(folder, 'munge', 'socket')
  chmodSync(folder, 0o755)
  const plugins = `AuthInfo=socket=${socket}\n`
  writeFileSync(config, readFileSync(config, 'utf8') + plugins)
  const env = { ...process.env, SLURM_CONF: config, DKIM: dkim }
  const start = (command, argv) => running.push(spawn(command, argv, { env, stdio: 'ignore' }))
  start('munged', [
    '--foreground',
    '--force',
    `--key-file=${key}`,
    `--socket=${socket}`,
    `--pid-file=${folder}/munge/pid`,
    `--log-file=${folder}/munge/log`,
    `--seed-file=${folder}/munge/seed`,
  ])
  await sleep(1000)
  start('slurmctld', ['-D', '-f', config])
  for (const node of ['one', 'two']) start('slurmd', ['-D', '-N', node, '-f', config])
  await sleep(5000)
  const submitted = spawnSync(
    'sbatch',
    [
      `--array=1-${SHARDS}`,
      '--output=/dev/null',
      join(examples, 'slurm.sh'),
      mail,
      results,
      '--dns-file',
      join(folder, 'dns.json'),
      '--now',
      '1700000000',
    ],
    { env },
  )
  if (submitted.status !== 0) return check('slurm: the job is taken', false, submitted.stderr.toString())
  for (let second = 0; second < 120; second += 1) {
    await sleep(1000)
    if (spawnSync('squeue', ['-h'], { env }).stdout.toString().trim() === '') break
  }
  const files = Array.from({ length: SHARDS }, (_, index) => join(results, `${index + 1}.ndjson`))
  const merged = spawnSync(dkim, ['verify', '--merge', ...files])
  const text = merged.stdout.toString()
  check(
    'slurm: all shards of two nodes are the whole, exit code 1',
    merged.status === 1 && text.includes(`${COUNT} messages: 750 pass, 250 fail`) && text.includes('; complete'),
    `${merged.status}\n${text}${merged.stderr}`,
  )
}

try {
  const dkim = await makeMail()
  await testParallel(dkim)
  await testSlurm(dkim)
} finally {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(
  `${failures === 0 ? 'passed' : `${failures} FAILED`}${skipped > 0 ? `, ${skipped} SKIPPED` : ''}\n`,
)
process.exitCode = failures === 0 ? 0 : 1
