// Reports as a JUnit XML document: a subject is a test case, what keeps it from passing a failure.

import { visible } from '../text/style.js'
import type { Check, Finding, Subject } from './subject.js'

export function toJunit(subjects: readonly Subject[], { command }: Check): string {
  const count = (wanted: Subject['kind']): number => subjects.filter(({ kind }) => kind === wanted).length
  const attributes = `tests="${subjects.length}" failures="${count('failure')}" errors="${count('error')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dkim" ${attributes}>`,
    `  <testsuite name="dkim ${command}" ${attributes} skipped="0">`,
    ...subjects.map(subject => testCase(subject, command)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function testCase({ name, kind, findings }: Subject, command: string): string {
  const open = `    <testcase name="${xml(name)}" classname="dkim.${command}"`
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
function xml(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    .replace(/[\ufffe\uffff]/g, character => `\\u{${character.charCodeAt(0).toString(16)}}`)
}
