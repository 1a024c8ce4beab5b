// dkim format-record: the record of a key, the way a DNS host, a hosted sender or a mail server wants it. Nothing is published or applied.

import { DkimError } from '../../core/errors.js'
import type { PrivateKeyForm } from '../../core/keys/key-text.js'
import { allProviders, delegatedRecords, type ProviderRow, providerById } from '../../core/keys/providers.js'
import type { KeyMaterial } from '../../core/lookup/key-formats.js'
import { givenDomain } from '../../core/syntax/given-name.js'
import { shellPath } from '../../core/syntax/shell-word.js'
import type { Dialect } from '../../report/records/dialect.js'
import { DIALECTS, type DialectName, formatRecords } from '../../report/records/dialects.js'
import { type DnsRecord, dnsRecord, doubledDomain } from '../../report/records/dns-record.js'
import {
  checkedPath,
  FORM_TEXTS,
  installCommand,
  PEM_KEYS,
  type Signer,
  type SignerKey,
} from '../../report/signer/signer.js'
import { formatSigner, SIGNER_NAMES, SIGNERS, type SignerName, usableKeys } from '../../report/signer/signers.js'
import { type CommandTexts, type DefineCommand, InvalidArgumentError, Option, type OptionsOf } from '../command.js'
import type { Context } from '../context.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { collect, once } from '../options.js'
import { say } from '../stderr.js'
import { describe, loadKeys, type NamedKey, type Note, namesOf, recordOf } from './named-keys.js'
import { recordCommand, zoneHints } from './record-options.js'

const texts = (): CommandTexts => ({
  values: {
    '--selector': 'selector',
    '--domain': 'domain',
    '--key': 'key-file',
    '--provider': { words: allProviders().map(({ id }) => id) },
  },
  examples: [
    {
      run: 'dkim format-record --selector mail --domain example.com --key mail._domainkey.example.com.private.pem',
      text: null,
    },
    { run: 'dkim format-record --selector mail --domain example.com --key record.txt --dialect route53', text: null },
    { run: 'dkim format-record --selector mail --domain example.com --revoke --dialect nsupdate', text: null },
    { run: 'dkim format-record --domain example.com --provider fastmail', text: null },
    { run: 'dkim format-record --selector mail --domain example.com --key mail.pem --signer opendkim', text: null },
  ],
  tables: [
    { title: 'Dialects', rows: Object.entries(DIALECTS).map(([name, { summary }]) => [name, summary]) },
    { title: 'Signers', rows: Object.entries(SIGNERS).map(([name, signer]) => [name, signer.name]) },
    { title: 'Providers', rows: allProviders().map(({ id, name }) => [id, name]) },
  ],
})

const formatRecordCommand = () =>
  recordCommand('format-record', texts())
    .description("Print a key's record in the format of your DNS host, hosted sender or mail server.")
    .option('--selector <name>', 'the selector of the key (repeatable, one for each --key)', collect)
    .option('--domain <domain>', 'signing domain', once)
    .option(
      '--key <file>',
      'private or public key (PEM, DER, JWK, OpenSSH, certificate) or a record; - is stdin',
      collect,
    )
    .option('--revoke', 'print a revoked record: an empty p=')
    .option('--provider <id>', 'records for a hosted sender: microsoft365, google, ses, sendgrid, fastmail …')
    .option('--value <name=value>', 'a value assigned by the provider (repeatable)', collectValue)
    .addOption(
      new Option('--signer <name>', 'print mail server configuration instead of the record').choices(SIGNER_NAMES),
    )
    .option('--key-path <path>', 'path of the private key on that mail server')
    .option('--passphrase-file <file>', "file with the key's passphrase (default: prompt)")
    .option('-q, --quiet', 'print only the record')

type FormatRecordOptions = OptionsOf<ReturnType<typeof formatRecordCommand>>

export const defineFormatRecord: DefineCommand = (context, done) =>
  formatRecordCommand().action(async options => done(await runFormatRecord(context, options)))

function collectValue(value: string, previous: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const equals = value.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('expected NAME=VALUE')
  return new Map([...previous, [value.slice(0, equals), value.slice(equals + 1)]])
}

