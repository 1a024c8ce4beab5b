// Verification reports for people: the verdict first, what each signature says, why it failed and what to do next.

import { REASONS, type SignatureReport, type VerificationReport, type Warning } from '../../core/dkim/result.js'
import { toUnicodeName } from '../../core/syntax/names.js'
import { marked, row, wrapped } from '../text/rows.js'
import { PLAIN, type Style, shorten, visible } from '../text/style.js'
import { explanationLines, isExplained } from './explain-text.js'
import type { ReadableFields } from './readable-fields.js'

export interface TextOptions {
  readonly style?: Style
  readonly fields?: ReadableFields | null
  /** Names of all header fields of the message, in lower case, to tell what is not signed. */
  readonly fieldNames?: readonly string[]
}

/** The full report of one message. Everything untrusted is escaped, labelled and indented. */
export function toText(report: VerificationReport, options: TextOptions = {}): string {
  const style = options.style ?? PLAIN
  const lines = [headline(report, style), ...describe(options, style)]
  for (const signature of report.signatures) lines.push('', ...describeSignature(signature, options, style))
  if (report.warnings.length > 0) lines.push('')
  for (const warning of report.warnings) lines.push(...warningLines('  ', warning, style))
  if (report.result === 'none') lines.push('', ...wrapped('next', nextOf(report, options), style))
  return `${lines.join('\n')}\n`
}

/** What to do where no signature was found. Received mail is not for its reader to sign. */
function nextOf({ warnings }: VerificationReport, { fieldNames = [] }: TextOptions): string {
  const copy = warnings.find(({ code }) => code === 'attached-message' || code === 'damaged-copy')
  if (copy?.code === 'attached-message') return 'save the attached message as a file of its own, and verify that file'
  if (copy !== undefined) return 'correct this copy, or take the original from the mail server, and verify that'
  if (fieldNames.includes('received')) return 'the sender has to sign: ask them, or take the original if this is a copy'
  return 'if this is your own outgoing message: dkim sign --key KEY --selector NAME FILE'
}

/** One line for a message in a batch, and one for each signature that did not pass. */
export function toBriefText(report: VerificationReport, style: Style = PLAIN): string {
  const failed = report.result === 'pass' ? [] : report.signatures.filter(({ result }) => result !== 'pass')
  const lines = failed.map(signature => {
    const why = signature.reason === null ? '' : `: ${REASONS[signature.reason].text} (${signature.reason})`
    return `    ${mark(signature.result, style)} ${briefName(signature, failed)}${why}`
  })
  return `${[headline(report, style), ...lines].join('\n')}\n`
}

/** The domain; where others failed under it too, also the selector, and where that is shared, the first characters of b= (RFC 6008). */
function briefName({ domain, selector, signatureStart }: SignatureReport, all: readonly SignatureReport[]): string {
  const name = visible(domain ?? 'unknown domain')
  const namesakes = all.filter(other => other.domain === domain)
  if (namesakes.length === 1) return name
  const shared = namesakes.filter(other => other.selector === selector).length > 1
  const parts = [
    ...(selector === null ? [] : [`selector ${visible(selector)}`]),
    ...(shared && signatureStart !== null ? [`b=${signatureStart}`] : []),
  ]
  return parts.length === 0 ? name : `${name} (${parts.join(', ')})`
}

export function mark(result: string, style: Style): string {
  if (result === 'pass') return style.good(`✓ ${result}`)
  if (result === 'none' || result === 'temperror') return style.warn(`– ${result}`)
  return style.bad(`✗ ${result}`)
}

function headline(report: VerificationReport, style: Style): string {
  const name = report.input === '-' ? 'standard input' : report.input
  return `${mark(report.result, style)}  ${style.strong(visible(name))}${summaryOf(report)}`
}

function summaryOf(report: VerificationReport): string {
  if (report.signatures.length === 0) return ': not signed'
  const good = report.signatures.filter(({ result }) => result === 'pass')
  if (good.length === 0) return ''
  const domains = [...new Set(good.map(({ domain }) => domain))].join(', ')
  const aligned = good.some(signature => signature.aligned === 'strict' || signature.aligned === 'relaxed')
  return `: signed by ${visible(domains)}${aligned ? '' : ', which is not the From domain'}`
}

function describe({ fields }: TextOptions, style: Style): string[] {
  const lines: string[] = []
  if (fields?.from != null) lines.push(...wrapped('From', oneLine(fields.from), style))
  if (fields?.subject != null) lines.push(...wrapped('Subject', oneLine(fields.subject), style))
  if (fields?.date != null) lines.push(...wrapped('Date', oneLine(fields.date), style))
  return lines.map(line => style.dim(line))
}

function oneLine(text: string): string {
  return shorten(visible(text), 200)
}

