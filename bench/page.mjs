// The page that a run writes: goals first, then the other comparisons, and what the run was.
import { cpus, loadavg, totalmem } from 'node:os'

const number = value => (value >= 100 ? value.toFixed(0) : value.toFixed(2))
const grouped = value => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : number(value))

/** `goal`, `must`, or that it is neither; nothing where no goal is set. */
export function verdictOf({ ratio, goals, more }) {
  if (!goals) return ''
  const reaches = bound => (more ? ratio >= bound : ratio <= bound)
  return reaches(goals[1]) ? 'goal' : reaches(goals[0]) ? 'must' : '**not met**'
}

const COLUMNS = ['what', 'dkim', 'beside', 'theirs', 'figure', 'least–most']

function tableOf(rows, withGoals) {
  const columns = withGoals ? [...COLUMNS, 'must; goal', 'met', ''] : COLUMNS
  const lines = rows.map(row => {
    const { what, own, unit, beside, theirs, ratio, least, most, goals, note = '' } = row
    const range = least === undefined ? '' : `${number(least)}–${number(most)}`
    const cells = [what, `${grouped(own)}${unit}`, beside, `${grouped(theirs)}${unit}`, `**${number(ratio)}**`, range]
    return withGoals ? [...cells, `${goals[0]}; ${goals[1]}`, verdictOf(row), note] : cells
  })
  return [columns, columns.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

function countsOf(rows) {
  const verdicts = rows.map(verdictOf)
  const goal = verdicts.filter(verdict => verdict === 'goal').length
  const must = verdicts.filter(verdict => verdict === 'must').length
  return `Of ${rows.length} figures with a goal ${goal} reach it, ${must} more what they must, ${rows.length - goal - must} do not.`
}

export const loads = () =>
  loadavg()
    .map(load => load.toFixed(1))
    .join(', ')

export function pageOf(rows, { rounds, seconds, minutes, load, versions, missing }) {
  const withGoals = rows.filter(({ goals }) => goals)
  const others = rows.filter(({ goals }) => !goals)
  const machine = `${cpus().length} processors (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB`
  const skipped =
    missing.length === 0 ? 'Nothing was skipped.' : `**Skipped, ${missing.length}: ${missing.join(', ')}.**`
  return `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}, Node ${process.version}
(OpenSSL ${process.versions.openssl}), ${rounds} rounds or more of ${seconds} s, ${minutes} minutes in all; load average ${load} before and ${loads()} after.
Beside: ${versions.join(', ')}. ${skipped}

Ratios are taken round by round, with all candidates in turn on the same machine; the middle one is shown, with the least and the most.
Libraries are measured in messages a second of CPU time after a warm-up, each in a process of its own, with keys out of memory;
whole processes in wall time beside a bare Node or \`openssl\`. Every verdict of every program is checked, and a wrong one ends the run.
*small* is 2.4 KB with twenty fields, *medium* 50 KB, *large* 10 MB, *text* has a blank at the end of every third line. "node:crypto alone" is
the hash of the body and the signature operation on inputs that were made ready before, "sha256 alone" one hash of the whole message: what
no program on Node can be faster than. A library's figure is its speed over that of the other; a process's is its time over that of the other.

## Goals

${countsOf(withGoals)}

${tableOf(withGoals, true)}
${others.length === 0 ? '' : `\n## Beside other programs\n\n${tableOf(others, false)}\n`}`
}
