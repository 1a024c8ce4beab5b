// Verification (§6.1): every signature of a message evaluated, streaming, in memory that does not depend on the body's size.

import type { Resolver } from '../dns/resolver.js'
import { LIMITS } from '../limits.js'
import { evaluateSignature, type SignatureVerdict } from './evaluate.js'
import {
  alignmentOf,
  authorDomain,
  loadOrganizationalDomain,
  mayAlign,
  type OrganizationalDomain,
} from './from-field.js'
import { FAULT_TEXTS, type FieldIndex, type HeaderSection, indexFields, parseHeaderSection } from './header.js'
import { type KeyCache, type KeyLookup, keyCacheOf, keysAtHand, lookUpKeys } from './key-lookup.js'
import { BareLineEndFinder } from './line-endings.js'
import { type MessageBytes, MessageSplitter, writeAll } from './message.js'
import { BodyHasher, type BodyHashes } from './message-hash.js'
import { checkSigningDomain, DEFAULT_POLICY, type Policy, SINGULAR_FIELDS } from './policy.js'
import { messageResult, REASONS, type SignatureReport, type VerificationReport, type Warning } from './result.js'
import { parseSignature, type Signature } from './signature.js'

/** DNS, the time and the policy of a verification. `resolver` and `now` are required. */
export interface VerifyOptions {
  readonly resolver: Resolver
  /** The time at which t= and x= are checked; the engine has no clock of its own. */
  readonly now: Date
  readonly policy?: Partial<Policy>
  /** The name of the message in the report. */
  readonly input?: string
  /** Parsed keys to share between messages; by default one cache for each resolver. */
  readonly keys?: KeyCache
  /**
   * What a bare CR or LF in the body leads to: a verdict of policy (`reject`, the default), a warning alone (`warn`), or nothing
   * (`unchecked`: the caller looks for itself and calls `flagMalformed`).
   */
  readonly mixedLineEnds?: 'reject' | 'warn' | 'unchecked'
  readonly signal?: AbortSignal
  /** Milliseconds of DNS for the message; null if the resolver has its own limit. */
  readonly dnsTime?: number | null
}

/** Fields of protocols that are drafts: seen, named, and not verified. */
const DRAFT_FIELDS = ['dkim2-signature', 'message-instance']

export const MIXED_LINE_ENDS: Warning = {
  code: 'mixed-line-endings',
  text: 'mixed line endings, CRLF and bare CR or LF: software disagrees on where lines end',
}

interface Examined {
  readonly signature: Signature
  readonly lookup: KeyLookup | Promise<KeyLookup> | null
  /** False where no hash of the body was asked for. */
  readonly hashed: boolean
}

/** Verifies one message: write its bytes (CRLF line endings) in chunks of any size, then await end(). What is wrong with the message is in the report (§6). */
export class Verifier {
  readonly #options: VerifyOptions
  readonly #policy: Policy
  readonly #keys: KeyCache
  readonly #splitter: MessageSplitter
  readonly #hasher = new BodyHasher()
  readonly #bareLineEnds: BareLineEndFinder | null
  /** Only where DNS is asked. */
  #abort: AbortController | null = null
  #section: HeaderSection = EMPTY_SECTION
  #index: FieldIndex = EMPTY_INDEX
  #author: string | null = null
  #examined: Examined[] = []
  #malformed: string | null = null
  #warnings: Warning[] = []
  #hashes: BodyHashes | null = null
  #verdicts: SignatureVerdict[] | null = null

