// One run of dkim verify over all of its inputs: reports go out as soon as the format allows it, and the account is kept.

import { hostname } from 'node:os'
import type { Verifier } from '../../core/dkim/verify.js'
import { toJson, toJsonLine } from '../../report/json/json.js'
import type { Style } from '../../report/text/style.js'
import { type Entry, type Format, isFailed, type Settings } from '../../report/verification/format.js'
import { FORMATS } from '../../report/verification/formats.js'
import { Summary, type SummaryData, summaryJson, summaryLine, summaryText } from '../../report/verification/summary.js'
import type { Context } from '../context.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from '../exit-code.js'
import { say } from '../stderr.js'
import { readsAgain, wantsExplanation } from './explain-options.js'
import type { Bench, Outcome } from './judge-input.js'
import type { VerifyCommandOptions } from './options.js'
import type { ShardRecord } from './shard.js'

/** What writes the reports: a format, or the text for people. */
type Writer = { readonly format: Format } | { readonly text: typeof import('../../report/verification/text.js') }

/** Loads what writes reports in this format, and no other. */
export async function openWriter(format: VerifyCommandOptions['format']): Promise<Writer> {
  return format === 'text'
    ? { text: await import('../../report/verification/text.js') }
    : { format: await FORMATS[format]() }
}

/** Reports go out together, so many characters or milliseconds of them: a system call for each would be a good part of its price. */
const TOGETHER = 32_768
const AT_MOST = 50

export interface RunParts {
  readonly writer: Writer
  readonly style: Style
  readonly bench: Bench
  /** One argument, which may name one message: its report is not one of several. */
  readonly single: boolean
}

export class VerifyRun {
  readonly #context: Context
  readonly #options: VerifyCommandOptions
  readonly #parts: RunParts
  readonly #codes = new Set<ExitCode>()
  /** For formats that are one document over all inputs. */
  readonly #collected: Entry[] = []
  /** How many of them have their header section. */
  readonly #headers = { pass: { count: 0 }, other: { count: 0 } }
  readonly #summary = new Summary()
  #single: boolean
  /** What is not written yet. */
  #text = ''
  #lastWrite = 0
  #timer: NodeJS.Timeout | undefined
  /** Told before anything is written to a terminal, for what stands on its last line. */
  onTerminal: () => void = () => undefined

  constructor(context: Context, options: VerifyCommandOptions, parts: RunParts) {
    this.#single = parts.single
    this.#context = context
    this.#options = options
    this.#parts = parts
  }

