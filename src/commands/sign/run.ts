// A run of dkim sign: one message to stdout or to a file here, many of them in batch.ts.

import { DkimError } from '../../core/errors.js'
import type { Context } from '../context.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { openOutputFile } from '../io/output-file.js'
import { type MessageInput, readInputs } from '../mail/input.js'
import { say } from '../stderr.js'
import {
  aboutInput,
  checkFields,
  eachChunk,
  type NewFields,
  NotPublished,
  readToSign,
  type SignBench,
  withoutReplaced,
} from './message.js'
import type { OpendkimConf } from './opendkim-conf.js'
import { checkOptions, isBatch, requestTemplate, type SignCommandOptions } from './options.js'
import { loadSigningKeys } from './signing-keys.js'

export async function runSign(
  context: Context,
  files: readonly string[],
  options: SignCommandOptions,
): Promise<ExitCode> {
  checkOptions(files, options)
  const conf = options.opendkimConf === undefined ? undefined : await confOf(options.opendkimConf, options, context)
  const canonicalization = options.canonicalization ?? conf?.canonicalization ?? 'relaxed/relaxed'
  if (canonicalization === 'relaxed' && !options.quiet) {
    say(
      context,
      'warning',
      'relaxed alone means relaxed/simple: the body is simple (§3.5); write relaxed/relaxed for both',
    )
  }
  const template = requestTemplate(options, canonicalization)
  const keys = await loadSigningKeys(options, context, conf)
  const now = options.now ?? context.now()
  const check = wantsCheck(options)
    ? { resolver: await (await import('../dns.js')).openResolver(context, options), now, signal: context.signal }
    : undefined
  const bench: SignBench = { context, options, template, keys, now, check }
  return isBatch(options) ? (await import('./batch.js')).signBatch(files, bench) : signOne(files, bench)
}

async function confOf(file: string, { quiet }: SignCommandOptions, context: Context): Promise<OpendkimConf> {
  const conf = (await import('./opendkim-conf.js')).readOpendkimConf(file)
  if (conf.ignored.length > 0 && !quiet) say(context, 'note', `not taken from ${file}: ${conf.ignored.join(', ')}`)
  return conf
}

function wantsCheck({ checkDns, dnsFile, nameserver }: SignCommandOptions): boolean {
  return checkDns === true || dnsFile !== undefined || nameserver !== undefined
}

async function signOne(files: readonly string[], bench: SignBench): Promise<ExitCode> {
  const { context } = bench
  // For its field alone a message is read once: no stream is copied to a file first.
  const once = bench.options.headerOnly === true && bench.check === undefined
  for await (const input of readInputs(files, context, { single: true, once })) {
    if (input.error !== undefined) throw input.error
    const fields = await signNamed(input, bench)
    const rest = withoutReplaced(input, fields)
    if (!bench.options.quiet) for (const warning of fields.warnings) say(context, 'warning', warning)
    try {
      await checkFields(rest, fields, bench)
    } catch (error) {
      if (!(error instanceof NotPublished)) throw error
      for (const problem of error.problems) say(context, 'error', `not signed: ${problem}`)
      say(context, 'hint', error.hint)
      return error.exitCode
    }
    await writeSigned(rest, fields, bench)
    return EXIT_CODES.ok
  }
  // Not reached: a path is an input or an error.
  return EXIT_CODES.nothing
}

/** Its errors say which message they are about: scripts call this for one after the other. */
async function signNamed(input: MessageInput, bench: SignBench): Promise<NewFields> {
  try {
    return (await readToSign(input, bench)).sign()
  } catch (error) {
    if (!(error instanceof DkimError) || error.code !== 'message-refused') throw error
    throw new DkimError(error.code, aboutInput(input.name, error.message), error.hint)
  }
}

async function writeSigned(
  input: MessageInput,
  { bytes }: NewFields,
  { context, options: { output, headerOnly } }: SignBench,
): Promise<void> {
  if (output === undefined || output === '-') {
    await writeOut(context, bytes)
    for await (const chunk of headerOnly ? [] : input.chunks()) await writeOut(context, chunk)
    return
  }
  const file = openOutputFile(output, undefined, context.signal)
  try {
    await file.write(bytes)
    if (!headerOnly) await eachChunk(input, file.write)
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
