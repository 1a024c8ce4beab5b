// dkim verify: messages in, reports and an exit code out. What a run needs is loaded once its options are known to be right.

import { FORMAT_NAMES } from '../../report/verification/formats.js'
import type { DefineCommand } from '../command.js'
import { type CommandTexts, newCommand, type OptionsOf } from '../command.js'
import { addDnsOptions, addReportOptions, collect, parseAuthservId, parseJobs, parseWholeNumber } from '../options.js'
import { addExplainOptions } from './explain-options.js'
import { parseShard } from './shard.js'

const TEXTS: CommandTexts = {
  values: { '--require-domain': 'domain' },
  examples: [
    { run: 'dkim verify message.eml', text: 'verify one message and see why it fails' },
    {
      run: 'dkim verify --format ndjson ~/Maildir | jq -r .result | sort | uniq -c',
      text: 'count the results of a mailbox',
    },
    {
      run: 'dkim verify --dns-file zone.txt --require-aligned outbox/*.eml',
      text: 'gate a CI job: keys from a file, no network',
    },
  ],
}

const verifyCommand = () =>
  addExplainOptions(addReportOptions(addDnsOptions(newCommand('verify', TEXTS)), FORMAT_NAMES))
    .optionsGroup('Options')
    .description('Verify DKIM signatures in files, directories, Maildirs, mbox files or standard input.')
    .argument('[input...]', 'message, directory or mbox file (default: -, standard input)')
    .option('--authserv-id <name>', 'authserv-id for Authentication-Results (default: the host name)', parseAuthservId)
    .option('--unquote-mbox', 'undo the >From quoting of mbox files')
    .option('--tags', 'explain each tag of the signature and its key record in plain English')
    .option('-v, --verbose', 'print the full report for each message of a batch')
    .optionsGroup('Batch')
    .option(
      '--files-from <file>',
      'verify the files listed here, one per line; - is standard input (repeatable)',
      collect,
    )
    .option('-0, --null', 'a NUL ends each name of the list, as find -print0 writes it')
    .option('--summary', 'print only counts by result, reason, signing domain and selector')
    .option('--fail-fast', 'stop at the first message that does not pass')
    .option('--resume <journal>', 'keep a journal and resume an interrupted run')
    .option('--jobs <number>', 'number of threads (default: number of CPUs)', parseJobs)
    .option('--shard <I/N>', 'verify only shard I of N (requires ndjson)', parseShard)
    .option('--merge', 'merge the ndjson output of shards; report gaps and duplicates')
    .optionsGroup('Policy')
    .option('--min-key-bits <bits>', 'reject RSA keys with fewer bits', parseWholeNumber)
    .option('--require-signed <fields>', 'fields that must be signed if present, for example subject,reply-to')
    .option('--require-aligned', 'accept only signatures aligned with the From domain')
    .option('--require-domain <domain>', 'accept only signatures of this domain (repeatable)', collect)
    .option('--allow-partial-body', 'accept signatures that cover only part of the body (l=)')
    .option('--ignore-expiration', 'accept expired signatures, for archived mail')
    .option('--lenient-eol', 'accept messages with mixed line endings')

/** As the command line and the settings give them. */
export type VerifyCommandOptions = OptionsOf<ReturnType<typeof verifyCommand>>

export const defineVerify: DefineCommand = (context, done) =>
  verifyCommand().action(async (inputs, options) =>
    done(await (await import('./start.js')).runVerify(context, inputs, options)),
  )
