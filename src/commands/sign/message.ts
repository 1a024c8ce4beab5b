// One message of dkim sign: its new fields, in the message's own line ends, and the last look at DNS before they are used.

import { readAuthor } from '../../core/dkim/from-field.js'
import { LineEndCensus, LineEndNormalizer } from '../../core/dkim/line-endings.js'
import { type NewSignature, type SignedFields, Signer } from '../../core/dkim/sign.js'
import type { SigningWarningCode } from '../../core/dkim/signing-warnings.js'
import { DkimError } from '../../core/errors.js'
import { LIMITS } from '../../core/limits.js'
import type { Context } from '../context.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import type { MessageInput } from '../mail/input.js'
import type { RequestTemplate, SignCommandOptions } from './options.js'
import type { SignCheck } from './sign-check.js'
import type { SigningKeys } from './signing-keys.js'

/** What signing needs besides the message: the same for all messages of a run. */
export interface SignContext {
  readonly context: Context
  readonly options: SignCommandOptions
  readonly template: RequestTemplate
  readonly keys: SigningKeys
  readonly now: Date
  readonly check: SignCheck | undefined
}

export interface NewFields {
  readonly bytes: Buffer
  readonly signatures: readonly NewSignature[]
  readonly warnings: readonly string[]
  readonly warningCodes: readonly SigningWarningCode[]
  /** Old signatures that give way, as ranges of bytes of the message as it is stored. */
  readonly replaced: SignedFields['replaced']
}

/** What a run of sign reads besides messages. */
export function inputFiles({ keys, options: { dnsFile = [], filesFrom = [] } }: SignContext): string[] {
  return [...keys.files(), ...dnsFile, ...filesFrom]
}

/** A message whose bytes have gone through: what is left is the signature operation. */
export interface ReadySigner {
  sign(): NewFields
  /** In the thread pool. */
  signLater(): Promise<NewFields>
}

/** Finds the keys and reads the message. */
export async function readToSign(input: MessageInput, bench: SignContext): Promise<ReadySigner> {
  // The stream can be read only once: keep its start for key selection, then pass it on.
  const chunks = input.chunks()
  const [head, rest] = Symbol.asyncIterator in chunks ? await beginningOf(chunks) : [null, chunks]
  const keys = await bench.keys.choose(() => readAuthor(head ?? (input.chunks() as Iterable<Uint8Array>)))
  const requests = keys.map(key => ({ ...bench.template, ...key }))
  const { force = false, replace = false } = bench.options
  const signer = new Signer({ requests, now: bench.now, force, replace })
  const lines = new LineEndNormalizer(chunk => signer.write(chunk))
  // A stream is not read a second time to find out where its line ends change.
  const census = new LineEndCensus()
  for (const chunk of head ?? []) {
    lines.write(chunk)
    census.write(chunk)
  }
  await eachOf(rest, chunk => {
    lines.write(chunk)
    if (head !== null) census.write(chunk)
    return undefined
  })
  lines.end()
  if (lines.mixed) signer.flagMalformed(await mixedLineEnds(input, head === null ? null : census))
  const written = ({ fields, replaced, ...signed }: SignedFields): NewFields => {
    if (lines.mixed && replaced.length > 0) {
      throw new DkimError(
        'message-refused',
        'nothing can be replaced in a message with mixed line ends',
        'mend the line ends first',
      )
    }
    const lf = lines.lineEnd === 'lf'
    const text = Buffer.concat(fields).toString('latin1')
    const bytes = Buffer.from(lf ? text.replaceAll('\r\n', '\n') : text, 'latin1')
    return { ...signed, bytes, replaced: lf ? asStored(replaced, signer.headerText) : replaced }
  }
  return { sign: () => written(signer.end()), signLater: async () => written(await signer.endLater()) }
}

