// One message: its verdict, each signature with the path that it took, and the header with what is signed of it.

import { REASONS, type Reason, type SignatureReport, type VerificationReport } from '../../../core/dkim/result.js'
import { card, factList } from '../../html/document.js'
import { escapeMarkup } from '../../rotation/markup.js'
import { type ExplainedPart, isExplained } from '../explain-text.js'
import { type Entry, isFailed } from '../format.js'
import { headerTable } from './header.js'
import { markOf, RESULT_COLOURS, resultOf } from './result.js'

/** The level of the headings of signatures: one below that of the message. */
type Level = 2 | 3

export function messageCards({ report, section }: Entry, level: Level): string[] {
  if (isFailed(report)) {
    const lines = [report.error.message, report.error.hint ?? ''].filter(Boolean)
    return [card('var(--wait)', lines.map(line => `<p>${escapeMarkup(line)}</p>`).join(''))]
  }
  return [
    verdictCard(report),
    ...report.signatures.map((signature, index) =>
      signatureCard(signature, titleOf(signature, index + 1, report.signatures.length), level),
    ),
    section === undefined ? '' : headerTable(section, report.signatures),
  ]
}

function verdictCard(report: VerificationReport): string {
  const { word, mark } = resultOf(report)
  const warnings = report.warnings.map(({ text, code }) => `<li>${escapeMarkup(text)} <code>${code}</code></li>`)
  return card(
    RESULT_COLOURS[word],
    [
      `<p><span class="badge">${mark} ${word}</span> ${escapeMarkup(summaryOf(report))}</p>`,
      `<p>From domain: ${report.from.domain === null ? 'unknown' : `<code>${escapeMarkup(report.from.domain)}</code>`}</p>`,
      warnings.length === 0 ? '' : `<ul>${warnings.join('')}</ul>`,
    ].join(''),
  )
}

function summaryOf({ result, signatures }: VerificationReport): string {
  if (result === 'none') return 'The message is not signed.'
  const good = signatures.filter(signature => signature.result === 'pass')
  if (good.length === 0)
    return signatures.length === 1
      ? 'Its signature did not pass.'
      : `None of its ${signatures.length} signatures passed.`
  const domains = [...new Set(good.map(({ domain }) => domain))].join(', ')
  const aligned = good.some(signature => signature.aligned === 'strict' || signature.aligned === 'relaxed')
  return `Signed by ${domains}${aligned ? '' : ', which is not the From domain'}.`
}

function titleOf({ domain, selector }: SignatureReport, number: number, count: number): string {
  const which = count === 1 ? 'Signature' : `Signature ${number}`
  return `${which} of ${domain ?? 'an unknown domain'}${selector === null ? '' : `, selector ${selector}`}`
}

function signatureCard(signature: SignatureReport, title: string, level: Level): string {
  const { result } = signature
  const explained = isExplained(signature) ? signature : null
  const warnings = signature.warnings.map(({ text, code }) => `<li>${escapeMarkup(text)} <code>${code}</code></li>`)
  return card(
    RESULT_COLOURS[result],
    [
      `<h${level}>${escapeMarkup(title)}</h${level}>`,
      `<p><span class="badge">${markOf(result)} ${result}</span></p>`,
      why(signature),
      explained === null ? '' : explanation(explained),
      explained === null || explained.explanations.length === 0 ? next(signature) : '',
      path(signature),
      facts(signature),
      warnings.length === 0 ? '' : `<ul>${warnings.join('')}</ul>`,
    ].join('\n'),
  )
}

function why({ reason, detail }: SignatureReport): string {
  if (reason === null) return ''
  const { text, section } = REASONS[reason]
  const more = detail === null ? '' : `<p>${escapeMarkup(detail)}</p>`
  return `<p><strong>${escapeMarkup(text)}</strong> <code>${reason}</code> <span class="soft">${section}</span></p>${more}`
}

function next({ reason }: SignatureReport): string {
  return reason === null ? '' : `<p>Next: ${escapeMarkup(REASONS[reason].advice)}</p>`
}

/** What §6.1.1 finds in the field itself, before any key is asked for. */
const UNUSABLE: ReadonlySet<Reason | null> = new Set([
  'signature-syntax-error',
  'signature-missing-required-tag',
  'incompatible-version',
  'unsupported-algorithm',
  'unsupported-canonicalization',
  'unsupported-query-method',
  'domain-mismatch',
  'from-field-not-signed',
  'historic-algorithm',
])

/** The way of a verification, station by station: what held, what broke, what was not reached. */
function path(signature: SignatureReport): string {
  const readable = !UNUSABLE.has(signature.reason)
  const stations = [
    station(readable ? 'good' : 'bad', 'signature read', 'signature not usable', ''),
    station(signature.key === null ? 'open' : 'good', 'key found', '', 'no usable key'),
    station(
      stateOf(signature.headerSignature),
      'header as signed',
      'header changed or different key',
      'header not checked',
    ),
    station(stateOf(signature.bodyHash), 'body unchanged', 'body changed', 'body not checked'),
    station(signature.result === 'pass' ? 'good' : 'bad', 'accepted', 'not accepted', ''),
  ]
  return `<ol class="path">${stations.join('')}</ol>`
}

type State = 'good' | 'bad' | 'open'

const STATES = {
  good: { mark: '✓', colour: 'var(--done)' },
  bad: { mark: '✗', colour: 'var(--bad)' },
  open: { mark: '–', colour: 'var(--wait)' },
} as const satisfies Record<State, { mark: string; colour: string }>

function station(state: State, good: string, bad: string, open: string): string {
  const { mark, colour } = STATES[state]
  return `<li style="--mark:${colour}">${mark} ${{ good, bad, open }[state]}</li>`
}

function stateOf(match: SignatureReport['bodyHash']): State {
  if (match === 'match') return 'good'
  return match === 'mismatch' ? 'bad' : 'open'
}

function facts(signature: SignatureReport): string {
  const { canonicalization, key, bodyLength, bodyTotal } = signature
  const rows: [string, string | null][] = [
    ['Algorithm', signature.algorithm],
    ['Canonicalization', canonicalization === null ? null : `${canonicalization.header}/${canonicalization.body}`],
    ['Key', key === null ? null : `${key.type}, ${key.bits} bits, ${key.fingerprint}${key.testing ? ', testing' : ''}`],
    ['Identity', signature.identity],
    ['From alignment', signature.aligned],
    ['Signed at', signature.signedAt],
    ['Expires at', signature.expiresAt],
    ['Body signed', bodyLength === null ? null : `${bodyLength} of ${bodyTotal ?? 'unknown'} bytes (l=)`],
  ]
  return factList(rows)
}

/** With --explain: what was changed, and how sure that is. */
function explanation({ explanations, complete }: ExplainedPart): string {
  if (explanations.length === 0)
    return complete ? '' : '<p class="soft">The search for the change ran out of budget.</p>'
  const items = explanations.map(
    ({ text, certainty, advice, code }) =>
      `<li><strong>${certainty}: ${escapeMarkup(text)}</strong> <code>${code}</code><br>${escapeMarkup(advice)}</li>`,
  )
  return `<p>What was changed:</p><ul>${items.join('')}</ul>`
}
