// Evidence besides DNS: received messages, aggregate reports, and a test message made with the new key.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  DkimError,
  indexFields,
  type KeyCache,
  LineEndNormalizer,
  type Probe,
  parseHeaderSection,
  type ReportedUse,
  type Resolver,
  type RotationRequest,
  rawValue,
  readAggregateReport,
  type Sample,
  type SignatureReport,
  sign,
  unpack,
  Verifier,
  verify,
} from '../../core/index.js'
import type { Context } from '../context.js'
import { unreadable } from '../file-fault.js'
import { readInputs } from '../input.js'
import { readSmallFile } from '../small-file.js'
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

export interface Reports {
  readonly uses: readonly ReportedUse[]
  /** Messages whose reporter left the selector out. */
  readonly withoutSelector: number
}

const REPORT_LIMIT = 20_000

/** Files, or directories of them (not deeper). A file that is no report is an error: silence would read as "no old key seen". */
export function readReports(paths: readonly string[], domain: string): Reports {
  const uses: ReportedUse[] = []
  let withoutSelector = 0
  for (const file of paths.flatMap(listReports)) {
    for (const { name, bytes } of unpack(readBytes(file), file)) {
      const report = readAggregateReport(bytes, name, domain)
      uses.push(...report.uses)
      withoutSelector += report.withoutSelector
    }
  }
  return { uses, withoutSelector }
}

/** What a reporter may send by mail, and much more. */
const REPORT_BYTES = 256 * 1024 * 1024

function listReports(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const files = readdirSync(path, { withFileTypes: true }).filter(
      entry => entry.isFile() && /\.(?:xml|gz|zip)$/i.test(entry.name),
    )
    if (files.length > REPORT_LIMIT)
      throw new DkimError('limit', `${path} holds more than ${REPORT_LIMIT} reports`, 'give it those of the last weeks')
    return files.map(({ name }) => join(path, name)).sort()
  } catch (error) {
    throw unreadable(path, error)
  }
}

function readBytes(path: string): Buffer {
  return readSmallFile(path, {
    limit: REPORT_BYTES,
    hint: 'name reports: XML, .gz or .zip files, or directories of them',
  })
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
