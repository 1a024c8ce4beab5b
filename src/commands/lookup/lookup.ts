// dkim lookup: what DNS says of a key, what is wrong with it, and whether it is the one expected.

import { type KeyName, readKeyName } from '../../core/lookup/key-name.js'
import { LOOKUP_DOCUMENTS, type LookupDocument } from '../../report/lookup/formats.js'
import { type CommandTexts, type DefineCommand, newCommand, type OptionsOf } from '../command.js'
import type { Context } from '../context.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { addDnsOptions, addReportOptions, collect, parsePort, parsePositiveDuration } from '../options.js'
import { say } from '../stderr.js'
import { checkCombination } from './combinations.js'
import { messageKeyNames } from './from-message.js'
import { LookupRun } from './run.js'

const TEXTS: CommandTexts = {
  values: {
    domain: 'key-name',
    '--selector': 'selector',
    '--key': 'key-file',
    '--expect': 'file',
    '--resolver-set': { words: ['public'] },
  },
  examples: [
    { run: 'dkim lookup example.com --selector mail', text: null },
    { run: 'dkim lookup mail._domainkey.example.com --key mail.private.pem', text: null },
    { run: 'dkim lookup example.com --discover', text: null },
    { run: 'dkim lookup example.com -s mail --wait --expect mail.private.pem --all-servers', text: null },
    { run: 'dkim lookup --serve 127.0.0.1:5300 --dns-file example.zone', text: null },
  ],
}

const FORMATS = ['text', 'json', 'ndjson', ...(Object.keys(LOOKUP_DOCUMENTS) as LookupDocument[])] as const

const lookupCommand = () =>
  addReportOptions(addDnsOptions(newCommand('lookup', TEXTS)), FORMATS)
    .description('Look up a key in DNS, explain it and find problems.')
    .argument('[domain]', 'domain, or the full name SELECTOR._domainkey.DOMAIN')
    .option('-s, --selector <name>', 'the selector of the key (repeatable)', collect)
    .option('--from-message <file>', 'look up every key used by this message (- is standard input)')
    .option('--key <file>', 'check that this private or public key is the published one')
    .option('--passphrase-file <file>', 'with --key: file whose first line is the passphrase')
    .option('--all-servers', 'query every authoritative server of the zone, over IPv4 and IPv6')
    .option('--resolver-set <set>', 'compare answers of several resolvers: public, or IP,IP…')
    .option('--wait', 'poll until all servers agree; --timeout limits the total wait (default: 1h)')
    .option('--expect <record>', 'with --wait: expected record, file with it, key file, or none')
    .option(
      '--interval <duration>',
      'with --wait: initial polling interval, then increasing (default: 2s)',
      parsePositiveDuration,
    )
    .option('--discover', "find a domain's keys by trying common selectors")
    .option('--save <file>', 'append the answers to a zone file, to verify old mail later')
    .option('--lock <file>', 'compare with this lock file, for CI (without DOMAIN: all its entries)')
    .option('--update', 'with --lock: update it from DNS')
    .option('--no-probe', 'skip the checks for misplaced records and wildcards')
    .option(
      '--serve <address:port>',
      'serve the --dns-file records on this address until interrupted; port 0 picks a free port',
    )
    .option('--server-port <port>', 'port of authoritative servers, for test setups (default: 53)', parsePort)

/** As the command line and the settings give them. */
export type LookupOptions = OptionsOf<ReturnType<typeof lookupCommand>>

export const defineLookup: DefineCommand = (context, done) =>
  lookupCommand().action(async (domain, options) => done(await runLookup(context, domain, options)))

async function runLookup(context: Context, domain: string | undefined, options: LookupOptions): Promise<ExitCode> {
  checkCombination(domain, options)
  if (options.serve !== undefined) return (await import('./serve.js')).runServe(context, options)
  if (options.discover) return (await import('./discover.js')).runDiscover(context, domain!, options)
  const { names, skipped } = await namesFor(context, domain, options)
  if (options.lock !== undefined) return (await import('./lock.js')).runLock(context, names, options)
  if (options.wait) return (await import('./wait.js')).runWait(context, names[0]!, options)
  const run = await LookupRun.open(context, options)
  for (const name of names) await run.take(name)
  const code = run.finish()
  if (options.fromMessage !== undefined && names.length === 0 && skipped === 0) {
    if (!options.quiet) say(context, 'note', `${options.fromMessage} is not signed: nothing to look up`)
    return EXIT_CODES.nothing
  }
  return skipped > 0 && code === EXIT_CODES.ok ? EXIT_CODES.problem : code
}

async function namesFor(
  context: Context,
  domain: string | undefined,
  options: LookupOptions,
): Promise<{ names: readonly KeyName[]; skipped: number }> {
  if (options.fromMessage !== undefined) return messageKeyNames(context, options.fromMessage)
  if (domain === undefined) return { names: [], skipped: 0 }
  const { selector: selectors = [] } = options
  if (selectors.length === 0) return { names: [readKeyName(domain)], skipped: 0 }
  const names = new Map(selectors.map(selector => readKeyName(domain, selector)).map(name => [name.name, name]))
  return { names: [...names.values()], skipped: 0 }
}
