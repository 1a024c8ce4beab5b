// Which rotations one call is about: from --domain and --selector, or from the lines of --domains.

import { DkimError } from '../../core/errors.js'
import { givenDomain, givenSelector } from '../../core/syntax/given-name.js'
import { readTextFile } from '../io/small-file.js'
import type { RotatePlanOptions } from './options.js'

export interface Target {
  readonly domain: string
  readonly old: string
  readonly new: string | null
}

export function readTargets(options: RotatePlanOptions): readonly Target[] {
  const targets = options.domains === undefined ? fromOptions(options) : fromFile(options.domains)
  const seen = new Set<string>()
  for (const { domain, old } of targets) {
    const name = `${old.toLowerCase()}._domainkey.${domain}`
    if (seen.has(name)) throw new DkimError('usage', `${name} is given twice`, 'name each selector once')
    seen.add(name)
  }
  if (targets.length > 1 && (options.newSelector ?? options.key ?? options.oldKey) !== undefined) {
    throw new DkimError(
      'usage',
      '--new-selector, --key and --old-key apply to a single rotation',
      'use --scheme and --key-dir, or the third column of --domains',
    )
  }
  return targets
}

function fromOptions({ domain: domains = [], selector: selectors = [], newSelector }: RotatePlanOptions): Target[] {
  const [domain, selector] = [domains[0], selectors[0]]
  if (domain === undefined || selector === undefined) {
    throw new DkimError(
      'usage',
      `which key? there is no ${domain !== undefined ? '--selector' : selector !== undefined ? '--domain' : '--domain and no --selector'}`,
      'dkim rotate-plan --domain example.com --selector OLD --scheme date, or --state FILE of an earlier plan',
    )
  }
  if (domains.length > 1 && selectors.length > 1 && domains.length !== selectors.length) {
    throw new DkimError(
      'usage',
      `${domains.length} domains but ${selectors.length} selectors`,
      'list the pairs in a file: --domains FILE',
    )
  }
  const count = Math.max(domains.length, selectors.length)
  return Array.from({ length: count }, (_, index) =>
    target(domains[index] ?? domain, selectors[index] ?? selector, newSelector ?? null, '--domain'),
  )
}

function target(domain: string, old: string, fresh: string | null, where: string): Target {
  try {
    return { domain: givenDomain(domain), old: givenSelector(old), new: fresh === null ? null : givenSelector(fresh) }
  } catch (error) {
    throw error instanceof DkimError ? new DkimError(error.code, `${where}: ${error.message}`, error.hint) : error
  }
}

/** Hundreds of thousands of lines; what is larger is another file. */
const MAX_BYTES = 64 * 1024 * 1024

function fromFile(file: string): Target[] {
  const hint = '--domains takes a file of lines: DOMAIN SELECTOR'
  const text = readTextFile(file, { limit: MAX_BYTES, hint })
  const targets = text.split(/\r?\n/).flatMap((line, index) => fromLine(line, `${file}:${index + 1}`))
  if (targets.length === 0) throw new DkimError('usage', `${file} lists no rotations`, 'one a line: DOMAIN SELECTOR')
  return targets
}

function fromLine(line: string, where: string): Target[] {
  const words = line
    .replace(/#.*/, '')
    .split(/[ \t,]+/)
    .filter(word => word !== '')
  const [domain, old, fresh, more] = words
  if (domain === undefined) return []
  if (old === undefined || more !== undefined) {
    throw new DkimError(
      'usage',
      `${where}: expected DOMAIN SELECTOR [NEW-SELECTOR]`,
      'one rotation per line; # starts a comment',
    )
  }
  return [target(domain, old, fresh ?? null, where)]
}
