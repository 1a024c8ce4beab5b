// npm run bench: measures this project beside its peers and the limits of the machine, and writes docs/benchmarks.md.
// Ratios count, taken run by run with all candidates in turn; every verdict is checked. BENCH_FOLDER keeps the workload, BENCH_ROUNDS and
// BENCH_SECONDS say how long each is measured, BENCH_ONLY names the parts.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeGigabyte, makeHostile, makeMailbox } from './large.mjs'
import { compare, median } from './process.mjs'
import { makeWorkload, SETS, SIGNED_AT } from './workload.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = process.env.BENCH_FOLDER ?? join(tmpdir(), 'dkim-bench')
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const seconds = process.env.BENCH_SECONDS ?? '1.5'
Object.assign(process.env, { BENCH_FOLDER: folder, BENCH_SECONDS: seconds })
const only = process.env.BENCH_ONLY?.split(',')
// Where it is set, Node 20 reads a bundle of certificates at every start.
delete process.env.NODE_EXTRA_CA_CERTS
const peers = join(folder, 'peers')
const dkim = [process.execPath, join(root, 'bin', 'dkim.js')]
const keys = ['--dns-file', join(folder, 'keys.json'), '--now', SIGNED_AT.toISOString()]

const script = (engine, task, set, count) => [
  process.execPath,
  join(root, 'bench/library.mjs'),
  engine,
  task,
  set,
  String(count),
]
const other = argv => (_task, set, count) => [...argv, folder, set, String(count), seconds]
const ENGINES = {
  dkim: { argv: (...parts) => script('dkim', ...parts) },
  'node:crypto alone': { argv: (...parts) => script('floor', ...parts) },
  'sha256 alone': { argv: (_task, set, count) => script('floor', 'hash', set, count) },
  mailauth: { argv: (...parts) => script('mailauth', ...parts), present: () => npmPeers },
  nodemailer: { argv: (...parts) => script('nodemailer', ...parts), present: () => npmPeers },
  OpenDKIM: { argv: other([join(folder, 'opendkim')]), present: () => existsSync(join(folder, 'opendkim')) },
  dkimpy: {
    argv: other(['/usr/bin/python3', join(root, 'bench/engines/dkimpy.py')]),
    present: () => runs('/usr/bin/python3', '-c', 'import dkim'),
  },
  'Mail::DKIM': {
    argv: other(['perl', join(root, 'bench/engines/mail-dkim.pl')]),
    present: () => runs('perl', '-MMail::DKIM', '-e', '1'),
  },
}

/** What is measured by the library, how much of a set slow engines get, and the goals: times a peer, or share of a limit. */
const CASES = [
  {
    task: 'verify',
    set: 'small-rsa-relaxed',
    engines: ['mailauth', 'OpenDKIM', 'dkimpy', 'Mail::DKIM', 'node:crypto alone'],
    goals: { mailauth: [10, 16], OpenDKIM: [3, 4.5], 'node:crypto alone': [0.45, 0.62] },
  },
  { task: 'verify', set: 'small-rsa-simple', engines: ['mailauth', 'node:crypto alone'], goals: {} },
  {
    task: 'verify',
    set: 'small-ed25519-relaxed',
    engines: ['mailauth', 'node:crypto alone'],
    goals: { 'node:crypto alone': [0.75, 0.85] },
  },
  {
    task: 'verify',
    set: 'medium-rsa-relaxed',
    engines: ['mailauth', 'OpenDKIM', 'node:crypto alone'],
    goals: { mailauth: [9, 14] },
  },
  {
    task: 'verify',
    set: 'large-base64-rsa-relaxed',
    engines: ['mailauth', 'sha256 alone'],
    goals: { 'sha256 alone': [0.5, 0.75] },
  },
  {
    task: 'verify',
    set: 'large-text-rsa-relaxed',
    engines: ['mailauth', 'OpenDKIM', 'sha256 alone'],
    goals: { 'sha256 alone': [0.2, 0.45] },
  },
  { task: 'verify', set: 'large-text-rsa-simple', engines: ['sha256 alone'], goals: { 'sha256 alone': [0.75, 0.9] } },
  {
    task: 'sign',
    set: 'small-rsa-relaxed',
    engines: ['mailauth', 'nodemailer', 'node:crypto alone'],
    goals: { 'node:crypto alone': [0.85, 0.92] },
  },
]
const COUNTS = { small: 2000, medium: 300, 'large-base64': 3, 'large-text': 3 }

const runs = (...argv) => spawnSync(argv[0], argv.slice(1), { stdio: 'ignore' }).status === 0
const wanted = name => only === undefined || only.includes(name)
const number = (value, digits = 2) => (value >= 100 ? value.toFixed(0) : value.toFixed(digits))
let npmPeers = false

