// dkim verify: messages in, reports and an exit code out.

import { hostname } from 'node:os'
import {
  DkimError,
  KeyCache,
  LineEndNormalizer,
  lookUpKeys,
  type Policy,
  type Resolver,
  type Signature,
  toDomainName,
  type VerificationReport,
  Verifier,
} from '../core/index.js'
import { readableFields } from '../report/readable-fields.js'
import { type Style, styleFor, visible } from '../report/style.js'
import { tagsText } from '../report/tags-text.js'
import { toBriefText, toText } from '../report/text.js'
import type { Entry, FailedReport, Format, Settings } from '../report/verification/format.js'
import { FORMAT_NAMES, FORMATS, type FormatName } from '../report/verification/formats.js'
import type { Context } from './context.js'
import { openResolver } from './dns.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from './exit-code.js'
import { addExplainOptions, type ExplainOptions, MessageExplainer, readsAgain, wantsExplanation } from './explain.js'
import { type Input, type MessageInput, readInputs } from './input.js'
import { type DefineCommand, say } from './main.js'
import { addDnsOptions, addReportOptions, collect, type DnsOptions, newCommand, parseWholeNumber } from './options.js'

interface VerifyCommandOptions extends DnsOptions, ExplainOptions {
  readonly format: FormatName
  readonly quiet?: boolean
  readonly color?: boolean
  readonly authservId?: string
  readonly minKeyBits?: number
  readonly requireSigned?: string
  readonly requireAligned?: boolean
  readonly requireDomain?: readonly string[]
  readonly allowPartialBody?: boolean
  readonly ignoreExpiration?: boolean
  readonly lenientEol?: boolean
  readonly unquoteMbox?: boolean
  readonly verbose?: boolean
  readonly tags?: boolean
}

export const defineVerify: DefineCommand = (context, done) =>
  addExplainOptions(policyCommand()).action(async (inputs: string[], options: VerifyCommandOptions) =>
    done(await runVerify(context, inputs, options)),
  )

const policyCommand = () =>
  addReportOptions(addDnsOptions(newCommand('verify')), FORMAT_NAMES)
    .description('Verify the DKIM signatures of messages: files, directories, Maildir, mbox, or standard input.')
    .example('dkim verify message.eml', 'one message, and why it fails')
    .example('dkim verify --format ndjson ~/Maildir | jq -r .result | sort | uniq -c', 'a mailbox, counted')
    .example('dkim verify --dns-file zone.txt --require-aligned outbox/*.eml', 'a gate: keys from a file, no network')
    .argument('[input...]', 'message, directory or mbox file; - or nothing for standard input')
    .option('--authserv-id <name>', 'the name to report under in Authentication-Results (default: the host name)')
    .option('--unquote-mbox', 'undo the >From quoting of mbox files')
    .option('--tags', 'say in plain words what each tag of the signature and of its key record means')
    .option('-v, --verbose', 'the full report for each message of a batch')
    .optionsGroup('Policy')
    .option('--min-key-bits <bits>', 'accept no RSA key that is shorter', parseWholeNumber)
    .option('--require-signed <fields>', 'fields that must be signed where present, for instance subject,reply-to')
    .option('--require-aligned', 'accept only signatures aligned with the From domain')
    .option('--require-domain <domain>', 'accept only signatures of this domain (repeatable)', collect)
    .option('--allow-partial-body', 'accept signatures whose l= leaves part of the body unsigned')
    .option('--ignore-expiration', 'accept expired signatures, for archived mail')
    .option('--lenient-eol', 'accept messages with mixed line ends')

async function runVerify(context: Context, paths: readonly string[], options: VerifyCommandOptions): Promise<ExitCode> {
  const resolver = await openResolver(context, options)
  const style = await styleFor({ option: options.color, env: context.env, isTTY: context.stdout.isTTY === true })
  const run = new VerifyRun(context, options, { paths, resolver, style, policy: policyOf(options) })
  const input = { once: !readsAgain(options), ...(options.unquoteMbox ? { unquoteMbox: true } : {}) }
  for await (const message of readInputs(paths, context, input)) await run.take(message)
  return run.finish()
}

