// What no longer is as the lock file says, for people and logs.

import type { Drift } from '../core/index.js'
import { visible } from './style.js'

export function toDriftText(drifts: readonly Drift[], count: number): string {
  if (drifts.length === 0) return `✓ ${count} key${count === 1 ? ' is' : 's are'} as the lock file says\n`
  const lines = drifts.map(
    ({ name, kind, text }) => `${kind === 'unknown' ? '–' : '✗'} ${kind}  ${visible(name)}: ${visible(text)}`,
  )
  const advice = drifts.some(({ kind }) => kind !== 'unknown')
    ? 'if this was meant: run the same with --update, and commit the lock file'
    : 'try again later: nothing is known to have changed'
  return `${[...lines, advice].join('\n')}\n`
}
