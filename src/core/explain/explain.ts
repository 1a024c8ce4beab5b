// Why a signature failed: judges its two halves apart, searches for what was changed, and says what is proven and what is not.

import type { FieldIndex, HeaderSection } from '../dkim/header.js'
import { indexFields, parseHeaderSection } from '../dkim/header.js'
import type { KeyLookup } from '../dkim/key-lookup.js'
import type { CanonicalizationName, SignatureReport } from '../dkim/result.js'
import { parseSignature } from '../dkim/signature.js'
import type { PublicKey } from '../keys/public-key.js'
import { damageOf } from '../mail/damaged-copy.js'
import { rewrittenLinks } from './body/links.js'
import type { BodyScene } from './body-hypothesis.js'
import { type ReadMessage, readBody, readWhole } from './body-reader.js'
import { type BodyFinding, searchBody } from './body-search.js'
import { searchStream } from './body-stream.js'
import { type BodyTarget, canonicalBody, digestOf } from './body-target.js'
import { Budget, type BudgetOptions } from './budget.js'
import { CAUSES, type Cause } from './causes.js'
import { type Comparison, compareWithOriginal } from './compare.js'
import { evidenceOf, type OtherSignature } from './evidence.js'
import type { Certainty, Diagnosis, Explanation, SignatureExplanation } from './explanation.js'
import { type Exposure, exposureOf } from './exposure.js'
import { readable } from './header/field-text.js'
import type { HeaderScene } from './header-hypothesis.js'
import { HeaderModel } from './header-model.js'
import { type HeaderOracle, headerOracle } from './header-oracle.js'
import { type HeaderFinding, HeaderSearch } from './header-search.js'
import { type MimeBody, mimeBody } from './mime-parts.js'
import { recoverDigest } from './recovered-digest.js'

export interface ExplainedSignature extends OtherSignature {
  readonly lookup: KeyLookup | null
}

export interface ExplainRequest {
  readonly section: HeaderSection
  readonly signatures: readonly ExplainedSignature[]
  readonly read: ReadMessage
  /** The message as it was sent. */
  readonly original?: { readonly section: HeaderSection; readonly body: Buffer | null } | undefined
}

export interface FullExplanation extends SignatureExplanation {
  /** Only of signatures that pass. */
  readonly exposure: readonly Exposure[]
  /** Only where an original was given. */
  readonly comparison: Comparison | null
}

/** The body with its views, which are made when they are asked for: a footer is found without them. */
class Body {
  readonly bytes: Buffer
  readonly #contentType: string
  readonly #encoding: string
  readonly #canonical = new Map<CanonicalizationName, Buffer>()
  #text: string | null = null
  #mime: MimeBody | null = null

  constructor(bytes: Buffer, section: HeaderSection, index: FieldIndex) {
    const valueOfField = (name: string): string => {
      const field = index.get(name)?.at(-1)
      return field === undefined ? '' : section.text.slice(field.valueStart, field.valueEnd)
    }
    this.bytes = bytes
    this.#contentType = valueOfField('content-type')
    this.#encoding = valueOfField('content-transfer-encoding')
  }

  get text(): string {
    this.#text ??= this.bytes.toString('latin1')
    return this.#text
  }

  get mime(): MimeBody {
    this.#mime ??= mimeBody(this.text, this.#contentType, this.#encoding)
    return this.#mime
  }

  canonical(name: CanonicalizationName): Buffer {
    const known = this.#canonical.get(name)
    if (known !== undefined) return known
    const canonical = canonicalBody(this.bytes, name)
    this.#canonical.set(name, canonical)
    return canonical
  }
}

/** One explanation for each signature, in their order. */
export async function explain(request: ExplainRequest, budget: BudgetOptions): Promise<FullExplanation[]> {
  const index = indexFields(request.section.fields)
  const bytes = await readBody(request.read)
  const body = bytes === null ? null : new Body(bytes, request.section, index)
  const explained: FullExplanation[] = []
  for (const subject of request.signatures) {
    explained.push(await new Explainer(request, index, body, subject, budget).run())
  }
  return explained
}

class Explainer {
  readonly #request: ExplainRequest
  readonly #index: FieldIndex
  readonly #body: Body | null
  readonly #subject: ExplainedSignature
  readonly #options: BudgetOptions
  #tried = 0
  #complete = true

