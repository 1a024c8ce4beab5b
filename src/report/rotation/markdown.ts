// A plan as a Markdown checklist, for tickets and wikis.

import { visible } from '../text/style.js'
import { distance, type LocalDates, localDates } from './dates.js'
import type { PhaseView, PlanView } from './view.js'

export function planMarkdown(views: readonly PlanView[]): string {
  return views.map(onePlan).join('\n---\n\n')
}

function onePlan(view: PlanView): string {
  const dates = localDates(view.timeZone)
  const { domain, old, new: fresh, nextAction } = view
  const name =
    view.kind === 'provider' ? `${domain}: ${old.selector}` : `${domain}: ${old.selector} → ${fresh.selector}`
  const lines = [
    `# DKIM key rotation ${escapeMarkdown(name)}`,
    '',
    `Stage on ${dates.dateTime(view.now)} ${escapeMarkdown(dates.zone)}: **${view.stage}**, ${escapeMarkdown(view.stageText)}.`,
    '',
  ]
  if (view.provider !== null) lines.push(`Managed by ${escapeMarkdown(view.provider)}.`, '')
  if (nextAction !== null) {
    const when = nextAction.due ? '' : ` (${dates.dateTime(nextAction.at)})`
    lines.push(`Next: **${escapeMarkdown(nextAction.text)}**${when}`, '')
  }
  if (view.warnings.length > 0) {
    lines.push(...view.warnings.map(({ text }) => `> **Warning:** ${escapeMarkdown(text)}`), '')
  }
  lines.push(...view.phases.flatMap(phase => phaseLines(view, phase, dates)))
  lines.push('## Figures', '', '| what | seconds | formula | seen at |', '|---|---:|---|---|')
  for (const [name, { seconds, formula, observed }] of Object.entries(view.inputs)) {
    lines.push(`| ${name} | ${seconds} | ${escapeMarkdown(formula)} | ${escapeMarkdown(observed ?? '')} |`)
  }
  return `${lines.join('\n')}\n`
}

function phaseLines(view: PlanView, phase: PhaseView, dates: LocalDates): string[] {
  const { status, title, notBefore, dueBy, kind, why } = phase
  const here = status === 'current' || status === 'late' || status === 'blocked' ? ' ◀ you are here' : ''
  const flag = status === 'late' || status === 'blocked' ? ` (${status})` : ''
  const until =
    kind === 'wait' && dueBy !== null ? ` to ${dates.dateTime(dueBy)}` : ` (${distance(notBefore, view.now)})`
  const lines = [
    `- [${status === 'done' ? 'x' : ' '}] **${title}**: ${dates.dateTime(notBefore)}${until}${flag}${here}`,
  ]
  const item = (label: string, text: string): void => void lines.push(`  - ${label}: ${escapeMarkdown(text)}`)
  for (const text of phase.evidence) item('seen', text)
  if (status === 'done') return lines
  item('reason for the date', why)
  for (const { title: change, text } of phase.changes) {
    item('record', change)
    if (text !== null) lines.push(...fenced(text, '    '))
  }
  if (phase.signerText !== null) lines.push('  - signer', ...fenced(phase.signerText, '    '))
  if (phase.commands.length > 0) lines.push('  - run', ...fenced(phase.commands.join('\n'), '    '))
  item('proof', phase.check)
  if (phase.rollback !== null) item('back', phase.rollback)
  return lines
}

/** A fence longer than any run of backquotes inside cannot be closed from inside. */
function fenced(text: string, indent: string): string[] {
  const lines = text.replace(/\n+$/, '').split('\n').map(visible)
  const longest = Math.max(2, ...lines.flatMap(line => (line.match(/`+/g) ?? []).map(run => run.length)))
  const fence = '`'.repeat(longest + 1)
  return ['', `${indent}${fence}`, ...lines.map(line => `${indent}${line}`.trimEnd()), `${indent}${fence}`, '']
}

/** Text that stays text: no emphasis, link, table cell, HTML or entity can be made of it. */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]#|~!]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/^(\s*)([-+]|\d+[.)])(?=\s)/, '$1\\$2')
}
