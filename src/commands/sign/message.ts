// One message of dkim sign: its new fields, in the message's own line ends, and the last look at DNS before they are used.

import {
  DkimError,
  LineEndNormalizer,
  type NewSignature,
  readAuthor,
  type SignedFields,
  Signer,
} from '../../core/index.js'
import type { Context } from '../context.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import type { MessageInput } from '../input.js'
import type { SignCheck } from '../sign-check.js'
import type { SigningKeys } from '../signing-keys.js'
import type { RequestTemplate, SignCommandOptions } from './options.js'

/** What signing takes beside the message: the same for all of a run. */
export interface SignBench {
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
}

/** A message whose bytes have gone through: what is left is the signature operation. */
export interface ReadySigner {
  sign(): NewFields
  /** Beside this thread. */
  signLater(): Promise<NewFields>
}

/** Finds the keys and reads the message. */
export async function readToSign(input: MessageInput, bench: SignBench): Promise<ReadySigner> {
  const keys = await bench.keys(() => readAuthor(input.chunks() as Iterable<Uint8Array>))
  const requests = keys.map(key => ({ ...bench.template, ...key }))
  const signer = new Signer({ requests, now: bench.now, ...(bench.options.force ? { force: true } : {}) })
  const lines = new LineEndNormalizer(chunk => signer.write(chunk))
  for await (const chunk of input.chunks()) lines.write(chunk)
  lines.end()
  if (lines.mixed) signer.flagMalformed('mixed line ends')
  const written = (signed: SignedFields): NewFields => {
    const text = Buffer.concat(signed.fields).toString('latin1')
    const bytes = Buffer.from(lines.lineEnd === 'lf' ? text.replaceAll('\r\n', '\n') : text, 'latin1')
    return { bytes, signatures: signed.signatures, warnings: signed.warnings }
  }
  return { sign: () => written(signer.end()), signLater: async () => written(await signer.endLater()) }
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
        : 'publish the record of the key first: dkim lookup shows what DNS has'
    super('check-failed', `not signed: ${problems.join('; ')}`, hint)
    this.exitCode = exitCode
    this.problems = problems
  }
}

/** Throws NotPublished where the new signatures do not verify with the keys in DNS. */
export async function checkFields(input: MessageInput, fields: NewFields, { check }: SignBench): Promise<void> {
  if (check === undefined) return
  const { checkSigned } = await import('../sign-check.js')
  const { code, problems } = await checkSigned(input, fields.bytes, fields.signatures.length, check)
  if (code !== EXIT_CODES.ok) throw new NotPublished(problems, code)
}
