// Whole processes side by side: each command in turn, run by run, with wall time, CPU time and peak memory as /usr/bin/time has them.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

/** One run of { argv, status?, check?, discard? }; argv may be made anew for each. Throws where it did not do what it should. */
export function once(name, { argv, status = 0, check, discard = false }) {
  const stdout = discard ? openSync('/dev/null', 'w') : 'pipe'
  const started = performance.now()
  const child = spawnSync('/usr/bin/time', ['-f', '%U %S %M', ...(typeof argv === 'function' ? argv() : argv)], {
    input: '',
    stdio: ['pipe', stdout, 'pipe'],
    maxBuffer: 1 << 30,
    env: { ...process.env, NO_COLOR: '1' },
  })
  const wall = performance.now() - started
  if (discard) closeSync(stdout)
  if (child.error) throw child.error
  const errors = child.stderr.toString()
  const [user, system, peak] = errors.trim().split('\n').at(-1).split(' ').map(Number)
  if (child.status !== status) throw new Error(`${name} ended with ${child.status}, not ${status}: ${errors}`)
  if (check?.(child.stdout.toString()) === false) throw new Error(`${name} did not give the result it should`)
  return { wall, cpu: (user + system) * 1000, peak: peak / 1024 }
}

export function median(values) {
  const sorted = [...values].sort((one, other) => one - other)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

/** The middle of `values`, the least and the most of them. */
export const spread = values => ({ ratio: median(values), least: Math.min(...values), most: Math.max(...values) })

/**
 * Runs `commands`, a map of names, in turn, `runs` times after a first one that warms caches up. What comes back has for each name the
 * middle of wall, cpu and peak, and `runs`, which holds them run by run: ratios are taken within one.
 */
export function compare(commands, runs, { warmUp = true } = {}) {
  const results = Object.fromEntries(Object.keys(commands).map(name => [name, []]))
  for (let run = warmUp ? -1 : 0; run < runs; run += 1) {
    for (const [name, command] of Object.entries(commands)) {
      const result = once(name, command)
      if (run >= 0) results[name].push(result)
    }
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, measured]) => {
      const middle = key => median(measured.map(result => result[key]))
      return [name, { runs: measured, wall: middle('wall'), cpu: middle('cpu'), peak: middle('peak') }]
    }),
  )
}

/** Wall times of two names of a comparison, run by run. */
export function ratiosOf(results, one, other) {
  return spread(results[one].runs.map(({ wall }, run) => wall / results[other].runs[run].wall))
}

/** What a row has of them: how many times as long the first takes. */
export function longerThan(results, own, beside) {
  return { unit: ' ms', own: results[own].wall, theirs: results[beside].wall, ...ratiosOf(results, own, beside) }
}

/** How many times faster it is. */
export function fasterThan(results, own, beside) {
  return { ...longerThan(results, own, beside), ...ratiosOf(results, beside, own) }
}