function describeSignature(signature: SignatureReport, options: TextOptions, style: Style): string[] {
  const lines = [`  ${mark(signature.result, style)}  ${style.strong(domainOf(signature))}${selectorOf(signature)}`]
  const explained = isExplained(signature) ? signature : null
  if (signature.reason !== null) {
    const { text, section, advice } = REASONS[signature.reason]
    lines.push(...wrapped('  why', `${text} (${signature.reason}, ${section})`, style))
    if (signature.detail !== null) lines.push(...wrapped('  in detail', visible(signature.detail), style))
    // What was found out about this message goes before what is usual.
    if (explained !== null) lines.push(...explanationLines(explained, style))
    if ((explained?.diagnosis ?? 'intact') === 'intact') lines.push(...wrapped('  next', advice, style))
    lines.push(...wrapped('  more', `dkim help ${signature.reason}`, style))
  }
  lines.push(row('  body hash', outcome(signature.bodyHash, 'matches', 'does not match', style)))
  lines.push(row('  header signature', outcome(signature.headerSignature, 'verifies', 'does not verify', style)))
  lines.push(...wrapped('  algorithm', algorithmOf(signature), style))
  if (signature.key !== null) lines.push(...wrapped('  key', keyOf(signature), style))
  lines.push(...wrapped('  From alignment', ALIGNMENT_TEXT[signature.aligned], style))
  lines.push(...timesOf(signature, style))
  lines.push(...coverage(signature, options, style))
  for (const warning of signature.warnings) lines.push(...warningLines('    ', warning, style))
  if (signature.reason === null && explained !== null) lines.push(...explanationLines(explained, style))
  return lines
}

/** With the code: dkim help CODE says more. */
function warningLines(indent: string, { code, text }: Warning, style: Style): string[] {
  return marked(`${indent}${style.warn('!')} `, indent.length + 2, `${visible(text)} (${code})`, style)
}

const ALIGNMENT_TEXT = {
  strict: 'strict: the signing domain is the From domain',
  relaxed: 'relaxed: the same organization as the From domain',
  none: 'none: the signing domain does not match the From domain',
  indeterminate: 'cannot be determined from this From field',
} as const satisfies Record<SignatureReport['aligned'], string>

function domainOf({ domain }: SignatureReport): string {
  if (domain === null) return 'unknown domain'
  const unicode = toUnicodeName(domain)
  return unicode === null ? visible(domain) : `${visible(domain)} (${visible(unicode)})`
}

function selectorOf({ selector, identity, domain }: SignatureReport): string {
  const parts = [
    ...(selector === null ? [] : [`selector ${visible(selector)}`]),
    ...(identity === null || identity === `@${domain}` ? [] : [`identity ${visible(identity)}`]),
  ]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

function outcome(match: SignatureReport['bodyHash'], good: string, bad: string, style: Style): string {
  if (match === 'match') return style.good(good)
  return match === 'mismatch' ? style.bad(bad) : style.dim('not checked')
}

function algorithmOf({ algorithm, canonicalization }: SignatureReport): string {
  const canonical = canonicalization === null ? '' : `, ${canonicalization.header}/${canonicalization.body}`
  return `${visible(algorithm ?? 'unknown')}${canonical}`
}

function keyOf({ key }: SignatureReport): string {
  return key === null ? '' : `${key.type}, ${key.bits} bits, ${key.fingerprint}`
}

function timesOf({ signedAt, expiresAt, bodyLength, bodyTotal }: SignatureReport, style: Style): string[] {
  const lines: string[] = []
  if (signedAt !== null) lines.push(...wrapped('  signed at', signedAt, style))
  if (expiresAt !== null) lines.push(...wrapped('  expires at', expiresAt, style))
  const covered = `${bodyLength} of ${bodyTotal ?? 'unknown'} octets (l=)`
  if (bodyLength !== null) lines.push(...wrapped('  body signed', covered, style))
  return lines
}

/** Trace fields, which are never signed: listing them as unsigned would hide the important ones. */
const TRACE_FIELDS =
  /^(?:received|return-path|delivered-to|dkim-signature|authentication-results|arc-.*|x-.*|received-spf|domainkey-signature|dkim2-signature|message-instance)$/

function coverage(signature: SignatureReport, { fieldNames = [] }: TextOptions, style: Style): string[] {
  const signed = new Set(signature.signedFields)
  if (signed.size === 0) return []
  const present = new Set(fieldNames)
  const shown = present.size === 0 ? [...signed] : [...signed].filter(name => present.has(name))
  const unsigned = [...present].filter(name => !signed.has(name) && !TRACE_FIELDS.test(name))
  return [
    ...wrapped('  signed', shown.map(visible).join(', ') || "none of this message's fields", style),
    ...(unsigned.length === 0 ? [] : wrapped('  not signed', unsigned.map(visible).join(', '), style)),
  ]
}
