// dkim rotate-plan: plans a key rotation with dates, and says on any day where it stands and what proves it.

import { PHASE_IDS } from '../../core/rotation/phases.js'
import { CONFIRMATIONS, type Confirmation } from '../../core/rotation/progress.js'
import { SCHEMES } from '../../core/rotation/selector-name.js'
import { CADENCES, type Cadence } from '../../core/rotation/settings.js'
import { STAGES } from '../../core/rotation/stage.js'
import { DIALECT_NAMES } from '../../report/records/dialects.js'
import { SIGNER_NAMES } from '../../report/signer/signers.js'
import type { DefineCommand } from '../command.js'
import { type CommandTexts, InvalidArgumentError, newCommand, Option, type OptionsOf } from '../command.js'
import {
  addDnsOptions,
  addReportOptions,
  collect,
  parseDuration,
  parsePort,
  parseTime,
  parseWholeNumber,
} from '../options.js'
import { PLAN_FORMATS, type PlanFormat } from './formats.js'

const TEXTS: CommandTexts = {
  values: {
    '--domain': 'domain',
    '--selector': 'selector',
    '--new-selector': 'selector',
    '--key': 'key-file',
    '--old-key': 'key-file',
    '--scheme': { words: Object.keys(SCHEMES) },
    '--confirm': { words: CONFIRMATIONS },
    '--assert': { words: PHASE_IDS },
  },
  examples: [
    { run: 'dkim rotate-plan --domain example.com --selector s2025 --scheme date --state plan.json', text: null },
    { run: 'dkim rotate-plan --state plan.json --check --sample received.eml', text: null },
    { run: 'dkim rotate-plan --state plan.json --check --confirm switch', text: null },
    {
      run: 'dkim rotate-plan --domain example.com --selector s2025 --scheme date --format ics > rotation.ics',
      text: null,
    },
  ],
  notes: [
    'Exit codes of --check: 0 on track or waiting, 1 action due or alarm, 75 DNS unavailable. Run it from cron as a monitor.',
    `Stages: ${Object.keys(STAGES).join(', ')}.`,
  ],
}

