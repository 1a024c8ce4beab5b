// dkim sign: puts DKIM-Signature fields in front of messages, whose own bytes stay as they are (§5). What a run needs is loaded later.

import { type CommandTexts, newCommand, Option, type OptionsOf } from '../command.js'
import type { DefineCommand } from '../main.js'
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
    { run: 'dkim sign --key rsa.pem --selector r1 --out-dir signed outbox', text: 'each message of a folder or mbox' },
    {
      run: 'dkim sign --key-table /etc/opendkim/KeyTable --signing-table refile:/etc/opendkim/SigningTable < message.eml',
      text: null,
    },
  ],
  notes: ['The signed message goes to stdout. What cannot be signed gives an error and no output at all.'],
}

const signCommand = () =>
  addDnsOptions(newCommand('sign', TEXTS))
    .argument('[file...]', 'the message; - is standard input, which is the default')
    .description('Sign a message: its bytes stay as they are, behind the new DKIM-Signature field.')
    .option('--key <file>', 'the private key (repeatable, each with a --selector of its own)', collect)
    .option('--selector <name>', 'the selector that its record is published under', collect)
    .option('--domain <domain>', 'the signing domain, d= (default: the domain of From)', collect)
    .option('-i, --identity <identity>', 'the identity, i=, such as @news.example.com')
    .option('--canonicalization <header/body>', 'each simple or relaxed (default: relaxed/relaxed)')
    .option('--headers <list>', 'the fields to sign, as in from:to:+subject; + signs against a second one as well')
    .option('--time <time>', 'the time of the signature, t= (default: now), or none', parseSigningTime)
    .option('--expires <duration>', 'the signature expires after this time, x=, for instance 14d or 12h', parseLifetime)
    .option('--copied-headers', 'copy the signed fields into the signature, z=, for diagnosis')
    .option('-o, --output <file>', 'write to this file, at once and whole')
    .option('--header-only', 'write the new field alone')
    .option('--passphrase-file <file>', 'the passphrase of an encrypted key (else it is asked for on the terminal)')
    .option('--require-safe-keys', 'refuse keys that other users can read or change')
    .option('--opendkim-conf <file>', 'take the keys, the domain and the canonicalization from opendkim.conf')
    .option('--key-table <file>', "OpenDKIM's KeyTable: FILE, file:FILE or refile:FILE")
    .option('--signing-table <file>', "who signs for whom: OpenDKIM's SigningTable, refile:FILE for one with wildcards")
    .option('--multiple-signatures', 'one signature for each matching row of the SigningTable, not for the first alone')
    .option('--replace', 'take out a signature of the same domain and selector that the message has already')
    .option('--force', 'sign a message that is malformed or ambiguous')
    .option('--replace', 'take out a signature of the same domain and selector that the message has already')
    .option(
      '--check-dns',
      'write nothing unless the new signatures verify with the keys in DNS (implied by the DNS options)',
    )
    .option('-q, --quiet', 'no warnings, notes and reports: errors, and what is signed')
    .optionsGroup('Many messages')
    .option('--out-dir <directory>', 'put each signed message there: of files, folders, Maildirs and mbox files')
    .option('--in-place', 'put the signed message into the place of each file')
    .option('--files-from <file>', 'sign what this list names, one a line; - is standard input (repeatable)', collect)
    .option('-0, --null', 'a NUL ends each name of the list, as find -print0 writes it')
    .option('--unquote-mbox', 'undo the >From quoting of mbox files')
    .option('--jobs <number>', 'signatures to make at a time (default: as many as there are processors)', parseJobs)
    .addOption(
      new Option('--format <format>', 'tell of each message on stdout')
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
