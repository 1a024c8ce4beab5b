// dkim rotate-plan: plans a key rotation with dates, and says on any day where it stands and what proves it.

import { PHASE_IDS } from '../../core/rotation/phases.js'
import { CONFIRMATIONS, type Confirmation } from '../../core/rotation/progress.js'
import { SCHEMES } from '../../core/rotation/selector-name.js'
import { CADENCES, type Cadence } from '../../core/rotation/settings.js'
import { STAGES } from '../../core/rotation/stage.js'
import { DIALECT_NAMES } from '../../report/records/dialects.js'
import { SIGNER_NAMES } from '../../report/signer/signers.js'
import { type CommandTexts, InvalidArgumentError, newCommand, Option, type OptionsOf } from '../command.js'
import type { DefineCommand } from '../main.js'
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
    'Exit codes of --check: 0 on track or waiting, 1 something is due or an alarm, 75 DNS cannot be read now: a cron job is a monitor.',
    `Stages: ${Object.keys(STAGES).join(', ')}.`,
  ],
}

const rotatePlanCommand = () =>
  addReportOptions(addDnsOptions(newCommand('rotate-plan', TEXTS)), Object.keys(PLAN_FORMATS) as PlanFormat[])
    .description(
      'Plans the rotation of a DKIM key: every step with its earliest date, the formula behind it, the commands, the records, ' +
        'the check that proves it and the way back. With --check it reads live DNS and other evidence and says what is due.',
    )
    .option('--domain <domain>', 'the signing domain (repeatable)', collect)
    .option('--selector <selector>', 'the selector in use now (repeatable)', collect)
    .option('--domains <file>', 'several rotations: one a line, DOMAIN SELECTOR [NEW-SELECTOR]')
    .option('--new-selector <selector>', 'the selector of the new key')
    .option(
      '--scheme <scheme>',
      'name the new selector: date, day, quarter, random, or a template such as mail-{yyyy}{mm}',
    )
    .option('--key <file>', 'the new key, private or public, or its record: only fingerprint and record are used')
    .option('--key-dir <dir>', 'find new keys as SELECTOR._domainkey.DOMAIN.private.pem in this directory')
    .option('--old-key <file>', 'the path of the old private key, for the commands that are printed')
    .addOption(new Option('--type <type>', 'type of the new key').choices(['rsa', 'ed25519'] as const))
    .option('--bits <bits>', 'size of a new RSA key', parseWholeNumber)
    .option('--emergency', 'the old key has leaked: no waits but those that mail needs')
    .option('--beside', 'add the new key beside the old one (Ed25519 beside RSA): nothing is retired')
    .option('--flip', 'both selectors are aliases into a zone of yours: let them change roles')
    .addOption(new Option('--cadence <cadence>', 'how often to rotate').choices(Object.keys(CADENCES) as Cadence[]))
    .option('--start <date>', 'begin at this time, not in the past', parseTime)
    .option('--overlap <duration>', 'keep the old key this long after the switch (default: 14d)', parseDuration)
    .option('--queue-lifetime <duration>', 'how long mail queues keep trying (default: 5d)', parseDuration)
    .option('--signature-lifetime <duration>', 'how long signatures are valid, where they carry x=', parseDuration)
    .option('--propagation <duration>', 'the shortest wait after publishing (default: 24h)', parseDuration)
    .option('--fast', 'wait no longer after publishing than DNS itself asks for')
    .option('--provider-minimum <duration>', 'what the DNS or mail provider asks to wait (default: 1h)', parseDuration)
    .option('--revoked-for <duration>', 'keep the empty p= this long (default: 30d)', parseDuration)
    .option('--ttl <seconds>', 'TTL of the new record (default: 3600)', parseWholeNumber)
    .option('--time-zone <name>', 'zone of local dates and working hours (default: UTC)')
    .option('--business-days', 'put changes on working days, the switch never before a day off')
    .option('--holidays <days>', 'days off for --business-days: 2026-12-25, or 12-25 for every year', parseDays)
    .option('--disclose', 'end with the publication of the retired private key')
    .option('--yes-publish-private-key', 'yes, the retired private key shall be published: nothing undoes it')
    .option('--state <file>', 'remember the plan and what was seen in this file (no private key is in it)')
    .option('--check', 'read live DNS and the other evidence: where does the rotation stand?')
    .option('--sample <files...>', 'received messages: they show which key signs')
    .option(
      '--reports <paths...>',
      'DMARC aggregate reports: XML, .gz or .zip files, or folders of them, subfolders included',
    )
    .option('--confirm <phase>', `say that a step was done: ${CONFIRMATIONS.join(', ')}`, collectConfirmations)
    .option('--assert <phase>', 'exit 0 only if this step is due now: a guard for scripts')
    .option(
      '--authoritative <address>',
      'ask this authoritative server: IP[:PORT] (repeatable; default: those of the zone)',
      collect,
    )
    .option('--ignore-server <name>', 'leave this authoritative server out (repeatable)', collect)
    .option('--server-port <port>', 'the port of authoritative servers, for test set-ups (default: 53)', parsePort)
    .option('-o, --output <file>', 'write the plan to this file')
    .option('-v, --verbose', 'every rotation in full, where --check covers several')
    .option('--zone <name>', 'the zone that holds the records (default: the one that DNS names)')
    .addOption(
      new Option('--dialect <name>', 'write records for this DNS host, else as a zone file').choices(DIALECT_NAMES),
    )
    .addOption(new Option('--signer <name>', 'write the configuration of this mail server').choices(SIGNER_NAMES))

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