  constructor(
    request: ExplainRequest,
    index: FieldIndex,
    body: Body | null,
    subject: ExplainedSignature,
    options: BudgetOptions,
  ) {
    this.#request = request
    this.#index = index
    this.#body = body
    this.#subject = subject
    this.#options = options
  }

  async run(): Promise<FullExplanation> {
    const { section } = this.#request
    const { signature, report } = this.#subject
    const model = HeaderModel.of(section, this.#index, signature)
    const oracle = this.#oracle()
    const diagnosis = diagnose(report, oracle)
    const comparison = this.#compare(oracle)
    const started = this.#options.clock()
    const mixed = await this.#mixedLineEnds()
    const header = mixed !== null ? [] : await this.#explainHeader(model, oracle, diagnosis)
    const vouched = report.headerSignature === 'match' || header.some(({ certainty }) => certainty === 'proven')
    // Where the signer signed the hash of this very body, there is nothing to explain about it.
    const intact = mixed !== null || header.some(({ code }) => code === 'body-hash-replaced')
    const body =
      mixed !== null
        ? [mixed]
        : intact
          ? []
          : await this.#explainBody(vouched, this.#options.time - (this.#options.clock() - started))
    return {
      diagnosis: settled(diagnosis, header, report),
      explanations: this.#advised([...body, ...header, ...comparedOf(comparison, report)]),
      hypothesesTried: this.#tried,
      complete: this.#complete,
      evidence:
        diagnosis === 'intact'
          ? []
          : evidenceOf({ section, index: this.#index, signature, report, model, others: this.#request.signatures }),
      exposure: report.result === 'pass' ? this.#exposure() : [],
      comparison,
    }
  }

  /** Of a copy that was damaged by saving it, nothing is known about what happened on the way: the copy comes first. */
  #advised(explanations: Explanation[]): Explanation[] {
    const damage = damageOf(this.#request.section.text)
    if (damage === null) return explanations
    const advice = `this copy was changed by copying or saving it: ${damage}; then verify it again`
    return explanations.map(item => ({
      ...item,
      advice,
      alternatives: item.alternatives.map(other => ({ ...other, advice })),
    }))
  }

  /** A signature field with CRLF on top of a message with LF: with CRLF throughout, is it the message that was signed? */
  async #mixedLineEnds(): Promise<Explanation | null> {
    const { section, read } = this.#request
    const { signature } = this.#subject
    const oracle = this.#oracle()
    const { canonicalization, bodyHash: digest } = signature
    if (!/(?<!\r)\n/.test(section.text) || oracle === null || canonicalization === null || digest === null) return null
    const bytes = await readWhole(read)
    if (bytes === null) return null
    const text = bytes.toString('latin1').replace(/(?<!\r)\n/g, '\r\n')
    const end = text.indexOf('\r\n\r\n')
    const header = parseHeaderSection(Buffer.from(end === -1 ? text : text.slice(0, end + 2), 'latin1'))
    const body = canonicalBody(Buffer.from(end === -1 ? '' : text.slice(end + 4), 'latin1'), canonicalization.body)
    const length = Number.isFinite(signature.bodyLength) ? signature.bodyLength : null
    this.#tried += 1
    if (!digestOf(body, length).equals(digest)) return null
    const index = indexFields(header.fields)
    const fits = (index.get('dkim-signature') ?? []).some(field => {
      const model = HeaderModel.of(header, index, parseSignature(header, field))
      return oracle.matches(model.bytes) && oracle.confirms(model.bytes)
    })
    if (!fits) return null
    const advice =
      'convert this copy to CRLF line endings and verify it again; if the program that signs writes such messages, have it end its own field as the other lines end'
    return {
      ...explanation('line-ends-changed', 'proven', {
        text: 'some lines end in CRLF, others in LF: with CRLF line endings throughout, the signature verifies',
      }),
      advice,
    }
  }

  #key(): PublicKey | null {
    const { lookup, report } = this.#subject
    const candidates = lookup?.candidates ?? []
    const used = candidates.find(({ key }) => key !== null && key.key.fingerprint === report.key?.fingerprint)
    return used?.key?.key ?? null
  }

  #oracle(): HeaderOracle | null {
    const { signature, report } = this.#subject
    const key = this.#key()
    if (key === null || signature.algorithm === null || signature.signature === null) return null
    return report.headerSignature === 'unchecked' ? null : headerOracle(signature.algorithm, key, signature.signature)
  }

