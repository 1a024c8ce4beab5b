// The limit of node:crypto: one hash of the canonical body and one signature operation, on inputs that were made ready before.
import * as crypto from 'node:crypto'
import { bodyCanonicalizer } from '../../dist/core/dkim/canonicalize-body.js'
import { indexFields, parseHeaderSection } from '../../dist/core/dkim/header.js'
import { canonicalHeaderOf } from '../../dist/core/dkim/message-hash.js'
import { parseSignature, withEmptyB } from '../../dist/core/dkim/signature.js'

const sha256 = bytes =>
  crypto.hash === undefined
    ? crypto.createHash('sha256').update(bytes).digest()
    : crypto.hash('sha256', bytes, 'buffer')

function ready(message, publicKeys) {
  const end = message.indexOf('\r\n\r\n') + 2
  const section = parseHeaderSection(message.subarray(0, end))
  const index = indexFields(section.fields)
  const signature = parseSignature(section, index.get('dkim-signature')[0])
  const body = []
  const canonicalizer = bodyCanonicalizer(signature.canonicalization.body, bytes => body.push(Buffer.from(bytes)))
  canonicalizer.write(message.subarray(end + 2))
  canonicalizer.end()
  const header = canonicalHeaderOf({
    section,
    index,
    canonicalization: signature.canonicalization.header,
    signedFields: signature.signedFields,
    signatureField: withEmptyB(section, signature),
    except: signature.field,
  })
  return { signature, header: Buffer.from(header), body: Buffer.concat(body), key: publicKeys[signature.selector] }
}

export function verifier({ publicKeys }) {
  return {
    prepare: message => ready(message, publicKeys),
    run({ signature, header, body, key }) {
      const rsa = signature.algorithm === 'rsa-sha256'
      const good = crypto.verify(rsa ? 'sha256' : null, rsa ? header : sha256(header), key, signature.signature)
      return signature.bodyHash.equals(sha256(body)) && good
    },
  }
}

/** SHA-256 of the whole message and nothing else. */
export function hasher() {
  return message => sha256(message).length === 32
}

export function signer({ key, publicKeys }) {
  return {
    prepare: message => ready(message, publicKeys),
    run: ({ header, body }) =>
      sha256(body).length === 32 && crypto.sign('sha256', header, key.keyObject).length === 256,
  }
}
