// nodemailer from npm: its signer.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

export function signer({ pem, peers }) {
  const DKIM = createRequire(join(peers, 'npm', 'package.json'))('nodemailer/lib/dkim')
  const signing = new DKIM({ domainName: 'd0.example.com', keySelector: 'rsa', privateKey: pem })
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
