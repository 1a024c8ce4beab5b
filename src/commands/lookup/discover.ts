// --discover: is this domain DKIM-proof? One screen.

import { discover, givenDomain } from '../../core/index.js'
import { toDiscoveryText } from '../../report/discovery.js'
import { toJson, toJsonLine } from '../../report/json.js'
import type { Context } from '../context.js'
import { openSource } from '../dns.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { openSpinner } from '../spinner.js'
import { stdoutStyle } from '../stdout-style.js'
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
      else context.stdout.write(toDiscoveryText(discovery, style))
    }
    return exitCodeOf(discovery)
  } finally {
    spinner.stop()
  }
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
