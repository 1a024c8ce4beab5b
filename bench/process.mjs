// Whole processes side by side: runs each command in turn, and tells medians of CPU time and wall time, and ratios to the first, run by run.
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'

function once({ argv, input }) {
  const started = performance.now()
  const child = spawnSync('/usr/bin/time', ['-f', '%U %S %M', ...argv], {
    input: input ?? '',
    maxBuffer: 1 << 30,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, NO_COLOR: '1' },
  })
  const wall = performance.now() - started
  const [user = 0, system = 0, peak = 0] = child.stderr.toString().trim().split('\n').at(-1).split(' ').map(Number)
  return { wall, cpu: (user + system) * 1000, peak, status: child.status, stdout: child.stdout }
}

export const median = values => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]

/** `commands` maps names to { argv, input?, status? }; the first one is what the others are measured against. */
export function compare(commands, runs, { warmUp = true } = {}) {
  const names = Object.keys(commands)
  const results = Object.fromEntries(names.map(name => [name, []]))
  for (let run = warmUp ? -1 : 0; run < runs; run += 1) {
    for (const name of names) {
      const result = once(commands[name])
      const expected = commands[name].status ?? 0
      if (result.status !== expected) throw new Error(`${name} ended with ${result.status}, not ${expected}`)
      if (run >= 0) results[name].push(result)
    }
  }
  return names.map(name => {
    const ratios = results[name].map(({ wall }, run) => wall / results[names[0]][run].wall)
    return {
      name,
      wall: median(results[name].map(({ wall }) => wall)),
      cpu: median(results[name].map(({ cpu }) => cpu)),
      peak: Math.max(...results[name].map(({ peak }) => peak)),
      ratio: median(ratios),
      least: Math.min(...ratios),
      most: Math.max(...ratios),
    }
  })
}