function policyOf(options: VerifyCommandOptions): Partial<Policy> {
  return {
    ...(options.minKeyBits === undefined ? {} : { minKeyBits: options.minKeyBits }),
    ...(options.requireSigned === undefined ? {} : { requireSigned: fieldNames(options.requireSigned) }),
    ...(options.requireDomain === undefined ? {} : { requireDomains: options.requireDomain.map(domainName) }),
    requireAligned: options.requireAligned === true,
    allowPartialBody: options.allowPartialBody === true,
    ignoreExpiration: options.ignoreExpiration === true,
  }
}

function fieldNames(list: string): string[] {
  return list.split(/[,:]/).map(name => name.trim().toLowerCase())
}

function domainName(text: string): string {
  const domain = toDomainName(text)
  if (domain !== undefined) return domain
  throw new DkimError('name-invalid', `"${text}" is not a domain name`, 'write it as in example.com')
}

interface RunParts {
  readonly paths: readonly string[]
  readonly resolver: Resolver
  readonly style: Style
  readonly policy: Partial<Policy>
}

/** One run over all inputs: reports go out as soon as the format allows it. */
class VerifyRun {
  readonly #context: Context
  readonly #options: VerifyCommandOptions
  readonly #parts: RunParts
  readonly #keys = new KeyCache()
  readonly #codes = new Set<ExitCode>()
  /** For formats that are one document over all inputs. */
  readonly #collected: Entry[] = []
  readonly #counts = new Map<string, number>()
  #explainer: MessageExplainer | null = null
  /** One argument that names one message. */
  #single: boolean

  constructor(context: Context, options: VerifyCommandOptions, parts: RunParts) {
    this.#single = parts.paths.length <= 1
    this.#context = context
    this.#options = options
    this.#parts = parts
  }

  async take(input: Input): Promise<void> {
    if (!input.alone) this.#single = false
    if (input.error !== undefined) return this.#fail(input.name, input.error)
    try {
      await this.#verify(input)
    } catch (error) {
      if (!(error instanceof DkimError)) throw error
      await this.#fail(input.name, error)
    }
  }

