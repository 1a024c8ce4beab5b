// mailauth from npm, by its library: the message in one piece, keys out of memory. It takes private keys as PEM alone.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const load = (peers, path) => createRequire(join(peers, 'npm', 'package.json'))(path)

export function verifier({ records, peers }) {
  const { dkimVerify } = load(peers, 'mailauth/lib/dkim/verify')
  const resolver = async name => {
    const text = records[name]
    if (text === undefined) throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' })
    return [[text]]
  }
  return async message => {
    const { results } = await dkimVerify(message, { resolver, curTime: new Date('2026-01-01T00:00:00Z') })
    return results.length === 1 && results[0].status.result === 'pass'
  }
}

export function signer({ pem, peers }) {
  const { dkimSign } = load(peers, 'mailauth/lib/dkim/sign')
  const signatureData = [
    { signingDomain: 'd0.example.com', selector: 'rsa', privateKey: pem, canonicalization: 'relaxed/relaxed' },
  ]
  return async message => {
    const { signatures, errors } = await dkimSign(message, { algorithm: 'rsa-sha256', signatureData })
    return errors.length === 0 && signatures.length > 0
  }
}
