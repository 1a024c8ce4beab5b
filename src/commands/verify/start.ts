// A run of dkim verify: what its options make of it, before the first message is read.

import { KeyCache } from '../../core/dkim/key-lookup.js'
import { DkimError } from '../../core/errors.js'
import type { Context } from '../context.js'
import { openResolver } from '../dns.js'
import type { ExitCode } from '../exit-code.js'
import { stdoutStyle } from '../io/stdout-style.js'
import { checkStandardInput } from '../mail/file-list.js'
import { verifyAll } from './batch.js'
import { policyOf, type VerifyCommandOptions } from './options.js'
import { openWriter, VerifyRun } from './verify-run.js'

export async function runVerify(
  context: Context,
  paths: readonly string[],
  options: VerifyCommandOptions,
): Promise<ExitCode> {
  checkOptions(options)
  checkStandardInput(paths, options.filesFrom)
  if (options.merge) return (await import('./merge.js')).mergeShards(context, paths, options)
  const bench = {
    resolver: await openResolver(context, options),
    policy: policyOf(options),
    keys: new KeyCache(),
    now: options.now ?? context.now(),
    lenientEol: options.lenientEol === true,
    signal: context.signal,
    dnsTime: null,
  } as const
  const style = await stdoutStyle(context, options.color)
  const writer = await openWriter(options.format)
  const single = paths.length <= 1 && options.filesFrom === undefined && options.shard === undefined
  const run = new VerifyRun(context, options, { writer, style, bench, single })
  return verifyAll(run, { context, paths, options, bench })
}

/** What cannot go together is refused before anything is read. */
function checkOptions({
  shard,
  format,
  summary,
  quiet,
  resume,
  merge,
  filesFrom,
  null: nul,
}: VerifyCommandOptions): void {
  const usage = (message: string, hint: string) => new DkimError('usage', message, hint)
  if (shard !== undefined && (format !== 'ndjson' || summary || quiet)) {
    throw usage('--shard requires ndjson', 'add --format ndjson; dkim verify --merge makes the summary of all shards')
  }
  if (merge && (shard !== undefined || resume !== undefined || filesFrom !== undefined)) {
    throw usage('--merge reads the output of shards, not messages', 'pass only the shard files')
  }
  if (resume !== undefined && format !== 'text' && format !== 'ndjson') {
    throw usage(`--resume cannot continue a ${format} document`, 'use --format ndjson, and >> to append to its file')
  }
  if (summary && format !== 'text' && format !== 'json' && format !== 'ndjson') {
    throw usage(`--summary does not support --format ${format}`, 'use --format text, json or ndjson')
  }
  if (nul && filesFrom === undefined) throw usage('-0 is about --files-from', 'add --files-from FILE')
}