export async function runFormatRecord(context: Context, options: FormatRecordOptions): Promise<ExitCode> {
  checkCombination(options)
  const notes: Parameters<Note>[] = []
  const text = await productOf(context, options, (kind, line) => notes.push([kind, line]))
  context.stdout.write(text)
  // Nothing is said of a record that was not written.
  if (!options.quiet) for (const [kind, line] of notes) say(context, kind, line)
  return EXIT_CODES.ok
}

async function productOf(context: Context, options: FormatRecordOptions, note: Note): Promise<string> {
  const provider = options.provider === undefined ? undefined : providerById(options.provider)
  if (provider !== undefined && provider.setup.needs !== 'record') {
    return recordText(options, delegated(provider, options, note), note)
  }
  const keys = await loadKeys(context, options, note, provider)
  for (const key of keys) describe(key, note)
  if (provider !== undefined) describeProvider(provider, 'the record was pasted', note)
  if (options.signer !== undefined) return signerText(options, options.signer, keys, note)
  const records = keys.map(key => recordOf(key, options))
  const text = recordText(options, records, note)
  for (const hint of await zoneHints(records, options)) note('hint', hint)
  return text
}

function checkCombination({ signer, dialect, revoke, provider, value, keyPath, key = [] }: FormatRecordOptions): void {
  const usage = (message: string, hint: string) => new DkimError('usage', message, hint)
  if (signer !== undefined && (dialect !== undefined || revoke || provider !== undefined)) {
    throw usage('--signer cannot be combined with --dialect, --revoke or --provider', 'ask for one thing at a time')
  }
  if (provider !== undefined && revoke)
    throw usage('--provider and --revoke are mutually exclusive', 'leave one of them out')
  if (value !== undefined && provider === undefined) throw usage('--value requires --provider', 'name the provider')
  if (keyPath !== undefined && signer === undefined) throw usage('--key-path requires --signer', 'name the mail server')
  if (keyPath !== undefined && key.length > 1) throw usage('--key-path accepts a single key', 'print one key at a time')
  if (key.filter(path => path === '-').length > 1)
    throw usage('only one key can come from standard input', 'name files for the others')
}

// ---------------------------------------------------------------------------------------------- hosted senders

function delegated(provider: ProviderRow, options: FormatRecordOptions, note: Note): DnsRecord[] {
  const { domain, selector, value, key } = options
  if (key !== undefined) {
    throw new DkimError('usage', `${provider.name} hosts the key: you publish a CNAME`, 'omit --key')
  }
  if (domain === undefined) throw new DkimError('usage', 'the records of a provider need a domain', 'give --domain')
  const records = delegatedRecords(provider, givenDomain(domain), value)
  const wanted = records.filter(record => selector === undefined || selector.includes(record.selector))
  if (wanted.length === 0) {
    const known = records.map(record => record.selector).join(', ')
    throw new DkimError('usage', `${provider.name} has no such selector`, `it uses ${known}: leave --selector out`)
  }
  const { needs } = provider.setup
  const origin = { nothing: 'computed from the domain', values: 'computed from the given values', targets: 'pasted' }
  describeProvider(provider, needs === 'record' ? '' : origin[needs], note)
  return wanted.map(record => {
    return dnsRecord({ ...namesOf(options), type: 'CNAME', selector: record.selector, value: record.target })
  })
}

function describeProvider(provider: ProviderRow, origin: string, note: Note): void {
  const { name, confidence, source, checked } = provider
  note('note', `${name}: ${origin}; pattern from ${source} (checked ${checked}, confidence ${confidence})`)
  if (provider.note !== undefined) note('note', provider.note)
  if (confidence !== 'high') note('warning', `compare it with what ${name} shows before publishing`)
}

// ---------------------------------------------------------------------------------------------- output

function recordText({ dialect = 'bind' }: FormatRecordOptions, records: readonly DnsRecord[], note: Note): string {
  const text = formatRecords(dialect, records)
  for (const warning of warningsOf(dialect, records)) note('warning', warning)
  if (dialect !== 'panel' && dialect !== 'json') note('hint', useOf(DIALECTS[dialect], records))
  return text
}

/** Added to the old record instead of taking its place, an empty p= would revoke nothing and break both. */
function useOf({ use, useToReplace = use }: Dialect, records: readonly DnsRecord[]): string {
  return records.some(({ replaces }) => replaces) ? useToReplace : use
}

/** Beyond this much the answer does not fit a UDP datagram without EDNS (RFC 1035 §4.2.1), and some forms refuse the text. */
const LONG_RECORD = 512

