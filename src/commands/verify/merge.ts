// dkim verify --merge: the ndjson of shards, or of any runs, added up into one report and one exit code; gaps and duplicates are found.

import { createReadStream } from 'node:fs'
import { DkimError } from '../../core/errors.js'
import { toJson, toJsonLine } from '../../report/json/json.js'
import { summaryJson, summaryText } from '../../report/verification/summary.js'
import type { Context } from '../context.js'
import type { ExitCode } from '../exit-code.js'
import { unreadable } from '../io/file-fault.js'
import { textChunks } from '../mail/file-list.js'
import { say } from '../stderr.js'
import { jsonLines } from './json-lines.js'
import { MergedFile } from './merged-file.js'
import { Merger } from './merger.js'
import type { VerifyCommandOptions } from './options.js'

export async function mergeShards(
  context: Context,
  paths: readonly string[],
  { format, quiet }: VerifyCommandOptions,
): Promise<ExitCode> {
  if (format !== 'text' && format !== 'json' && format !== 'ndjson') {
    throw new DkimError('usage', `--merge does not support --format ${format}`, 'use --format text, json or ndjson')
  }
  const merger = new Merger()
  for (const path of paths.length === 0 ? ['-'] : paths) await readFile(context, path, merger)
  merger.finish()
  for (const { text, hint } of merger.told) {
    say(context, 'error', text)
    if (hint !== undefined) say(context, 'hint', hint)
  }
  const { data } = merger.summary
  const problems = merger.told.map(({ code, text }) => ({ code, text }))
  const report = { ...summaryJson(data), shards: merger.shards, duplicates: merger.duplicates, problems }
  if (!quiet)
    context.stdout.write(format === 'text' ? textOf(merger) : (format === 'json' ? toJson : toJsonLine)(report))
  return merger.exitCode
}

function textOf({ summary, shards, duplicates, problems }: Merger): string {
  const of = shards.length === 0 ? '' : `${counted(shards.length, 'shard')}; `
  const stood = `${counted(duplicates, 'message')} appeared twice and ${duplicates === 1 ? 'was' : 'were'} counted once`
  const twice = duplicates === 0 ? 'no duplicates' : stood
  // What is missing of a run without shards, nobody can tell from its reports.
  const complete = shards.length === 0 ? 'no problem' : 'complete'
  const problem = problems === 0 ? complete : `NOT complete: ${counted(problems, 'problem')}`
  return `${summaryText(summary.data)}\n${of}${twice}; ${problem}\n`
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

async function readFile(context: Context, path: string, merger: Merger): Promise<void> {
  const file = new MergedFile(path === '-' ? 'standard input' : path, merger)
  try {
    for await (const lines of jsonLines(textChunks(path === '-' ? context.stdin : createReadStream(path), path))) {
      context.signal.throwIfAborted()
      for (const line of lines) file.add(line)
      // What is no ndjson of ours from its beginning on is not read to its end.
      if (file.isForeign) break
    }
    file.close()
  } catch (error) {
    const { message, hint } = unreadable(path, error)
    merger.fail('unreadable', message, hint)
  }
}
