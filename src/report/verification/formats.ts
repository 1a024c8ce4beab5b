// Every format of verification reports but text, which needs the terminal. A new one is one row here and one file.

import { toAuthenticationResults } from '../authentication-results.js'
import { toGithub } from '../ci/github.js'
import { toJunit } from '../ci/junit.js'
import { toSarif } from '../ci/sarif.js'
import type { Subject } from '../ci/subject.js'
import { toJson, toJsonLine } from '../json.js'
import { subjectOf, VERIFICATION } from './finding.js'
import { type Entry, type Format, isFailed } from './format.js'
import { SHOWN_WHOLE, toHtml } from './html/page.js'

export const FORMATS = {
  json: {
    whole: (entries, { single }) =>
      toJson(single && entries.length === 1 ? entries[0]?.report : entries.map(({ report }) => report)),
  },
  ndjson: { each: ({ report }) => toJsonLine(report) },
  'authentication-results': { each: ({ report }, { authservId }) => authenticationResults(report, authservId) },
  github: { each: ({ report }) => toGithub(subjectOf(report)) },
  junit: { whole: entries => toJunit(subjectsOf(entries), VERIFICATION) },
  html: { whole: toHtml, headers: SHOWN_WHOLE },
  sarif: { whole: entries => toSarif(subjectsOf(entries), VERIFICATION) },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof FORMATS | 'text'

export const FORMAT_NAMES: readonly FormatName[] = ['text', ...(Object.keys(FORMATS) as (keyof typeof FORMATS)[])]

function subjectsOf(entries: readonly Entry[]): Subject[] {
  return entries.map(({ report }) => subjectOf(report))
}

function authenticationResults(report: Entry['report'], authservId: string): string {
  return isFailed(report) ? '' : toAuthenticationResults(report, authservId, '\n')
}
