// dkim sign: puts DKIM-Signature fields in front of messages, whose own bytes stay as they are (§5). What a run needs is loaded later.

import type { DefineCommand } from '../command.js'
import { type CommandTexts, newCommand, Option, type OptionsOf } from '../command.js'
import { addDnsOptions, collect, parseJobs, parseLifetime, parseTime } from '../options.js'

const CANONICALIZATIONS = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple']

const TEXTS: CommandTexts = {
  values: {
    '--selector': 'selector',
    '--domain': 'domain',
    '--key': 'key-file',
    '--canonicalization': { words: CANONICALIZATIONS },
    '--time': { words: ['none'] },
  },
  examples: [
    {
      run: 'dkim sign --key mail.private.pem --domain example.com --selector mail message.eml > signed.eml',
      text: null,
    },
    {
      run: 'dkim sign --key rsa.pem --selector r1 --key ed25519.pem --selector e1 --in-place outbox/*.eml',
      text: null,
    },
    {
      run: 'dkim sign --key rsa.pem --selector r1 --out-dir signed outbox',
      text: 'every message in a directory or mbox',
    },
    {
      run: 'dkim sign --key-table /etc/opendkim/KeyTable --signing-table refile:/etc/opendkim/SigningTable < message.eml',
      text: null,
    },
  ],
  notes: ['The signed message goes to stdout. If a message cannot be signed, there is no output.'],
}

const signCommand = () =>
  addDnsOptions(newCommand('sign', TEXTS))
    .argument('[file...]', 'message file (default: -, standard input)')
    .description('Sign a message: adds a DKIM-Signature field; the message itself is unchanged.')
    .option('--key <file>', 'private key (repeatable, one --selector for each)', collect)
    .option('--selector <name>', 'selector of the published record', collect)
    .option('--domain <domain>', 'the signing domain, d= (default: the domain of From)', collect)
    .option('-i, --identity <identity>', 'signing identity, i=, such as @news.example.com')
    .option('--canonicalization <header/body>', 'simple or relaxed for each (default: relaxed/relaxed)')
    .option('--headers <list>', 'fields to sign, as in from:to:+subject; + oversigns, so no second one can be added')
    .option('--time <time>', 'signing time, t=, or none (default: now)', parseSigningTime)
    .option('--expires <duration>', 'lifetime of the signature, x=, for example 14d or 12h', parseLifetime)
    .option('--copied-headers', 'copy the signed fields into the signature, z=, for diagnosis')
    .option('-o, --output <file>', 'write to this file atomically')
    .option('--header-only', 'print only the new field')
    .option('--passphrase-file <file>', 'the passphrase of an encrypted key (else it is asked for on the terminal)')
    .option('--require-safe-keys', 'refuse keys that other users can read or modify')
    .option('--opendkim-conf <file>', 'take the keys, the domain and the canonicalization from opendkim.conf')
    .option('--key-table <file>', "OpenDKIM's KeyTable: FILE, file:FILE or refile:FILE")
    .option(
      '--signing-table <file>',
      'OpenDKIM SigningTable: which key signs for which sender (refile:FILE for wildcards)',
    )
    .option('--multiple-signatures', 'sign once for each matching SigningTable row, not only the first')
    .option('--replace', 'take out a signature of the same domain and selector that the message has already')
    .option('--force', 'sign a message that is malformed or ambiguous')
    .option('--check-dns', 'write output only if the new signatures verify against DNS (implied by the DNS options)')
    .option('-q, --quiet', 'print only errors and the signed message')
    .optionsGroup('Many messages')
    .option(
      '--out-dir <directory>',
      'write each signed message to this directory; accepts files, directories, Maildirs and mbox files',
    )
    .option('--in-place', 'replace each file with its signed message')
    .option(
      '--files-from <file>',
      'sign the files listed here, one per line; - is standard input (repeatable)',
      collect,
    )
    .option('-0, --null', 'the list is NUL-separated, as from find -print0')
    .option('--unquote-mbox', 'undo the >From quoting of mbox files')
    .option('--jobs <number>', 'number of parallel signatures (default: number of CPUs)', parseJobs)
    .addOption(
      new Option('--format <format>', 'report each message on stdout')
        .choices(['text', 'json', 'ndjson'] as const)
        .default('text' as const),
    )

/** As the command line and the settings give them. */
export type SignCommandOptions = OptionsOf<ReturnType<typeof signCommand>>

export const defineSign: DefineCommand = (context, done) =>
  signCommand().action(async (files, options) =>
    done(await (await import('./run.js')).runSign(context, files, options)),
  )

function parseSigningTime(value: string): Date | 'none' {
  return value === 'none' ? value : parseTime(value)
}
