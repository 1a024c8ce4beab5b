// The options of dkim sign as they come from the command line, and the signature that they ask for.

import type { CanonicalizationName } from '../../core/dkim/result.js'
import { isCanonicalization } from '../../core/dkim/signature.js'
import type { SignatureRequest } from '../../core/dkim/signature-request.js'
import { parseFieldChoices } from '../../core/dkim/signed-fields.js'
import { DkimError } from '../../core/errors.js'
import type { SignCommandOptions } from './sign.js'

export type { SignCommandOptions } from './sign.js'

/** Many messages, each to a file of its own. */
export function isBatch({ inPlace, outDir }: SignCommandOptions): boolean {
  return inPlace === true || outDir !== undefined
}

/** What cannot go together is refused before anything is read. */
export function checkOptions(files: readonly string[], options: SignCommandOptions): void {
  const { inPlace, outDir, output, headerOnly, filesFrom, null: nul } = options
  if (nul && filesFrom === undefined) throw usage('-0 requires --files-from', 'add --files-from FILE')
  if (!isBatch(options)) {
    checkSingle(files, options)
    return
  }
  const option = inPlace ? '--in-place' : '--out-dir'
  if (inPlace && outDir !== undefined) throw usage('--in-place and --out-dir are mutually exclusive', 'use one of them')
  if (output !== undefined || headerOnly) {
    const hint = 'use one of --in-place, --out-dir, --output and --header-only'
    throw usage(`${option} cannot be combined with another output option`, hint)
  }
  if ((files.length === 0 && filesFrom === undefined) || files.includes('-')) {
    throw usage(`${option} needs a file`, 'pass a file: standard input has no name')
  }
}

function checkSingle(files: readonly string[], { filesFrom, format, jobs, unquoteMbox }: SignCommandOptions): void {
  if (files.length > 1 || filesFrom !== undefined) {
    const hint = 'use --out-dir or --in-place, or sign them one by one'
    throw usage('several messages would be concatenated in one output', hint)
  }
  if (format !== 'text' || jobs !== undefined || unquoteMbox) {
    const option = format !== 'text' ? '--format' : unquoteMbox ? '--unquote-mbox' : '--jobs'
    throw usage(`${option} applies only to batches`, 'add --out-dir DIRECTORY or --in-place')
  }
}

export type RequestTemplate = Omit<SignatureRequest, 'key' | 'selector' | 'domain'>

export function requestTemplate(options: SignCommandOptions, canonicalization: string): RequestTemplate {
  const { identity, headers, time, expires, copiedHeaders } = options
  return {
    canonicalization: parseCanonicalization(canonicalization),
    ...(identity === undefined ? {} : { identity }),
    ...(headers === undefined ? {} : { fields: parseFieldChoices(headers) }),
    ...(time === undefined ? {} : { timestamp: time === 'none' ? null : Math.floor(time.getTime() / 1000) }),
    ...(expires === undefined ? {} : { expiresIn: wholeSeconds(expires) }),
    ...(copiedHeaders === undefined ? {} : { copyFields: copiedHeaders }),
  }
}

/** As c= has it: one name alone is that of the header, and the body is simple. */
function parseCanonicalization(text: string): { header: CanonicalizationName; body: CanonicalizationName } {
  const [header = '', body = 'simple', ...rest] = text.split('/')
  if (rest.length === 0 && isCanonicalization(header) && isCanonicalization(body)) return { header, body }
  const hint = 'use relaxed/relaxed, relaxed/simple, simple/relaxed or simple/simple'
  throw usage(`"${text}" is not a canonicalization`, hint)
}

function wholeSeconds(milliseconds: number): number {
  if (milliseconds >= 1000) return Math.floor(milliseconds / 1000)
  throw usage('the signature would expire immediately', 'set --expires to at least one second, for example 14d')
}

function usage(message: string, hint: string): DkimError {
  return new DkimError('usage', message, hint)
}
