// Nodemailer signs with a key made by this library, and the message verifies. Needs nodemailer: npm install nodemailer dkim-toolkit
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
  // For real mail: host, port and auth. This one only writes the message to memory.
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
