// Signing (§5): chooses h=, hashes the body, writes the field, signs. Bytes in (CRLF line ends), DKIM-Signature fields out.

import { DkimError } from '../errors.js'
import { ALGORITHMS, type AlgorithmName, algorithmFor } from '../keys/algorithm.js'
import type { PrivateKey } from '../keys/private-key.js'
import { formatSignatureField, type UnsignedField } from './format-signature.js'
import { authorDomain } from './from-field.js'
import { FAULT_TEXTS, type FieldIndex, type HeaderSection, indexFields, parseHeaderSection } from './header.js'
import { BareLineEndFinder } from './line-endings.js'
import { type MessageBytes, MessageSplitter, writeAll } from './message.js'
import { BodyHasher, canonicalHeaderOf, sha256 } from './message-hash.js'
import { SINGULAR_FIELDS } from './policy.js'
import {
  canonicalizationOf,
  domainOf,
  type SignatureRequest,
  type SigningInput,
  selectorOf,
  tagsOf,
} from './signature-request.js'
import { DEFAULT_FIELDS, signedFieldsOf } from './signed-fields.js'
import {
  alreadySigned,
  earlierSignatures,
  LongLineFinder,
  messageWarnings,
  type NamedRequest,
  requestWarnings,
  type SigningWarning,
  type SigningWarningCode,
  twiceNamed,
} from './signing-warnings.js'

/** What to sign with. */
export interface SignOptions {
  readonly requests: readonly SignatureRequest[]
  readonly now: Date
  /** Sign what is malformed or ambiguous as well. */
  readonly force?: boolean
  /** Sign the message without the signatures of the same domain and selector that it has already; the caller takes them out. */
  readonly replace?: boolean
}

/** What signing returns: the new fields, and warnings. */
export interface SignedFields {
  /** One field for each request, in order, each with its CRLF: to be put in front of the message. */
  readonly fields: readonly Buffer[]
  /** Who signs, in the same order. */
  readonly signatures: readonly NewSignature[]
  /** What is legal but probably not meant. */
  readonly warnings: readonly string[]
  /** The code of each warning. */
  readonly warningCodes: readonly SigningWarningCode[]
  /** With `replace`: the fields to take out, as ranges of bytes of the message (CRLF line ends), in order. */
  readonly replaced: readonly { readonly start: number; readonly end: number }[]
}

/** Who signed, and with which algorithm. */
export interface NewSignature {
  readonly domain: string
  readonly selector: string
  readonly algorithm: AlgorithmName
}

/** One message: write its bytes in any chunking, then end(). Throws DkimError; what was refused is never signed. */
export class Signer {
  readonly #options: SignOptions
  readonly #splitter: MessageSplitter
  readonly #hasher = new BodyHasher()
  readonly #headerLines = new LongLineFinder()
  readonly #bodyLines = new LongLineFinder()
  readonly #bareLineEnds = new BareLineEndFinder()
  #section: HeaderSection | null = null
  #complete = true
  #malformed: string[] = []

