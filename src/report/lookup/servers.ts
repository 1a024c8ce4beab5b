// What each server says, for people: who agrees, who lags behind, who is not in charge.

import type { KeyReport } from '../../core/lookup/key-report.js'
import type { Agreement, ServerView } from '../../core/lookup/servers.js'
import { type Style, visible } from '../text/style.js'

/** What an answer without a record means. */
export const STATUS_TEXT = {
  found: '',
  nodata: 'the name exists, but has no TXT record',
  nxdomain: 'the name does not exist',
  'cname-loop': 'the CNAME chain loops or is too long',
  servfail: 'server failure',
  refused: 'the server refused to answer',
  timeout: 'no answer in time',
  network: 'no server could be reached',
  malformed: 'no trustworthy answer',
} as const satisfies Record<KeyReport['status'], string>

const STATE_MARKS = {
  same: style => style.good('✓ same'),
  stale: style => style.warn('! stale'),
  differs: style => style.bad('✗ differs'),
  lame: style => style.bad('✗ lame'),
  unreachable: style => style.warn('– unreachable'),
} as const satisfies Record<ServerView['state'], (style: Style) => string>

/** Servers and their agreement, as they stand in a report. */
export interface ServersSeen {
  readonly servers: readonly ServerView[]
  readonly agreement: { readonly authoritative: Agreement | null; readonly recursive: Agreement | null } | null
}

export function serverLines(report: ServersSeen, style: Style): string[] {
  const lines: string[] = []
  for (const kind of ['authoritative', 'recursive'] as const) {
    const views = report.servers.filter(view => view.kind === kind)
    const agreement = report.agreement?.[kind] ?? null
    if (agreement === null) continue
    lines.push(
      '',
      `  ${kind === 'authoritative' ? 'authoritative servers' : 'resolvers'}: ${agreementText(agreement, views)}`,
    )
    for (const view of views) lines.push(serverLine(view, style))
  }
  return lines
}

function agreementText(agreement: Agreement, views: readonly ServerView[]): string {
  const count = (state: ServerView['state']): number => views.filter(view => view.state === state).length
  switch (agreement) {
    case 'consistent':
      if (views.length === 1) return '1 asked, nothing to compare'
      return views.length === 2 ? 'both agree' : `all ${views.length} agree`
    case 'stale':
      return `${count('stale')} of ${views.length} still ${count('stale') === 1 ? 'serves' : 'serve'} an older zone: wait for the transfer, or check notify`
    case 'split':
      return `${count('differs')} of ${views.length} ${count('differs') === 1 ? 'disagrees' : 'disagree'}`
    case 'lame':
      return `${count('lame')} of ${views.length} ${count('lame') === 1 ? 'does' : 'do'} not answer for the zone`
    case 'unreachable':
      return views.length === 0 ? 'none found' : `${count('unreachable')} of ${views.length} could not be reached`
  }
}

function serverLine(view: ServerView, style: Style): string {
  const who = [view.host, view.server === '' ? null : view.server]
    .filter(part => part !== null)
    .map(part => visible(part))
  const facts = [
    view.texts.length === 0 && view.alias === null ? (STATUS_TEXT[view.status] ?? view.status) : null,
    view.alias === null ? null : `alias to ${visible(view.alias)}`,
    view.texts.length === 0 ? null : `${view.texts.length} record${view.texts.length === 1 ? '' : 's'}`,
    view.ttl === null ? null : `${view.kind === 'recursive' ? 'cached for another' : 'TTL'} ${view.ttl}`,
    view.serial === null ? null : `serial ${view.serial}`,
  ].filter(part => part !== null && part !== '')
  return `    ${STATE_MARKS[view.state](style)}  ${who.join(' ')}: ${facts.join(', ')}`
}
