import { join } from 'node:path'
import { attempt, type Material, type Peer, run, type SigningJob } from './peer.js'

const PERL = '/usr/bin/perl'

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
      key: material.keyFiles[job.algorithm],
    })),
  }
  return JSON.parse(run(PERL, [join(import.meta.dirname, 'mail-dkim.pl')], JSON.stringify(work)))
}

export const mailDkim: Peer = {
  name: 'Mail::DKIM',
  algorithms: ['rsa-sha256'],
  version: () => attempt(PERL, ['-MMail::DKIM', '-MJSON::PP', '-e', 'print $Mail::DKIM::VERSION']),
  verify: (messages, material) => ask({ verify: messages }, material).verified,
  sign: (jobs, material) => ask({ sign: jobs }, material).signed.map(text => Buffer.from(text, 'base64')),
}
