// The table of signers. A new one is a row here and an entry in milters.ts or mail-servers.ts.

import { DkimError } from '../../core/errors.js'
import { exim, haraka, kumomta, maddy, nodemailer, powermta, stalwart } from './mail-servers.js'
import { amavis, dkimpyMilter, opendkim, opensmtpd, postfix, rspamd } from './milters.js'
import type { Signer, SignerKey } from './signer.js'

export const SIGNERS = {
  opendkim,
  rspamd,
  exim,
  postfix,
  haraka,
  maddy,
  stalwart,
  nodemailer,
  amavis,
  opensmtpd,
  'dkimpy-milter': dkimpyMilter,
  powermta,
  kumomta,
} as const satisfies Record<string, Signer>

export type SignerName = keyof typeof SIGNERS

export const SIGNER_NAMES = Object.keys(SIGNERS) as SignerName[]

/** The keys that the mail server can use together: RSA before Ed25519 where it signs with one algorithm only. */
export function usableKeys(name: SignerName, keys: readonly SignerKey[]): readonly SignerKey[] {
  const rsa = keys.filter(({ type }) => type === 'rsa')
  return SIGNERS[name].ed25519 === 'alone' && rsa.length > 0 ? rsa : keys
}

/** The lines for each file of the mail server, under a comment with its name. */
export function formatSigner(name: SignerName, keys: readonly SignerKey[]): string {
  const signer: Signer = SIGNERS[name]
  if (keys.length === 0) throw new DkimError('usage', 'no key given', 'give --selector, --domain and --key')
  return signer
    .sections(usableKeys(name, keys))
    .map(({ file, comment, lines }) => `${comment} ${file}\n${lines.join('\n')}\n`)
    .join('\n')
}
