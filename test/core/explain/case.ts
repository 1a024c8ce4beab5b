// Signs a message, lets a change happen to it, verifies and explains: what every test of explanations does.

import type { CanonicalizationName, SignatureReport, VerificationReport } from '../../../src/core/dkim/result.js'
import { sign } from '../../../src/core/dkim/sign.js'
import type { SignatureRequest } from '../../../src/core/dkim/signature-request.js'
import { Verifier } from '../../../src/core/dkim/verify.js'
import type { Resolver } from '../../../src/core/dns/resolver.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../../src/core/dns/zone-resolver.js'
import { explain, type FullExplanation } from '../../../src/core/explain/explain.js'
import { importPrivateKey, type PrivateKey } from '../../../src/core/keys/private-key.js'
import { KEYS, type KeyName, keyRecord } from '../../support/keys.js'

export const NOW = new Date('2026-11-22T12:00:00Z')

export function privateKey(name: KeyName): PrivateKey {
  return importPrivateKey(Buffer.from(KEYS[name].export({ type: 'pkcs8', format: 'pem' })))
}

const TYPES = { rsa: 'rsa2048', ed25519: 'ed25519' } as const
export type Type = keyof typeof TYPES

export const PRIVATE: Readonly<Record<Type, PrivateKey>> = {
  rsa: privateKey('rsa2048'),
  ed25519: privateKey('ed25519'),
}

export const RESOLVER = resolverOf({
  'rsa._domainkey.example.com': keyRecord('rsa2048'),
  'ed25519._domainkey.example.com': keyRecord('ed25519'),
})

export function resolverOf(zone: Record<string, string>): Resolver {
  return zoneResolver(readZone(Buffer.from(JSON.stringify(zone)), 'dns.json'))
}

export interface CaseOptions {
  readonly type?: Type
  readonly header?: CanonicalizationName
  readonly body?: CanonicalizationName
  readonly request?: Partial<SignatureRequest>
  readonly resolver?: Resolver
  readonly original?: Buffer
  readonly hypotheses?: number
  readonly time?: number
}

/** The message with its signature on top, CRLF, as latin1. */
export async function signed(message: string, options: CaseOptions = {}): Promise<string> {
  const { type = 'rsa', header = 'relaxed', body = 'relaxed', request } = options
  const { fields } = await sign(Buffer.from(message, 'latin1'), {
    now: NOW,
    force: true,
    requests: [
      { key: PRIVATE[type], selector: type, domain: 'example.com', canonicalization: { header, body }, ...request },
    ],
  })
  return Buffer.concat(fields).toString('latin1') + message
}

export interface Explained {
  readonly report: VerificationReport
  readonly signatures: readonly (SignatureReport & FullExplanation)[]
}

export async function explained(message: string | Buffer, options: CaseOptions = {}): Promise<Explained> {
  const bytes = typeof message === 'string' ? Buffer.from(message, 'latin1') : message
  const verifier = new Verifier({ resolver: options.resolver ?? RESOLVER, now: NOW })
  verifier.write(bytes)
  const report = await verifier.end()
  const evidence = await verifier.evidence()
  const explanations = await explain(
    {
      section: verifier.section,
      signatures: evidence.map((item, index) => ({ ...item, report: report.signatures[index]! })),
      read: async function* () {
        for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
      },
    },
    { time: options.time ?? 4000, hypotheses: options.hypotheses ?? 2_000_000, clock: () => performance.now() },
  )
  return { report, signatures: explanations.map((item, index) => ({ ...report.signatures[index]!, ...item })) }
}

/** Codes with their certainty: `subject-tag proven`. */
export function codesOf({ signatures }: Explained, position = 0): string[] {
  return signatures[position]!.explanations.map(({ code, certainty }) => `${code} ${certainty}`)
}