function warningsOf(dialect: DialectName, records: readonly DnsRecord[]): string[] {
  const long = records.some(({ value }) => value.length > LONG_RECORD)
  const slow = records.some(({ ttl }) => ttl > 86_400)
  return [
    ...records.map(doubledDomain).filter(text => text !== null),
    ...(long && dialect !== 'p' ? ['long record: some DNS hosts reject it; 2048 bits are enough for RSA'] : []),
    ...(slow ? ['with a TTL above one day, a mistake stays cached just as long'] : []),
  ]
}

function ed25519Warnings(name: SignerName, keys: readonly SignerKey[]): string[] {
  const { name: program, ed25519 } = SIGNERS[name]
  if (keys.every(({ type }) => type === 'rsa')) return []
  if (usableKeys(name, keys).length < keys.length) {
    return [`${program} supports one algorithm: Ed25519 keys are omitted`]
  }
  return ed25519 === 'doubtful' ? [`not every version of ${program} signs with Ed25519: keep an RSA key`] : []
}

function signerText(options: FormatRecordOptions, name: SignerName, keys: readonly NamedKey[], note: Note): string {
  const { domain, keyPath } = options
  const signer: Signer = SIGNERS[name]
  if (domain === undefined) throw new DkimError('usage', 'mail server configuration needs a domain', 'give --domain')
  const checked = givenDomain(domain)
  const signerKeys = keys.map(({ selector, material }): SignerKey => {
    const type = material?.publicKey?.type
    if (type === undefined) throw new DkimError('usage', 'a revoked key cannot sign', 'give the key with --key FILE')
    const path = checkedPath(keyPath ?? signer.keyPath(selector, checked))
    return { selector, domain: checked, type, path }
  })
  const text = formatSigner(name, signerKeys)
  for (const warning of ed25519Warnings(name, signerKeys)) note('warning', warning)
  const used = usableKeys(name, signerKeys)
  for (const [index, key] of signerKeys.entries()) {
    if (used.includes(key)) noteKeyFile(signer, key, fileOf(options.key?.[index]), keys[index]?.material ?? null, note)
  }
  note('hint', `publish the record and wait until DNS has it; then: ${signer.reload}`)
  return text
}

function fileOf(path: string | undefined): string {
  return path === undefined || path === '-' ? 'KEYFILE' : path
}

/** How the private key gets to its place, in a form that the mail server reads. */
function noteKeyFile(signer: Signer, key: SignerKey, file: string, material: KeyMaterial | null, note: Note): void {
  const { type, path } = key
  const [form = 'pkcs8', ...others] = (signer.keyForms ?? PEM_KEYS)[type]
  const given = material?.form ?? null
  const kind = type === 'rsa' ? 'rsa' : 'ed25519'
  if (material?.source !== 'private-key') {
    note('hint', `${file} is not the private key: install that one as ${path}, readable only by the mail server`)
    if (form === 'seed')
      note('hint', `${signer.name} reads an Ed25519 key as its seed: dkim keygen --type ed25519 --out-format seed`)
  } else if (given === null || given === form || others.includes(given)) {
    note('hint', `put the private key in place: ${installCommand(signer, file, path)}`)
  } else {
    const wanted = form === 'seed' ? 'the bare seed of an Ed25519 key' : 'PEM without a passphrase'
    note(
      'warning',
      `${file} is ${FORM_TEXTS[given]}: ${signer.name} reads ${wanted} (dkim keygen --type ${kind} --out-format ${form})`,
    )
    const convert = conversion(given, form, file)
    if (convert !== null) note('hint', `or write this key in that form, then put it in place as ${path}: ${convert}`)
  }
}

/** The command that writes the same key in the other form; null where no short one does. */
function conversion(given: PrivateKeyForm, wanted: PrivateKeyForm, file: string): string | null {
  const from = `-in ${shellPath(file)}${given === 'der' ? ' -inform DER' : ''}`
  if (given === 'seed' || given === 'other') return null
  // The seed is the end of PKCS#8 (RFC 8410 §7).
  if (wanted === 'seed') return `(umask 077; openssl pkey ${from} -outform DER | tail -c 32 | base64 > NEW-FILE)`
  return `openssl pkey ${from} -out NEW-FILE`
}
