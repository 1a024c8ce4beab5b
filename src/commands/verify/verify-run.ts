// One run of dkim verify over all of its inputs: reports go out as soon as the format allows it, and the account is kept.

import { hostname } from 'node:os'
import { lookUpKeys, type Signature, type Verifier } from '../../core/index.js'
import { toJson, toJsonLine } from '../../report/json.js'
import { readableFields } from '../../report/readable-fields.js'
import { type Style, visible } from '../../report/style.js'
import { tagsText } from '../../report/tags-text.js'
import { toBriefText, toText } from '../../report/text.js'
import { type Entry, type Format, isFailed, type Settings } from '../../report/verification/format.js'
import { FORMATS } from '../../report/verification/formats.js'
import { Summary, type SummaryData, summaryJson, summaryLine, summaryText } from '../../report/verification/summary.js'
import type { Context } from '../context.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from '../exit-code.js'
import { readsAgain, wantsExplanation } from '../explain.js'
import { say } from '../main.js'
import type { Bench, Outcome } from './judge-input.js'
import type { VerifyCommandOptions } from './options.js'
import type { ShardRecord } from './shard.js'

export interface RunParts {
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

  constructor(context: Context, options: VerifyCommandOptions, parts: RunParts) {
    this.#single = parts.single
    this.#context = context
    this.#options = options
    this.#parts = parts
  }

  /** True where threads can write the reports: nothing has to be fetched or formatted for people. */
  get isMechanical(): boolean {
    const { format, verbose, tags } = this.#options
    if (readsAgain(this.#options)) return false
    if (format === 'text') return !verbose && !tags
    const kind: Format = FORMATS[format]
    return 'each' in kind || kind.headers === undefined
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

  /** Text that another thread has made. */
  async writeText(text: string): Promise<void> {
    await write(this.#context.stdout, text)
  }

  /** Until what was written has left the program. */
  written(): Promise<void> {
    return new Promise(resolve => this.#context.stdout.write('', () => resolve()))
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
    say(this.#context, 'error', error.message)
    if (error.hint !== undefined) say(this.#context, 'hint', error.hint)
  }

  #write(outcome: Outcome): Promise<void> | undefined {
    const { format, quiet, summary, verbose } = this.#options
    const { report, verifier } = outcome
    // A single input that cannot be read leaves nothing on stdout; in a batch it has its own record.
    if (quiet || (isFailed(report) && (format === 'text' || this.#single))) return undefined
    if (summary && format !== 'ndjson') return undefined
    if (format !== 'text') return this.#writeEntry(FORMATS[format], { report, ...sectionOf(verifier) })
    if (isFailed(report) || verifier === null) return undefined
    const full = this.#single || verbose || (wantsExplanation(this.#options) && report.result !== 'pass')
    if (!full) return write(this.#context.stdout, toBriefText(report, this.#parts.style))
    return this.#fullText(outcome, verifier).then(text => write(this.#context.stdout, text))
  }

  #writeEntry(format: Format, entry: Entry): Promise<void> | undefined {
    if ('each' in format) return write(this.#context.stdout, format.each(entry, this.#settings()))
    const kept = this.#headers[entry.report.result === 'pass' ? 'pass' : 'other']
    if (kept.count >= (format.headers ?? 0)) this.#collected.push({ report: entry.report })
    else {
      this.#collected.push(entry)
      kept.count += 1
    }
    return undefined
  }

  #settings(): Settings {
    const { authservId = hostname() } = this.#options
    return { single: this.#single, authservId, now: this.#parts.bench.now }
  }

  async #fullText({ report }: Outcome, verifier: Verifier): Promise<string> {
    if (isFailed(report)) return ''
    const fields = await readableFields(verifier.section)
    const names = verifier.section.fields.map(({ name }) => name)
    const text = toText(report, { style: this.#parts.style, fields, fieldNames: names })
    return this.#options.tags ? `${text}${await this.#tagsText(verifier.signatures)}` : text
  }

  async #tagsText(signatures: readonly Signature[]): Promise<string> {
    const { style, bench } = this.#parts
    const parts: string[] = []
    for (const { tags, domain, keyName } of signatures) {
      if (tags === null) continue
      parts.push(tagsText(`DKIM-Signature of ${visible(domain ?? 'an unknown domain')}`, tags, 'signature', style))
      const lookup = keyName === null ? null : await lookUpKeys(bench.resolver, keyName, bench.keys, bench.signal)
      for (const { record } of lookup?.candidates ?? []) {
        if (record === null) continue
        parts.push(tagsText(`Key record at ${visible(keyName ?? '')}`, record.tags, 'key-record', style))
      }
    }
    return parts.map(part => `\n${part}`).join('')
  }

  async finish(shard?: (exitCode: ExitCode) => ShardRecord): Promise<ExitCode> {
    const code = combineExitCodes(this.#codes)
    if (!this.#options.quiet) await write(this.#context.stdout, this.#end())
    if (shard !== undefined) await write(this.#context.stdout, toJsonLine(shard(code)))
    return code
  }

  /** What stands behind all reports. */
  #end(): string {
    const { format, summary } = this.#options
    const { data } = this.#summary
    if (summary) return format === 'text' ? summaryText(data) : toSummary(format, data)
    if (format === 'text') return this.#single ? '' : summaryLine(data)
    const document: Format = FORMATS[format]
    const unreadable = this.#single && this.#codes.has(EXIT_CODES.usage)
    return 'whole' in document && !unreadable ? document.whole(this.#collected, this.#settings()) : ''
  }
}

function toSummary(format: VerifyCommandOptions['format'], data: SummaryData): string {
  return format === 'ndjson' ? toJsonLine(summaryJson(data)) : toJson(summaryJson(data))
}

function sectionOf(verifier: Verifier | null): Pick<Entry, 'section'> {
  return verifier === null ? {} : { section: verifier.section }
}

/** Waits where the reader is slower than we are, so that a batch runs in bounded memory. */
function write(stream: NodeJS.WritableStream, text: string): Promise<void> | undefined {
  if (text === '' || stream.write(text)) return undefined
  return new Promise(resolve => stream.once('drain', resolve))
}
