// Formats of lookup reports that are one document over all names.

import { REASONS } from '../../core/dkim/result.js'
import { FINDINGS, type FindingCode } from '../../core/lookup/findings.js'
import { toGithub } from '../ci/github.js'
import { toJunit } from '../ci/junit.js'
import { toSarif } from '../ci/sarif.js'
import type { Check, Finding, Level, Subject } from '../ci/subject.js'
import { lookupHtml } from './html.js'
import type { LookupReport } from './verdict.js'

const LEVELS = { critical: 'error', error: 'error', warning: 'warning', info: 'note' } as const satisfies Record<
  LookupReport['findings'][number]['severity'],
  Level
>

/** What a lookup can find beside the findings of the record itself. */
const OTHER_RULES = {
  'not-found': {
    text: 'no key record was found',
    advice: 'publish it: dkim format-record writes it for your DNS host',
  },
  unavailable: { text: 'DNS is temporarily unavailable', advice: REASONS['key-unavailable'].advice },
  'other-key': {
    text: 'a different key is published',
    advice: "publish the signing key's record: dkim format-record",
  },
  'servers-disagree': { text: 'servers disagree', advice: 'wait until they do: dkim lookup --wait' },
} as const satisfies Record<string, { text: string; advice: string }>

const LOOKUP: Check = {
  command: 'lookup',
  rule: code => {
    if (Object.hasOwn(OTHER_RULES, code)) return OTHER_RULES[code as keyof typeof OTHER_RULES]
    if (!Object.hasOwn(FINDINGS, code)) return REASONS[code as keyof typeof REASONS]
    const { text, fix } = FINDINGS[code as FindingCode]
    return { text, advice: fix }
  },
}

/** `failed`: the exit code of this report says that something is wrong. */
export interface Judged {
  readonly report: LookupReport
  readonly failed: boolean
}

export const LOOKUP_DOCUMENTS = {
  github: judged => judged.map(one => toGithub(subjectOf(one))).join(''),
  junit: judged => toJunit(judged.map(subjectOf), LOOKUP),
  sarif: judged => toSarif(judged.map(subjectOf), LOOKUP),
  html: (judged, now) =>
    lookupHtml(
      judged.map(({ report }) => report),
      now,
    ),
} as const satisfies Record<string, (judged: readonly Judged[], now: Date) => string>

export type LookupDocument = keyof typeof LOOKUP_DOCUMENTS

export function isLookupDocument(format: string): format is LookupDocument {
  return Object.hasOwn(LOOKUP_DOCUMENTS, format)
}

function subjectOf({ report, failed }: Judged): Subject {
  const findings = [
    ...ownFindings(report),
    ...report.findings.map(({ code, severity, text, fix }) => ({
      code,
      level: LEVELS[severity],
      text: `${text}: ${fix}`,
    })),
  ]
  return {
    name: report.name,
    place: { dnsName: report.name },
    kind: report.result === 'unavailable' ? 'error' : failed ? 'failure' : 'pass',
    findings,
  }
}

function ownFindings({ result, reason, detail, match, agreement }: LookupReport): Finding[] {
  const found: Finding[] = []
  const add = (code: string, text: string, level: Level = 'error'): void => void found.push({ code, level, text })
  if (result === 'not-found') add('not-found', detail ?? OTHER_RULES['not-found'].text)
  else if (result === 'unavailable') add('unavailable', detail ?? OTHER_RULES.unavailable.text, 'warning')
  else if (reason !== null) add(reason, detail ?? REASONS[reason].text)
  if (match?.matches === false) add('other-key', `the published key is not the one in ${match.file}`)
  for (const kind of ['authoritative', 'recursive'] as const) {
    const state = agreement?.[kind] ?? null
    if (state !== null && state !== 'consistent') add('servers-disagree', `${kind} servers: ${state}`)
  }
  return found
}
