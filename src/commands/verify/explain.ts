// What --explain, --original and --trace add to verify: messages read once more, the search with its budget, and files of canonical bytes.

import { join } from 'node:path'
import { type HeaderSection, parseHeaderSection } from '../../core/dkim/header.js'
import { LineEndNormalizer } from '../../core/dkim/line-endings.js'
import type { SignatureReport, VerificationReport } from '../../core/dkim/result.js'
import type { Verifier } from '../../core/dkim/verify.js'
import { readBody } from '../../core/explain/body-reader.js'
import type { Comparison } from '../../core/explain/compare.js'
import { explain, type FullExplanation } from '../../core/explain/explain.js'
import { canonicalHeaderFor, writeCanonicalBody } from '../../core/explain/trace.js'
import { comparisonForReport, type ReadableComparison } from '../../report/verification/explain-comparison.js'
import type { Context } from '../context.js'
import { prepareDirectory } from '../io/directory.js'
import { openFileInDirectory, refuseInput } from '../io/output-file.js'
import { openSpinner } from '../io/spinner.js'
import { type MessageInput, readInputs } from '../mail/input.js'
import { type ExplainOptions, readsAgain, wantsExplanation } from './explain-options.js'

const DEFAULT_TIME = 2000
const DEFAULT_HYPOTHESES = 2_000_000
/** A number of hypotheses is the only bound then, so that the outcome is the same on every machine. */
const LONG_TIME = 3_600_000

/** What the JSON of a signature has on top of the verdict. */
export type ExplainedSignatureReport = SignatureReport &
  Omit<FullExplanation, 'comparison'> & { readonly comparison: ReadableComparison | null }

export interface ExplainedReport extends VerificationReport {
  readonly signatures: readonly ExplainedSignatureReport[]
}

/** Null where nothing was asked for, or nobody would see it. */
export function openExplainer(
  context: Context,
  options: ExplainOptions & { readonly quiet?: boolean; readonly format: string },
  single: boolean,
): MessageExplainer | null {
  if (!readsAgain(options) || (options.quiet === true && options.trace === undefined)) return null
  return new MessageExplainer(context, options, single && options.quiet !== true)
}

export class MessageExplainer {
  readonly #context: Context
  readonly #options: ExplainOptions
  /** Whether progress may be shown. */
  readonly #progress: boolean
  #original: { section: HeaderSection; body: Buffer | null } | null = null
  #messages = 0

  constructor(context: Context, options: ExplainOptions, progress: boolean) {
    this.#context = context
    this.#options = options
    this.#progress = progress
  }

  /** Writes the trace, where there is one, and returns the report with its explanations. */
  async explain(input: MessageInput, verifier: Verifier, report: VerificationReport): Promise<VerificationReport> {
    const read = (): AsyncIterable<Buffer> => normalized(input)
    this.#messages += 1
    if (this.#options.trace !== undefined) await this.#trace(this.#options.trace, input, verifier, read)
    if (!wantsExplanation(this.#options)) return report
    const evidence = await verifier.evidence()
    const spinner = openSpinner(this.#context, this.#progress)
    try {
      const explanations = await explain(
        {
          section: verifier.section,
          signatures: evidence.map((item, position) => ({ ...item, report: report.signatures[position]! })),
          read,
          original: await this.#readOriginal(),
        },
        this.#budget(tried => spinner.say(`Explaining: ${tried} hypotheses tried`)),
      )
      return explainedReport(report, explanations)
    } finally {
      spinner.stop()
    }
  }

  #budget(progress: (tried: number) => void) {
    const { explainBudget } = this.#options
    const time = explainBudget?.time ?? (explainBudget?.hypotheses === undefined ? DEFAULT_TIME : LONG_TIME)
    return {
      time,
      hypotheses: explainBudget?.hypotheses ?? DEFAULT_HYPOTHESES,
      clock: () => performance.now(),
      pause: async (tried: number) => {
        progress(tried)
        await new Promise(resolve => setImmediate(resolve))
      },
      signal: this.#context.signal,
    }
  }

  async #readOriginal(): Promise<{ section: HeaderSection; body: Buffer | null } | undefined> {
    const path = this.#options.original
    if (path === undefined) return undefined
    if (this.#original === null) {
      for await (const input of readInputs([path], this.#context, { single: true })) {
        if (input.error !== undefined) throw input.error
        this.#original = await readMessage(input)
      }
    }
    return this.#original ?? undefined
  }

  async #trace(
    directory: string,
    input: MessageInput,
    verifier: Verifier,
    read: () => AsyncIterable<Buffer>,
  ): Promise<void> {
    prepareDirectory(directory, '--trace')
    const inputs = [input.path, this.#options.original].filter(file => file != null)
    for (const [position, signature] of verifier.signatures.entries()) {
      const path = join(directory, `message-${this.#messages}.signature-${position + 1}`)
      for (const part of ['header', 'body']) refuseInput(`${path}.${part}`, inputs, 'use another --trace directory')
      const header = canonicalHeaderFor(verifier.section, signature)
      if (header !== null) await writeFile(`${path}.header`, write => write(header))
      await writeFile(`${path}.body`, write => writeCanonicalBody(read, signature, write))
    }
  }
}

function explainedReport(report: VerificationReport, explanations: readonly FullExplanation[]): ExplainedReport {
  const signatures = report.signatures.map((signature, position) => {
    const explanation = explanations[position]!
    return { ...signature, ...explanation, comparison: readable(explanation.comparison) }
  })
  return { ...report, signatures }
}

function readable(comparison: Comparison | null): ReadableComparison | null {
  return comparison === null ? null : comparisonForReport(comparison)
}

async function* normalized(input: MessageInput): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = []
  const lines = new LineEndNormalizer(chunk => pieces.push(Buffer.from(chunk)))
  for await (const chunk of input.chunks()) {
    lines.write(chunk)
    yield* pieces
    pieces = []
  }
  lines.end()
  yield* pieces
}

async function readMessage(input: MessageInput): Promise<{ section: HeaderSection; body: Buffer | null }> {
  let header = Buffer.alloc(0)
  for await (const chunk of normalized(input)) {
    header = Buffer.concat([header, chunk])
    if (header.includes('\r\n\r\n') || header.length > MAX_HEADER) break
  }
  const end = header.indexOf('\r\n\r\n')
  const section = parseHeaderSection(end === -1 ? header : header.subarray(0, end + 2))
  return { section, body: await readBody(() => normalized(input)) }
}

const MAX_HEADER = 1 << 20

/** Messages are private: so are these files. Whole or not at all: a body that lacks its end would show another hash. */
async function writeFile(path: string, fill: (write: (bytes: Buffer) => void) => unknown): Promise<void> {
  const file = openFileInDirectory(path, 0o600)
  try {
    await fill(bytes => void file.write(bytes))
    file.place()
  } finally {
    file.abandon()
  }
}
