// dkim keygen: makes keys, proves that they work, writes their files all or none, and prints their records (§3.6.1, RFC 8301, RFC 8463).
// What a run needs is loaded later.

import type { DefineCommand } from '../command.js'
import { type CommandTexts, InvalidArgumentError, Option, type OptionsOf } from '../command.js'
import { recordCommand } from '../format-record/record-options.js'
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
  notes: ['The private key is written to SELECTOR._domainkey.DOMAIN.private.pem.'],
}

const keygenCommand = () =>
  addDnsOptions(recordCommand('keygen', TEXTS))
    .description('Generate a key: writes the private key to a file only you can read, and prints the DNS record.')
    .option(
      '--selector <name>',
      'selector of the key (with --type both: give two, or get NAME and NAME-ed25519)',
      collect,
    )
    .option('--selector-template <template>', 'build the selector, as in s{date:%Y%m}; also {type} and {bits}')
    .option('--domain <domain>', 'signing domain (repeatable: each gets its own key)', collect)
    .addOption(
      new Option('--type <type>', 'key type').choices(['rsa', 'ed25519', 'both'] as const).default('rsa' as const),
    )
    .option('--bits <number>', 'RSA key size (default: 2048)', parseWholeNumber)
    .option('--out-dir <directory>', 'output directory', '.')
    .addOption(
      new Option('--out-format <format>', 'private key format')
        .choices(['pkcs8', 'pkcs1', 'der', 'seed'] as const)
        .default('pkcs8' as const),
    )
    .option('--mode <mode>', 'file mode: 0600, or 0640 for a daemon in the same group', parseMode, 0o600)
    .option('--encrypt', 'prompt for a passphrase and encrypt the private key')
    .option('--passphrase-file <file>', "encrypt the private key; the passphrase is this file's first line")
    .option('--force', 'replace an existing key and keep a backup')
    .option('--check-dns', 'refuse a selector that already exists in DNS (implied by the DNS options)')
    .addOption(
      new Option('--format <format>', 'output format').choices(['text', 'json'] as const).default('text' as const),
    )
    .option('-q, --quiet', 'print only the record')

/** As the command line and the settings give them. */
export type KeygenOptions = OptionsOf<ReturnType<typeof keygenCommand>>

export const defineKeygen: DefineCommand = (context, done) =>
  keygenCommand().action(async options => done(await (await import('./run.js')).runKeygen(context, options)))

/** A mode for a secret: the group may read it, others nothing. */
function parseMode(value: string): number {
  const mode = /^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) : Number.NaN
  if ((mode & 0o600) === 0o600 && (mode & ~0o640) === 0) return mode
  if ((mode & 0o400) === 0o400 && (mode & ~0o640) === 0) return mode
  throw new InvalidArgumentError('expected 0600, 0640, 0400 or 0440: a private key must not be readable by others')
}
