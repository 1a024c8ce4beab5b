// One message of the input to its report: at once where nothing has to be waited for, so that a batch does not pay for promises.

import type { KeyCache } from '../../core/dkim/key-lookup.js'
import { LineEndNormalizer } from '../../core/dkim/line-endings.js'
import type { Policy } from '../../core/dkim/policy.js'
import { MIXED_LINE_ENDS, Verifier } from '../../core/dkim/verify.js'
import type { Resolver } from '../../core/dns/resolver.js'
import { DkimError } from '../../core/errors.js'
import { searchAttachedMessages } from '../../core/mail/attached-messages.js'
import { damageOf } from '../../core/mail/damaged-copy.js'
import type { Entry, FailedReport } from '../../report/verification/format.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { type Input, type MessageInput, tornMessage } from '../mail/input.js'

/** What judging takes beside the message: the same for all of a run. */
export interface VerifyContext {
  readonly resolver: Resolver
  readonly policy: Partial<Policy>
  readonly keys: KeyCache
  readonly now: Date
  readonly lenientEol: boolean
  readonly signal: AbortSignal
  /** The client keeps --timeout for each name from its turn on: a message that waits for its turn has lost nothing. */
  readonly dnsTime?: null
}

export interface Outcome {
  readonly name: string
  readonly alone: boolean
  readonly report: Entry['report']
  readonly code: ExitCode
  /** What was read, for reports that show more than the verdict; null where reading failed. */
  readonly verifier: Verifier | null
  readonly error: DkimError | null
}

/** Never throws for what is wrong with the input: that is an outcome as well. `onRead` is called where no more than DNS is waited for. */
export function judgeInput(
  input: Input,
  bench: VerifyContext,
  onRead: () => void = () => undefined,
): Outcome | Promise<Outcome> {
  if (input.error !== undefined) return failure(input, input.error)
  try {
    const chunks = input.chunks()
    if (Symbol.asyncIterator in chunks) return judgeLater(input, chunks, bench).catch(error => failure(input, error))
    const judging = judgeNow(input, chunks, bench)
    onRead()
    return judging instanceof Promise ? judging.catch(error => failure(input, error)) : judging
  } catch (error) {
    return failure(input, error)
  }
}

function judgeNow(input: MessageInput, chunks: Iterable<Buffer>, bench: VerifyContext): Outcome | Promise<Outcome> {
  const { verifier, lines } = open(input, bench)
  const head = new Head()
  for (const chunk of chunks) {
    if (verifier.signatures.length === 0) head.keep(chunk)
    lines.write(chunk)
  }
  return close({ input, head }, verifier, lines, bench)
}

async function judgeLater(input: MessageInput, chunks: AsyncIterable<Buffer>, bench: VerifyContext): Promise<Outcome> {
  const { verifier, lines } = open(input, bench)
  const head = new Head()
  for await (const chunk of chunks) {
    if (verifier.signatures.length === 0) head.keep(chunk)
    lines.write(chunk)
  }
  return close({ input, head }, verifier, lines, bench)
}

function open(input: MessageInput, bench: VerifyContext): { verifier: Verifier; lines: LineEndNormalizer } {
  const verifier = new Verifier({ ...bench, input: input.name, mixedLineEnds: 'unchecked' })
  return { verifier, lines: new LineEndNormalizer(chunk => verifier.write(chunk)) }
}

const HEAD_BYTES = 262_144

/** The first bytes as received, for a message in which no signature is found. */
class Head {
  readonly #kept: Buffer[] = []
  #left = HEAD_BYTES
  #isWhole = true

  keep(chunk: Buffer): void {
    if (chunk.length > this.#left) this.#isWhole = false
    if (this.#left === 0) return
    // A chunk is valid until the next one is asked for.
    const kept = Buffer.from(chunk.subarray(0, this.#left))
    this.#left -= kept.length
    this.#kept.push(kept)
  }

  get isWhole(): boolean {
    return this.#isWhole
  }

  toString(): string {
    return Buffer.concat(this.#kept).toString('latin1')
  }
}

const MULTIPART = /^content-type[ \t]*:[ \t\r\n]*(?:multipart|message)\//im

function noteCopy(verifier: Verifier, head: Head): void {
  const text = head.toString()
  const damage = damageOf(text)
  if (damage !== null) {
    verifier.warn({ code: 'damaged-copy', text: damage })
    return
  }
  if (verifier.signatures.length > 0) return
  const { found, complete } = searchAttachedMessages(text)
  const parts = found.flatMap(({ part, signed }) => (signed ? [part] : []))
  if (parts.length > 0) {
    const [which, them] =
      parts.length === 1
        ? ['attached message', 'it as a file and verify it']
        : ['attached messages', 'each as a file and verify it']
    const shown = parts.slice(0, 10).join(', ') + (parts.length > 10 ? ' …' : '')
    verifier.warn({ code: 'attached-message', text: `signed ${which} in part ${shown}: save ${them}` })
  }
  if ((head.isWhole && complete) || !MULTIPART.test(text.slice(0, text.search(/\r?\n\r?\n/)))) return
  const limit = complete ? 'the first 256 KiB were' : 'the first 200 parts, nested at most 8 deep, were'
  verifier.warn({ code: 'attachments-not-searched', text: `only ${limit} searched for signed messages` })
}

function close(
  { input, head }: { readonly input: MessageInput; readonly head: Head },
  verifier: Verifier,
  lines: LineEndNormalizer,
  bench: VerifyContext,
): Outcome | Promise<Outcome> {
  lines.end()
  noteLineEnds(verifier, lines, bench.lenientEol)
  noteCopy(verifier, head)
  const report = verifier.endNow()
  if (report !== null) return outcomeOf(input, verifier, report)
  return verifier.end().then(later => outcomeOf(input, verifier, later))
}

function noteLineEnds(verifier: Verifier, lines: LineEndNormalizer, lenient: boolean): void {
  if (lines.mixed) {
    if (lenient) verifier.warn(MIXED_LINE_ENDS)
    else verifier.flagMalformed('mixed line ends', MIXED_LINE_ENDS)
  } else if (lines.lineEnd === 'lf') {
    verifier.warn({ code: 'lf-converted', text: 'LF line ends were read as CRLF' })
  }
}

function outcomeOf(input: MessageInput, verifier: Verifier, report: Entry['report']): Outcome {
  const { name, alone } = input
  // One that verifies is whole: only the end of its last line is missing.
  if (input.torn && report.result !== 'pass') return failure(input, tornMessage(input))
  return { name, alone, report, code: exitCodeOf(report.result), verifier, error: null }
}

/** How a result shows in the exit code; null stands for what could not be read. */
export function exitCodeOf(result: Entry['report']['result']): ExitCode {
  if (result === null) return EXIT_CODES.usage
  if (result === 'pass') return EXIT_CODES.ok
  if (result === 'none') return EXIT_CODES.nothing
  return result === 'temperror' ? EXIT_CODES.temporary : EXIT_CODES.problem
}

function failure({ name, alone }: Pick<Input, 'name' | 'alone'>, error: unknown): Outcome {
  if (!(error instanceof DkimError)) throw error
  return { name, alone, report: failedReport(name, error), code: EXIT_CODES.usage, verifier: null, error }
}

export function failedReport(name: string, { code, message, hint }: DkimError): FailedReport {
  return { schema: 'dkim.verification/1', input: name, result: null, error: { code, message, hint: hint ?? null } }
}