  async #verify(input: MessageInput): Promise<void> {
    const verifier = new Verifier({
      resolver: this.#parts.resolver,
      policy: this.#parts.policy,
      now: this.#options.now ?? this.#context.now(),
      input: input.name,
      keys: this.#keys,
      signal: this.#context.signal,
    })
    const lines = new LineEndNormalizer(chunk => verifier.write(chunk))
    for await (const chunk of input.chunks()) lines.write(chunk)
    lines.end()
    this.#noteLineEnds(verifier, lines)
    const report = await this.#explained(input, verifier, await verifier.end())
    this.#count(report.result)
    this.#codes.add(exitCodeOf(report))
    await this.#write(report, verifier)
  }

  /** The verdict stays what it is: explanations are added to it. */
  async #explained(input: MessageInput, verifier: Verifier, report: VerificationReport): Promise<VerificationReport> {
    if (!readsAgain(this.#options)) return report
    this.#explainer ??= new MessageExplainer(this.#context, this.#options, this.#options.format === 'text')
    return this.#explainer.explain(input, verifier, report)
  }

  #noteLineEnds(verifier: Verifier, lines: LineEndNormalizer): void {
    if (lines.mixed) {
      const text = 'CRLF line ends and bare CR or LF are mixed: software differs in what it takes for a line'
      if (this.#options.lenientEol) verifier.warn({ code: 'mixed-line-endings', text })
      else verifier.flagMalformed('mixed line ends', { code: 'mixed-line-endings', text })
    } else if (lines.lineEnd === 'lf') {
      verifier.warn({ code: 'lf-converted', text: 'LF line ends were read as CRLF' })
    }
  }

  async #write(report: VerificationReport, verifier: Verifier): Promise<void> {
    const { format, quiet } = this.#options
    if (quiet) return
    if (format !== 'text') return this.#writeEntry(FORMATS[format], { report, section: verifier.section })
    const { stdout } = this.#context
    const full = this.#single || this.#options.verbose || (wantsExplanation(this.#options) && report.result !== 'pass')
    if (full) await write(stdout, await this.#fullText(report, verifier))
    else await write(stdout, toBriefText(report, this.#parts.style))
  }

  async #writeEntry(format: Format, entry: Entry): Promise<void> {
    if ('each' in format) await write(this.#context.stdout, format.each(entry, this.#settings()))
    else this.#collected.push(format.wantsHeader ? entry : { report: entry.report })
  }

  #settings(): Settings {
    const { authservId = hostname(), now = this.#context.now() } = this.#options
    return { single: this.#single, authservId, now }
  }

  async #fullText(report: VerificationReport, verifier: Verifier): Promise<string> {
    const fields = await readableFields(verifier.section)
    const names = verifier.section.fields.map(({ name }) => name)
    const text = toText(report, { style: this.#parts.style, fields, fieldNames: names })
    return this.#options.tags ? `${text}${await this.#tagsText(verifier.signatures)}` : text
  }

  async #tagsText(signatures: readonly Signature[]): Promise<string> {
    const { style, resolver } = this.#parts
    const parts: string[] = []
    for (const { tags, domain, keyName } of signatures) {
      if (tags === null) continue
      parts.push(tagsText(`DKIM-Signature of ${visible(domain ?? 'an unknown domain')}`, tags, 'signature', style))
      const lookup = keyName === null ? null : await lookUpKeys(resolver, keyName, this.#keys, this.#context.signal)
      for (const { record } of lookup?.candidates ?? []) {
        if (record === null) continue
        parts.push(tagsText(`Key record at ${visible(keyName ?? '')}`, record.tags, 'key-record', style))
      }
    }
    return parts.map(part => `\n${part}`).join('')
  }

  async #fail(name: string, error: DkimError): Promise<void> {
    this.#codes.add(EXIT_CODES.usage)
    this.#count('unreadable')
    say(this.#context, 'error', error.message)
    if (error.hint !== undefined) say(this.#context, 'hint', error.hint)
    const failed: FailedReport = {
      schema: 'dkim.verification/1',
      input: name,
      result: null,
      error: { code: error.code, message: error.message, hint: error.hint ?? null },
    }
    // A single input that cannot be read leaves nothing on stdout; in a batch it has its own record.
    const { format, quiet } = this.#options
    if (quiet || format === 'text' || this.#single) return
    await this.#writeEntry(FORMATS[format], { report: failed })
  }

  #count(result: string): void {
    this.#counts.set(result, (this.#counts.get(result) ?? 0) + 1)
  }

  async finish(): Promise<ExitCode> {
    const { format, quiet } = this.#options
    const { stdout } = this.#context
    if (quiet) return combineExitCodes(this.#codes)
    if (format === 'text') {
      if (!this.#single) await write(stdout, summaryText(this.#counts))
    } else {
      const document: Format = FORMATS[format]
      const unreadable = this.#single && this.#codes.has(EXIT_CODES.usage)
      if ('whole' in document && !unreadable) await write(stdout, document.whole(this.#collected, this.#settings()))
    }
    return combineExitCodes(this.#codes)
  }
}

function summaryText(counts: ReadonlyMap<string, number>): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const parts = Array.from(counts, ([result, count]) => `${count} ${result}`)
  return `${total} message${total === 1 ? '' : 's'}: ${parts.join(', ')}\n`
}

function exitCodeOf({ result }: VerificationReport): ExitCode {
  if (result === 'pass') return EXIT_CODES.ok
  if (result === 'none') return EXIT_CODES.nothing
  return result === 'temperror' ? EXIT_CODES.temporary : EXIT_CODES.problem
}

/** Waits where the reader is slower than we are, so that a batch runs in bounded memory. */
async function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  if (!stream.write(text)) await new Promise(resolve => stream.once('drain', resolve))
}
