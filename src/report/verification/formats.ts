// Every format of verification reports but text, which needs the terminal. A new one is one row here and one file.

import { toJson, toJsonLine } from '../json/json.js'
import { type Format, isFailed } from './format.js'

/** What a format needs is loaded where it is asked for. */
export const FORMATS = {
  json: async () => ({
    whole: (entries, { single }) =>
      toJson(single && entries.length === 1 ? entries[0]?.report : entries.map(({ report }) => report)),
  }),
  ndjson: async () => ({ each: ({ report }) => toJsonLine(report) }),
  'authentication-results': async () => {
    const { toAuthenticationResults } = await import('./authentication-results.js')
    return {
      each: ({ report }, { authservId }) =>
        isFailed(report) ? '' : toAuthenticationResults(report, authservId(), '\n'),
    }
  },
  github: async () => (await import('./finding.js')).GITHUB,
  junit: async () => (await import('./finding.js')).JUNIT,
  html: async () => (await import('./html/page.js')).HTML,
  sarif: async () => (await import('./finding.js')).SARIF,
} as const satisfies Record<string, () => Promise<Format>>

export type FormatName = keyof typeof FORMATS | 'text'

export const FORMAT_NAMES: readonly FormatName[] = ['text', ...(Object.keys(FORMATS) as (keyof typeof FORMATS)[])]
