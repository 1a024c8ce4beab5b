// Reports as a JUnit XML document: a message is a test case, what keeps it from passing a failure.

import { visible } from '../style.js'
import { type Finding, findingsOf } from './finding.js'
import { type Entry, isFailed } from './format.js'

export function toJunit(reports: readonly Entry['report'][]): string {
  const cases = reports.map(testCase)
  const count = (kind: Kind): number => reports.filter(report => kindOf(report) === kind).length
  const attributes = `tests="${reports.length}" failures="${count('failure')}" errors="${count('error')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dkim" ${attributes}>`,
    `  <testsuite name="dkim verify" ${attributes} skipped="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

type Kind = 'pass' | 'failure' | 'error'

/** An error is what could not be judged: an unreadable input, a key that DNS did not give for now. */
function kindOf(report: Entry['report']): Kind {
  if (isFailed(report) || report.result === 'temperror') return 'error'
  return report.result === 'pass' ? 'pass' : 'failure'
}

function testCase(report: Entry['report']): string {
  const open = `    <testcase name="${xml(report.input)}" classname="dkim.verify"`
  const findings = findingsOf(report)
  const kind = kindOf(report)
  if (kind === 'pass') return findings.length === 0 ? `${open}/>` : `${open}>\n${output(findings)}\n    </testcase>`
  const [first, ...others] = findings
  const type = first?.code ?? 'unknown'
  const lines = [
    `${open}>`,
    `      <${kind} type="${type}" message="${xml(first?.text ?? '')}">${xml(listed(findings))}</${kind}>`,
    ...(others.length === 0 ? [] : [output(others)]),
    '    </testcase>',
  ]
  return lines.join('\n')
}

function output(findings: readonly Finding[]): string {
  return `      <system-out>${xml(listed(findings))}</system-out>`
}

function listed(findings: readonly Finding[]): string {
  return findings.map(({ code, level, text }) => `${level}: ${text} (${code})`).join('; ')
}

/** `visible` also removes what XML 1.0 cannot hold at all. */
export function xml(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    .replace(/[\ufffe\uffff]/g, character => `\\u{${character.charCodeAt(0).toString(16)}}`)
}
