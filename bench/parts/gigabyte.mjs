// One message of 1 GB through file and pipe: wall time beside `openssl dgst -sha256` over the same file, memory beside a bare Node.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { compare, longerThan, once } from '../compare.mjs'
import { makeGigabyte } from '../large.mjs'
import { bareNode, folder, passes, piped, rounds, sign, verify } from '../settings.mjs'

const LIMIT = 'openssl dgst -sha256'
const BARE = 'node -e 0'

export function gigabytePart() {
  const file = makeGigabyte(folder)
  const json = [...verify, '--format', 'json']
  checkWhole(file)
  const results = compare(
    {
      [LIMIT]: { argv: ['openssl', 'dgst', '-sha256', file] },
      [BARE]: { argv: bareNode },
      'verify 1 GB, file': { argv: [...json, file], check: passes },
      'verify 1 GB, pipe': { argv: piped(file, json), check: passes },
      'sign 1 GB, file, the field alone': { argv: [...sign, '--header-only', file] },
      'sign 1 GB, file, the whole message out': { argv: [...sign, file], discard: true },
      'sign 1 GB, pipe, the whole message out': { argv: piped(file, sign), discard: true },
    },
    Math.max(1, rounds - 1),
  )
  const names = Object.keys(results).filter(name => name !== LIMIT && name !== BARE)
  return names.flatMap(name => [
    {
      what: name,
      beside: LIMIT,
      ...longerThan(results, name, LIMIT),
      goals: [2.5, 1.4],
    },
    {
      what: `${name}: peak memory, MiB more than a bare Node`,
      unit: ' MiB',
      own: results[name].peak,
      beside: BARE,
      theirs: results[BARE].peak,
      ratio: results[name].peak - results[BARE].peak,
      goals: [32, 16],
    },
  ])
}

/** What sign writes is the message behind its new field, and both signatures verify. */
function checkWhole(file) {
  const signed = join(folder, 'gigabyte-signed.eml')
  try {
    once('sign 1 GB', { argv: [...sign, '-o', signed, file] })
    once('verify what was signed', {
      argv: [...verify, '--format', 'json', signed],
      check: text =>
        JSON.parse(text)
          .signatures.map(({ result }) => result)
          .join() === 'pass,pass',
    })
  } finally {
    rmSync(signed, { force: true })
  }
}
