// The options of dkim lookup.

import type { LookupDocument } from '../../report/lookup-formats.js'
import type { DnsOptions, ReportFormat } from '../options.js'

export interface LookupOptions extends DnsOptions {
  readonly selector?: readonly string[]
  readonly fromMessage?: string
  readonly key?: string
  readonly passphraseFile?: string
  readonly allServers?: boolean
  readonly resolverSet?: string
  readonly wait?: boolean
  readonly expect?: string
  /** Milliseconds. */
  readonly interval?: number
  readonly discover?: boolean
  readonly save?: string
  readonly lock?: string
  readonly update?: boolean
  readonly probe?: boolean
  readonly serve?: string
  readonly serverPort?: number
  readonly format: ReportFormat | LookupDocument
  readonly quiet?: boolean
  readonly color?: boolean
}
