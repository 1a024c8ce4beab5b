// Proof that a key file and its record belong together: a message signed with the one must verify with the other.

import { noAnswer, type Resolver } from '../dns/resolver.js'
import { importPrivateKey } from '../keys/private-key.js'
import { keyRecordName } from '../syntax/names.js'
import { sign } from './sign.js'
import { verify } from './verify.js'

/** A new key file and the record to publish for it. */
export interface SelfTest {
  /** The bytes that will be the key file. */
  readonly file: Uint8Array
  readonly passphrase?: string
  /** The text of the record that will be published. */
  readonly record: string
  readonly selector: string
  readonly domain: string
  readonly now: Date
}

/** Throws an Error where the message does not verify: then something is wrong with this program or its cryptography. */
export async function testKey({ file, passphrase, record, selector, domain, now }: SelfTest): Promise<void> {
  const key = importPrivateKey(file, passphrase === undefined ? {} : { passphrase })
  const message = Buffer.from(`From: <postmaster@${domain}>\r\nSubject: self-test\r\n\r\nself-test\r\n`)
  const { fields } = await sign(message, { requests: [{ key, selector, domain }], now })
  const resolver = resolverOf(keyRecordName(selector, domain), record)
  const report = await verify(Buffer.concat([...fields, message]), { resolver, now })
  if (report.result === 'pass') return
  throw new Error(`the new key failed its self-test (${report.signatures[0]?.reason ?? report.result})`)
}

function resolverOf(owner: string | undefined, record: string): Resolver {
  const records = [{ data: Buffer.from(record, 'latin1'), ttl: null, strings: 1 }]
  return {
    txt: name => {
      const nothing = noAnswer(name, 'nxdomain', null)
      return name === owner ? { ...nothing, status: 'found', records } : nothing
    },
  }
}