function installPeers() {
  const npm = join(peers, 'npm')
  mkdirSync(npm, { recursive: true })
  if (!existsSync(join(npm, 'node_modules', 'mailauth'))) {
    writeFileSync(join(npm, 'package.json'), '{"private":true}')
    spawnSync('npm', ['install', '--silent', 'mailauth@4.9.5', 'nodemailer@7'], { cwd: npm, stdio: 'inherit' })
  }
  npmPeers = existsSync(join(npm, 'node_modules', 'mailauth'))
  const source = join(root, 'bench/engines/opendkim.c')
  if (!existsSync(join(folder, 'opendkim')))
    spawnSync('gcc', ['-O2', '-o', join(folder, 'opendkim'), source, '-lopendkim'])
  for (const [name, { present }] of Object.entries(ENGINES)) {
    if (present?.() === false) process.stderr.write(`SKIPPED: ${name} is not on this machine\n`)
  }
}

/** Messages a second of CPU time; throws where a verdict was wrong. */
function rate(engine, { task, set }) {
  const count = COUNTS[Object.keys(SETS).find(name => set.startsWith(name))]
  const [command, ...argv] = ENGINES[engine].argv(task, set, count)
  const { messages, good, cpu } = JSON.parse(
    execFileSync(command, argv, { maxBuffer: 1 << 20, stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  if (messages !== good) throw new Error(`${engine}: ${good} of ${messages} right (${task} ${set})`)
  return (messages / cpu) * 1e6
}

function libraryPart() {
  const rows = []
  for (const item of CASES) {
    const engines = item.engines.filter(name => ENGINES[name].present?.() !== false)
    const rates = Object.fromEntries(['dkim', ...engines].map(name => [name, []]))
    for (let round = 0; round < rounds; round += 1) {
      for (const name of Object.keys(rates)) rates[name].push(rate(name, item))
    }
    for (const name of engines) {
      const ratios = rates.dkim.map((own, round) => own / rates[name][round])
      const [must, goal] = item.goals[name] ?? []
      rows.push({
        what: `${item.task} ${item.set}`,
        own: median(rates.dkim),
        against: name,
        theirs: median(rates[name]),
        ratio: median(ratios),
        least: Math.min(...ratios),
        most: Math.max(...ratios),
        must,
        goal,
        more: true,
      })
      process.stderr.write(`${item.task} ${item.set} / ${name}: ${number(median(ratios))}\n`)
    }
  }
  return rows
}

const one = join(folder, 'one.eml')
const sign = ['sign', '--key', join(folder, 'rsa.pem'), '--domain', 'd0.example.com', '--selector', 'rsa']

function processPart() {
  const results = compare(
    {
      'node -e 0': { argv: [process.execPath, '-e', '0'] },
      'dkim --version': { argv: [...dkim, '--version'] },
      'dkim --help': { argv: [...dkim, '--help'] },
      'a usage error': { argv: [...dkim, 'verify', '--nope'], status: 2 },
      'verify one message, json': { argv: [...dkim, 'verify', ...keys, '--format', 'json', one] },
      'sign one message': { argv: [...dkim, ...sign, one] },
      'verify one message, text': { argv: [...dkim, 'verify', ...keys, one] },
    },
    Math.max(7, rounds * 3),
  )
  const goals = {
    'verify one message, json': [1.8, 1.5],
    'sign one message': [1.8, 1.5],
    'verify one message, text': [5, 4],
  }
  return results.slice(1).map(({ name, wall, ratio, least, most }) => {
    const [must, goal] = goals[name] ?? [1.5, 1.2]
    return {
      what: name,
      own: wall,
      against: 'node -e 0',
      theirs: results[0].wall,
      ratio,
      least,
      most,
      must,
      goal,
      unit: 'ms',
    }
  })
}

function gigabytePart() {
  const file = makeGigabyte(folder)
  const shell = command => ['sh', '-c', command]
  const quoted = argv => argv.map(word => `'${word}'`).join(' ')
  const results = compare(
    {
      openssl: { argv: ['openssl', 'dgst', '-sha256', file] },
      node: { argv: [process.execPath, '-e', '0'] },
      'verify 1 GB, file': { argv: [...dkim, 'verify', ...keys, '--format', 'json', file] },
      'verify 1 GB, pipe': {
        argv: shell(`cat '${file}' | exec ${quoted([...dkim, 'verify', ...keys, '--format', 'json'])}`),
      },
      'sign 1 GB, field alone': { argv: [...dkim, ...sign, '--header-only', file] },
    },
    Math.max(2, rounds - 1),
  )
  const bare = results[1].peak
  return results.slice(2).flatMap(({ name, wall, peak, ratio, least, most }) => [
    {
      what: name,
      own: wall,
      against: 'openssl dgst -sha256',
      theirs: results[0].wall,
      ratio,
      least,
      most,
      must: 2.5,
      goal: 1.4,
      unit: 'ms',
    },
    {
      what: `${name}, memory over bare Node`,
      own: peak / 1024,
      against: 'bare Node, MiB',
      theirs: bare / 1024,
      ratio: (peak - bare) / 1024,
      must: 32,
      goal: 16,
      unit: 'MiB',
    },
  ])
}

function mailboxPart(rows) {
  const file = makeMailbox(folder)
  const verify = jobs => ({ argv: [...dkim, 'verify', ...keys, '--format', 'ndjson', '--jobs', String(jobs), file] })
  const [single, double] = compare({ one: verify(1), two: verify(2) }, 1, { warmUp: false })
  const memory = rows.find(({ what }) => what === 'verify small-rsa-relaxed')?.own
  const perSecond = 100_000 / (single.cpu / 1000)
  return [
    ...(memory === undefined
      ? []
      : [
          {
            what: 'mbox of 100,000, one thread',
            own: perSecond,
            against: 'in memory',
            theirs: memory,
            ratio: perSecond / memory,
            must: 0.6,
            goal: 0.75,
            more: true,
          },
        ]),
    {
      what: 'mbox of 100,000, two threads',
      own: double.wall,
      against: 'one thread',
      theirs: single.wall,
      ratio: single.wall / double.wall,
      must: 1.6,
      goal: 1.85,
      more: true,
      unit: 'ms',
    },
    {
      what: 'mbox of 100,000, one thread, peak memory in MiB',
      own: single.peak / 1024,
      against: '',
      theirs: 0,
      ratio: single.peak / 1024,
      must: 128,
      goal: 100,
    },
    {
      what: 'mbox of 100,000, two threads, peak memory in MiB',
      own: double.peak / 1024,
      against: '',
      theirs: 0,
      ratio: double.peak / 1024,
      must: 128,
      goal: 100,
    },
  ]
}

function hostilePart() {
  return makeHostile(folder).flatMap(({ name, half, whole }) => {
    const results = compare(
      Object.fromEntries(
        Object.entries({ node: null, half, whole }).map(([key, file]) => [
          key,
          {
            argv:
              file === null ? [process.execPath, '-e', '0'] : [...dkim, 'verify', ...keys, '--format', 'json', file],
          },
        ]),
      ),
      3,
    )
    const base = compare({ small: { argv: [...dkim, 'verify', ...keys, '--format', 'json', one] } }, 3)[0].cpu
    const cost = Math.max(1, results[2].cpu - base)
    const before = Math.max(1, results[1].cpu - base)
    return [
      {
        what: `hostile: ${name}, seconds of CPU above one small message`,
        own: cost / 1000,
        against: 'half the size',
        theirs: before / 1000,
        ratio: cost / 1000,
        must: 0.25,
        goal: 0.1,
      },
    ]
  })
}

function keygenPart() {
  const results = compare(
    {
      openssl: { argv: ['openssl', 'genrsa', '2048'] },
      dkim: {
        argv: [...dkim, 'keygen', '--selector', 'x', '--type', 'rsa', '--bits', '2048', '--force', '--out-dir', folder],
      },
    },
    Math.max(10, rounds * 10),
  )
  return [
    {
      what: 'keygen RSA-2048',
      own: results[1].wall,
      against: 'openssl genrsa',
      theirs: results[0].wall,
      ratio: results[1].wall / results[0].wall,
      must: 1.5,
      goal: 1.2,
      unit: 'ms',
    },
  ]
}

function verdictOf({ ratio, must, goal, more }) {
  if (must === undefined) return ''
  const reaches = bound => (more ? ratio >= bound : ratio <= bound)
  return reaches(goal) ? 'goal' : reaches(must) ? 'must' : 'not yet'
}

function tableOf(rows) {
  const lines = rows.map(row => {
    const spread = row.least === undefined ? '' : `${number(row.least)}–${number(row.most)}`
    const bounds = row.must === undefined ? '' : `${row.must}; ${row.goal}`
    return `| ${row.what} | ${number(row.own)}${row.unit ? ` ${row.unit}` : ''} | ${row.against} | ${row.theirs === 0 ? '' : number(row.theirs)} | **${number(row.ratio)}** | ${spread} | ${bounds} | ${verdictOf(row)} |`
  })
  return [
    '| what | dkim | beside | theirs | ratio | least–most | must; goal | met |',
    '|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

makeWorkload(folder)
installPeers()
writeFileSync(one, makeOne())
const rows = []
const parts = {
  library: libraryPart,
  process: processPart,
  gigabyte: gigabytePart,
  mailbox: () => mailboxPart(rows),
  hostile: hostilePart,
  keygen: keygenPart,
}
for (const [name, part] of Object.entries(parts)) {
  if (!wanted(name)) continue
  process.stderr.write(`${name}…\n`)
  rows.push(...part())
}
const page = `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} processors (${cpus()[0].model}), Node ${process.version}, ${rounds} rounds. Ratios are taken round by
round, with all candidates in turn on the same machine; the middle one is shown. Libraries are measured in messages a second of CPU time
after warm-up, processes in wall time. Every verdict of every engine is checked. *small* is 2.4 KB with twenty fields, *medium* 50 KB,
*large* 10 MB. "node:crypto alone" is the hash of the body and the signature operation on inputs that were made ready before: what no
program on Node can be faster than.

${tableOf(rows)}
`
if (only === undefined || process.env.BENCH_WRITE) writeFileSync(join(root, 'docs', 'benchmarks.md'), page)
process.stdout.write(page)

function makeOne() {
  const text = execFileSync(process.execPath, [
    '-e',
    `import('${join(root, 'bench/workload.mjs')}').then(({ readSet }) => process.stdout.write(readSet('${folder}', 'small-rsa-relaxed', 1)[0]))`,
  ])
  return text
}
