// dkim verify: messages in, reports and an exit code out. What a run needs is loaded once its options are known to be right.

import { FORMAT_NAMES } from '../../report/verification/formats.js'
import { type CommandTexts, newCommand, type OptionsOf } from '../command.js'
import type { DefineCommand } from '../main.js'
import { addDnsOptions, addReportOptions, collect, parseAuthservId, parseJobs, parseWholeNumber } from '../options.js'
import { addExplainOptions } from './explain-options.js'
import { parseShard } from './shard.js'

const TEXTS: CommandTexts = {
  values: { '--require-domain': 'domain' },
  examples: [
    { run: 'dkim verify message.eml', text: 'one message, and why it fails' },
    { run: 'dkim verify --format ndjson ~/Maildir | jq -r .result | sort | uniq -c', text: 'a mailbox, counted' },
    {
      run: 'dkim verify --dns-file zone.txt --require-aligned outbox/*.eml',
      text: 'a gate: keys from a file, no network',
    },
  ],
}

const verifyCommand = () =>
  addExplainOptions(addReportOptions(addDnsOptions(newCommand('verify', TEXTS)), FORMAT_NAMES))
    .optionsGroup('Options')
    .description('Verify the DKIM signatures of messages: files, directories, Maildir, mbox, or standard input.')
    .argument('[input...]', 'message, directory or mbox file; - or nothing for standard input')
    .option(
      '--authserv-id <name>',
      'the name to report under in Authentication-Results (default: the host name)',
      parseAuthservId,
    )
    .option('--unquote-mbox', 'undo the >From quoting of mbox files')
    .option('--tags', 'say in plain words what each tag of the signature and of its key record means')
    .option('-v, --verbose', 'the full report for each message of a batch')
    .optionsGroup('Batch')
    .option('--files-from <file>', 'verify what this list names, one a line; - is standard input (repeatable)', collect)
    .option('-0, --null', 'a NUL ends each name of the list, as find -print0 writes it')
    .option('--summary', 'the counts alone: by result, reason, signing domain and selector')
    .option('--fail-fast', 'stop at the first message that does not pass')
    .option('--resume <journal>', 'keep a journal, and go on where a run that was cut off stopped')
    .option('--jobs <number>', 'threads to verify with (default: as many as there are processors)', parseJobs)
    .option('--shard <I/N>', 'take the messages of shard I of N, for ndjson', parseShard)
    .option('--merge', 'the inputs are the ndjson of shards: add them up, and look for gaps and duplicates')
    .optionsGroup('Policy')
    .option('--min-key-bits <bits>', 'accept no RSA key that is shorter', parseWholeNumber)
    .option('--require-signed <fields>', 'fields that must be signed where present, for instance subject,reply-to')
    .option('--require-aligned', 'accept only signatures aligned with the From domain')
    .option('--require-domain <domain>', 'accept only signatures of this domain (repeatable)', collect)
    .option('--allow-partial-body', 'accept signatures whose l= leaves part of the body unsigned')
    .option('--ignore-expiration', 'accept expired signatures, for archived mail')
    .option('--lenient-eol', 'accept messages with mixed line ends')

/** As the command line and the settings give them. */
export type VerifyCommandOptions = OptionsOf<ReturnType<typeof verifyCommand>>

export const defineVerify: DefineCommand = (context, done) =>
  verifyCommand().action(async (inputs, options) =>
    done(await (await import('./start.js')).runVerify(context, inputs, options)),
  )
