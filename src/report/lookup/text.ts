// Lookup reports for people: what stands at the name, what is wrong with it, and how it should read.

import { isNameserver, isTrustedPath } from '../../core/dns/nameserver.js'
import type { Finding, Severity } from '../../core/lookup/findings.js'
import type { KeyReport } from '../../core/lookup/key-report.js'
import { marked, row, wrapped } from '../text/rows.js'
import { PLAIN, type Style, shorten, visible } from '../text/style.js'
import { wrapWords } from '../text/wrap.js'
import { keyTagMeaning } from '../verification/tag-meanings.js'
import { STATUS_TEXT, serverLines } from './servers.js'
import { hasTrouble, type LookupReport, lookupVerdict } from './verdict.js'

export function toLookupText(report: LookupReport, style: Style = PLAIN): string {
  const lines = [headline(report, style), ...whyLines(report, style), '']
  if (report.match !== null) lines.push(...matchLines(report, report.match, style), '')
  for (const finding of report.findings) lines.push(...findingLines(finding, style))
  if (report.findings.length > 0) lines.push('')
  lines.push(...correctedLines(report, style))
  lines.push(...chainLines(report, style), ...recordLines(report, style))
  lines.push(...tagLines(report, style), ...factLines(report, style))
  lines.push(...serverLines(report, style))
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`
}

function headline(report: LookupReport, style: Style): string {
  const { tone, mark, text } = lookupVerdict(report)
  const paint = { good: style.good, bad: style.bad, open: style.warn }[tone]
  return `${paint(`${mark} ${report.result}`)}  ${style.strong(visible(report.name))}: ${visible(text)}`
}

function whyLines({ result, detail, status }: LookupReport, style: Style): string[] {
  const why = detail ?? STATUS_TEXT[status]
  return result === 'found' || result === 'revoked' || why === '' ? [] : wrapped('why', visible(why), style)
}

type Match = NonNullable<LookupReport['match']>

function matchLines(report: KeyReport, match: Match, style: Style): string[] {
  const text = match.matches ? style.good(matchText(report, match)) : style.bad(matchText(report, match))
  return [row('your key', `${text}: ${visible(match.file)}`)]
}

/** Where several key records stand at the name, there is no such thing as the published one. */
export function matchText({ findings }: KeyReport, { matches }: Match): string {
  const several = findings.some(({ code }) => code === 'several-records')
  if (matches) return several ? '✓ is one of the published keys' : '✓ matches the published key'
  return several ? '✗ matches none of the published keys' : '✗ does not match the published key'
}

const SEVERITY_MARKS = {
  critical: style => style.bad('✗ critical'),
  error: style => style.bad('✗ error'),
  warning: style => style.warn('! warning'),
  info: style => style.dim('– info'),
} as const satisfies Record<Severity, (style: Style) => string>

export function findingLines(finding: Finding, style: Style, indent = ''): string[] {
  const mark = SEVERITY_MARKS[finding.severity](style)
  const width = indent.length + finding.severity.length + 6
  const [first = '', ...rest] = wrapWords(`${visible(finding.text)} (${finding.code})`, style.columns - width)
  const under = `${indent}      `
  return [
    `${indent}  ${mark}  ${first}`,
    ...wrapWords(rest.join(' '), style.columns - under.length).flatMap(line => (line === '' ? [] : `${under}${line}`)),
    ...marked(`${under}fix: `, under.length + 5, visible(finding.fix), style),
  ]
}

/** Whole and on a line of its own, to be copied. */
function correctedLines(report: LookupReport, style: Style): string[] {
  const texts = correctedTexts(report)
  if (texts.length === 0) return []
  return ['  the record as it should read:', ...texts.map(text => `    ${style.strong(visible(text))}`), '']
}

/** Each once: several findings may be mended by one and the same record. */
export function correctedTexts({ records, findings }: LookupReport): string[] {
  const texts = [...records.map(({ corrected }) => corrected), ...findings.map(({ record }) => record)]
  return [...new Set(texts.filter(text => text !== null))]
}

function chainLines({ chain }: LookupReport, style: Style): string[] {
  return chain.flatMap(({ name, type, target, ttl }) =>
    wrapped(type, `${visible(name)} → ${visible(target)} (TTL ${ttl})`, style),
  )
}

const SHOWN_TEXT = 120
const LEAST_TEXT = 12

function recordLines({ records, key }: LookupReport, style: Style): string[] {
  return records.flatMap(({ text, ttl, strings }) => {
    const facts = [
      `${text.length} characters`,
      ...(strings > 1 ? [`${strings} strings`] : []),
      ...(ttl === null ? [] : [`TTL ${ttl}`]),
    ]
    const broken = key === null && records.length > 1
    const room = broken ? SHOWN_TEXT : Math.max(style.columns - facts.join(', ').length - 27, LEAST_TEXT)
    return wrapped('TXT', `"${shorten(visible(text), room)}" (${facts.join(', ')})`, style)
  })
}

function tagLines({ tags }: LookupReport, style: Style): string[] {
  if (tags.length === 0) return []
  const rows = tags.flatMap(({ name, value }) =>
    wrapped(`${name}=${shorten(visible(value), 15)}`, visible(keyTagMeaning(name, value, tags)), style),
  )
  return ['', ...rows]
}

function factLines(report: LookupReport, style: Style): string[] {
  const lines: string[] = ['']
  if (report.key !== null) {
    const { type, bits, fingerprint } = report.key
    lines.push(...wrapped('key', `${type}, ${bits} bits, ${fingerprint}`, style))
  }
  const provider = providerText(report)
  if (provider !== null) lines.push(...wrapped('provider', provider, style))
  const dnssec = dnssecText(report)
  if (dnssec !== null) lines.push(...wrapped('DNSSEC', dnssec, style))
  if (report.records.length === 0 && report.negativeTtl !== null) {
    const text = `${report.negativeTtl} seconds in resolvers that saw no record`
    lines.push(...wrapped('cached for', text, style))
  }
  if (report.server !== null)
    lines.push(row(report.result === 'unavailable' ? 'asked' : 'answered by', visible(report.server)))
  lines.push(...nextLines(report, style))
  return lines
}

/** Without an alias only the selector points at a provider, and anybody may use it. */
export function providerText({ provider, chain }: Pick<KeyReport, 'provider' | 'chain'>): string | null {
  if (provider === null) return null
  return chain.length > 0
    ? `${provider.name} (${provider.confidence} confidence)`
    : `perhaps ${provider.name} (a guess by the selector alone)`
}

function nextLines(report: LookupReport, style: Style): string[] {
  const next = nextStep(report)
  return next === null ? [] : wrapped('next', visible(next), style)
}

/** What to do, where no finding says it. */
export function nextStep({ result, findings, domain, status, chain, match, name }: LookupReport): string | null {
  if (findings.some(({ code }) => code === 'dnssec-bogus')) return null
  if (status === 'servfail') {
    const causes = "the zone's name servers may be down, or its DNSSEC broken"
    return `try again later, or ask another server with --nameserver: ${causes}`
  }
  if (result === 'unavailable') return 'try again later, or ask another server with --nameserver'
  if (match?.matches === false) {
    const publish = 'publish the record of your key under a selector of its own (dkim format-record)'
    // A key that is revoked, or that verifiers refuse, is none to sign with.
    return result === 'found' && !hasTrouble({ findings })
      ? `${publish}, or sign with the key that ${name} has`
      : publish
  }
  if (result !== 'not-found' || findings.length > 0) return null
  const target = chain.at(-1)?.target
  if (target !== undefined)
    return `the CNAME exists but its target does not: ask the owner of ${target}, or correct the CNAME`
  return `wrong selector? dkim lookup ${domain} --discover tries common ones`
}

function dnssecText({ dnssec, server, status, findings }: LookupReport): string | null {
  if (status === 'servfail' && server !== null && isNameserver(server)) {
    return findings.some(({ code }) => code === 'dnssec-bogus')
      ? 'broken: the signatures do not validate'
      : 'unknown: the server failed'
  }
  if (dnssec === null || server === null) return null
  if (!dnssec) return 'not DNSSEC-validated (common)'
  if (isTrustedPath(server)) return 'signed and validated by the resolver'
  return 'validated according to the resolver, over an untrusted path'
}
