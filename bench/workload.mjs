// The workload: signed messages of three sizes, made from a seed, kept in a folder and made anew only where they are missing.
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatKeyRecord } from '../dist/core/dkim/key-record.js'
import { Signer } from '../dist/core/dkim/sign.js'
import { importPrivateKey } from '../dist/core/keys/private-key.js'

/** Messages of a set, octets of a body, and what the body is made of. */
export const SETS = {
  small: { count: 10_000, size: 500, content: 'text' },
  five: { count: 10, size: 3000, content: 'text' },
  medium: { count: 1000, size: 48_000, content: 'text' },
  'large-base64': { count: 10, size: 10_000_000, content: 'base64' },
  'large-text': { count: 10, size: 10_000_000, content: 'text' },
}

const DOMAINS = Array.from({ length: 8 }, (_, index) => `d${index}.example.com`)
/** t= of every signature, and the time to verify at. */
export const SIGNED_AT = new Date('2026-01-01T00:00:00Z')

/** Numbers from a seed (xorshift), the same on every machine. */
function randomOf(seed) {
  let state = seed >>> 0 || 1
  return limit => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

const WORDS =
  'the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years where much your way down should because long each just state those people mr how too little good world make very year still see own work men day get here old life both between being under three never know same last another while us might great go come since against right came take used himself few house use during without again place around however home small found'.split(
    ' ',
  )

/** Lines of words of 40 to 76 octets; every third one ends in a blank, as flowed text does. */
function text(size, random) {
  const lines = []
  for (let length = 0; length < size; ) {
    let line = ''
    const width = 40 + random(36)
    while (line.length < width) line += `${line === '' ? '' : ' '}${WORDS[random(WORDS.length)]}`
    if (random(3) === 0) line += ' '
    lines.push(line)
    length += line.length + 2
  }
  return `${lines.join('\r\n')}\r\n`
}

function base64(size, random) {
  const bytes = Buffer.allocUnsafe(Math.floor((size * 54) / 74))
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = random(256)
  return `${bytes.toString('base64').replace(/.{72}/g, '$&\r\n')}\r\n`
}

function header(number, domain, content, random) {
  const id = (1_000_000_007 * (number + 1)).toString(36)
  const to = Array.from({ length: 3 }, (_, index) => `Reader Number ${index} <reader${random(1e6)}@example.org>`)
  const encoding = content === 'base64' ? 'base64' : '8bit'
  return [
    `Return-Path: <bounce-${id}@${domain}>`,
    `Received: from mx1.${domain} (mx1.${domain} [192.0.2.${random(256)}])\r\n\tby mail.example.org (Postfix) with ESMTPS id ${id}\r\n\tfor <reader@example.org>; Thu,  1 Jan 2026 00:00:02 +0000 (UTC)`,
    `Received: from app (localhost [127.0.0.1]) by mx1.${domain}\r\n\twith ESMTP id ${id}A; Thu,  1 Jan 2026 00:00:01 +0000 (UTC)`,
    `Received: by app.${domain} with local id ${id}B; Thu,  1 Jan 2026 00:00:00 +0000`,
    `Authentication-Results: mail.example.org; spf=pass smtp.mailfrom=bounce@${domain}`,
    `From: "Newsletter of ${domain}" <news@${domain}>`,
    `To: ${to.join(',\r\n ')}`,
    `Cc: Somebody Else <else${random(1000)}@example.org>`,
    `Subject: Message ${number}: ${text(40, random).split('\r\n')[0].trimEnd()}`,
    `Date: Thu, 01 Jan 2026 00:00:00 +0000`,
    `Message-ID: <${id}.${random(1e9)}@${domain}>`,
    `In-Reply-To: <${id}.${random(1e9)}@example.org>`,
    `References: <${id}.1@example.org>\r\n <${id}.2@example.org>`,
    `Reply-To: answers@${domain}`,
    `MIME-Version: 1.0`,
    `Content-Type: text/plain; charset=utf-8;\r\n format=flowed`,
    `Content-Transfer-Encoding: ${encoding}`,
    `List-Unsubscribe: <https://${domain}/unsubscribe/${id}>`,
    `X-Mailer: Mailer 1.0`,
    `X-Campaign:  spring   ${random(100)}`,
  ].join('\r\n')
}

function unsigned(name, number, random) {
  const { size, content } = SETS[name]
  const domain = DOMAINS[number % DOMAINS.length]
  const body = content === 'base64' ? base64(size, random) : text(size, random)
  return Buffer.from(`${header(number, domain, content, random)}\r\n\r\n${body}`, 'latin1')
}

const FIELDS = 'from:to:cc:subject:date:message-id:in-reply-to:references:reply-to:mime-version:content-type'.split(':')

function signed(message, key, canonicalization) {
  const [headerName, body] = canonicalization.split('/')
  const fields = FIELDS.map(name => ({ name, mode: 'present' }))
  const request = { key, selector: key.type, fields, canonicalization: { header: headerName, body } }
  const signer = new Signer({ requests: [request], now: SIGNED_AT })
  signer.write(message)
  return Buffer.concat([...signer.end().fields, message])
}

function keysIn(folder) {
  return Object.fromEntries(
    ['rsa', 'ed25519'].map(type => {
      const path = join(folder, `${type}.pem`)
      if (!existsSync(path)) {
        const { privateKey } = generateKeyPairSync(type, type === 'rsa' ? { modulusLength: 2048 } : {})
        writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
      }
      return [type, importPrivateKey(readFileSync(path))]
    }),
  )
}

/** All messages of a set behind one another, with an index beside them: `NAME-TYPE-CANONICALIZATION.bin` and `.json`. */
function writeSet(folder, name, type, canonicalization, keys) {
  const path = join(folder, `${name}-${type}-${canonicalization}`)
  if (existsSync(`${path}.json`)) return
  const random = randomOf(12_345)
  const messages = []
  for (let number = 0; number < SETS[name].count; number += 1) {
    messages.push(signed(unsigned(name, number, random), keys[type], `${canonicalization}/${canonicalization}`))
  }
  writeFileSync(`${path}.bin`, Buffer.concat(messages))
  writeFileSync(`${path}.json`, JSON.stringify(messages.map(({ length }) => length)))
}

function writeRecords(folder, keys) {
  const records = {}
  for (const domain of DOMAINS) {
    for (const [type, key] of Object.entries(keys)) {
      records[`${type}._domainkey.${domain}`] = formatKeyRecord({ keyType: type, publicKey: key.publicKey.p })
    }
  }
  writeFileSync(join(folder, 'keys.json'), JSON.stringify(records, null, 1))
  // The key file format of OpenDKIM's and dkimpy's tools: a name, then the record.
  writeFileSync(
    join(folder, 'keys.txt'),
    Object.entries(records)
      .map(([name, text]) => `${name} ${text}\n`)
      .join(''),
  )
}

/** Makes what is missing in `folder`; `names` limits the sets. */
export function makeWorkload(folder, names = Object.keys(SETS)) {
  mkdirSync(folder, { recursive: true })
  const keys = keysIn(folder)
  writeRecords(folder, keys)
  for (const name of names) {
    for (const canonicalization of ['relaxed', 'simple']) writeSet(folder, name, 'rsa', canonicalization, keys)
    if (name === 'small') writeSet(folder, name, 'ed25519', 'relaxed', keys)
  }
}

/** The messages of a set, each a view into one buffer; `count` limits how many. */
export function readSet(folder, set, count = Number.POSITIVE_INFINITY) {
  const lengths = JSON.parse(readFileSync(join(folder, `${set}.json`), 'utf8'))
  const bytes = readFileSync(join(folder, `${set}.bin`))
  const messages = []
  for (let start = 0; messages.length < Math.min(count, lengths.length); start += lengths[messages.length - 1]) {
    messages.push(bytes.subarray(start, start + lengths[messages.length]))
  }
  return messages
}
