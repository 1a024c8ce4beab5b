// The library in TypeScript: your own resolver, signing, verifying, explaining a failure, and looking up a key.
// For live DNS, the resolver is createClient().
//   npm install dkim-toolkit && npx tsc --module nodenext --target es2022 library.ts && node library.js

import {
  formatKeyRecord,
  generatePrivateKey,
  readZone,
  sign,
  type TxtAnswer,
  type VerificationReport,
  Verifier,
  zoneResolver,
} from 'dkim-toolkit'
import type { Answer, DnsSource, RecordType } from 'dkim-toolkit/dns'
import { explain } from 'dkim-toolkit/explain'
import { keyName, lookUpKey } from 'dkim-toolkit/lookup'

/** A resolver is any object with these two methods. This one forwards questions and remembers them. */
class RememberingSource implements DnsSource {
  readonly asked: string[] = []
  readonly #source: DnsSource

  constructor(source: DnsSource) {
    this.#source = source
  }

  async txt(name: string, signal?: AbortSignal): Promise<TxtAnswer> {
    this.asked.push(name)
    return this.#source.txt(name, signal)
  }

  query(name: string, type: RecordType, signal?: AbortSignal): Promise<Answer> {
    this.asked.push(`${name} ${type}`)
    return this.#source.query(name, type, signal)
  }
}

const now = new Date()
const message = Buffer.from(
  ['From: Alice <alice@example.com>', 'To: list@example.net', 'Subject: Lunch', '', 'At noon?', ''].join('\r\n'),
)

// A key, and the record that would be published for it.
const key = await generatePrivateKey('rsa', 2048)
const record = formatKeyRecord({ keyType: key.type, publicKey: key.publicKey.p })
const zone = readZone(Buffer.from(JSON.stringify({ 'mail._domainkey.example.com': record })), 'records.json')
const source = new RememberingSource(zoneResolver(zone))

// Sign: the new fields go in front.
const { fields } = await sign(message, { requests: [{ key, domain: 'example.com', selector: 'mail' }], now })
const signed = Buffer.concat([...fields, message])

/** Verifies a message and prints, for each signature that does not pass, what was changed. */
async function check(bytes: Buffer): Promise<VerificationReport> {
  const verifier = new Verifier({ resolver: source, now })
  verifier.write(bytes)
  const report = await verifier.end()
  if (report.result === 'pass') return report
  const evidence = await verifier.evidence()
  const explanations = await explain(
    {
      section: verifier.section,
      signatures: evidence.map((item, index) => ({ ...item, report: report.signatures[index]! })),
      read: async function* () {
        yield bytes
      },
    },
    { time: 2000, hypotheses: 100_000, clock: () => performance.now() },
  )
  for (const { diagnosis, explanations: causes } of explanations) {
    console.log(`  ${diagnosis}: ${causes.map(({ certainty, text }) => `${certainty}, ${text}`).join('; ')}`)
  }
  return report
}

console.log(`as sent: ${(await check(signed)).result}`)
const changed = Buffer.concat([signed, Buffer.from('-- \r\nthe list\r\n')])
console.log(`from the list: ${(await check(changed)).result}`)

// Look up the key, as you would before you use it.
const { report: seen } = await lookUpKey(source, keyName('example.com', 'mail'))
console.log(`${seen.name}: ${seen.result}, ${seen.key?.type} ${seen.key?.bits} bits, ${seen.findings.length} findings`)
console.log(`questions asked: ${source.asked.length}`)