const rotatePlanCommand = () =>
  addReportOptions(addDnsOptions(newCommand('rotate-plan', TEXTS)), Object.keys(PLAN_FORMATS) as PlanFormat[])
    .description(
      'Plan a DKIM key rotation: each step with its earliest date and the reason for it, the commands and records, ' +
        'the check that proves it, and how to undo it. With --check, read live DNS and other evidence and report what is due.',
    )
    .option('--domain <domain>', 'the signing domain (repeatable)', collect)
    .option('--selector <selector>', 'current selector (repeatable)', collect)
    .option('--domains <file>', 'file with one rotation per line: DOMAIN SELECTOR [NEW-SELECTOR]')
    .option('--new-selector <selector>', 'the selector of the new key')
    .option(
      '--scheme <scheme>',
      'name the new selector: date, day, quarter, random, or a template such as mail-{yyyy}{mm}',
    )
    .option('--key <file>', 'new key (private or public) or its record; only its fingerprint and record are used')
    .option('--key-dir <dir>', 'find new keys as SELECTOR._domainkey.DOMAIN.private.pem in this directory')
    .option('--old-key <file>', 'path of the old private key, for the printed commands')
    .addOption(new Option('--type <type>', 'type of the new key').choices(['rsa', 'ed25519'] as const))
    .option('--bits <bits>', 'size of a new RSA key', parseWholeNumber)
    .option('--emergency', 'the old key has leaked: skip the safety waits')
    .option('--beside', 'add the new key alongside the old one (Ed25519 with RSA); retire nothing')
    .option('--flip', 'both selectors are CNAMEs into your own zone: swap their roles')
    .addOption(new Option('--cadence <cadence>', 'how often to rotate').choices(Object.keys(CADENCES) as Cadence[]))
    .option('--start <date>', 'start time (not in the past)', parseTime)
    .option('--overlap <duration>', 'keep the old key this long after the switch (default: 14d)', parseDuration)
    .option('--queue-lifetime <duration>', 'how long mail servers retry delivery (default: 5d)', parseDuration)
    .option('--signature-lifetime <duration>', 'lifetime of your signatures, if they use x=', parseDuration)
    .option('--propagation <duration>', 'minimum wait after publishing (default: 24h)', parseDuration)
    .option('--fast', 'after publishing, wait only as long as DNS requires')
    .option('--provider-minimum <duration>', 'wait required by the DNS or mail provider (default: 1h)', parseDuration)
    .option('--revoked-for <duration>', 'keep the revoked record (empty p=) this long (default: 30d)', parseDuration)
    .option('--ttl <seconds>', 'TTL of the new record (default: 3600)', parseWholeNumber)
    .option('--time-zone <name>', 'time zone for dates and working hours (default: UTC)')
    .option('--business-days', 'schedule changes on working days, and never the switch before a day off')
    .option('--holidays <days>', 'days off for --business-days: 2026-12-25, or 12-25 for each year', parseDays)
    .option('--disclose', 'publish the retired private key as the last step')
    .option('--yes-publish-private-key', 'confirm --disclose: publishing the private key cannot be undone')
    .option('--state <file>', 'store the plan and observations in this file (never a private key)')
    .option('--check', 'read live DNS and other evidence, and report the current stage')
    .option('--sample <files...>', 'received messages, which show the key in use')
    .option(
      '--reports <paths...>',
      'DMARC aggregate reports: XML, .gz or .zip files, or folders of them, subfolders included',
    )
    .option('--confirm <phase>', `confirm that a step is done: ${CONFIRMATIONS.join(', ')}`, collectConfirmations)
    .option('--assert <phase>', 'exit 0 only if this step is due now, as a guard in scripts')
    .option(
      '--authoritative <address>',
      "query this authoritative server: IP[:PORT] (repeatable; default: the zone's)",
      collect,
    )
    .option('--ignore-server <name>', 'skip this authoritative server (repeatable)', collect)
    .option('--server-port <port>', 'the port of authoritative servers, for test set-ups (default: 53)', parsePort)
    .option('-o, --output <file>', 'write the plan to this file')
    .option('-v, --verbose', 'every rotation in full, where --check covers several')
    .option('--zone <name>', 'the zone that holds the records (default: the one that DNS names)')
    .addOption(new Option('--dialect <name>', 'record format (default: zone file)').choices(DIALECT_NAMES))
    .addOption(new Option('--signer <name>', 'include configuration for this mail server').choices(SIGNER_NAMES))

/** As the command line and the settings give them. Durations are milliseconds. */
export type RotatePlanOptions = OptionsOf<ReturnType<typeof rotatePlanCommand>>

export const defineRotatePlan: DefineCommand = (context, done) =>
  rotatePlanCommand().action(async options => done(await (await import('./run.js')).runRotatePlan(context, options)))

function parseDays(value: string): readonly string[] {
  const days = value.split(',').map(day => day.trim())
  if (days.every(isDay)) return days
  throw new InvalidArgumentError('expected days such as 2026-12-25,12-26')
}

/** `2026-12-25`, or `12-25` for every year; a day that no calendar has is a mistake. */
function isDay(text: string): boolean {
  if (!/^(?:\d{4}-)?\d{2}-\d{2}$/.test(text)) return false
  // A leap year, so that 02-29 is a day off where there is one.
  const day = text.length === 5 ? `2028-${text}` : text
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}

function collectConfirmations(value: string, previous: readonly Confirmation[] | undefined): readonly Confirmation[] {
  const phase = CONFIRMATIONS.find(candidate => candidate === value)
  if (phase === undefined) throw new InvalidArgumentError(`expected one of ${CONFIRMATIONS.join(', ')}`)
  return [...(previous ?? []), phase]
}