/** How the lines end, and from which line on they end otherwise. */
async function mixedLineEnds(input: MessageInput, read: LineEndCensus | null): Promise<string> {
  const census = read ?? new LineEndCensus()
  if (read === null)
    await eachChunk(input, chunk => {
      census.write(chunk)
      return undefined
    })
  return `mixed line ends (${census.describe()})`
}

/** Ranges of the message with CRLF, as ranges of the same message with LF. */
function asStored(ranges: SignedFields['replaced'], header: string): SignedFields['replaced'] {
  const place = (offset: number): number => offset - (header.slice(0, offset).split('\r\n').length - 1)
  return ranges.map(({ start, end }) => ({ start: place(start), end: place(end) }))
}

/** The message without the old signatures that give way. */
export function withoutReplaced(input: MessageInput, { replaced }: NewFields): MessageInput {
  if (replaced.length === 0) return input
  return {
    ...input,
    chunks: async function* () {
      let position = 0
      for await (const chunk of input.chunks()) {
        let from = 0
        for (const { start, end } of replaced) {
          const [cutStart, cutEnd] = [start - position, end - position]
          if (cutEnd <= from || cutStart >= chunk.length) continue
          if (cutStart > from) yield chunk.subarray(from, cutStart)
          from = Math.min(chunk.length, cutEnd)
        }
        if (from < chunk.length) yield chunk.subarray(from)
        position += chunk.length
      }
    },
  }
}

/** As many chunks as hold a header section, copied, and those that follow. */
async function beginningOf(
  chunks: AsyncIterable<Buffer>,
): Promise<[head: readonly Buffer[], rest: AsyncIterable<Buffer>]> {
  const iterator = chunks[Symbol.asyncIterator]()
  const head: Buffer[] = []
  const rest = { [Symbol.asyncIterator]: () => iterator }
  for (let size = 0; size <= LIMITS.headerBytes; size += head.at(-1)!.length) {
    const next = await iterator.next()
    if (next.done) break
    head.push(Buffer.from(next.value))
    // One that is cut in two is not seen: then some more is kept.
    if (/\n\r?\n/.test(next.value.toString('latin1'))) break
  }
  return [head, rest]
}

/** All bytes of a message. */
export function eachChunk(input: MessageInput, take: Take): Promise<void> {
  return eachOf(input.chunks(), take)
}

type Take = (chunk: Buffer) => Promise<void> | undefined

/** Without a promise for each chunk where there is nothing to wait for. */
async function eachOf(chunks: Iterable<Buffer> | AsyncIterable<Buffer>, take: Take): Promise<void> {
  if (Symbol.asyncIterator in chunks) for await (const chunk of chunks) await take(chunk)
  else
    for (const chunk of chunks) {
      const waiting = take(chunk)
      if (waiting !== undefined) await waiting
    }
}

/** A text that says which message it is about. */
export function aboutInput(name: string, text: string): string {
  return name === '-' || text.includes(name) ? text : `${name}: ${text}`
}

/** The new fields do not verify with what DNS has now: not our use, but the state of the world, and so with exit codes of its own. */
export class NotPublished extends DkimError {
  readonly exitCode: ExitCode
  readonly problems: readonly string[]

  constructor(problems: readonly string[], exitCode: ExitCode) {
    const hint =
      exitCode === EXIT_CODES.temporary
        ? 'try again later, or name another server with --nameserver'
        : "publish the key's record first (dkim lookup shows what DNS has)"
    super('check-failed', `not signed: ${problems.join('; ')}`, hint)
    this.exitCode = exitCode
    this.problems = problems
  }
}

/** Throws NotPublished where the new signatures do not verify with the keys in DNS. */
export async function checkFields(input: MessageInput, fields: NewFields, { check }: SignContext): Promise<void> {
  if (check === undefined) return
  const { checkSigned } = await import('./sign-check.js')
  const { code, problems } = await checkSigned(input, fields.bytes, fields.signatures.length, check)
  if (code !== EXIT_CODES.ok) throw new NotPublished(problems, code)
}
