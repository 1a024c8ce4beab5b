// The library: makes a key, signs a message in memory, and verifies it against a record that is not in DNS yet.
//   node examples/sign-and-verify.mjs

import { formatKeyRecord, generatePrivateKey, readZone, sign, verify, zoneResolver } from 'dkim-toolkit'

const message = Buffer.from('From: Alice <alice@example.com>\r\nSubject: hello\r\n\r\nHi Bob\r\n')

const key = await generatePrivateKey('ed25519')
const record = formatKeyRecord({ keyType: key.type, publicKey: key.publicKey.p })

const now = new Date()
const { fields } = await sign(message, { requests: [{ key, selector: 'mail', domain: 'example.com' }], now })
const signed = Buffer.concat([...fields, message])

// A resolver is an object with one method. This one answers from local records; createClient() asks live DNS.
const zone = readZone(Buffer.from(JSON.stringify({ 'mail._domainkey.example.com': record })), 'records.json')
const report = await verify(signed, { resolver: zoneResolver(zone), now })

for (const { domain, selector, result, bodyHash, headerSignature } of report.signatures) {
  console.log(`${domain} ${selector}: ${result} (body hash ${bodyHash}, header signature ${headerSignature})`)
}
process.exitCode = report.result === 'pass' ? 0 : 1
