// OpenDKIM's own filter in its test mode: it reads messages from files and says what it would tell the mail server.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Material, type Peer, run, type SigningJob } from './peer.js'

const OPENDKIM = '/usr/sbin/opendkim'

function write(material: Material, name: string, content: string | Buffer): string {
  const path = join(material.folder, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

function verify(messages: readonly Buffer[], material: Material): string[] {
  if (messages.length === 0) return []
  const keys = Object.entries(material.records).map(([name, text]) => `${name} ${text}\n`)
  const config = write(material, 'verify.conf', `Mode v\nTestPublicKeys ${write(material, 'keys', keys.join(''))}\n`)
  const files = messages.map((message, index) => write(material, `verify-${index}.eml`, message))
  const answers = run(OPENDKIM, ['-x', config, '-t', files.join(',')]).split('\n')
  return files.map(file => {
    const answer = answers.find(line => line.includes(`${file}: verification`)) ?? 'no answer'
    return answer.endsWith(' succeeded') ? 'pass' : answer
  })
}

function sign({ message, algorithm, canonicalization }: SigningJob, material: Material): Buffer {
  const config = [
    'Mode s',
    `Domain ${material.domain}`,
    `Selector ${material.selectors[algorithm]}`,
    `KeyFile ${material.keyFiles[algorithm]}`,
    `SignatureAlgorithm ${algorithm}`,
    `Canonicalization ${canonicalization}`,
    'OversignHeaders From',
    'RequireSafeKeys no',
  ]
  const file = write(material, 'sign.eml', message)
  const answer = run(OPENDKIM, ['-vv', '-x', write(material, 'sign.conf', `${config.join('\n')}\n`), '-t', file])
  const value = /hname='DKIM-Signature' hvalue='([^']*)'/.exec(answer)?.[1]
  if (value === undefined) throw new Error(`OpenDKIM did not sign: ${answer}`)
  const newline = message.includes('\r\n') ? '\r\n' : '\n'
  return Buffer.concat([
    Buffer.from(`DKIM-Signature: ${value.replace(/\r?\n/g, newline)}${newline}`, 'latin1'),
    message,
  ])
}

export const opendkim: Peer = {
  name: 'OpenDKIM',
  algorithms: ['rsa-sha256', 'ed25519-sha256'],
  excuse: (direction, { message, algorithm, canonicalization }) => {
    if (message === 'unterminated last line') return 'it takes no body whose last line is not ended'
    if (!canonicalization.startsWith('simple/')) return null
    if (message === 'white space in fields') return 'its test mode drops white space around values, which simple covers'
    if (direction === 'verifies ours' || algorithm !== 'ed25519-sha256') return null
    return 'its own verifier and dkimpy refuse what it signs so'
  },
  version: () => {
    const { stdout, stderr } = spawnSync(OPENDKIM, ['-V'], { encoding: 'latin1' })
    return /Filter v(\S+)/.exec(`${stdout}${stderr}`)?.[1] ?? null
  },
  verify,
  sign: (jobs, material) => jobs.map(job => sign(job, material)),
}
