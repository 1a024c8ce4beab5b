// What no longer is as the lock file says, for people and logs.

import type { KeyReport } from '../../core/lookup/key-report.js'
import type { Drift } from '../../core/lookup/lock.js'
import { toGithub } from '../ci/github.js'
import { toJunit } from '../ci/junit.js'
import { toSarif } from '../ci/sarif.js'
import type { Check, Subject } from '../ci/subject.js'
import { card, htmlDocument } from '../html/document.js'
import { escapeMarkup } from '../rotation/markup.js'
import { visible } from '../text/style.js'
import type { LookupDocument } from './formats.js'

export function toDriftText(drifts: readonly Drift[], count: number): string {
  if (drifts.length === 0) return `✓ ${count} key${count === 1 ? ' matches' : 's match'} the lock file\n`
  const lines = drifts.map(
    ({ name, kind, text }) => `${kind === 'unknown' ? '–' : '✗'} ${kind}  ${visible(name)}: ${visible(text)}`,
  )
  const advice = drifts.some(({ kind }) => kind !== 'unknown')
    ? 'if intended, rerun with --update and commit the lock file'
    : 'try again later: no change was detected'
  return `${[...lines, advice].join('\n')}\n`
}

const KINDS = {
  new: 'a key that the lock file does not have',
  changed: 'the key is not the one of the lock file',
  missing: 'the key is no longer published',
  weaker: 'the key is weaker than the lock file says',
  unknown: 'DNS could not be asked for now',
} as const satisfies Record<Drift['kind'], string>

const DRIFT: Check = {
  command: 'lookup',
  rule: code => ({
    text: KINDS[code.replace(/^drift-/, '') as Drift['kind']],
    advice: 'if this was meant: dkim lookup --lock FILE --update, and commit the lock file',
  }),
}

export function toDriftDocument(
  format: LookupDocument,
  reports: readonly Pick<KeyReport, 'name'>[],
  drifts: readonly Drift[],
  now: Date,
): string {
  const subjects = reports.map(({ name }) => subjectOf(name, drifts))
  if (format === 'github') return subjects.map(toGithub).join('')
  if (format === 'junit') return toJunit(subjects, DRIFT)
  if (format === 'sarif') return toSarif(subjects, DRIFT)
  return driftHtml(drifts, reports.length, now)
}

function subjectOf(name: string, drifts: readonly Drift[]): Subject {
  const own = drifts.filter(drift => drift.name === name)
  const findings = own.map(({ kind, text }) => ({
    code: `drift-${kind}`,
    level: kind === 'unknown' ? ('warning' as const) : ('error' as const),
    text: `${name} ${text}`,
  }))
  const kind = own.length === 0 ? 'pass' : own.every(drift => drift.kind === 'unknown') ? 'error' : 'failure'
  return { name, place: { dnsName: name }, kind, findings }
}

function driftHtml(drifts: readonly Drift[], count: number, now: Date): string {
  const keys = `${count} key${count === 1 ? '' : 's'}`
  const cards = drifts.map(({ name, kind, text }) =>
    card(
      kind === 'unknown' ? 'var(--due)' : 'var(--bad)',
      `<p><span class="badge">${kind}</span> <strong>${escapeMarkup(name)}</strong> ${escapeMarkup(text)}</p>`,
    ),
  )
  const good = card('var(--done)', `<p><span class="badge">✓ same</span> as the lock file says: ${keys}</p>`)
  return htmlDocument(`DKIM lock file, ${keys}`, now, drifts.length === 0 ? [good] : cards)
}
