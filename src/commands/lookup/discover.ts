// --discover: is this domain DKIM-proof? One screen.

import { type Discovery, discover } from '../../core/lookup/discover.js'
import { givenDomain } from '../../core/syntax/given-name.js'
import { toJson, toJsonLine } from '../../report/json/json.js'
import { toDiscoveryText } from '../../report/lookup/discovery.js'
import { isLookupDocument, LOOKUP_DOCUMENTS, type LookupDocument } from '../../report/lookup/formats.js'
import type { LookupReport } from '../../report/lookup/verdict.js'
import { hasTrouble } from '../../report/lookup/verdict.js'
import type { Context } from '../context.js'
import { openSource } from '../dns.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { openSpinner } from '../io/spinner.js'
import { stdoutStyle } from '../io/stdout-style.js'
import type { LookupOptions } from './options.js'

export async function runDiscover(context: Context, text: string, options: LookupOptions): Promise<ExitCode> {
  const domain = givenDomain(text)
  const source = await openSource(context, options)
  const spinner = openSpinner(context, options.format === 'text' && !options.quiet)
  try {
    const discovery = await discover(source, domain, {
      signal: context.signal,
      onProgress: (done, total, found) => spinner.say(`${domain}: ${done} of ${total} selectors asked, ${found} found`),
    })
    spinner.stop()
    if (!options.quiet) {
      const style = await stdoutStyle(context, options.color)
      if (options.format === 'json') context.stdout.write(toJson(discovery))
      else if (options.format === 'ndjson') context.stdout.write(toJsonLine(discovery))
      else if (isLookupDocument(options.format))
        context.stdout.write(discoveryDocument(options.format, discovery, options.now ?? context.now()))
      else context.stdout.write(toDiscoveryText(discovery, style))
    }
    return exitCodeOf(discovery)
  } finally {
    spinner.stop()
  }
}

/** Every key as lookup reports it; where there is none, that is what was found. */
function discoveryDocument(format: LookupDocument, { keys }: Discovery, now: Date): string {
  const judged = keys.map(key => {
    const report: LookupReport = { ...key, match: null, servers: [], agreement: null }
    return { report, failed: key.result === 'invalid' || hasTrouble(key) }
  })
  return LOOKUP_DOCUMENTS[format](judged, now)
}

function exitCodeOf({ keys, asked, failed, domainkey }: Awaited<ReturnType<typeof discover>>): ExitCode {
  const trouble = keys.some(
    ({ result, findings }) =>
      result === 'invalid' || findings.some(({ severity }) => severity === 'critical' || severity === 'error'),
  )
  if (trouble) return EXIT_CODES.problem
  if (keys.some(({ result }) => result === 'found')) return EXIT_CODES.ok
  return domainkey === 'unknown' || failed === asked ? EXIT_CODES.temporary : EXIT_CODES.nothing
}
