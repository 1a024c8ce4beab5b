// One command, one message of 5 KB: wall time of the whole process beside that of a bare Node.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compare, longerThan } from '../compare.mjs'
import { bareNode, dkim, folder, passes, rounds, sign, verify } from '../settings.mjs'
import { readSet } from '../workload.mjs'

const BARE = 'node -e 0'
const START = [1.5, 1.2]
const MESSAGE = [1.8, 1.5]
const TEXT = [5, 4]

/** A message of 5 KB: one of the small ones with more of the same words. */
export function makeOne() {
  const path = join(folder, 'one.eml')
  const [message] = readSet(folder, 'five-rsa-relaxed', 1)
  writeFileSync(path, message)
  return path
}

export function processPart() {
  const one = makeOne()
  const signed = text => text.startsWith('DKIM-Signature: ') && text.endsWith(readFileSync(one, 'latin1').slice(-50))
  const commands = {
    [BARE]: { argv: bareNode },
    'dkim --version': { argv: [...dkim, '--version'], goals: START },
    'dkim --help': { argv: [...dkim, '--help'], goals: START },
    'a usage error': { argv: [...dkim, 'verify', '--nope'], status: 2, goals: START },
    'verify one message, json': { argv: [...verify, '--format', 'json', one], check: passes, goals: MESSAGE },
    'sign one message': { argv: [...sign, one], check: signed, goals: MESSAGE },
    'verify one message, text': { argv: [...verify, one], check: text => /pass/.test(text), goals: TEXT },
  }
  const results = compare(commands, Math.max(5, rounds * 10))
  return Object.entries(commands)
    .filter(([name]) => name !== BARE)
    .map(([name, { goals }]) => ({
      what: name,
      beside: BARE,
      ...longerThan(results, name, BARE),
      goals,
    }))
}
