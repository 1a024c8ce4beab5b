// --wait: looks until every server asked says what is expected, with a countdown for people and plain lines for logs.

import { setMaxListeners } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { DkimError } from '../../core/errors.js'
import { type Expectation, expectFile, expectKey, expectRecord, meets } from '../../core/lookup/expectation.js'
import type { KeyName } from '../../core/lookup/key-name.js'
import { askAuthoritative, askResolvers, type ServerView } from '../../core/lookup/servers.js'
import { type Sight, type WaitOutcome, waitUntilAgreed } from '../../core/lookup/wait.js'
import { toJson, toJsonLine } from '../../report/json/json.js'
import { sightText, toWaitText } from '../../report/lookup/wait.js'
import { visible } from '../../report/text/style.js'
import type { Context } from '../context.js'
import { asksLiveDns, openSource } from '../dns.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { readSmallFile } from '../io/small-file.js'
import { isWatched, openSpinner, type Spinner } from '../io/spinner.js'
import { readPublicKey } from './key-file.js'
import type { LookupOptions } from './options.js'
import { authoritativeConnect, resolverConnect, resolverSet } from './server-sets.js'

/** No key and no record is longer. */
const MAX_EXPECTED = 64 * 1024
const DEFAULT_TIMEOUT = 3_600_000
const DEFAULT_INTERVAL = 2_000
/** For one authoritative server, in milliseconds: the next look asks it again. */
const AUTHORITATIVE_TIME = 3_000

export async function runWait(context: Context, name: KeyName, options: LookupOptions): Promise<ExitCode> {
  const expectation = await expectationOf(context, options)
  const { timeout = DEFAULT_TIMEOUT, ...rest } = options
  // The time is for all of the waiting: one look has the usual time.
  const dns: LookupOptions = rest
  await openSource(context, dns)
  const spinner = openSpinner(context, options.format === 'text' && !options.quiet)
  const plain = !isWatched(context) && options.format === 'text' && !options.quiet
  try {
    const outcome = await waitUntilAgreed({
      look: signal => look(context, name, dns, expectation, signal),
      timeout,
      firstPause: options.interval ?? DEFAULT_INTERVAL,
      onLook: (sights, pause) => {
        if (plain && pause > 0)
          context.stderr.write(`dkim: note: ${visible(sightText(sights))}, next attempt in ${seconds(pause)} s\n`)
      },
      now: () => performance.now(),
      sleep: (milliseconds, signal) => countDown(spinner, name, milliseconds, signal),
      signal: context.signal,
    })
    spinner.stop()
    write(context, name, outcome, options)
    return outcome.agreed ? EXIT_CODES.ok : EXIT_CODES.temporary
  } finally {
    spinner.stop()
  }
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds / 1000))
}

async function countDown(spinner: Spinner, name: KeyName, milliseconds: number, signal: AbortSignal): Promise<void> {
  for (let left = milliseconds; left > 0 && !signal.aborted; left -= 1000) {
    spinner.say(`waiting for ${name.name}, next look in ${seconds(left)} s`)
    await sleep(Math.min(left, 1000), undefined, { signal }).catch(() => undefined)
  }
  spinner.say(`asking for ${name.name}`)
}

/** --expect: the text of a record, `none`, or the name of a file; else the key of --key; else any key. */
async function expectationOf(context: Context, options: LookupOptions): Promise<Expectation> {
  const { expect } = options
  if (expect === undefined) {
    return options.key === undefined
      ? { kind: 'any' }
      : expectKey(await readPublicKey(context, options.key, options.passphraseFile))
  }
  const isText = expect.trim() === 'none' || /(?:^|;)[ \t]*p[ \t]*=/.test(expect)
  if (isText && !existsSync(expect)) return expectRecord(expect)
  const hint = '--expect takes a file, or v=DKIM1; … p=…'
  if (!existsSync(expect)) throw new DkimError('input-unreadable', `${expect} is neither a file nor a record`, hint)
  return expectFile(readSmallFile(expect, { limit: MAX_EXPECTED, hint }), expect)
}

/** Every look starts from nothing: what an earlier one remembered is what we wait to see change. */
async function look(
  context: Context,
  name: KeyName,
  options: LookupOptions,
  expectation: Expectation,
  signal: AbortSignal,
): Promise<readonly Sight[]> {
  const source = await openSource(context, options)
  // Each pending question adds a listener.
  setMaxListeners(0, signal)
  const views: ServerView[] = []
  if (options.allServers || asksLiveDns(options)) {
    // Where port 53 is blocked, no look may take long to find that out.
    const connect = authoritativeConnect({ timeout: AUTHORITATIVE_TIME, ...options })
    const report = await askAuthoritative(source, name.name, connect, signal, name.domain)
    const own = report?.servers ?? []
    // A resolver that is asked too early remembers for the negative TTL that there is nothing: the zone's servers go first.
    const early = sightsOf(
      own.filter(({ state }) => state !== 'unreachable' && state !== 'lame'),
      expectation,
    )
    if (early.some(({ agrees }) => !agrees)) return sightsOf(own, expectation)
    if (options.allServers) views.push(...own)
  }
  if (options.resolverSet !== undefined) {
    views.push(
      ...(await askResolvers(resolverSet(options.resolverSet), name.name, resolverConnect(options), signal)).servers,
    )
  }
  const seen = sightsOf(views, expectation)
  const answer = await source.txt(name.name, signal)
  const texts = answer.records.map(({ data }) => Buffer.from(data).toString('latin1'))
  const own = {
    server: answer.server ?? 'DNS',
    status: answer.status,
    agrees: meets(expectation, answer.status, texts),
  }
  return [own, ...seen]
}

function sightsOf(views: readonly ServerView[], expectation: Expectation): Sight[] {
  return views.map(view => ({
    server: view.host === null ? view.server : `${view.host} ${view.server}`,
    status: view.status,
    // An authoritative server that only holds the alias has said all it can say.
    agrees:
      meets(expectation, view.status, view.texts) ||
      (view.alias !== null && view.texts.length === 0 && view.status === 'nodata'),
  }))
}

function write(context: Context, name: KeyName, outcome: WaitOutcome, { format, quiet }: LookupOptions): void {
  if (quiet) return
  const report = {
    schema: 'dkim.wait/1',
    name: name.name,
    result: outcome.agreed ? 'agreed' : 'timed-out',
    looks: outcome.looks,
    seconds: Math.round(outcome.milliseconds / 1000),
    servers: outcome.sights,
  }
  if (format === 'json') context.stdout.write(toJson(report))
  else if (format === 'ndjson') context.stdout.write(toJsonLine(report))
  else context.stdout.write(toWaitText(name.name, outcome))
}