  constructor(options: SignOptions) {
    this.#options = options
    if (options.requests.length === 0)
      throw new DkimError('usage', 'there is no key to sign with', 'name at least one request')
    for (const request of options.requests) this.#hasher.request(canonicalizationOf(request).body, null)
    this.#splitter = new MessageSplitter({
      header: (section, complete) => {
        this.#section = parseHeaderSection(section)
        this.#headerLines.write(section)
        this.#complete = complete
      },
      body: chunk => {
        this.#hasher.write(chunk)
        this.#bodyLines.write(chunk)
        this.#bareLineEnds.write(chunk)
      },
    })
  }

  write(chunk: Uint8Array): void {
    this.#splitter.write(chunk)
  }

  /** The header section with CRLF; the ranges of `replaced` are of it. */
  get headerText(): string {
    return this.#section?.text ?? ''
  }

  /** The caller has seen something that readers may take for another message, such as mixed line ends. */
  flagMalformed(detail: string): void {
    this.#malformed.push(detail)
  }

  end(): SignedFields {
    const { unsigned, ...rest } = this.#finish()
    return { fields: unsigned.map(signField), ...rest }
  }

  /** The same with the signatures made beside this thread: several messages at once keep several cores busy. */
  async endLater(): Promise<SignedFields> {
    const { unsigned, ...rest } = this.#finish()
    return { fields: await Promise.all(unsigned.map(signFieldLater)), ...rest }
  }

  #finish(): Omit<SignedFields, 'fields'> & { readonly unsigned: readonly UnsignedHeader[] } {
    this.#splitter.end()
    const section = this.#section!
    const whole = indexFields(section.fields)
    this.#refuse(section, whole)
    const author = authorDomain(section, whole)
    const { requests, replace = false, now } = this.#options
    const names = requests.map(request => named(request, whole, author))
    const earlier = earlierSignatures(section, names)
    // What is taken out is not signed either.
    const index =
      replace && earlier.length > 0 ? indexFields(section.fields.filter(field => !earlier.includes(field))) : whole
    const wanted = index === whole ? names : requests.map(request => named(request, index, author))
    const bodyHashes = this.#hasher.end()
    const unsigned = wanted.map(one => {
      const bodyHash = bodyHashes(canonicalizationOf(one.request).body, null)!.digest
      return unsignedHeader(one, { section, index, domain: one.domain, selector: one.selector, bodyHash, now })
    })
    const signatures = unsigned.map(({ signature }) => signature)
    const warnings = distinct([
      ...wanted.flatMap(one => requestWarnings(one, author)),
      ...twiceNamed(wanted),
      ...(replace ? [] : earlier.map(field => alreadySigned(section, field))),
      ...messageWarnings(wanted, index, { header: this.#headerLines.end(), body: this.#bodyLines.end() }),
    ])
    return {
      unsigned,
      signatures,
      warnings: warnings.map(({ text }) => text),
      warningCodes: warnings.map(({ code }) => code),
      replaced: replace ? earlier.map(({ start, valueEnd }) => ({ start, end: endOfField(section, valueEnd) })) : [],
    }
  }

  /** A signature over a message that readers understand differently lends our name to the other reading (§8.15). */
  #refuse(section: HeaderSection, index: FieldIndex): void {
    // The caller may have seen the same, and where.
    if (this.#bareLineEnds.end() && this.#malformed.length === 0) this.flagMalformed('mixed line ends')
    const reasons = [
      ...this.#malformed,
      ...Array.from(section.faults, ([fault, offset]) => `${FAULT_TEXTS[fault]} (at byte ${offset})`),
    ]
    if (!this.#complete) reasons.push(FAULT_TEXTS['too-large'])
    const nul = section.text.indexOf('\0')
    if (nul !== -1) reasons.push(`the header section contains a NUL (at byte ${nul})`)
    for (const [name, { length }] of index) {
      if (length > 1 && SINGULAR_FIELDS.has(name)) reasons.push(`${length} ${name} fields`)
    }
    if (section.fields.length === 0 && section.faults.size === 0) {
      throw refusal('it has no header section or starts with an empty line', 'begin it with its first header field')
    }
    // What was not read cannot be signed: a verifier may find the last From in it (§5.4.2).
    if (!this.#complete || section.faults.has('too-many-fields')) {
      throw refusal(reasons.join(', '), 'remove fields: mail systems also reject this many')
    }
    if (!index.has('from')) throw refusal('it has no From field', 'add one: a signature must cover it (§5.4)')
    if (reasons.length > 0 && !this.#options.force) {
      throw refusal(reasons.join(', '), 'fix the message, or sign it unchanged with --force')
    }
  }
}

function distinct(warnings: readonly SigningWarning[]): SigningWarning[] {
  return [...new Map(warnings.map(warning => [warning.text, warning])).values()]
}

/** Behind the CRLF that ends a field. */
function endOfField({ text }: HeaderSection, valueEnd: number): number {
  return Math.min(text.length, valueEnd + 2)
}

function refusal(reason: string, hint: string): DkimError {
  return new DkimError('message-refused', `the message was not signed: ${reason}`, hint)
}

/** All of a signature but the signature operation itself. */
interface UnsignedHeader {
  readonly key: PrivateKey
  readonly signature: NewSignature
  /** The canonical header that is signed (§3.7). */
  readonly header: Buffer
  readonly field: UnsignedField
}

/** The signature of a request, and what has to be known of it first. */
function named(request: SignatureRequest, index: FieldIndex, author: string | null): NamedRequest {
  const domain = domainOf(request, author)
  const signedFields = signedFieldsOf(request.fields ?? DEFAULT_FIELDS, index)
  return { request, domain, selector: selectorOf(request, domain), signedFields }
}

function unsignedHeader({ request, signedFields }: NamedRequest, input: SigningInput): UnsignedHeader {
  const { section, index } = input
  const { key } = request
  const field = formatSignatureField(tagsOf(request, input, signedFields))
  const header = canonicalHeaderOf({
    section,
    index,
    canonicalization: canonicalizationOf(request).header,
    signedFields,
    signatureField: Buffer.from(field.text, 'latin1'),
    except: null,
  })
  const algorithm = algorithmFor(key.type)
  return { key, signature: { domain: input.domain, selector: input.selector, algorithm }, header, field }
}

function signField({ key, signature, header, field }: UnsignedHeader): Buffer {
  return filled(field, ALGORITHMS[signature.algorithm].sign(key.keyObject, header, sha256))
}

async function signFieldLater({ key, signature, header, field }: UnsignedHeader): Promise<Buffer> {
  return filled(field, await ALGORITHMS[signature.algorithm].signLater(key.keyObject, header, sha256))
}

function filled(field: UnsignedField, signature: Buffer): Buffer {
  return Buffer.from(field.fill(signature.toString('base64')), 'latin1')
}

/** Signs a message that is at hand whole or as a sequence of chunks (CRLF line ends); returns the fields to put in front. */
export async function sign(message: MessageBytes, options: SignOptions): Promise<SignedFields> {
  const signer = new Signer(options)
  await writeAll(message, signer)
  return signer.end()
}
