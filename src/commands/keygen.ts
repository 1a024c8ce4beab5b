// dkim keygen: makes keys, proves that they work, writes their files all or none, and prints their records (§3.6.1, RFC 8301, RFC 8463).

import {
  DkimError,
  exportPrivateKey,
  formatKeyRecord,
  generatePrivateKey,
  TEMPORARY_STATUSES,
  testKey,
} from '../core/index.js'
import { toJson } from '../report/json.js'
import { describeKey, keygenJson, type NewKey, nextSteps } from '../report/keygen.js'
import { formatRecords } from '../report/record/dialects.js'
import { doubledDomain, fullName } from '../report/record/dns-record.js'
import { type Command, InvalidArgumentError, Option } from './command.js'
import type { Context } from './context.js'
import { openResolver } from './dns.js'
import { EXIT_CODES, type ExitCode } from './exit-code.js'
import { createFiles, type NewFile, prepareDirectory, refuseExisting } from './key-files.js'
import { DEFAULT_BITS, type KeygenOptions, type KeyPlan, planKeys } from './keygen-plan.js'
import { type DefineCommand, say } from './main.js'
import { addDnsOptions, collect, newCommand, parseWholeNumber } from './options.js'
import { askNewPassphrase, passphraseFromFile } from './passphrase.js'
import { addRecordOptions, tagsOf } from './record-options.js'
import { withSpinner } from './spinner.js'

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
    .action(async (options: KeygenOptions) => done(await runKeygen(context, options)))

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

export async function runKeygen(context: Context, options: KeygenOptions): Promise<ExitCode> {
  const now = options.now ?? context.now()
  const plans = planKeys(options, now)
  const paths = plans.map(({ path }) => path)
  refuseExisting(paths, options.force)
  if (!(await dnsIsFree(context, options, plans))) return EXIT_CODES.temporary
  const passphrase = await passphraseOf(context, options)
  const made = await makeKeys(context, options, { plans, now, passphrase })
  const keys = made.map(({ key }) => key)
  const product = productOf(keys, options)
  if (context.signal.aborted) throw new DkimError('output-failed', 'interrupted: nothing was written', 'run it again')
  prepareDirectory(options.outDir)
  const backups = createFiles(
    made.map(({ file }) => file),
    { force: options.force ?? false, now },
  )
  context.stdout.write(product)
  if (!options.quiet) tell(context, keys, backups)
  return EXIT_CODES.ok
}

/** Throws where a name is taken; false where that cannot be told now. */
async function dnsIsFree(context: Context, options: KeygenOptions, plans: readonly KeyPlan[]): Promise<boolean> {
  const { checkDns, dnsFile, nameserver, offline } = options
  if (!(checkDns || dnsFile || nameserver) || (offline === true && !dnsFile)) return true
  const resolver = await openResolver(context, options)
  for (const { empty, domain, selector } of plans) {
    if (domain === null)
      throw new DkimError('usage', 'without a domain there is nothing to look up in DNS', 'give --domain')
    const { status, detail } = await resolver.txt(fullName(empty).toLowerCase(), context.signal)
    if (status === 'found' || status === 'cname-loop') {
      throw new DkimError(
        'usage',
        `${fullName(empty)} is in DNS already`,
        `a selector is never used again: choose another than ${selector}`,
      )
    }
    if (!TEMPORARY_STATUSES.has(status)) continue
    say(context, 'error', `cannot tell whether ${fullName(empty)} is free: ${detail ?? status}`)
    say(context, 'hint', 'try again, or leave the check out')
    return false
  }
  return true
}

async function passphraseOf(context: Context, options: KeygenOptions): Promise<string | undefined> {
  if (options.passphraseFile !== undefined) return passphraseFromFile(options.passphraseFile)
  return options.encrypt ? await askNewPassphrase(context) : undefined
}

// ---------------------------------------------------------------------------------------------- the keys

interface MadeKey {
  readonly key: NewKey
  readonly file: NewFile
}

interface Making {
  readonly plans: readonly KeyPlan[]
  readonly now: Date
  readonly passphrase: string | undefined
}

async function makeKeys(
  context: Context,
  options: KeygenOptions,
  { plans, now, passphrase }: Making,
): Promise<MadeKey[]> {
  const made: MadeKey[] = []
  for (const [index, plan] of plans.entries()) {
    const count = plans.length === 1 ? '' : ` (${index + 1} of ${plans.length})`
    const text = `making ${plan.type === 'rsa' ? `an RSA key of ${plan.bits} bits` : 'an Ed25519 key'}${count}`
    const work = makeKey(plan, options, { now, passphrase })
    made.push(await withSpinner(context, text, !options.quiet && options.format === 'text', work))
  }
  return made
}

async function makeKey(
  plan: KeyPlan,
  options: KeygenOptions,
  { now, passphrase }: Omit<Making, 'plans'>,
): Promise<MadeKey> {
  const { selector, domain, type, path, empty } = plan
  const privateKey = await generatePrivateKey(type, plan.bits)
  const { publicKey, bits } = privateKey
  const secret = passphrase === undefined ? {} : { passphrase }
  const bytes = exportPrivateKey(privateKey, { format: options.outFormat, ...secret })
  const value = formatKeyRecord({ keyType: type, publicKey: publicKey.p, ...tagsOf(options) })
  await testKey({ file: bytes, ...secret, record: value, selector, domain: domain ?? 'example.com', now })
  const key: NewKey = {
    file: path,
    type,
    bits,
    fingerprint: publicKey.fingerprint,
    mode: options.mode.toString(8).padStart(4, '0'),
    encrypted: passphrase !== undefined,
    record: { ...empty, value },
  }
  return { key, file: { path, bytes, mode: options.mode } }
}

// ---------------------------------------------------------------------------------------------- the result

function productOf(keys: readonly NewKey[], options: KeygenOptions): string {
  if (options.format === 'json') return toJson(keygenJson(keys))
  return formatRecords(
    options.dialect ?? 'bind',
    keys.map(({ record }) => record),
  )
}

function tell(context: Context, keys: readonly NewKey[], backups: readonly string[]): void {
  for (const backup of backups) say(context, 'note', `kept the old key as ${backup}`)
  for (const key of keys) say(context, 'note', describeKey(key))
  for (const warning of warningsOf(keys)) say(context, 'warning', warning)
  for (const [index, step] of nextSteps(keys).entries()) say(context, 'hint', `${index + 1}. ${step}`)
}

function warningsOf(keys: readonly NewKey[]): string[] {
  const warnings = keys.map(({ record }) => doubledDomain(record)).filter(text => text !== null)
  const sizes = new Set(keys.filter(({ type }) => type === 'rsa').map(({ bits }) => bits))
  for (const bits of sizes) {
    if (bits < DEFAULT_BITS) warnings.push(`${bits} bits are few: use ${DEFAULT_BITS} (RFC 8301 §3.2)`)
    if (bits > 4096)
      warnings.push(`verifiers need not take keys of more than 4096 bits (RFC 8301 §3.2): ${DEFAULT_BITS} are enough`)
    else if (bits > DEFAULT_BITS) warnings.push(`a key of ${bits} bits makes a long record: some DNS hosts refuse it`)
  }
  if (keys.every(({ type }) => type === 'ed25519')) {
    warnings.push('not every verifier knows Ed25519: sign with an RSA key as well (RFC 8463 §5), see --type both')
  }
  return warnings
}