  constructor(options: VerifyOptions) {
    this.#options = options
    this.#policy = options.policy === undefined ? DEFAULT_POLICY : { ...DEFAULT_POLICY, ...options.policy }
    this.#keys = options.keys ?? keyCacheOf(options.resolver)
    this.#bareLineEnds = options.mixedLineEnds === 'unchecked' ? null : new BareLineEndFinder()
    this.#splitter = new MessageSplitter({
      header: (section, complete) => this.#header(section, complete),
      body: chunk => {
        this.#hasher.write(chunk)
        this.#bareLineEnds?.write(chunk)
      },
    })
  }

  write(chunk: Uint8Array): void {
    this.#splitter.write(chunk)
  }

  /** Reports something in the input that rules out a clean pass, such as mixed line endings. */
  flagMalformed(detail: string, warning?: Warning): void {
    this.#malformed ??= detail
    if (warning !== undefined) this.#warnings.push(warning)
  }

  warn(warning: Warning): void {
    this.#warnings.push(warning)
  }

  /** The header section as received; empty until it is complete. */
  get section(): HeaderSection {
    return this.#section
  }

  /** The signatures that were evaluated, in the order of the report. */
  get signatures(): readonly Signature[] {
    return this.#examined.map(({ signature }) => signature)
  }

  /** The signatures with the keys that were found, as explain() needs them. */
  async evidence(): Promise<{ readonly signature: Signature; readonly lookup: KeyLookup | null }[]> {
    return Promise.all(this.#examined.map(async ({ signature, lookup }) => ({ signature, lookup: await lookup })))
  }

  async end(): Promise<VerificationReport> {
    const report = this.endNow()
    if (report !== null) return report
    const verdicts = this.#evaluateSignature(await this.#lookups())
    return this.#report(verdicts, this.#needsSuffixes(verdicts) ? await loadOrganizationalDomain() : null)
  }

  /** The report if nothing has to be awaited, otherwise null: then call `end()`. Never throws for a bad message. */
  endNow(): VerificationReport | null {
    if (this.#hashes === null) {
      this.#splitter.end()
      this.#hashes = this.#hasher.end()
      if (this.#bareLineEnds?.end()) {
        if (this.#options.mixedLineEnds === 'warn') this.warn(MIXED_LINE_ENDS)
        else this.flagMalformed('mixed line ends', MIXED_LINE_ENDS)
      }
    }
    const lookups: (KeyLookup | null)[] = []
    for (const { lookup } of this.#examined) {
      if (lookup instanceof Promise) return null
      lookups.push(lookup)
    }
    const verdicts = this.#evaluateSignature(lookups)
    return this.#needsSuffixes(verdicts) ? null : this.#report(verdicts, null)
  }

  /** Once per message: cryptography is what verification costs. */
  #evaluateSignature(lookups: readonly (KeyLookup | null)[]): SignatureVerdict[] {
    this.#verdicts ??= this.#examined.map(({ signature, hashed }, position) => {
      const { canonicalization, bodyLength } = signature
      const bodyHash =
        hashed && canonicalization !== null ? this.#hashes!(canonicalization.body, bodyLength) : undefined
      return evaluateSignature({
        section: this.#section,
        index: this.#index,
        signature,
        bodyHash: bodyHash ?? null,
        lookup: lookups[position] ?? null,
        malformed: this.#malformed,
        now: this.#options.now,
        policy: this.#policy,
      })
    })
    return this.#verdicts
  }

  #header(bytes: Buffer, complete: boolean): void {
    this.#section = parseHeaderSection(bytes)
    this.#index = indexFields(this.#section.fields)
    this.#author = authorDomain(this.#section, this.#index)
    this.#noteFaults(complete)
    this.#noteFields(complete && !this.#section.faults.has('too-many-fields'))
    for (const signature of this.#choose()) this.#examined.push(this.#examine(signature, complete))
  }

  /** Up to the limit; the well-formed ones that could align with From come first, so that no number of decoys can push a good one out. */
  #choose(): Signature[] {
    const fields = this.#index.get('dkim-signature') ?? []
    const signatures = fields.map(field => parseSignature(this.#section, field, this.#keys.fieldLists))
    if (signatures.length <= LIMITS.signatures) return signatures
    const text = `evaluated ${LIMITS.signatures} of ${signatures.length} signatures`
    this.#warnings.push({ code: 'signature-limit', text })
    const ranked = signatures.toSorted((one, other) => this.#rankOf(one) - this.#rankOf(other))
    const chosen = new Set(ranked.slice(0, LIMITS.signatures))
    return signatures.filter(signature => chosen.has(signature))
  }

  #rankOf(signature: Signature): number {
    if (signature.rejection !== null) return 2
    return this.#couldAlign(signature) ? 0 : 1
  }

  #couldAlign({ domain }: Signature): boolean {
    return domain !== null && this.#author !== null && mayAlign(domain, this.#author)
  }

  /** Starts the key lookup and asks for the body hash, each once per distinct need. */
  #examine(signature: Signature, complete: boolean): Examined {
    const { canonicalization, bodyLength, bodyHash } = signature
    const hashed =
      complete &&
      canonicalization !== null &&
      bodyHash !== null &&
      this.#hasher.request(canonicalization.body, bodyLength)
    return { signature, lookup: this.#startLookup(signature), hashed }
  }

  #startLookup({ keyName, algorithm }: Signature): KeyLookup | Promise<KeyLookup> | null {
    if (keyName === null || algorithm === null) return null
    // Each name is asked once per message.
    const asked = this.#examined.find(({ signature }) => signature.keyName === keyName && signature.algorithm !== null)
    if (asked !== undefined) return asked.lookup
    const { resolver } = this.#options
    const atHand = keysAtHand(resolver, keyName, this.#keys)
    if (atHand !== undefined) return atHand
    this.#abort ??= new AbortController()
    return lookUpKeys(resolver, keyName, this.#keys, this.#abort.signal)
  }

  /** Waits for DNS within the budget of one message; what has not come by then is answered by the resolver as a time-out. */
  async #lookups(): Promise<(KeyLookup | null)[]> {
    const forward = (): void => this.#abort?.abort()
    const { dnsTime = LIMITS.dnsTime } = this.#options
    const timer = dnsTime === null ? undefined : setTimeout(forward, dnsTime)
    this.#options.signal?.addEventListener('abort', forward, { once: true })
    try {
      return await Promise.all(this.#examined.map(({ lookup }) => lookup))
    } finally {
      clearTimeout(timer)
      this.#options.signal?.removeEventListener('abort', forward)
    }
  }

  #noteFaults(complete: boolean): void {
    const { faults } = this.#section
    if (complete && faults.size === 0) return
    const kinds = complete ? [...faults.keys()] : [...faults.keys(), 'too-large' as const]
    for (const kind of kinds) {
      this.#malformed ??= FAULT_TEXTS[kind]
      const code = kind === 'too-large' || kind === 'too-many-fields' ? 'header-limit' : 'malformed-header'
      const offset = faults.get(kind)
      this.#warnings.push({
        code,
        text: offset === undefined ? FAULT_TEXTS[kind] : `${FAULT_TEXTS[kind]} (at byte ${offset})`,
      })
    }
  }

  #noteFields(whole: boolean): void {
    const { spaced } = this.#section
    for (const name of spaced.length === 0 ? spaced : new Set(spaced)) {
      this.#warnings.push({ code: 'space-before-colon', text: `${name} has white space before its colon` })
    }
    this.#index.forEach((fields, name) => {
      if (fields.length > 1 && SINGULAR_FIELDS.has(name)) {
        this.#warnings.push({ code: 'duplicate-field', text: `${name} occurs ${fields.length} times` })
      }
    })
    for (const name of DRAFT_FIELDS) {
      if (this.#index.has(name)) this.#warnings.push({ code: 'not-verified', text: `${name}: not verified (draft)` })
    }
    if (whole && !this.#index.has('from')) this.#warnings.push({ code: 'no-from', text: this.#whyNoFrom() })
  }

  #whyNoFrom(): string {
    return this.#section.bytes.length === 0
      ? 'the message has no header section or starts with an empty line'
      : 'the message has no From field'
  }

  #report(verdicts: readonly SignatureVerdict[], organizational: OrganizationalDomain | null): VerificationReport {
    const signatures = verdicts.map(verdict => this.#finish(verdict, organizational))
    return {
      schema: 'dkim.verification/1',
      input: this.#options.input ?? '-',
      result: messageResult(signatures.map(({ result }) => result)),
      from: { domain: this.#author },
      signatures,
      warnings: [...this.#warnings, ...alignmentWarnings(signatures)],
    }
  }

  /** Alignment, and what the policy makes of a signature that is otherwise good. */
  #finish(verdict: SignatureVerdict, organizational: OrganizationalDomain | null): SignatureReport {
    const aligned = alignmentOf(verdict.domain, this.#author, organizational)
    const rejection = verdict.result === 'pass' ? checkSigningDomain(verdict.domain, aligned, this.#policy) : null
    if (rejection !== null) {
      verdict.result = REASONS[rejection.reason].result
      verdict.reason = rejection.reason
      verdict.detail = rejection.detail
    }
    verdict.aligned = aligned
    return verdict
  }

  /** True where alignment hangs on the public suffix list. */
  #needsSuffixes(verdicts: readonly SignatureVerdict[]): boolean {
    const author = this.#author
    return (
      author !== null && verdicts.some(({ domain }) => domain !== null && domain !== author && mayAlign(domain, author))
    )
  }
}

const EMPTY_INDEX: FieldIndex = new Map()
const EMPTY_SECTION: HeaderSection = { bytes: Buffer.alloc(0), text: '', fields: [], faults: new Map(), spaced: [] }

function alignmentWarnings(signatures: readonly SignatureReport[]): Warning[] {
  const passing = signatures.filter(({ result }) => result === 'pass')
  if (passing.length === 0 || passing.some(({ aligned }) => aligned === 'strict' || aligned === 'relaxed')) return []
  return [{ code: 'not-aligned', text: 'no passing signature is aligned with the From domain' }]
}

/** Verifies a message in memory or a stream of chunks (CRLF line endings; see LineEndNormalizer). Throws DkimError('usage') only for what is not bytes. */
export async function verify(message: MessageBytes, options: VerifyOptions): Promise<VerificationReport> {
  const verifier = new Verifier(options)
  await writeAll(message, verifier)
  return verifier.end()
}
