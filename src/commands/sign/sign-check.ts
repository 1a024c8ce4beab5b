// The last look before a signed message is written: do its new signatures verify with the keys that DNS has?

import { LineEndNormalizer } from '../../core/dkim/line-endings.js'
import { REASONS, type SignatureReport } from '../../core/dkim/result.js'
import { Verifier } from '../../core/dkim/verify.js'
import type { Resolver } from '../../core/dns/resolver.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import type { MessageInput } from '../mail/input.js'

export interface SignCheck {
  readonly resolver: Resolver
  readonly now: Date
  readonly signal: AbortSignal
}

export interface SignCheckOutcome {
  readonly code: ExitCode
  /** What is wrong, one line for each new signature that does not verify. */
  readonly problems: readonly string[]
}

/** Time is judged before the key (§6.1.1, §6.1.2): a t= or x= that is not now must not hide that there is none. */
const AT_ANY_TIME = { ignoreExpiration: true, clockSkew: Number.POSITIVE_INFINITY } as const

/** `fields` holds the new signatures, `count` of them, as they will stand in front of the message. */
export async function checkSigned(
  input: MessageInput,
  fields: Buffer,
  count: number,
  check: SignCheck,
): Promise<SignCheckOutcome> {
  const verifier = new Verifier({ ...check, mixedLineEnds: 'unchecked', policy: AT_ANY_TIME })
  const lines = new LineEndNormalizer(chunk => verifier.write(chunk))
  lines.write(fields)
  for await (const chunk of input.chunks()) lines.write(chunk)
  lines.end()
  const { signatures } = await verifier.end()
  const failed = signatures.slice(0, count).filter(({ result }) => result !== 'pass' && result !== 'policy')
  return { code: codeOf(failed), problems: failed.map(problemOf) }
}

function codeOf(failed: readonly SignatureReport[]): ExitCode {
  if (failed.length === 0) return EXIT_CODES.ok
  return failed.every(({ result }) => result === 'temperror') ? EXIT_CODES.temporary : EXIT_CODES.problem
}

function problemOf({ domain, selector, reason, detail }: SignatureReport): string {
  // Signed a moment ago: what does not verify now is another key in DNS, not a changed message.
  const otherKey = reason === null || reason === 'signature-did-not-verify'
  const text = otherKey ? 'the key in DNS is not the signing key' : REASONS[reason].text
  return `${selector}._domainkey.${domain}: ${text}${otherKey || detail === null ? '' : ` (${detail})`}`
}