  /** True where threads can write the reports: nothing has to be fetched or formatted for people. */
  get isMechanical(): boolean {
    const { verbose, tags } = this.#options
    const { writer } = this.#parts
    if (readsAgain(this.#options)) return false
    if ('text' in writer) return !verbose && !tags
    return 'each' in writer.format || writer.format.headers === undefined
  }

  get isColoured(): boolean {
    return this.#parts.style.colour
  }

  /** What was taken so far, for another run to add. */
  get account(): { codes: ExitCode[]; summary: SummaryData; entries: readonly Entry[] } {
    return { codes: [...this.#codes], summary: this.#summary.data, entries: this.#collected }
  }

  /** What an earlier run, or another thread, has done. */
  add(codes: readonly ExitCode[], summary: SummaryData): void {
    if (summary.messages > 0) this.#single = false
    for (const code of codes) this.#codes.add(code)
    this.#summary.merge(summary)
  }

  collect(entries: readonly Entry[]): void {
    for (const entry of entries) this.#collected.push(entry)
  }

  /** Text of the product, this thread's or another's. Waits only where the reader is slower than we are. */
  write(text: string): Promise<void> | undefined {
    this.#text += text
    const early = this.#text.length < TOGETHER && Date.now() - this.#lastWrite < AT_MOST
    if (!early) return this.flush()
    // Where the next name of a list is long in coming, what is known is told.
    if (this.#single) return undefined
    this.#timer ??= setTimeout(() => void this.flush(), AT_MOST).unref()
    return undefined
  }

  /** What was held back so far goes out. */
  flush(): Promise<void> | undefined {
    const text = this.#text
    this.#text = ''
    // A thread that always has another group comes to its timers late, and until then they would hold this run.
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#lastWrite = Date.now()
    if (text === '') return undefined
    const { stdout } = this.#context
    if (stdout.isTTY) this.onTerminal()
    return stdout.write(text) ? undefined : new Promise(resolve => stdout.once('drain', resolve))
  }

  /** Until what was written has left the program. */
  async written(): Promise<void> {
    await this.flush()
    await new Promise<void>(resolve => this.#context.stdout.write('', () => resolve()))
  }

  /** Lines for stderr, behind the reports that came before them. */
  writeErrors(text: string): void {
    if (text === '') return
    void this.flush()
    this.onTerminal()
    this.#context.stderr.write(text)
  }

  /** Waits only where something has to be waited for. */
  take(outcome: Outcome): Promise<void> | undefined {
    if (!outcome.alone) this.#single = false
    this.#codes.add(outcome.code)
    this.#summary.add(outcome.report)
    if (outcome.error !== null) this.#sayError(outcome)
    return this.#write(outcome)
  }

  #sayError({ error }: Outcome): void {
    if (error === null) return
    void this.flush()
    this.onTerminal()
    say(this.#context, 'error', error.message)
    if (error.hint !== undefined) say(this.#context, 'hint', error.hint)
  }

  #write(outcome: Outcome): Promise<void> | undefined {
    const { format, quiet, summary, verbose } = this.#options
    const { report, verifier } = outcome
    const { writer, style } = this.#parts
    // A single input that cannot be read leaves nothing on stdout; in a batch it has its own record.
    if (quiet || (isFailed(report) && (format === 'text' || this.#single))) return undefined
    if (summary && format !== 'ndjson') return undefined
    if ('format' in writer) return this.#writeEntry(writer.format, { report, ...sectionOf(verifier) })
    if (isFailed(report) || verifier === null) return undefined
    const full = this.#single || verbose || (wantsExplanation(this.#options) && report.result !== 'pass')
    if (!full) return this.write(writer.text.toBriefText(report, style))
    return this.#fullText(outcome, verifier, writer.text).then(text => this.write(text))
  }

  #writeEntry(format: Format, entry: Entry): Promise<void> | undefined {
    if ('each' in format) return this.write(format.each(entry, this.#settings()))
    const kept = this.#headers[entry.report.result === 'pass' ? 'pass' : 'other']
    if (kept.count >= (format.headers ?? 0)) this.#collected.push({ report: entry.report })
    else {
      this.#collected.push(entry)
      kept.count += 1
    }
    return undefined
  }

  #settings(): Settings {
    const authservId = () => this.#options.authservId ?? hostname()
    return { single: this.#single, authservId, now: this.#parts.bench.now }
  }

  async #fullText(
    { report }: Outcome,
    verifier: Verifier,
    { toText }: typeof import('../../report/verification/text.js'),
  ) {
    if (isFailed(report)) return ''
    const { readableFields } = await import('../../report/verification/readable-fields.js')
    const fields = await readableFields(verifier.section)
    const names = verifier.section.fields.map(({ name }) => name)
    const { style, bench } = this.#parts
    const text = toText(report, { style, fields, fieldNames: names })
    if (!this.#options.tags) return text
    const { signatureTags } = await import('./tags.js')
    return `${text}${await signatureTags(verifier.signatures, bench, style)}`
  }

  async finish(shard?: (exitCode: ExitCode) => ShardRecord): Promise<ExitCode> {
    // A shard of many may be empty; a run in which nothing was judged is no success.
    const nothing = this.#summary.messages === 0 && shard === undefined
    const code = nothing ? EXIT_CODES.nothing : combineExitCodes(this.#codes)
    if (!this.#options.quiet) await this.write(this.#end())
    if (shard !== undefined) await this.write(toJsonLine(shard(code)))
    await this.flush()
    return code
  }

  /** What stands behind all reports. */
  #end(): string {
    const { format, summary } = this.#options
    const { data } = this.#summary
    const { writer } = this.#parts
    if (summary) return format === 'text' ? summaryText(data) : toSummary(format, data)
    if ('text' in writer) return this.#single ? '' : summaryLine(data)
    const unreadable = this.#single && this.#codes.has(EXIT_CODES.usage)
    const document = writer.format
    return 'whole' in document && !unreadable ? document.whole(this.#collected, this.#settings()) : ''
  }
}

function toSummary(format: VerifyCommandOptions['format'], data: SummaryData): string {
  return format === 'ndjson' ? toJsonLine(summaryJson(data)) : toJson(summaryJson(data))
}

function sectionOf(verifier: Verifier | null): Pick<Entry, 'section'> {
  return verifier === null ? {} : { section: verifier.section }
}
