// --lock: holds DNS against what it was, for pipelines; --update writes down what it is.

import { existsSync } from 'node:fs'
import { DkimError } from '../../core/errors.js'
import { type KeyName, readKeyName } from '../../core/lookup/key-name.js'
import { type KeyReport, lookUpKey } from '../../core/lookup/key-report.js'
import { type Drift, driftOf, formatLock, type LockFile, lockedKey, parseLock } from '../../core/lookup/lock.js'
import { toJson, toJsonLine } from '../../report/json/json.js'
import { toDriftDocument, toDriftText } from '../../report/lookup/drift.js'
import { isLookupDocument } from '../../report/lookup/formats.js'
import type { Context } from '../context.js'
import { openSource } from '../dns.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { changedMeanwhile, replaceOwnFile } from '../io/file-lock.js'
import { readTextFile } from '../io/small-file.js'
import { say } from '../stderr.js'
import type { LookupOptions } from './options.js'

/** Room for tens of thousands of keys. */
const MAX_BYTES = 16 * 1024 * 1024

export async function runLock(context: Context, asked: readonly KeyName[], options: LookupOptions): Promise<ExitCode> {
  const file = options.lock!
  const text = readText(file, options.update === true)
  const lock: LockFile = text === undefined ? new Map() : parseLock(text, file)
  const names = asked.length > 0 ? asked : [...lock.keys()].map(name => readKeyName(name))
  if (names.length === 0)
    throw new DkimError('usage', `${file} contains no keys`, 'dkim lookup DOMAIN --selector S --lock FILE --update')
  const source = await openSource(context, options)
  const reports = await Promise.all(
    names.map(async name => (await lookUpKey(source, name, { probe: false, signal: context.signal })).report),
  )
  const drifts = reports.flatMap(report => driftOf(report.name, lock.get(report.name), report))
  if (options.update) return update(context, file, { lock, before: text }, reports, options)
  write(context, drifts, reports, options)
  if (drifts.some(({ kind }) => kind !== 'unknown')) return EXIT_CODES.problem
  return drifts.length > 0 ? EXIT_CODES.temporary : EXIT_CODES.ok
}

/** Undefined where there is no file yet, and none is needed. */
function readText(file: string, mayBeMissing: boolean): string | undefined {
  if (mayBeMissing && !existsSync(file)) return undefined
  const options = { limit: MAX_BYTES, code: 'state-invalid', hint: 'write it first, with --update' } as const
  return readTextFile(file, options)
}

/** Nothing is written where DNS failed: a lock that holds a failure would be no expectation. */
function update(
  context: Context,
  file: string,
  { lock, before }: { readonly lock: LockFile; readonly before: string | undefined },
  reports: readonly KeyReport[],
  { quiet, format }: LookupOptions,
): ExitCode {
  const failed = reports.find(({ result }) => result === 'unavailable')
  if (failed !== undefined) {
    say(context, 'warning', `${failed.name} could not be looked up: ${file} is unchanged`)
    return EXIT_CODES.temporary
  }
  const next = new Map(lock)
  for (const report of reports) next.set(report.name, lockedKey(report))
  replaceOwnFile(file, () => {
    if (readText(file, true) !== before) throw changedMeanwhile(file)
    return Buffer.from(formatLock(next))
  })
  if (!quiet && format === 'text')
    say(context, 'note', `${file} holds ${next.size} key${next.size === 1 ? '' : 's'} now`)
  return EXIT_CODES.ok
}

function write(
  context: Context,
  drifts: readonly Drift[],
  reports: readonly KeyReport[],
  { quiet, format, lock, now }: LookupOptions,
): void {
  if (quiet) return
  const count = reports.length
  const report = { schema: 'dkim.drift/1', lock, result: drifts.length === 0 ? 'same' : 'drift', keys: count, drifts }
  if (format === 'json') context.stdout.write(toJson(report))
  else if (format === 'ndjson') context.stdout.write(toJsonLine(report))
  else if (isLookupDocument(format))
    context.stdout.write(toDriftDocument(format, reports, drifts, now ?? context.now()))
  else context.stdout.write(toDriftText(drifts, count))
}
