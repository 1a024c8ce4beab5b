// The options of dkim verify as they come from the command line, and the policy they make.

import { isAbsolute, resolve } from 'node:path'
import type { Policy } from '../../core/dkim/policy.js'
import { parseFieldNames } from '../../core/dkim/signed-fields.js'
import { givenDomain } from '../../core/syntax/given-name.js'
import type { VerifyCommandOptions } from './verify.js'

export type { VerifyCommandOptions } from './verify.js'

/** What a run is about, as one word: its journal is of no use to another. */
export function runNameOf(paths: readonly string[], options: VerifyCommandOptions): string {
  const { filesFrom = [], format, shard = null, unquoteMbox = false, lenientEol = false, dnsFile = [] } = options
  const { offline = false, now = null } = options
  // The same relative path is another file elsewhere.
  const isAnywhere = filesFrom.length === 0 && paths.every(path => path === '-' || isAbsolute(path))
  const place = isAnywhere ? null : resolve()
  const facts = [paths, filesFrom, format, shard, unquoteMbox, lenientEol, dnsFile, policyOf(options)]
  return JSON.stringify([...facts, offline, now, place])
}

export function policyOf(options: VerifyCommandOptions): Partial<Policy> {
  return {
    ...(options.minKeyBits === undefined ? {} : { minKeyBits: options.minKeyBits }),
    ...(options.requireSigned === undefined ? {} : { requireSigned: parseFieldNames(options.requireSigned) }),
    ...(options.requireDomain === undefined ? {} : { requireDomains: options.requireDomain.map(givenDomain) }),
    requireAligned: options.requireAligned === true,
    allowPartialBody: options.allowPartialBody === true,
    ignoreExpiration: options.ignoreExpiration === true,
  }
}
