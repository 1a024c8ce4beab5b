// Lookup reports for people: what stands at the name, what is wrong with it, and how it should read.

import { type Finding, isTrustedPath, type KeyReport, type Severity } from '../core/index.js'
import { type ServersSeen, STATUS_TEXT, serverLines } from './lookup-servers.js'
import { row, wrapped } from './rows.js'
import { PLAIN, type Style, shorten, visible } from './style.js'
import { wrapWords } from './wrap.js'

/** A key report with what was asked for beside it. */
export interface LookupReport extends KeyReport, ServersSeen {
  /** --key: whether the key of a file is the one that is published. */
  readonly match: { readonly file: string; readonly fingerprint: string; readonly matches: boolean } | null
}

export function toLookupText(report: LookupReport, style: Style = PLAIN): string {
  const lines = [headline(report, style), ...whyLines(report), '']
  if (report.match !== null) lines.push(...matchLines(report.match, style), '')
  for (const finding of report.findings) lines.push(...findingLines(finding, style))
  if (report.findings.length > 0) lines.push('')
  lines.push(...correctedLines(report, style))
  lines.push(...chainLines(report), ...recordLines(report), ...tagLines(report), ...factLines(report))
  lines.push(...serverLines(report, style))
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`
}

const RESULT_TEXT = {
  found: 'a key that verifiers accept',
  'not-found': 'no key record',
  revoked: 'the key was revoked',
  invalid: 'a key record that verifiers do not accept',
  unavailable: 'could not be looked up for now',
} as const satisfies Record<KeyReport['result'], string>

function headline(report: LookupReport, style: Style): string {
  const trouble = report.findings.some(({ severity }) => severity === 'critical' || severity === 'error')
  const mark = markOf(report.result, trouble, style)
  const text = report.result === 'found' && trouble ? 'a key record with faults that count' : RESULT_TEXT[report.result]
  return `${mark}  ${style.strong(visible(report.name))}: ${text}`
}

function markOf(result: KeyReport['result'], trouble: boolean, style: Style): string {
  if (result === 'unavailable' || result === 'not-found') return style.warn(`– ${result}`)
  return result === 'found' && !trouble ? style.good('✓ found') : style.bad(`✗ ${result}`)
}

function whyLines({ result, detail, status }: LookupReport): string[] {
  const why = detail ?? STATUS_TEXT[status]
  return result === 'found' || result === 'revoked' || why === '' ? [] : wrapped('why', visible(why))
}

function matchLines({ file, matches }: NonNullable<LookupReport['match']>, style: Style): string[] {
  const text = matches ? style.good('✓ is the published one') : style.bad('✗ is not the published one')
  return [row('key', `${visible(file)} ${text}`)]
}

const SEVERITY_MARKS = {
  critical: style => style.bad('✗ critical'),
  error: style => style.bad('✗ error'),
  warning: style => style.warn('! warning'),
  info: style => style.dim('– info'),
} as const satisfies Record<Severity, (style: Style) => string>

const TEXT_WIDTH = 94

export function findingLines(finding: Finding, style: Style): string[] {
  const [first, ...rest] = wrapWords(`${visible(finding.text)} (${finding.code})`, TEXT_WIDTH - 12)
  return [
    `  ${SEVERITY_MARKS[finding.severity](style)}  ${first}`,
    ...rest.map(line => `      ${line}`),
    ...wrapWords(`fix: ${visible(finding.fix)}`, TEXT_WIDTH).map(line => `      ${line}`),
  ]
}

/** Whole and on a line of its own, to be copied. */
function correctedLines({ records, findings }: LookupReport, style: Style): string[] {
  const texts = new Set([...records.map(({ corrected }) => corrected), ...findings.map(({ record }) => record)])
  texts.delete(null)
  if (texts.size === 0) return []
  return ['  the record as it should read:', ...[...texts].map(text => `    ${style.strong(visible(text ?? ''))}`), '']
}

function chainLines({ chain }: LookupReport): string[] {
  return chain.map(({ name, type, target, ttl }) => row(type, `${visible(name)} -> ${visible(target)} (TTL ${ttl})`))
}

const SHOWN_TEXT = 120

function recordLines({ records, key }: LookupReport): string[] {
  return records.flatMap(({ text, ttl, strings }) => {
    const facts = [
      `${text.length} characters`,
      ...(strings > 1 ? [`${strings} strings`] : []),
      ...(ttl === null ? [] : [`TTL ${ttl}`]),
    ]
    const shown = key === null && records.length > 1 ? SHOWN_TEXT : SHOWN_TEXT / 2
    return [row('TXT', `"${shorten(visible(text), shown)}" (${facts.join(', ')})`)]
  })
}

const KEY_TYPES: Readonly<Record<string, string>> = { rsa: 'an RSA key', ed25519: 'an Ed25519 key' }
const FLAGS: Readonly<Record<string, string>> = {
  y: 'the domain is testing DKIM',
  s: 'only for addresses at this very domain, no subdomains',
}

/** Each tag in plain words. */
function explain(name: string, value: string): string {
  switch (name) {
    case 'v':
      return 'a DKIM key record'
    case 'k':
      return KEY_TYPES[value] ?? 'a key of an unknown type'
    case 'h':
      return `signatures must use ${value.split(':').join(' or ')}`
    case 's':
      return value.split(':').includes('*') ? 'for every service' : `for ${value.split(':').join(' and ')} only`
    case 't':
      return value
        .split(':')
        .map(flag => FLAGS[flag.trim()] ?? `${flag.trim()}: unknown, ignored`)
        .join('; ')
    case 'n':
      return 'a note for people'
    case 'p':
      return value === '' ? 'no key: it was revoked' : `the public key, ${value.length} characters`
    case 'g':
      return 'obsolete since RFC 6376, ignored'
    default:
      return 'unknown, ignored'
  }
}

function tagLines({ tags }: LookupReport): string[] {
  if (tags.length === 0) return []
  const rows = tags.map(({ name, value }) =>
    row(`${name}=${shorten(visible(value), 15)}`, visible(explain(name, value))),
  )
  return ['', ...rows]
}

function factLines(report: LookupReport): string[] {
  const lines: string[] = ['']
  if (report.key !== null) {
    const { type, bits, fingerprint } = report.key
    lines.push(row('key', `${type}, ${bits} bits, ${fingerprint}`))
  }
  if (report.provider !== null)
    lines.push(row('provider', `${report.provider.name} (${report.provider.confidence} confidence)`))
  const dnssec = dnssecText(report)
  if (dnssec !== null) lines.push(...wrapped('DNSSEC', dnssec))
  if (report.records.length === 0 && report.negativeTtl !== null) {
    lines.push(row('remembered for', `${report.negativeTtl} seconds by resolvers that were told that there is nothing`))
  }
  if (report.server !== null)
    lines.push(row(report.result === 'unavailable' ? 'asked' : 'answered by', visible(report.server)))
  lines.push(...nextLines(report))
  return lines
}

function nextLines({ result, findings, domain, status }: LookupReport): string[] {
  if (status === 'servfail') {
    const causes = 'the name servers of the zone may be down, or its DNSSEC signatures broken'
    return wrapped('next', `try again later, or ask another server with --nameserver: ${causes}`)
  }
  if (result === 'unavailable') return wrapped('next', 'try again later, or ask another server with --nameserver')
  if (result !== 'not-found' || findings.length > 0) return []
  return wrapped('next', `is the selector right? dkim lookup ${visible(domain)} --discover asks for the usual ones`)
}

function dnssecText({ dnssec, server }: LookupReport): string | null {
  if (dnssec === null || server === null) return null
  if (!dnssec) return 'no DNSSEC, which is normal'
  if (isTrustedPath(server)) return 'signed, and validated by the resolver'
  return 'validated, says the resolver; the way to it could have been tampered with'
}
