// dkim keygen: makes keys, proves that they work, writes their files all or none, and prints their records (§3.6.1, RFC 8301, RFC 8463).
// What a run needs is loaded later.

import { type Command, InvalidArgumentError, Option } from './command.js'
import type { KeygenOptions } from './keygen-plan.js'
import type { DefineCommand } from './main.js'
import { addDnsOptions, collect, newCommand, parseWholeNumber } from './options.js'
import { addRecordOptions } from './record-options.js'

export const defineKeygen: DefineCommand = (context, done) =>
  addOptions(
    newCommand('keygen')
      .suggest({ '--mode': { words: ['0600', '0640'] }, '--bits': { words: ['2048', '3072', '4096'] } })
      .example('dkim keygen --selector mail --domain example.com')
      .example("dkim keygen --selector-template 's{date:%Y%m}' --type both --domain example.com --domain example.net")
      .example('dkim keygen --selector mail --domain example.com --mode 0640 --out-dir /etc/dkim --dialect route53')
      .note('The private key goes to SELECTOR._domainkey.DOMAIN.private.pem, the record to stdout.'),
  )
    .description('Make a key: the private half in a file that only you can read, the record for DNS on stdout.')
    .action(async (options: KeygenOptions) => done(await (await import('./keygen/run.js')).runKeygen(context, options)))

function addOptions(command: Command): Command {
  command
    .option('--selector <name>', 'the name of the key (with --type both twice, or NAME and NAME-ed25519)', collect)
    .option('--selector-template <template>', 'make the name, as in s{date:%Y%m}; {type} and {bits} are known too')
    .option('--domain <domain>', 'the domain that signs (repeatable: each gets a key of its own)', collect)
    .addOption(new Option('--type <type>', 'the kind of key').choices(['rsa', 'ed25519', 'both']).default('rsa'))
    .option('--bits <number>', 'the size of an RSA key (default: 2048)', parseWholeNumber)
    .option('--out-dir <directory>', 'where the files go', '.')
    .addOption(
      new Option('--out-format <format>', 'the form of the private key')
        .choices(['pkcs8', 'pkcs1', 'der', 'seed'])
        .default('pkcs8'),
    )
    .option('--mode <mode>', 'the mode of the file, 0600 or 0640 for a daemon in the same group', parseMode, 0o600)
    .option('--encrypt', 'encrypt the private key with a passphrase that is asked for')
    .option('--passphrase-file <file>', 'encrypt the private key with the first line of this file')
    .option('--force', 'replace a key that is there, and keep it as a backup')
    .option('--check-dns', 'refuse a selector that DNS has already (implied by the DNS options)')
    .addOption(new Option('--format <format>', 'how to write the result').choices(['text', 'json']).default('text'))
    .option('-q, --quiet', 'the record only: no notes, no next steps')
  return addDnsOptions(addRecordOptions(command))
}

/** A mode for a secret: the group may read it, others nothing. */
function parseMode(value: string): number {
  const mode = /^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) : Number.NaN
  if ((mode & 0o600) === 0o600 && (mode & ~0o640) === 0) return mode
  if ((mode & 0o400) === 0o400 && (mode & ~0o640) === 0) return mode
  throw new InvalidArgumentError('expected 0600, 0640, 0400 or 0440: a private key is not for everybody')
}
