// dkim keygen: makes keys, proves that they work, writes their files all or none, and prints their records (§3.6.1, RFC 8301, RFC 8463).
// What a run needs is loaded later.

import { type CommandTexts, InvalidArgumentError, Option, type OptionsOf } from '../command.js'
import { recordCommand } from '../format-record/record-options.js'
import type { DefineCommand } from '../main.js'
import { addDnsOptions, collect, parseWholeNumber } from '../options.js'

const TEXTS: CommandTexts = {
  values: { '--mode': { words: ['0600', '0640'] }, '--bits': { words: ['2048', '3072', '4096'] } },
  examples: [
    { run: 'dkim keygen --selector mail --domain example.com', text: null },
    {
      run: "dkim keygen --selector-template 's{date:%Y%m}' --type both --domain example.com --domain example.net",
      text: null,
    },
    {
      run: 'dkim keygen --selector mail --domain example.com --mode 0640 --out-dir /etc/dkim --dialect route53',
      text: null,
    },
  ],
  notes: ['The private key goes to SELECTOR._domainkey.DOMAIN.private.pem, the record to stdout.'],
}

const keygenCommand = () =>
  addDnsOptions(recordCommand('keygen', TEXTS))
    .description('Make a key: the private half in a file that only you can read, the record for DNS on stdout.')
    .option('--selector <name>', 'the name of the key (with --type both twice, or NAME and NAME-ed25519)', collect)
    .option('--selector-template <template>', 'make the name, as in s{date:%Y%m}; {type} and {bits} are known too')
    .option('--domain <domain>', 'the domain that signs (repeatable: each gets a key of its own)', collect)
    .addOption(
      new Option('--type <type>', 'the kind of key')
        .choices(['rsa', 'ed25519', 'both'] as const)
        .default('rsa' as const),
    )
    .option('--bits <number>', 'the size of an RSA key (default: 2048)', parseWholeNumber)
    .option('--out-dir <directory>', 'where the files go', '.')
    .addOption(
      new Option('--out-format <format>', 'the form of the private key')
        .choices(['pkcs8', 'pkcs1', 'der', 'seed'] as const)
        .default('pkcs8' as const),
    )
    .option('--mode <mode>', 'the mode of the file, 0600 or 0640 for a daemon in the same group', parseMode, 0o600)
    .option('--encrypt', 'encrypt the private key with a passphrase that is asked for')
    .option('--passphrase-file <file>', 'encrypt the private key with the first line of this file')
    .option('--force', 'replace a key that is there, and keep it as a backup')
    .option('--check-dns', 'refuse a selector that DNS has already (implied by the DNS options)')
    .addOption(
      new Option('--format <format>', 'how to write the result')
        .choices(['text', 'json'] as const)
        .default('text' as const),
    )
    .option('-q, --quiet', 'the record only: no notes, no next steps')

/** As the command line and the settings give them. */
export type KeygenOptions = OptionsOf<ReturnType<typeof keygenCommand>>

export const defineKeygen: DefineCommand = (context, done) =>
  keygenCommand().action(async options => done(await (await import('./run.js')).runKeygen(context, options)))

/** A mode for a secret: the group may read it, others nothing. */
function parseMode(value: string): number {
  const mode = /^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) : Number.NaN
  if ((mode & 0o600) === 0o600 && (mode & ~0o640) === 0) return mode
  if ((mode & 0o400) === 0o400 && (mode & ~0o640) === 0) return mode
  throw new InvalidArgumentError('expected 0600, 0640, 0400 or 0440: a private key is not for everybody')
}
