// The inputs that are files: one message of 1 GB, an mbox of 100,000 messages, a folder to sign, and messages made to be expensive.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { Signer } from '../dist/core/dkim/sign.js'
import { importPrivateKey } from '../dist/core/keys/private-key.js'
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

export const MAILBOX = 100_000

/** With LF, as mailboxes are kept; one message in ten has an Ed25519 signature. */
export function makeMailbox(folder, count) {
  const path = join(folder, `mailbox-${count}.mbox`)
  if (existsSync(path)) return path
  const rsa = readSet(folder, 'small-rsa-relaxed')
  const ed25519 = readSet(folder, 'small-ed25519-relaxed')
  const fd = openSync(path, 'w')
  for (let number = 0; number < count; number += 1) {
    const message = (number % 10 === 9 ? ed25519 : rsa)[number % rsa.length].toString('latin1').replaceAll('\r\n', '\n')
    writeSync(fd, Buffer.from(`From news@example.com Thu Jan  1 00:00:00 2026\n${message}\n`, 'latin1'))
  }
  closeSync(fd)
  return path
}

const OUTBOX = 10_000

/** A folder of small messages to sign. */
export function makeOutbox(folder) {
  const path = join(folder, 'outbox')
  mkdirSync(path, { recursive: true })
  if (readdirSync(path).length < OUTBOX) {
    for (const [number, message] of readSet(folder, 'small-rsa-relaxed', OUTBOX).entries()) {
      writeFileSync(join(path, `${number}.eml`), message.subarray(message.indexOf('\r\nReturn-Path:') + 2))
    }
  }
  return { path, count: OUTBOX }
}

const header = text => [HEADER.subarray(0, HEADER.length - 2), `${text}\r\nbody\r\n`]
const body = text => [HEADER, text]

/** Each as a function of its size, which the benchmark doubles to 2; what is past a limit must cost as little, and does not pass. */
const HOSTILE = {
  'one field of 50,000 folds': size => header(`Reply-To: a${`\r\n ${'b'.repeat(15)}`.repeat(size * 25_000)}\r\n`),
  'one field of 50,000 folds, 3 MB': size => header(`Reply-To: a${`\r\n ${'b'.repeat(57)}`.repeat(size * 25_000)}\r\n`),
  '9,000 fields': size => header('X-Filler: a\r\n'.repeat(size * 4500)),
  '100,000 fields': size => header('X: a\r\n'.repeat(size * 50_000)),
  'one line of 10 MB': size => body(`${'a'.repeat(size * 5_000_000)}\r\n`),
  '10 MB of blanks in front of a line end': size => body(`a${' '.repeat(size * 5_000_000)}\r\n`),
  '10 MB of blanks and hardly a letter': size => body('a \t \r\n'.repeat(size * 833_000)),
  '10 MB of lines of one letter': size => body('a\r\n'.repeat(size * 1_666_000)),
  '5 million empty lines at the end': size => body(`a\r\n${'\r\n'.repeat(size * 2_500_000)}`),
  '5 million empty lines and a letter': size => body(`${'\r\n'.repeat(size * 2_500_000)}a\r\n`),
}
const PAST_A_LIMIT = { 'one field of 50,000 folds, 3 MB': 'policy', '100,000 fields': 'policy' }

export function makeHostile(folder) {
  const rows = Object.entries(HOSTILE).map(([name, make], index) => {
    const [half, whole] = [1, 2].map(size => {
      const path = join(folder, `hostile-${index}-${size}.eml`)
      if (!existsSync(path)) {
        const parts = make(size).map(part => Buffer.from(part))
        if (!Object.hasOwn(PAST_A_LIMIT, name)) signedTo(path, folder, () => parts)
        else enlarge(path, folder, parts)
      }
      return path
    })
    return { name, half, whole, result: PAST_A_LIMIT[name] ?? 'pass' }
  })
  return [...rows, manySignatures(folder)]
}

/** What nobody would sign: fields that were put behind a signature. */
function enlarge(path, folder, parts) {
  signedTo(path, folder, () => [HEADER, Buffer.from('body\r\n')])
  const signed = readFileSync(path)
  const end = signed.indexOf('\r\nFrom: ') + 2
  writeFileSync(path, Buffer.concat([signed.subarray(0, end), ...parts]))
}

/** As many signature fields as a header section holds; ten of them are looked at. */
function manySignatures(folder) {
  const [message] = readSet(folder, 'small-rsa-relaxed', 1)
  const end = message.indexOf('\r\nReturn-Path:') + 2
  const [half, whole] = [500, 1000].map(count => {
    const path = join(folder, `hostile-signatures-${count}.eml`)
    if (!existsSync(path)) {
      writeFileSync(path, Buffer.concat([...Array(count).fill(message.subarray(0, end)), message.subarray(end)]))
    }
    return path
  })
  return { name: '1,000 signatures', half, whole, result: 'pass' }
}
