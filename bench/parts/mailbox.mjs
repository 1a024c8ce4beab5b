// An mbox of 100,000 messages, one in ten with an Ed25519 signature: beside the rate in memory, two threads beside one, and memory.
import { compare, fasterThan, median, once, spread } from '../compare.mjs'
import { MAILBOX, makeMailbox } from '../large.mjs'
import { folder, rounds, tell, verify } from '../settings.mjs'
import { twoCores } from '../two-cores.mjs'
import { rate } from './library.mjs'

const FEW = MAILBOX / 10

export function mailboxPart() {
  const all = makeMailbox(folder, MAILBOX)
  const few = makeMailbox(folder, FEW)
  checkAll(all)
  const run = (file, jobs) => ({ argv: [...verify, '--format', 'ndjson', '--jobs', String(jobs), file], discard: true })
  const runs = []
  const memory = []
  const control = []
  for (let round = 0; round < rounds + 1; round += 1) {
    control.push(twoCores('rsa2048', 'verify'))
    const commands = { one: run(all, 1), two: run(all, 2), 'few, one': run(few, 1), 'few, two': run(few, 2) }
    runs.push(compare(commands, 1, { warmUp: false }))
    memory.push(mixedRate())
    tell(
      `  two threads: ${(runs.at(-1).one.wall / runs.at(-1).two.wall).toFixed(2)}, control: ${control.at(-1).toFixed(2)}`,
    )
  }
  return rowsOf(merged(runs), memory, control)
}

function rowsOf(results, memory, control) {
  const rates = results.one.runs.map(({ cpu }) => (MAILBOX / cpu) * 1000)
  const peakOf = name => Math.max(...results[name].runs.map(({ peak }) => peak))
  const peak = name => ({
    what: `mbox of 100,000, ${name} thread${name === 'two' ? 's' : ''}: peak memory`,
    unit: ' MiB',
    own: peakOf(name),
    beside: 'the same of 10,000',
    theirs: peakOf(`few, ${name}`),
    ratio: peakOf(name),
    goals: [128, 100],
    note: `${(peakOf(name) / peakOf(`few, ${name}`)).toFixed(2)} times that of 10,000`,
  })
  return [
    {
      what: 'mbox of 100,000 to ndjson, one thread',
      unit: '/s',
      own: median(rates),
      beside: 'the same mix in memory',
      theirs: median(memory),
      ...spread(rates.map((own, round) => own / memory[round])),
      goals: [0.6, 0.75],
      more: true,
    },
    {
      what: 'mbox of 100,000 to ndjson, two threads',
      beside: 'one thread',
      ...fasterThan(results, 'two', 'one'),
      goals: [1.6, 1.85],
      more: true,
      note: `two of openssl: ${median(control).toFixed(2)} times one`,
    },
    peak('one'),
    peak('two'),
  ]
}

/** Messages a second in memory of nine RSA messages and one Ed25519 message. */
function mixedRate() {
  const rsa = rate('dkim', { task: 'verify', set: 'small-rsa-relaxed' })
  const ed25519 = rate('dkim', { task: 'verify', set: 'small-ed25519-relaxed' })
  return 1 / (0.9 / rsa + 0.1 / ed25519)
}

function checkAll(file) {
  const check = text => {
    const { messages, results } = JSON.parse(text)
    return messages === MAILBOX && results.length === 1 && results[0].name === 'pass'
  }
  once('the mailbox', { argv: [...verify, '--summary', '--format', 'json', file], check })
}

export function merged(rounds) {
  return Object.fromEntries(
    Object.keys(rounds[0]).map(name => {
      const runs = rounds.flatMap(results => results[name].runs)
      return [name, { runs, wall: median(runs.map(({ wall }) => wall)), peak: median(runs.map(({ peak }) => peak)) }]
    }),
  )
}
