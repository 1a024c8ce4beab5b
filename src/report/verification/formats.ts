// Every format of verification reports but text, which needs the terminal. A new one is one row here and one file.

import { toAuthenticationResults } from '../authentication-results.js'
import { toJson, toJsonLine } from '../json.js'
import { type Entry, type Format, isFailed } from './format.js'
import { toGithub } from './github.js'
import { toHtml } from './html/page.js'
import { toJunit } from './junit.js'
import { toSarif } from './sarif.js'

export const FORMATS = {
  json: {
    whole: (entries, { single }) =>
      toJson(single && entries.length === 1 ? entries[0]?.report : entries.map(({ report }) => report)),
  },
  ndjson: { each: ({ report }) => toJsonLine(report) },
  'authentication-results': { each: ({ report }, { authservId }) => authenticationResults(report, authservId) },
  github: { each: ({ report }) => toGithub(report) },
  junit: { whole: entries => toJunit(entries.map(({ report }) => report)) },
  html: { whole: toHtml, wantsHeader: true },
  sarif: { whole: entries => toSarif(entries.map(({ report }) => report)) },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof FORMATS | 'text'

export const FORMAT_NAMES: readonly FormatName[] = ['text', ...(Object.keys(FORMATS) as (keyof typeof FORMATS)[])]

function authenticationResults(report: Entry['report'], authservId: string): string {
  return isFailed(report) ? '' : toAuthenticationResults(report, authservId, '\n')
}
