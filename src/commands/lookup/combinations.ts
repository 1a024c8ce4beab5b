// Which options of dkim lookup go together.

import { DkimError } from '../../core/errors.js'
import { isLookupDocument } from '../../report/lookup/formats.js'
import type { LookupOptions } from './options.js'

/** The modes are mutually exclusive: each asks another question. */
const MODES = ['fromMessage', 'wait', 'discover', 'lock', 'serve'] as const

const NAMES: Readonly<Record<(typeof MODES)[number], string>> = {
  fromMessage: '--from-message',
  wait: '--wait',
  discover: '--discover',
  lock: '--lock',
  serve: '--serve',
}

const HINT = 'dkim help lookup lists the options and examples'

export function checkCombination(domain: string | undefined, options: LookupOptions): void {
  const usage = (message: string, hint = HINT): DkimError => new DkimError('usage', message, hint)
  const modes = MODES.filter(mode => options[mode] !== undefined)
  if (modes.length > 1) throw usage(`${NAMES[modes[0]!]} and ${NAMES[modes[1]!]} are mutually exclusive`)
  const [mode] = modes
  if (mode !== undefined && (mode === 'wait' || mode === 'serve') && isLookupDocument(options.format))
    throw usage(`${NAMES[mode]} does not support --format ${options.format}`, 'use text, json or ndjson')
  const needsNoDomain = mode === 'fromMessage' || mode === 'serve' || mode === 'lock'
  if (options.wait && (options.selector?.length ?? 0) > 1)
    throw usage('--wait waits for one key', 'name one --selector')
  if (domain === undefined && !needsNoDomain) throw usage('missing domain', 'dkim lookup example.com --selector mail')
  if (domain !== undefined && (mode === 'fromMessage' || mode === 'serve'))
    throw usage(`${NAMES[mode]} does not take a domain`)
  if (domain === undefined && options.selector !== undefined) throw usage('--selector needs a domain')
  if (options.expect !== undefined && !options.wait) throw usage('--expect requires --wait')
  if (options.interval !== undefined && !options.wait) throw usage('--interval belongs to --wait')
  if (options.update && options.lock === undefined) throw usage('--update requires --lock')
  if (mode === 'discover' && options.selector !== undefined)
    throw usage('--discover does not take --selector', 'leave --selector out')
}
