// Aggregate reports as people keep them: files, and folders with folders below. Whatever is not read is said: silence would pass for "no old
// key seen". A stranger can mail anything to the address for reports, so that a bad one is named and left out, and the others count.

import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DkimError } from '../../core/errors.js'
import { ARCHIVE_LIMITS, isAppleDouble, unpack } from '../../core/rotation/archive.js'
import { readAggregateReport, type SelectorUse } from '../../core/rotation/dmarc-report.js'
import { unreadable } from '../io/file-fault.js'
import { readSmallFile } from '../io/small-file.js'

export interface Reports {
  /** Of the selectors that were asked for. */
  readonly uses: readonly SelectorUse[]
  /** Domains of which a report has any result with a selector. */
  readonly domains: ReadonlySet<string>
  /** Messages whose reporter left the selector out. */
  readonly withoutSelector: number
  /** What was left out, and why. */
  readonly faults: readonly string[]
  readonly reports: number
  /** Folders that were read, those below included. */
  readonly folders: number
}

/** Selectors in lower case, by domain. */
export type WantedSelectors = ReadonlyMap<string, ReadonlySet<string>>

const FILE_LIMIT = 20_000

/** Throws DkimError where no report is found: evidence that was named and is not there. */
export function readReports(paths: readonly string[], wanted: WantedSelectors): Reports {
  const found = listFiles(paths)
  const uses: SelectorUse[] = []
  const domains = new Set<string>()
  let withoutSelector = 0
  const faults = [...found.faults]
  const names = new Set(wanted.keys())
  let reports = 0
  for (const file of found.files) {
    for (const { report, error } of reportsIn(file, names)) {
      if (error !== undefined) faults.push(`${error.message}: left out`)
      // Too large, but there: the evidence is not missing, it is not worth reading.
      if (report !== undefined || error?.code === 'limit') reports += 1
      if (report === undefined) continue
      // One by one: a report can have more selectors than a call takes arguments.
      for (const use of report.uses) {
        domains.add(use.domain)
        if (wanted.get(use.domain)?.has(use.selector)) uses.push(use)
      }
      withoutSelector += report.withoutSelector
    }
  }
  if (reports === 0) throw noReport(paths, found.foreign, faults)
  if (found.foreign.length > 0) faults.push(`not read, because they are not reports: ${listed(found.foreign)}`)
  return { uses, domains, withoutSelector, faults, reports, folders: found.folders }
}

interface Outcome {
  readonly report?: ReturnType<typeof readAggregateReport>
  readonly error?: DkimError
}

function* reportsIn({ path, given }: FoundFile, domains: ReadonlySet<string>): Generator<Outcome> {
  let bytes: Buffer
  try {
    if (statSync(path).size > ARCHIVE_LIMITS.bytes) throw tooLarge(path)
    bytes = readSmallFile(path, { limit: ARCHIVE_LIMITS.bytes, hint: HINT })
  } catch (error) {
    const fault = unreadable(path, error)
    // A name that was given and is wrong is a mistake of this call, not of a reporter.
    if (given && fault.code !== 'limit') throw fault
    return yield { error: fault }
  }
  for (const file of unpack(bytes, path)) yield 'error' in file ? { error: file.error } : read(file, domains)
}

function tooLarge(path: string): DkimError {
  const limit = `${ARCHIVE_LIMITS.bytes / 1024 / 1024} MiB`
  return new DkimError('limit', `${path} is larger than ${limit}`, 'reports are small: look at what this is')
}

function read({ bytes, name }: { bytes: Uint8Array; name: string }, domains: ReadonlySet<string>): Outcome {
  try {
    return { report: readAggregateReport(bytes, name, domains) }
  } catch (error) {
    if (!(error instanceof DkimError)) throw error
    return { error }
  }
}

function noReport(paths: readonly string[], foreign: readonly string[], faults: readonly string[]): DkimError {
  const [first] = faults
  const [only] = paths
  if (faults.length === 1 && paths.length === 1 && first!.startsWith(`${only} `))
    return new DkimError('input-unreadable', first!.replace(/: left out$/, ''), HINT)
  const details = [...faults.slice(0, SHOWN), ...(foreign.length > 0 ? [`not reports: ${listed(foreign)}`] : [])]
  const why = details.length === 0 ? '' : `: ${details.join('; ')}`
  const hint = foreign.some(isMail) ? 'a report in a message: save its attachment, and name that' : HINT
  return new DkimError('input-unreadable', `no report was found in ${paths.join(', ')}${why}`, hint)
}

const HINT = 'name DMARC aggregate reports: XML, .gz or .zip files, or folders of them'

const SHOWN = 5

/** `3 files: a, b, c`; the first ones where there are many. */
function listed(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return `${names.slice(0, SHOWN).join(', ')}${more}`
}

// ---------------------------------------------------------------------------------------------- folders

interface FoundFile {
  readonly path: string
  /** Named on the command line itself. */
  readonly given: boolean
}

interface Found {
  readonly files: FoundFile[]
  /** Files in folders that neither begin as a report does nor are named as one. */
  readonly foreign: string[]
  readonly faults: string[]
  folders: number
  /** Where links lead to, so that a circle ends and nothing counts twice. */
  readonly seen: Set<string>
}

function listFiles(paths: readonly string[]): Found {
  const found: Found = { files: [], foreign: [], faults: [], folders: 0, seen: new Set() }
  for (const path of paths) {
    try {
      if (statSync(path).isDirectory()) listFolder(path, found)
      else if (isFirst(path, found)) found.files.push({ path, given: true })
    } catch (error) {
      throw unreadable(path, error)
    }
  }
  return found
}

function isFirst(path: string, { seen }: Found): boolean {
  const real = realpathSync(path)
  if (seen.has(real)) return false
  seen.add(real)
  return true
}

function listFolder(folder: string, found: Found): void {
  if (!isFirst(folder, found)) return
  found.folders += 1
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name)
    if (isAppleDouble(name)) continue
    try {
      const stats = statSync(path)
      if (stats.isDirectory()) listFolder(path, found)
      else if (stats.isFile() && isFirst(path, found)) sortIn(path, stats.size, found)
    } catch (error) {
      const fault = unreadable(path, error)
      if (fault.code === 'limit') throw fault
      found.faults.push(`${fault.message}: left out`)
    }
  }
}

function sortIn(path: string, size: number, found: Found): void {
  const { files, foreign } = found
  if (/\.(?:xml|gz|zip)$/i.test(path) || looksLikeReport(headOf(path, size))) files.push({ path, given: false })
  else foreign.push(path)
  if (files.length + foreign.length <= FILE_LIMIT) return
  throw new DkimError('limit', `there are more than ${FILE_LIMIT} files to read`, 'give it those of the last weeks')
}

const HEAD_BYTES = 4096

function headOf(path: string, size: number): Buffer {
  const fd = openSync(path, 'r')
  try {
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES))
    return head.subarray(0, readSync(fd, head))
  } finally {
    closeSync(fd)
  }
}

/** gzip, ZIP, or XML with its root near the start; UTF-16 has a NUL after or before each character. */
function looksLikeReport(head: Buffer): boolean {
  const text = head.toString('latin1').replaceAll('\0', '')
  return (
    /^(?:\x1f\x8b|PK\x03\x04)/.test(text) || (/^[^<A-Za-z]*</.test(text) && /<(?:[\w.-]+:)?feedback[\s>]/i.test(text))
  )
}

function isMail(path: string): boolean {
  return /\.(?:eml|mbox|msg|mail)$|(?:^|[/\\])(?:cur|new)[/\\][^/\\]+$/i.test(path)
}
