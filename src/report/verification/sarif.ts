// Reports as a SARIF 2.1.0 log, which code scanning services read: a finding is a result, its code the rule.

import { REASONS, WARNINGS } from '../../core/index.js'
import { toJson } from '../json.js'
import { type Finding, type FindingCode, findingsOf } from './finding.js'
import { type Entry, isFailed } from './format.js'

interface Rule {
  readonly id: string
  readonly shortDescription: { readonly text: string }
  readonly help: { readonly text: string }
}

const OTHER_RULES = {
  'not-signed': { text: 'the message is not signed', advice: 'sign it: dkim sign' },
  'input-unreadable': { text: 'the input could not be read', advice: 'check the path and its permissions' },
} as const satisfies Record<string, { text: string; advice: string }>

function ruleFor(code: FindingCode): Rule {
  if (code in REASONS) {
    const { text, advice, section } = REASONS[code as keyof typeof REASONS]
    return rule(code, text, `${advice} (${section})`)
  }
  if (code in OTHER_RULES) {
    const { text, advice } = OTHER_RULES[code as keyof typeof OTHER_RULES]
    return rule(code, text, advice)
  }
  return rule(code, WARNINGS[code as keyof typeof WARNINGS], `more: dkim help ${code}`)
}

function rule(id: string, text: string, help: string): Rule {
  return { id, shortDescription: { text }, help: { text: help } }
}

export function toSarif(reports: readonly Entry['report'][]): string {
  const results = reports.flatMap(report => findingsOf(report).map(finding => resultOf(report.input, finding)))
  const codes = [...new Set(results.map(({ ruleId }) => ruleId))].sort()
  return toJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'dkim', rules: codes.map(ruleFor) } },
        invocations: [{ executionSuccessful: !reports.some(isFailed) }],
        results,
      },
    ],
  })
}

function resultOf(input: string, { code, level, text }: Finding) {
  return {
    ruleId: code,
    level,
    message: { text },
    locations: [
      { physicalLocation: { artifactLocation: { uri: uriOf(input) }, region: { startLine: 1, startColumn: 1 } } },
    ],
  }
}

/** A relative reference or a file URI; a message of an mbox keeps its number as the fragment. */
function uriOf(input: string): string {
  if (input === '-') return 'stdin'
  const [path = '', ...rest] = input.split('#')
  const escaped = path.split('/').map(encodeSegment).join('/')
  const fragment = rest.length === 0 ? '' : `#${encodeSegment(rest.join('#'))}`
  return `${path.startsWith('/') ? 'file://' : ''}${escaped}${fragment}`
}

// A lone surrogate, which no URI can hold, becomes U+FFFD on its way through UTF-8.
function encodeSegment(segment: string): string {
  return encodeURIComponent(Buffer.from(segment).toString())
}
