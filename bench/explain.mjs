// What explanations cost: the footer scan against plain verification, and header hypotheses a second. node bench/explain.mjs

import { formatKeyRecord } from '../dist/core/dkim/key-record.js'
import { sign } from '../dist/core/dkim/sign.js'
import { Verifier } from '../dist/core/dkim/verify.js'
import { readZone } from '../dist/core/dns/zone-file.js'
import { zoneResolver } from '../dist/core/dns/zone-resolver.js'
import { explain } from '../dist/core/explain/explain.js'
import { generatePrivateKey } from '../dist/core/keys/private-key.js'

const NOW = new Date('2026-11-22T12:00:00Z')
const LINE = `${'The quick brown fox jumps over the lazy dog, again and'.padEnd(74, '.')}\r\n`
const BODY = Buffer.from(LINE.repeat(Math.ceil((10 * 1024 * 1024) / LINE.length)))
const HEADER = [
  'From: Ann Author <ann@example.com>',
  'To: Bob <bob@example.org>',
  'Subject: The minutes of last week',
  'Date: Sun, 22 Nov 2026 11:59:50 +0000',
  'Message-ID: <1234@mail.example.com>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  '',
  '',
].join('\r\n')

const keys = { rsa: await generatePrivateKey('rsa', 2048), ed25519: await generatePrivateKey('ed25519') }
const zone = Object.fromEntries(
  Object.entries(keys).map(([type, { publicKey }]) => [
    `${type}._domainkey.example.com`,
    formatKeyRecord({ keyType: type, publicKey: publicKey.p }),
  ]),
)
const resolver = zoneResolver(readZone(Buffer.from(JSON.stringify(zone)), 'dns.json'))

async function signedWith(type, body, canonicalization) {
  const message = Buffer.concat([Buffer.from(HEADER), body])
  const { fields } = await sign(message, {
    now: NOW,
    requests: [{ key: keys[type], selector: type, canonicalization }],
  })
  return Buffer.concat([...fields, message])
}

async function verified(message) {
  const verifier = new Verifier({ resolver, now: NOW })
  for (let at = 0; at < message.length; at += 65_536) verifier.write(message.subarray(at, at + 65_536))
  return { verifier, report: await verifier.end() }
}

async function explained({ verifier, report }, message, budget) {
  const evidence = await verifier.evidence()
  const signatures = evidence.map((item, index) => ({ ...item, report: report.signatures[index] }))
  const read = async function* () {
    yield message
  }
  const options = { time: 60_000, hypotheses: 2e6, clock: () => performance.now(), ...budget }
  return explain({ section: verifier.section, signatures, read }, options)
}

async function best(run, times = 5) {
  let least = Number.POSITIVE_INFINITY
  let result
  for (let round = 0; round < times; round += 1) {
    const start = performance.now()
    result = await run()
    least = Math.min(least, performance.now() - start)
  }
  return { time: least, result }
}

for (const body of ['simple', 'relaxed']) {
  const good = await signedWith('rsa', BODY, { header: 'relaxed', body })
  const footer = Buffer.concat([good, Buffer.from('____\r\nthe list\r\n')])
  // A footer so long that the look at the end does not find its start.
  const long = Buffer.concat([good, Buffer.from(LINE.repeat(14_000))])
  const plain = await best(() => verified(footer))
  for (const [name, message] of [
    ['a footer', footer],
    ['1 MB appended', long],
  ]) {
    const judged = await verified(message)
    const search = await best(() => explained(judged, message))
    const [{ explanations }] = search.result
    const ratio = (search.time / plain.time).toFixed(1)
    console.log(
      `10 MB ${body}, ${name}: plain ${plain.time.toFixed(0)} ms, explaining ${search.time.toFixed(0)} ms (${ratio} x), ${explanations[0]?.code}`,
    )
  }
}

for (const type of ['rsa', 'ed25519']) {
  const message = await signedWith(type, Buffer.from('short\r\n'), { header: 'relaxed', body: 'relaxed' })
  const changed = Buffer.from(message.toString('latin1').replace('minutes', 'seconds'), 'latin1')
  const judged = await verified(changed)
  const { time, result } = await best(() => explained(judged, changed, { time: 2000 }), 2)
  const rate = Math.round((result[0].hypothesesTried / time) * 1000)
  console.log(`${type} header: ${result[0].hypothesesTried} hypotheses, ${rate} a second`)
}
