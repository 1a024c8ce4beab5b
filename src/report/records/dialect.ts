// What a dialect is: one place that takes DNS records, with its own splitting and escaping.

import type { DnsRecord } from './dns-record.js'

export interface Dialect {
  /** The place, as the list of dialects names it. */
  readonly summary: string
  /** What to do with the output. */
  readonly use: string
  /** The same where the record takes the place of one that is there; absent where the text itself replaces it. */
  readonly useToReplace?: string
  /** False where a name relative to the zone is enough. */
  readonly needsDomain: boolean
  /** True where names are relative to a zone that the text does not name. */
  readonly oneZone?: true
  /** True where the name of the record does not occur. */
  readonly nameless?: true
  /** Why it takes no CNAME; absent where it does. */
  readonly noCname?: string
  /** All records as one text, ready to paste or run, with a final line end. */
  readonly format: (records: readonly DnsRecord[]) => string
}

/** One line for each record. */
export function linesOf(line: (record: DnsRecord) => string): Dialect['format'] {
  return records => records.map(record => `${line(record)}\n`).join('')
}
