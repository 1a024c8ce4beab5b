// dkim sign: puts DKIM-Signature fields in front of a message, whose own bytes stay as they are (§5).

import {
  type CanonicalizationName,
  DkimError,
  isCanonicalization,
  LineEndNormalizer,
  parseFieldChoices,
  readAuthor,
  type SignatureRequest,
  Signer,
} from '../core/index.js'
import type { Command } from './command.js'
import type { Context } from './context.js'
import { openResolver } from './dns.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from './exit-code.js'
import { type Input, type MessageInput, readInputs } from './input.js'
import { type DefineCommand, say } from './main.js'
import { addDnsOptions, collect, type DnsOptions, newCommand, parseDuration, parseTime } from './options.js'
import { openOutputFile } from './output-file.js'
import { checkSigned, type SignCheck } from './sign-check.js'
import { type KeyOptions, loadSigningKeys, type SigningKeys } from './signing-keys.js'

interface SignCommandOptions extends KeyOptions, DnsOptions {
  readonly identity?: string
  readonly canonicalization: string
  readonly headers?: string
  readonly time?: Date | 'none'
  /** Milliseconds. */
  readonly expires?: number
  readonly copiedHeaders?: boolean
  readonly output?: string
  readonly inPlace?: boolean
  readonly headerOnly?: boolean
  readonly force?: boolean
  readonly checkDns?: boolean
}

const CANONICALIZATIONS = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple']

export const defineSign: DefineCommand = (context, done) =>
  withOptions(
    newCommand('sign')
      .suggest({
        '--selector': 'selector',
        '--domain': 'domain',
        '--key': 'key-file',
        '--canonicalization': { words: CANONICALIZATIONS },
        '--time': { words: ['none'] },
      })
      .example('dkim sign --key mail.private.pem --domain example.com --selector mail message.eml > signed.eml')
      .example('dkim sign --key rsa.pem --selector r1 --key ed25519.pem --selector e1 --in-place outbox/*.eml')
      .example(
        'dkim sign --key-table /etc/opendkim/KeyTable --signing-table refile:/etc/opendkim/SigningTable < message.eml',
      )
      .note('The signed message goes to stdout. What cannot be signed gives an error and no output at all.'),
  )
    .argument('[file...]', 'the message; - is standard input, which is the default')
    .description('Sign a message: its bytes stay as they are, behind the new DKIM-Signature field.')
    .action(async (files: string[], options: SignCommandOptions) => done(await runSign(context, files, options)))

function withOptions(command: Command): Command {
  return addDnsOptions(command)
    .option('--key <file>', 'the private key (repeatable, each with a --selector of its own)', collect)
    .option('--selector <name>', 'the selector that its record is published under', collect)
    .option('--domain <domain>', 'the signing domain, d= (default: the domain of From)', collect)
    .option('-i, --identity <identity>', 'the identity, i=, such as @news.example.com')
    .option('--canonicalization <header/body>', 'each simple or relaxed', 'relaxed/relaxed')
    .option('--headers <list>', 'the fields to sign, as in from:to:+subject; + signs against a second one as well')
    .option('--time <time>', 'the time of the signature, t= (default: now), or none', parseSigningTime)
    .option('--expires <duration>', 'the signature expires after this time, x=, for instance 14d', parseDuration)
    .option('--copied-headers', 'copy the signed fields into the signature, z=, for diagnosis')
    .option('-o, --output <file>', 'write to this file, at once and whole')
    .option('--in-place', 'put the signed message into the place of each file')
    .option('--header-only', 'write the new field alone')
    .option('--passphrase-file <file>', 'the passphrase of an encrypted key (else it is asked for on the terminal)')
    .option('--require-safe-keys', 'refuse keys that other users can read or change')
    .option('--key-table <file>', "the keys of OpenDKIM's KeyTable")
    .option('--signing-table <file>', "who signs for whom: OpenDKIM's SigningTable, refile:FILE for one with wildcards")
    .option('--multiple-signatures', 'one signature for each matching row of the SigningTable, not for the first alone')
    .option('--force', 'sign a message that is malformed or ambiguous')
    .option(
      '--check-dns',
      'write nothing unless the new signatures verify with the keys in DNS (implied by the DNS options)',
    )
}

export async function runSign(
  context: Context,
  files: readonly string[],
  options: SignCommandOptions,
): Promise<ExitCode> {
  checkOutput(files, options)
  const template = requestTemplate(options)
  const keys = await loadSigningKeys(options, context)
  const now = options.now ?? context.now()
  const check = wantsCheck(options)
    ? { resolver: await openResolver(context, options), now, signal: context.signal }
    : undefined
  const codes: ExitCode[] = []
  for await (const input of readInputs(files, context, { single: true })) {
    codes.push(await signInput(input, { context, options, template, keys, now, check, several: files.length > 1 }))
  }
  return combineExitCodes(codes)
}

function wantsCheck({ checkDns, dnsFile, nameserver }: SignCommandOptions): boolean {
  return checkDns === true || dnsFile !== undefined || nameserver !== undefined
}

interface Job {
  readonly context: Context
  readonly options: SignCommandOptions
  readonly template: RequestTemplate
  readonly keys: SigningKeys
  readonly now: Date
  readonly check: SignCheck | undefined
  readonly several: boolean
}

