// Options that several commands share, and the strict readers of their values.

import {
  type Command,
  type CommandUnknownOpts,
  InvalidArgumentError,
  Option,
  type OptionsOf,
  type OptionValues,
} from './command.js'

export type ReportFormat = 'text' | 'json' | 'ndjson'

const REPORT_FORMATS = ['text', 'json', 'ndjson'] as const

/** What every command that takes DNS understands. Times are milliseconds. */
export const addDnsOptions = <Options extends OptionValues>(command: Command<[], Options>) =>
  command
    .addOption(
      new Option('--dns-file <file>', 'read DNS records from this zone file or JSON file (repeatable)')
        .argParser(collect)
        .helpGroup('DNS'),
    )
    .addOption(new Option('--offline', 'never query DNS: names missing from --dns-file do not exist').helpGroup('DNS'))
    .addOption(
      new Option('--nameserver <address>', 'query this server: IP[:PORT] or https://… (repeatable)')
        .argParser(collect)
        .helpGroup('DNS'),
    )
    .addOption(
      new Option('--timeout <duration>', 'DNS timeout, for example 5s')
        .argParser(parsePositiveDuration)
        .helpGroup('DNS'),
    )
    .addOption(nowOption().helpGroup('DNS'))

export type DnsOptions = OptionsOf<ReturnType<typeof addDnsOptions<Record<never, never>>>>

export const addReportOptions = <Options extends OptionValues, const Format extends string = ReportFormat>(
  command: Command<[], Options>,
  formats: readonly Format[] = REPORT_FORMATS as readonly string[] as readonly Format[],
) =>
  addColourOptions(
    command
      .addOption(
        new Option('--format <format>', 'report format')
          .choices(formats)
          .default('text' as Format)
          .helpGroup('Report'),
      )
      .addOption(new Option('-q, --quiet', 'print only errors; the result is the exit code').helpGroup('Report')),
  )

/** Of everything that writes text for people. */
export const addColourOptions = <Options extends OptionValues>(command: Command<[], Options>) =>
  command
    .addOption(new Option('--color', 'always use colour').helpGroup('Report'))
    .addOption(new Option('--no-color', 'never use colour').helpGroup('Report'))

/** What every command takes besides its own options. */
export function addConfigOptions(command: CommandUnknownOpts): void {
  command
    .addOption(new Option('--config <file>', 'use this configuration file (see dkim config)').helpGroup('Settings'))
    .addOption(new Option('--no-config', 'ignore the configuration file').helpGroup('Settings'))
}

export function nowOption() {
  return new Option('--now <time>', 'use this as the current time: ISO 8601 or Unix seconds').argParser(parseTime)
}

/** For what is one thing in one command and a list in another: a second value would silently win over the first. */
export function once(value: string, previous: string | undefined): string {
  if (previous !== undefined) throw new InvalidArgumentError(`already given: "${previous}"`)
  return value
}

/** Gathers a repeatable option. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value]
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }

/** As `parseDuration`, for times after which something is given up or done again: at once and in a tight loop is never meant. */
export function parsePositiveDuration(value: string): number {
  const duration = parseDuration(value)
  if (duration > 0) return duration
  throw new InvalidArgumentError('expected a positive duration, such as 5s')
}

/** `500ms`, `5s`, `2m`, `1h`, `14d`, `2w`, or bare seconds, as milliseconds. */
export function parseDuration(value: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d|w)?$/.exec(value)
  if (match === null) throw new InvalidArgumentError('expected a duration such as 500ms, 5s, 2m, 1h or 14d')
  return Number(match[1]) * UNITS[match[2] ?? 's']!
}

/** As `parseDuration`, with a unit: a bare number is meant as days as often as seconds. */
export function parseLifetime(value: string): number {
  if (/^\d+$/.test(value))
    throw new InvalidArgumentError(`the unit is missing: ${value}d for days, ${value}h for hours`)
  return parseDuration(value)
}

/** Unix seconds, or an ISO 8601 date or date-time; without a zone it is UTC, so that the answer is the same everywhere. */
export function parseTime(value: string): Date {
  const time = /^\d{1,12}$/.test(value) ? Number(value) * 1000 : isoTime(value)
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError('expected Unix seconds or ISO 8601, for example 2026-01-31T12:00:00Z')
  }
  return date
}

function isoTime(value: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    value,
  )
  if (match === null) return Number.NaN
  const [, year, month, day, clock = '00:00', zone = 'Z'] = match
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  // 2026-02-30 is refused rather than read as 2 March.
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return Number.NaN
  return Date.parse(`${year}-${month}-${day}T${clock}${zone}`)
}

export function parseWholeNumber(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('expected a whole number')
  return Number(value)
}

/** 1 to 65535. */
export function parsePort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0
  if (port >= 1 && port <= 65_535) return port
  throw new InvalidArgumentError('expected a port from 1 to 65535')
}

/** `--jobs N` */
export function parseJobs(value: string): number {
  const jobs = /^\d{1,4}$/.test(value) ? Number(value) : 0
  if (jobs < 1 || jobs > MAX_JOBS) throw new InvalidArgumentError(`expected a number from 1 to ${MAX_JOBS}`)
  return jobs
}

const MAX_JOBS = 256

/** `--authserv-id NAME`: what one Authentication-Results field can carry (RFC 8601 §2.5). */
export function parseAuthservId(value: string): string {
  if (/^[ -~]{1,255}$/.test(value)) return value
  throw new InvalidArgumentError('expected a name in printable ASCII, for instance mx.example.com')
}
