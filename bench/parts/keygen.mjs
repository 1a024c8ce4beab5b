// A new RSA-2048 key: the search for primes takes now 50 ms, now a second, so it takes many runs for a middle.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compare, median } from '../compare.mjs'
import { dkim, folder, rounds } from '../settings.mjs'

const RUNS = 25

export function keygenPart() {
  const home = mkdtempSync(join(folder, 'keys-'))
  let number = 0
  const keygen = () => {
    number += 1
    return ['keygen', '--selector', `s${number}`, '--type', 'rsa', '--bits', '2048', '--out-dir', home]
  }
  const commands = {
    openssl: { argv: ['openssl', 'genrsa', '-out', join(home, 'openssl.pem'), '2048'] },
    dkim: { argv: () => [...dkim, ...keygen()], check: text => text.includes('v=DKIM1') },
  }
  const middles = { openssl: [], dkim: [] }
  const all = { openssl: [], dkim: [] }
  try {
    for (let round = 0; round < Math.max(2, rounds); round += 1) {
      const results = compare(commands, RUNS, { warmUp: round === 0 })
      for (const name of Object.keys(all)) {
        middles[name].push(results[name].wall)
        all[name].push(...results[name].runs.map(({ wall }) => wall))
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
  const ratios = middles.dkim.map((own, round) => own / middles.openssl[round])
  return [
    {
      what: `keygen RSA-2048, middle of ${all.dkim.length} runs`,
      unit: ' ms',
      own: median(all.dkim),
      beside: 'openssl genrsa',
      theirs: median(all.openssl),
      ratio: median(all.dkim) / median(all.openssl),
      least: Math.min(...ratios),
      most: Math.max(...ratios),
      goals: [1.5, 1.2],
    },
  ]
}
