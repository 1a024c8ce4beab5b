// What a format of verification reports is, and what it gets.

import type { HeaderSection } from '../../core/dkim/header.js'
import type { VerificationReport } from '../../core/dkim/result.js'

/** What a report says when the input could not be read at all. */
export interface FailedReport {
  readonly schema: 'dkim.verification/1'
  readonly input: string
  readonly result: null
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null }
}

export interface Entry {
  readonly report: VerificationReport | FailedReport
  /** The header section as received; only for formats that ask for it, and not without bound. */
  readonly section?: HeaderSection
}

export interface Settings {
  /** One argument that names one message: the document is about it, not a list of one. */
  readonly single: boolean
  /** The name to report under: a host name is asked for where it is written. */
  readonly authservId: () => string
  readonly now: Date
}

/** A format is written report by report, or as one document at the end. */
export type Format =
  | { readonly each: (entry: Entry, settings: Settings) => string }
  | {
      readonly whole: (entries: readonly Entry[], settings: Settings) => string
      /** So many messages that pass, and so many that do not, come with their header section: all of a mailbox would not fit. */
      readonly headers?: number
    }

export function isFailed(report: Entry['report']): report is FailedReport {
  return report.result === null
}
