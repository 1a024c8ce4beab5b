import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, type Material, type Peer, run, type SigningJob } from './peer.js'

// Debian's own: another python3 in PATH does not see Debian's packages.
const PYTHON = '/usr/bin/python3'
const PROBE = 'import dkim, nacl, importlib.metadata as m; print(m.version("dkimpy"))'

interface Work {
  readonly verify?: readonly Buffer[]
  readonly sign?: readonly SigningJob[]
}

function ask({ verify = [], sign = [] }: Work, material: Material): { verified: string[]; signed: string[] } {
  const work = {
    records: material.records,
    verify: verify.map(message => message.toString('base64')),
    sign: sign.map(job => ({
      ...job,
      message: job.message.toString('base64'),
      domain: material.domain,
      selector: material.selectors[job.algorithm],
      key:
        job.algorithm === 'ed25519-sha256' ? material.seed : readFileSync(material.keyFiles[job.algorithm], 'latin1'),
    })),
  }
  return JSON.parse(run(PYTHON, [join(import.meta.dirname, 'dkimpy.py')], JSON.stringify(work)))
}

export const dkimpy: Peer = {
  name: 'dkimpy',
  algorithms: ['rsa-sha256', 'ed25519-sha256'],
  version: () => attempt(PYTHON, ['-c', PROBE])?.trim() ?? null,
  verify: (messages, material) => ask({ verify: messages }, material).verified,
  sign: (jobs, material) => ask({ sign: jobs }, material).signed.map(text => Buffer.from(text, 'base64')),
}
