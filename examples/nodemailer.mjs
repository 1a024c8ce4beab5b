// Nodemailer signs with a key of ours, and what it writes verifies. Needs nodemailer: npm install nodemailer dkim-toolkit
import {
  exportPrivateKey,
  formatKeyRecord,
  generatePrivateKey,
  LineEndNormalizer,
  readZone,
  verify,
  zoneResolver,
} from 'dkim-toolkit'
import { createTransport } from 'nodemailer'

const key = await generatePrivateKey('rsa', 2048)
const transport = createTransport({
  // In earnest: host, port and auth. This one only writes the message down.
  streamTransport: true,
  buffer: true,
  dkim: { domainName: 'example.com', keySelector: 'mail', privateKey: exportPrivateKey(key).toString() },
})
const { message } = await transport.sendMail({
  from: 'alice@example.com',
  to: 'bob@example.net',
  subject: 'Lunch on Friday',
  text: 'At noon?',
})

const record = formatKeyRecord({ keyType: 'rsa', publicKey: key.publicKey.p })
const zone = readZone(Buffer.from(JSON.stringify({ 'mail._domainkey.example.com': record })), 'records.json')
const chunks = []
const lines = new LineEndNormalizer(chunk => chunks.push(Buffer.from(chunk)))
lines.write(message)
lines.end()
const report = await verify(chunks, { resolver: zoneResolver(zone), now: new Date() })
console.log(`${report.signatures[0].domain}: ${report.result}`)
