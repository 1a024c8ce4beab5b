// The inputs that are files: one message of 1 GB, an mbox of 100,000 messages, and messages made to be expensive.
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { importPrivateKey, Signer } from '../dist/core/index.js'
import { readSet, SIGNED_AT } from './workload.mjs'

function signedTo(path, folder, parts, canonicalization = 'relaxed') {
  const key = importPrivateKey(readFileSync(join(folder, 'rsa.pem')))
  const request = {
    key,
    selector: 'rsa',
    domain: 'd0.example.com',
    canonicalization: { header: canonicalization, body: canonicalization },
  }
  const signer = new Signer({ requests: [request], now: SIGNED_AT, force: true })
  for (const part of parts()) signer.write(part)
  const fd = openSync(path, 'w')
  for (const field of signer.end().fields) writeSync(fd, field)
  for (const part of parts()) writeSync(fd, part)
  closeSync(fd)
}

const HEADER = Buffer.from('From: a@d0.example.com\r\nTo: b@example.org\r\nSubject: large\r\n\r\n')

export function makeGigabyte(folder) {
  const path = join(folder, 'gigabyte.eml')
  const [message] = readSet(folder, 'large-base64-rsa-relaxed', 1)
  const body = message.subarray(message.indexOf('\r\n\r\n') + 4)
  const parts = function* () {
    yield HEADER
    for (let size = 0; size < 1e9; size += body.length) yield body
  }
  if (!existsSync(path)) signedTo(path, folder, parts)
  return path
}

/** With LF, as mailboxes are kept; one message in ten has an Ed25519 signature. */
export function makeMailbox(folder) {
  const path = join(folder, 'mailbox.mbox')
  if (existsSync(path)) return path
  const rsa = readSet(folder, 'small-rsa-relaxed')
  const ed25519 = readSet(folder, 'small-ed25519-relaxed')
  const fd = openSync(path, 'w')
  for (let number = 0; number < 100_000; number += 1) {
    const message = (number % 10 === 9 ? ed25519 : rsa)[number % rsa.length].toString('latin1').replaceAll('\r\n', '\n')
    writeSync(fd, Buffer.from(`From news@example.com Thu Jan  1 00:00:00 2026\n${message}\n`, 'latin1'))
  }
  closeSync(fd)
  return path
}

/** Each as a function of its size, which the benchmark doubles. */
const HOSTILE = {
  'one field of 25,000 folds': size => [
    HEADER.subarray(0, HEADER.length - 2),
    `Reply-To: a${'\r\n b'.repeat(size * 12_500)}\r\n\r\nbody\r\n`,
  ],
  'one line of 10 MB': size => [HEADER, `${'a'.repeat(size * 5_000_000)}\r\n`],
  '10 MB of blanks in front of a line end': size => [HEADER, `a${' '.repeat(size * 5_000_000)}\r\n`],
  'blanks and hardly a letter': size => [HEADER, 'a \t \r\n'.repeat(size * 800_000)],
  '5 million empty lines': size => [HEADER, `a\r\n${'\r\n'.repeat(size * 2_500_000)}`],
  '9,000 fields': size => [
    HEADER.subarray(0, HEADER.length - 2),
    `${'X-Filler: a\r\n'.repeat(size * 4500)}\r\nbody\r\n`,
  ],
}

export function makeHostile(folder) {
  return Object.entries(HOSTILE).map(([name, make], index) => {
    const paths = [1, 2].map(size => {
      const path = join(folder, `hostile-${index}-${size}.eml`)
      if (!existsSync(path)) {
        const parts = make(size).map(part => Buffer.from(part))
        signedTo(path, folder, () => parts)
      }
      return path
    })
    return { name, half: paths[0], whole: paths[1] }
  })
}
