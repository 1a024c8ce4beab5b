// nodemailer from npm: its signer, with a key that is parsed already, as it allows.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

export function signer({ key, peers }) {
  const DKIM = createRequire(join(peers, 'npm', 'package.json'))('nodemailer/lib/dkim')
  const signing = new DKIM({ domainName: 'd0.example.com', keySelector: 'rsa', privateKey: key.keyObject })
  return message =>
    new Promise((resolve, reject) => {
      const input = new PassThrough()
      const output = signing.sign(input)
      let head
      output.on('data', chunk => {
        head ??= chunk.toString('latin1', 0, 20)
      })
      output.on('end', () => resolve(/^DKIM-Signature/.test(head)))
      output.on('error', reject)
      input.end(message)
    })
}