/** One bad file of several is reported, and the others are signed. */
async function signInput(input: Input, job: Job): Promise<ExitCode> {
  try {
    if (input.error !== undefined) throw input.error
    const { bytes, count } = await signatureFields(input, job)
    const code = job.check === undefined ? EXIT_CODES.ok : await checkFields(input, bytes, count, job)
    if (code === EXIT_CODES.ok) await writeSigned(input, bytes, job)
    return code
  } catch (error) {
    if (!job.several || !(error instanceof DkimError)) throw error
    say(job.context, 'error', `${input.name}: ${error.message}`)
    if (error.hint !== undefined) say(job.context, 'hint', error.hint)
    return EXIT_CODES.usage
  }
}

async function checkFields(input: MessageInput, fields: Buffer, count: number, job: Job): Promise<ExitCode> {
  const { code, problems } = await checkSigned(input, fields, count, job.check!)
  for (const problem of problems)
    say(job.context, 'error', `${job.several ? `${input.name}: ` : ''}not signed: ${problem}`)
  if (code === EXIT_CODES.problem)
    say(job.context, 'hint', 'publish the record of the key first: dkim lookup shows what DNS has')
  if (code === EXIT_CODES.temporary)
    say(job.context, 'hint', 'try again later, or name another server with --nameserver')
  return code
}

function checkOutput(files: readonly string[], { output, inPlace, headerOnly }: SignCommandOptions): void {
  const usage = (message: string, hint: string) => new DkimError('usage', message, hint)
  if (inPlace && (output !== undefined || headerOnly)) {
    throw usage('--in-place together with another kind of output', 'use one of --in-place, --output and --header-only')
  }
  if (inPlace && (files.length === 0 || files.includes('-'))) {
    throw usage('--in-place needs a file', 'name the file: standard input has no place')
  }
  if (!inPlace && files.length > 1) {
    throw usage('several messages would run together in one output', 'use --in-place, or sign them one by one')
  }
}

type RequestTemplate = Omit<SignatureRequest, 'key' | 'selector' | 'domain'>

function requestTemplate(options: SignCommandOptions): RequestTemplate {
  const { identity, headers, time, expires, copiedHeaders } = options
  return {
    canonicalization: parseCanonicalization(options.canonicalization),
    ...(identity === undefined ? {} : { identity }),
    ...(headers === undefined ? {} : { fields: parseFieldChoices(headers) }),
    ...(time === undefined ? {} : { timestamp: time === 'none' ? null : Math.floor(time.getTime() / 1000) }),
    ...(expires === undefined ? {} : { expiresIn: wholeSeconds(expires) }),
    ...(copiedHeaders === undefined ? {} : { copyFields: copiedHeaders }),
  }
}

/** As c= has it: one name alone is that of the header, and the body is simple. */
function parseCanonicalization(text: string): { header: CanonicalizationName; body: CanonicalizationName } {
  const [header = '', body = 'simple', ...rest] = text.split('/')
  if (rest.length === 0 && isCanonicalization(header) && isCanonicalization(body)) return { header, body }
  throw new DkimError(
    'usage',
    `"${text}" is no canonicalization`,
    'use relaxed/relaxed, relaxed/simple, simple/relaxed or simple/simple',
  )
}

function parseSigningTime(value: string): Date | 'none' {
  return value === 'none' ? value : parseTime(value)
}

function wholeSeconds(milliseconds: number): number {
  if (milliseconds >= 1000) return Math.floor(milliseconds / 1000)
  throw new DkimError('usage', 'a signature that expires at once', 'give --expires a second or more, for instance 14d')
}

/** The new fields, in the line ends of the message. */
async function signatureFields(input: MessageInput, job: Job): Promise<{ bytes: Buffer; count: number }> {
  const { context, options, template, now } = job
  const keys = await job.keys(() => readAuthor(input.chunks() as Iterable<Uint8Array>))
  const requests = keys.map(key => ({ ...template, ...key }))
  const signer = new Signer({ requests, now, ...(options.force ? { force: true } : {}) })
  const lines = new LineEndNormalizer(chunk => signer.write(chunk))
  for await (const chunk of input.chunks()) lines.write(chunk)
  lines.end()
  if (lines.mixed) signer.flagMalformed('mixed line ends')
  const { fields, warnings } = signer.end()
  for (const warning of warnings) say(context, 'warning', warning)
  const text = Buffer.concat(fields).toString('latin1')
  const bytes = Buffer.from(lines.lineEnd === 'lf' ? text.replaceAll('\r\n', '\n') : text, 'latin1')
  return { bytes, count: fields.length }
}

async function writeSigned(input: MessageInput, fields: Buffer, { context, options }: Job): Promise<void> {
  const { output, inPlace, headerOnly } = options
  const message = headerOnly ? [] : input.chunks()
  const path = inPlace ? input.name : output
  if (path === undefined || path === '-') {
    await writeOut(context, fields)
    for await (const chunk of message) await writeOut(context, chunk)
    return
  }
  const file = openOutputFile(path)
  try {
    file.write(fields)
    for await (const chunk of message) file.write(chunk)
    file.commit()
  } finally {
    file.abandon()
  }
}

/** Waits until the bytes are gone: the next chunk may use the same memory. */
function writeOut({ stdout }: Context, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(chunk, error => (error ? reject(error) : resolve()))
  })
}