  #budget(time: number, share = 1): Budget {
    const hypotheses = Math.max(0, Math.floor((this.#options.hypotheses - this.#tried) * share))
    return new Budget({ ...this.#options, time: Math.max(0, time), hypotheses })
  }

  #settle(budget: Budget): void {
    this.#tried += budget.tried
    if (budget.over) this.#complete = false
  }

  async #explainHeader(model: HeaderModel, oracle: HeaderOracle | null, diagnosis: Diagnosis): Promise<Explanation[]> {
    const { report } = this.#subject
    if (/^[ \t\r\n]*$/.test(this.#subject.signature.tags?.get('b')?.value ?? 'missing')) {
      const text = 'b= is empty: the signer wrote no signature; look in its log for an error about the private key'
      return [explanation('signer-mistake', 'proven', { text })]
    }
    if (oracle === null || report.headerSignature !== 'mismatch') return []
    if (!oracle.usable) return this.#explainKey(diagnosis)
    const mistaken = oracle.isUnhashed(model.bytes)
      ? 'the signer signed the header itself, not its SHA-256 (RFC 8463 §3)'
      : null
    if (mistaken !== null) return [explanation('signer-mistake', 'proven', { text: mistaken })]
    const other = this.#otherKeyThatFits(model.bytes)
    if (other !== null) return [other]
    // What is left is the body's.
    const share = report.bodyHash === 'mismatch' ? 0.5 : 1
    const budget = this.#budget(this.#options.time * share, share)
    const scene = this.#headerScene(model)
    const search = new HeaderSearch(scene, oracle, budget)
    const finding = await search.run()
    this.#settle(budget)
    return [
      ...digestExplanation(oracle),
      ...(finding === null ? this.#likelyHeader() : headerExplanations(finding, model)),
    ]
  }

  /** Signed fields that do not survive sending and delivery. */
  #likelyHeader(): Explanation[] {
    const signed = new Set(this.#subject.signature.signedFields)
    const absent = ['bcc', 'x-transport', 'return-path'].filter(name => signed.has(name) && !this.#index.has(name))
    const removed = absent.map(name => {
      const why = name === 'return-path' ? 'is written at delivery' : 'is removed when a message is sent'
      const text = `${name} is signed, ${why}, and is not in the message`
      return explanation('field-removed', 'likely', { text, fields: [name] })
    })
    if (!signed.has('return-path') || absent.includes('return-path')) return removed
    const text = 'return-path is signed, and is rewritten at delivery'
    return [...removed, explanation('field-replaced', 'likely', { text, fields: ['return-path'] })]
  }

  #headerScene(model: HeaderModel): HeaderScene {
    const { signature } = this.#subject
    const bodyHashes = new Set<string>()
    const length = Number.isFinite(signature.bodyLength) ? signature.bodyLength : null
    for (const name of ['simple', 'relaxed'] as const) {
      if (this.#body === null) break
      const canonical = this.#body.canonical(name)
      bodyHashes.add(digestOf(canonical, length).toString('base64')).add(digestOf(canonical, null).toString('base64'))
    }
    return { section: this.#request.section, index: this.#index, signature, model, bodyHashes: [...bodyHashes] }
  }

  /** The padding of b= does not fit the key: other keys of the message may be the one. */
  #explainKey(diagnosis: Diagnosis): Explanation[] {
    const { signature } = this.#subject
    const bytes = signature.signature
    if (diagnosis !== 'key-or-signature' || bytes === null) return []
    for (const { name, key } of this.#otherKeys('rsa')) {
      this.#tried += 1
      if (recoverDigest(key.keyObject, bytes) === undefined) continue
      return [
        explanation('wrong-key', 'proven', {
          text: `this signature was made with the key at ${name}, not ${signature.keyName}`,
        }),
      ]
    }
    const key = this.#key()
    const octets = key === null ? 0 : Math.ceil(key.bits / 8)
    const text =
      bytes.length === octets
        ? 'b= was not made with the published key, or was damaged in transit'
        : `b= has ${bytes.length} bytes, the published key makes ${octets}: a different key, or b= was truncated`
    return [explanation('wrong-key-or-damaged-signature', 'proven', { text })]
  }

  /** Ed25519 does not tell a wrong key from a changed header: another key of the message that verifies does. */
  #otherKeyThatFits(header: Buffer): Explanation | null {
    const { signature } = this.#subject
    if (signature.algorithm !== 'ed25519-sha256' || signature.signature === null) return null
    for (const { name, key } of this.#otherKeys('ed25519')) {
      this.#tried += 1
      if (!headerOracle('ed25519-sha256', key, signature.signature).confirms(header)) continue
      const text = `this signature was made with the key at ${name}, not ${signature.keyName}`
      return explanation('wrong-key', 'proven', { text })
    }
    return null
  }

  #otherKeys(type: PublicKey['type']): { name: string; key: PublicKey }[] {
    const own = this.#key()
    return this.#request.signatures.flatMap(({ lookup, signature }) =>
      (lookup?.candidates ?? []).flatMap(({ key }) =>
        key === null || key.key.type !== type || key.key.fingerprint === own?.fingerprint
          ? []
          : [{ name: signature.keyName ?? 'another name', key: key.key }],
      ),
    )
  }

  async #explainBody(vouched: boolean, time: number): Promise<Explanation[]> {
    const { signature, report } = this.#subject
    const { canonicalization, bodyHash } = signature
    if (report.bodyHash !== 'mismatch' || canonicalization === null || bodyHash === null) return []
    const caveat = vouched
      ? null
      : 'bh= itself is unproven because the header signature does not verify; it only matches that body'
    const length = Number.isFinite(signature.bodyLength) ? signature.bodyLength : null
    const target: BodyTarget = { canonicalization: canonicalization.body, length, digest: bodyHash }
    const findings =
      this.#body === null ? await this.#streamed(target, time) : await this.#searched(target, this.#body, time)
    if (findings.length > 0)
      return findings.map(({ code, ...rest }) => explanation(code, 'proven', { ...rest, caveat }))
    return this.#body === null ? [] : likelyBody(this.#body, report)
  }

  async #searched(target: BodyTarget, body: Body, time: number): Promise<BodyFinding[]> {
    const { section } = this.#request
    const { signature, report } = this.#subject
    const scene: BodyScene = {
      bytes: body.bytes,
      canonical: body.canonical(target.canonicalization),
      get text() {
        return body.text
      },
      get mime() {
        return body.mime
      },
      target,
      section,
      index: this.#index,
      signature,
      labelIsSigned: report.headerSignature === 'match' && signature.signedFields.includes('content-transfer-encoding'),
    }
    const budget = this.#budget(time)
    const findings = await searchBody(scene, budget)
    this.#settle(budget)
    return findings
  }

