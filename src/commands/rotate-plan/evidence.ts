// Evidence besides DNS: received messages, and a test message made with the new key.

import { indexFields, parseHeaderSection, rawValue } from '../../core/dkim/header.js'
import type { KeyCache } from '../../core/dkim/key-lookup.js'
import { LineEndNormalizer } from '../../core/dkim/line-endings.js'
import type { SignatureReport } from '../../core/dkim/result.js'
import { sign } from '../../core/dkim/sign.js'
import { Verifier, verify } from '../../core/dkim/verify.js'
import type { Resolver } from '../../core/dns/resolver.js'
import type { Probe, Sample } from '../../core/rotation/evidence.js'
import type { RotationRequest } from '../../core/rotation/settings.js'
import type { Context } from '../context.js'
import { readInputs } from '../mail/input.js'
import { privateKeyIn } from './new-key.js'

/** A signature of a sample, whatever its domain: several plans pick theirs. */
export interface DomainSample extends Sample {
  readonly domain: string
}

interface SampleScene {
  readonly context: Context
  readonly resolver: Resolver
  readonly now: Date
  readonly keys: KeyCache
}

export interface Samples {
  readonly all: readonly DomainSample[]
  /** The messages, signed or not. */
  readonly sources: readonly string[]
}

export async function readSamples(paths: readonly string[], scene: SampleScene): Promise<Samples> {
  const all: DomainSample[] = []
  const sources: string[] = []
  if (paths.length === 0) return { all, sources }
  for await (const input of readInputs(paths, scene.context)) {
    if (input.error !== undefined) throw input.error
    sources.push(input.name)
    all.push(...(await readSample(input.name, input.chunks(), scene)))
  }
  return { all, sources }
}

const HEADER_BYTES = 1024 * 1024

async function readSample(
  name: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { resolver, now, keys }: SampleScene,
): Promise<DomainSample[]> {
  const verifier = new Verifier({ resolver, now, input: name, keys })
  const head: Buffer[] = []
  let size = 0
  const normalizer = new LineEndNormalizer(chunk => {
    if (size < HEADER_BYTES) head.push(Buffer.from(chunk))
    size += chunk.length
    verifier.write(chunk)
  })
  for await (const chunk of chunks) normalizer.write(chunk)
  normalizer.end()
  const { signatures } = await verifier.end()
  const sentAt = dateOf(Buffer.concat(head))
  return signatures.flatMap(signature => sampleOf(name, signature, sentAt))
}

function sampleOf(source: string, signature: SignatureReport, sentAt: number | null): DomainSample[] {
  const { domain, selector, signedAt } = signature
  if (domain === null || selector === null) return []
  const at = signedAt === null ? sentAt : Date.parse(signedAt)
  return [{ source, domain, selector, outcome: outcomeOf(signature), signedAt: at }]
}

/** What matters here is which key signed: a body that was changed on the way, or a signature that has expired, still proves it. */
function outcomeOf({ headerSignature, result, reason }: SignatureReport): Sample['outcome'] {
  if (headerSignature === 'match') return 'pass'
  if (result === 'temperror') return 'temporary'
  return reason === 'no-key-for-signature' || reason === 'key-revoked' ? 'no-key' : 'fail'
}

/** The Date field, where the signature carries no t=. */
function dateOf(head: Buffer): number | null {
  const end = head.indexOf('\r\n\r\n')
  const section = parseHeaderSection(end === -1 ? head : head.subarray(0, end + 2))
  const date = indexFields(section.fields).get('date')?.[0]
  if (date === undefined) return null
  const time = Date.parse(rawValue(section, date).replace(/\([^()]*\)/g, ' '))
  return Number.isNaN(time) ? null : time
}

/** Signs a message with the new private key and verifies it through DNS, as a receiver would. Null where there is no key at hand. */
export async function probe(request: RotationRequest, resolver: Resolver, now: Date): Promise<Probe | null> {
  const key = request.newKeyFile === null ? undefined : privateKeyIn(request.newKeyFile)
  if (key === undefined || key.publicKey.fingerprint !== request.new.fingerprint) return null
  const { domain } = request
  const text = `From: <postmaster@${domain}>\r\nSubject: test\r\nDate: ${now.toUTCString().replace('GMT', '+0000')}\r\n\r\ntest\r\n`
  const message = Buffer.from(text, 'latin1')
  const { fields } = await sign(message, { requests: [{ key, domain, selector: request.new.selector }], now })
  const { signatures } = await verify(Buffer.concat([...fields, message]), { resolver, now })
  const [signature] = signatures
  return {
    pass: signature?.headerSignature === 'match' && signature.bodyHash === 'match',
    detail: signature?.reason ?? 'pass',
  }
}
