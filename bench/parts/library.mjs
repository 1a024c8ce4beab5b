// The library in memory, one thread, beside other libraries and beside what node:crypto alone takes: messages a second of CPU time.
import { execFileSync } from 'node:child_process'
import { median, spread } from '../compare.mjs'
import { ENGINES } from '../peers.mjs'
import { rounds, tell } from '../settings.mjs'
import { SETS } from '../workload.mjs'

/** Must and goal: times the other, or the share of a limit. */
const CASES = [
  {
    task: 'verify',
    set: 'small-rsa-relaxed',
    beside: {
      mailauth: [10, 16],
      OpenDKIM: [3, 4.5],
      'node:crypto alone': [0.45, 0.62],
      'go-msgauth': null,
      dkimpy: null,
      'Mail::DKIM': null,
    },
  },
  { task: 'verify', set: 'small-rsa-simple', beside: { mailauth: null, 'node:crypto alone': null } },
  {
    task: 'verify',
    set: 'small-ed25519-relaxed',
    beside: { 'node:crypto alone': [0.75, 0.85], mailauth: null, OpenDKIM: null, 'go-msgauth': null },
  },
  {
    task: 'verify',
    set: 'medium-rsa-relaxed',
    beside: { mailauth: [9, 14], OpenDKIM: null, 'go-msgauth': null, 'node:crypto alone': null },
  },
  { task: 'verify', set: 'large-base64-rsa-relaxed', beside: { 'sha256 alone': [0.5, 0.75], mailauth: null } },
  {
    task: 'verify',
    set: 'large-text-rsa-relaxed',
    beside: { 'sha256 alone': [0.2, 0.45], mailauth: null, OpenDKIM: null },
  },
  { task: 'verify', set: 'large-base64-rsa-simple', beside: { 'sha256 alone': [0.75, 0.9] } },
  { task: 'verify', set: 'large-text-rsa-simple', beside: { 'sha256 alone': [0.75, 0.9], mailauth: null } },
  {
    task: 'sign',
    set: 'small-rsa-relaxed',
    beside: { 'node:crypto alone': [0.85, 0.92], mailauth: null, nodemailer: null },
  },
]
/** Messages of a set that are gone through again and again. */
const COUNTS = { small: 2000, medium: 300, 'large-base64': 3, 'large-text': 3 }

/** Verifying small messages is what the machine disturbs most. */
const roundsOf = ({ task, set }) =>
  task === 'verify' && set.endsWith('relaxed') && set.startsWith('small') ? rounds + 3 : rounds

/** Messages a second of CPU time; throws where a verdict was wrong. */
export function rate(engine, { task, set }) {
  const { argv: argvOf, slow = 1 } = ENGINES[engine]
  const count = COUNTS[Object.keys(SETS).find(name => set.startsWith(name))]
  const [command, ...argv] = argvOf(task, set, Math.ceil(count / slow))
  const output = execFileSync(command, argv, { maxBuffer: 1 << 20, stdio: ['ignore', 'pipe', 'inherit'] })
  const { messages, good, cpu } = JSON.parse(output)
  if (messages === 0 || messages !== good) throw new Error(`${engine}: ${good} of ${messages} right (${task} ${set})`)
  return (messages / cpu) * 1e6
}

export function libraryPart({ missing }) {
  return CASES.flatMap(item => {
    const names = Object.keys(item.beside).filter(name => !missing.includes(name))
    const rates = Object.fromEntries(['dkim', ...names].map(name => [name, []]))
    for (let round = 0; round < roundsOf(item); round += 1) {
      for (const name of Object.keys(rates)) rates[name].push(rate(name, item))
    }
    const what = `${item.task} ${item.set.replaceAll('-', ' ')}`
    tell(`  ${what}: ${Math.round(median(rates.dkim))}/s`)
    return names.map(name => ({
      what,
      unit: '/s',
      own: median(rates.dkim),
      beside: name,
      theirs: median(rates[name]),
      ...spread(rates.dkim.map((own, round) => own / rates[name][round])),
      goals: item.beside[name],
      more: true,
    }))
  })
}