  /** A body that is too large to be held: it is read again, looking for a footer only. */
  async #streamed(target: BodyTarget, time: number): Promise<BodyFinding[]> {
    const budget = this.#budget(time)
    const finding = await searchStream(this.#request.read, target, budget)
    this.#settle(budget)
    // Nothing but a footer was looked for.
    if (finding === null) this.#complete = false
    return finding === null ? [] : [finding]
  }

  #exposure(): Exposure[] {
    const { signature, report } = this.#subject
    const canonicalization = signature.canonicalization?.body ?? 'simple'
    const body =
      this.#body === null || signature.bodyLength === null
        ? null
        : { text: this.#body.text, mime: this.#body.mime, canonical: this.#body.canonical(canonicalization) }
    return exposureOf({ index: this.#index, signature, report, body })
  }

  #compare(oracle: HeaderOracle | null): Comparison | null {
    const { original, section } = this.#request
    if (original === undefined) return null
    const received = { section, index: this.#index, body: this.#body?.bytes ?? null }
    return compareWithOriginal(this.#subject.signature, received, original, oracle)
  }
}

/** Four cells, and what RSA tells beyond them. */
function diagnose({ bodyHash, headerSignature }: SignatureReport, oracle: HeaderOracle | null): Diagnosis {
  if (headerSignature === 'unchecked' || bodyHash === 'unchecked') return 'unchecked'
  if (headerSignature === 'match') return bodyHash === 'match' ? 'intact' : 'body-changed'
  if (oracle === null) return 'unchecked'
  if (!oracle.usable) return 'key-or-signature'
  if (oracle.recovered === null) return 'header-or-key'
  return bodyHash === 'match' ? 'header-changed' : 'header-and-body-changed'
}

/** A header that is explained shows that the key was the right one. */
function settled(diagnosis: Diagnosis, header: readonly Explanation[], { bodyHash }: SignatureReport): Diagnosis {
  // The hash that was signed is that of this body: only bh= was damaged.
  if (header.some(({ code }) => code === 'body-hash-replaced')) return 'header-changed'
  if (
    diagnosis !== 'header-or-key' ||
    !header.some(({ part, certainty }) => part === 'header' && certainty === 'proven')
  ) {
    return diagnosis
  }
  return bodyHash === 'match' ? 'header-changed' : 'header-and-body-changed'
}

interface Details {
  readonly text: string
  readonly fields?: readonly string[] | undefined
  readonly lines?: readonly [number, number] | null
  readonly caveat?: string | null
  readonly alternatives?: readonly { readonly code: Cause; readonly text: string }[] | undefined
}

function explanation(code: Cause, certainty: Certainty, details: Details): Explanation {
  const { text, fields, lines, caveat } = details
  const { part, advice } = CAUSES[code]
  const alternatives = (details.alternatives ?? []).map(other => ({ ...other, advice: CAUSES[other.code].advice }))
  return {
    code,
    certainty,
    part,
    text,
    fields: fields ?? [],
    lines: lines ?? null,
    advice,
    caveat: caveat ?? null,
    alternatives,
  }
}

function digestExplanation({ recovered }: HeaderOracle): Explanation[] {
  if (recovered === null || recovered.algorithm === 'sha256') return []
  const text = `b= contains a ${recovered.algorithm.toUpperCase()} digest, but a= declares SHA-256`
  return [explanation('other-digest-algorithm', 'proven', { text })]
}

function headerExplanations({ hypotheses, alternatives }: HeaderFinding, model: HeaderModel): Explanation[] {
  return hypotheses.map(({ code, text, fields, changes }) => {
    const names = changes.map(({ position }) => model.positions[position]?.name ?? 'dkim-signature')
    const others = alternatives.map(other => ({ code: other.code, text: other.text }))
    return explanation(code, 'proven', { text, fields: fields ?? [...new Set(names)], alternatives: others })
  })
}

/** Evidence in the body for changes that nobody can undo. */
function likelyBody({ text, mime }: Body, { headerSignature }: SignatureReport): Explanation[] {
  if (text === '') {
    const header = headerSignature === 'match' ? 'the header signature verifies, the' : 'the'
    return [explanation('body-truncated', 'likely', { text: `there is no body: ${header} body cannot be judged` })]
  }
  const found: Explanation[] = []
  // A reply quotes links that were rewritten before it was signed.
  const links = rewrittenLinks(text.replace(/^[ \t]*>[^\r\n]*/gm, ''))
  if (links.length > 0) {
    const examples = links
      .map(({ original }) => original)
      .filter(
        original => /^https?:\/\/[a-z0-9.-]+(?:[:/?#][^* \t\r\n]*)?$/i.test(original) && !/=(?:3D|$)/i.test(original),
      )
      .slice(0, 3)
      .map(readable)
      .join(', ')
    found.push(
      explanation('links-rewritten', 'likely', {
        text: `${links.length === 1 ? '1 link was' : `${links.length} links were`} rewritten${examples === '' ? '' : `: ${examples}`}`,
      }),
    )
  }
  // Some senders write no closing boundary: only a line that breaks off says that something is missing.
  if (!mime.closed && !text.endsWith('\n'))
    found.push(explanation('body-truncated', 'likely', { text: 'the last MIME boundary is missing' }))
  return found
}

/** The original settles it where it is the message that was signed. */
function comparedOf(comparison: Comparison | null, report: SignatureReport): Explanation[] {
  if (comparison === null) return []
  const found: Explanation[] = []
  const { body, originalBodyHash, originalHeader, fields } = comparison
  if (report.bodyHash === 'mismatch' && body !== null) {
    const text = `the body differs from the original from line ${body.line} on`
    found.push(
      explanation('original-body-differs', originalBodyHash ? 'proven' : 'likely', {
        text,
        lines: [body.line, body.line],
      }),
    )
  }
  const differing = [...new Set(fields.filter(({ difference }) => difference !== null).map(({ name }) => name))]
  if (report.headerSignature === 'mismatch' && differing.length > 0) {
    const text = `fields that differ from the original: ${differing.join(', ')}`
    found.push(
      explanation('original-header-differs', originalHeader ? 'proven' : 'likely', { text, fields: differing }),
    )
  }
  return found
}
