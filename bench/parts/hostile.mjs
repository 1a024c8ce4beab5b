// Messages made to be expensive: CPU time of the first one that a process verifies, and how it grows when the message doubles.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { median } from '../compare.mjs'
import { makeHostile } from '../large.mjs'
import { folder, root, rounds } from '../settings.mjs'

/** Below so many milliseconds the compiler and the clock are most of it: nothing to tell growth by. */
const MEASURABLE = 20

export function hostilePart() {
  return makeHostile(folder).flatMap(({ name, half, whole, result }) => {
    const spent = { half: [], whole: [] }
    for (let run = 0; run < Math.max(3, rounds + 1); run += 1) {
      spent.half.push(verifyOnce(half, result))
      spent.whole.push(verifyOnce(whole, result))
    }
    const [before, after] = [median(spent.half), median(spent.whole)]
    const growth = after / before
    return [
      {
        what: `hostile: ${name}`,
        unit: ' ms of CPU',
        own: after,
        beside: 'half of it',
        theirs: before,
        ratio: after / 1000,
        least: Math.min(...spent.whole) / 1000,
        most: Math.max(...spent.whole) / 1000,
        goals: [0.25, 0.1],
      },
      ...(after < MEASURABLE
        ? []
        : [
            {
              what: `hostile: ${name}: growth`,
              unit: ' ms of CPU',
              own: after,
              beside: 'half of it',
              theirs: before,
              ratio: growth,
              goals: [2.5, 2.2],
            },
          ]),
    ]
  })
}

function verifyOnce(file, expected) {
  const output = execFileSync(process.execPath, [join(root, 'bench/once.mjs'), file], { encoding: 'utf8' })
  const { result, cpu } = JSON.parse(output)
  if (result !== expected) throw new Error(`${file}: ${result}, not ${expected}`)
  return cpu
}
