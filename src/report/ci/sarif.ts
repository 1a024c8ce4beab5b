// Reports as a SARIF 2.1.0 log, which code scanning services read: a finding is a result, its code the rule.

import { toJson } from '../json/json.js'
import { VERSION } from '../version.js'
import type { Check, Finding, Subject } from './subject.js'

export function toSarif(subjects: readonly Subject[], check: Check): string {
  const results = subjects.flatMap(subject => subject.findings.map(finding => resultOf(subject, finding)))
  const codes = [...new Set(results.map(({ ruleId }) => ruleId))].sort()
  return toJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'dkim', version: VERSION, rules: codes.map(code => ruleOf(code, check)) } },
        invocations: [{ executionSuccessful: !subjects.some(({ findings }) => findings.some(isUnreadable)) }],
        results,
      },
    ],
  })
}

/** The one finding that is about the run, not about what was checked. */
function isUnreadable({ code }: Finding): boolean {
  return code === 'input-unreadable'
}

function ruleOf(id: string, { rule }: Check) {
  const { text, advice } = rule(id)
  return { id, shortDescription: { text }, help: { text: advice } }
}

function resultOf({ place }: Subject, { code, level, text }: Finding) {
  // RFC 4501 has URIs for what stands in DNS.
  const uri = 'file' in place ? uriOf(place.file) : `dns:${encodeSegment(place.dnsName)}?type=TXT`
  return {
    ruleId: code,
    level,
    message: { text },
    locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1, startColumn: 1 } } }],
  }
}

/** A relative reference or a file URI; a message of an mbox keeps its number as the fragment. */
function uriOf(input: string): string {
  if (input === '-') return 'stdin'
  // `box.mbox#3` is the third message of a file; any other "#" is part of the file's name.
  const [, path = input, number] = /^(.*)#(\d+)$/s.exec(input) ?? []
  const escaped = path.split('/').map(encodeSegment).join('/')
  const fragment = number === undefined ? '' : `#${number}`
  return `${path.startsWith('/') ? 'file://' : ''}${escaped}${fragment}`
}

// A lone surrogate, which no URI can hold, becomes U+FFFD on its way through UTF-8.
function encodeSegment(segment: string): string {
  return encodeURIComponent(Buffer.from(segment).toString())
}
