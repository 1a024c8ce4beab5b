// A plan on a terminal: the stage, the timeline with "you are here", and in full what the next step asks for.

import { marked } from '../text/rows.js'
import { type Style, visible } from '../text/style.js'
import { wrapWords } from '../text/wrap.js'
import { distance, type LocalDates, localDates } from './dates.js'
import { INPUT_NAMES, type PhaseView, type PlanView } from './view.js'

export function planText(views: readonly PlanView[], style: Style): string {
  const parts = views.map(view => onePlan(view, style))
  if (views.length > 1 && views.every(({ verdict, verbose }) => verdict !== 'planned' && verbose !== true))
    return overview(views, style)
  return views.length > 1 ? `${overview(views, style)}\n${parts.join('\n')}` : parts.join('\n')
}

function overview(views: readonly PlanView[], style: Style): string {
  const width = Math.max(...views.map(view => title(view).length))
  const lines = [...views].sort(byUrgency).map(view => {
    const next =
      view.nextAction === null ? '' : `${localDates(view.timeZone).date(view.nextAction.at)}  ${view.nextAction.text}`
    return `  ${paint(view, style)(mark(view))} ${visible(title(view)).padEnd(width)}  ${view.stage.padEnd(10)}  ${next}`.trimEnd()
  })
  return `${style.strong(`${views.length} rotations`)}\n${lines.join('\n')}\n`
}

function title({ domain, old, new: fresh, kind }: PlanView): string {
  return kind === 'provider' ? `${old.selector}._domainkey.${domain}` : `${domain}: ${old.selector} → ${fresh.selector}`
}

const URGENCY = { alarm: 0, 'action-due': 1, temporary: 2, planned: 3, 'on-track': 3 } as const

/** What is due first, then by the date of what comes next. */
function byUrgency(a: PlanView, b: PlanView): number {
  const at = ({ nextAction }: PlanView): number => (nextAction === null ? Number.MAX_VALUE : Date.parse(nextAction.at))
  return URGENCY[a.verdict] - URGENCY[b.verdict] || at(a) - at(b)
}

const MARKS = { planned: '·', 'on-track': '✓', 'action-due': '!', alarm: '✗', temporary: '?' } as const

function mark({ verdict }: PlanView): string {
  return MARKS[verdict]
}

function paint({ verdict }: PlanView, style: Style): (text: string) => string {
  if (verdict === 'alarm') return style.bad
  if (verdict === 'action-due' || verdict === 'temporary') return style.warn
  return verdict === 'on-track' ? style.good : style.strong
}

const KINDS = {
  replace: 'rotation',
  emergency: 'EMERGENCY rotation',
  add: 'second key',
  flip: 'CNAME swap',
  provider: 'managed by the provider',
} as const

function onePlan(view: PlanView, style: Style): string {
  const dates = localDates(view.timeZone)
  const sections = [
    heading(view, style, dates),
    warnings(view, style),
    view.phases.length > 1 ? timeline(view, style, dates) : '',
    details(view, style, dates),
    view.kind === 'provider' || view.verdict !== 'planned' ? '' : inputs(view, style),
  ]
  return sections.filter(section => section !== '').join('\n')
}

function heading(view: PlanView, style: Style, dates: LocalDates): string {
  const paintStage = paint(view, style)
  const lines = [
    `${style.strong(visible(title(view)))}  ${KINDS[view.kind]}`,
    ...prose('now', `${dates.dateTime(view.now)} ${dates.zone}`, style),
    ...marked(
      `  stage  ${paintStage(`${mark(view)} ${view.stage}`)}: `,
      view.stage.length + 13,
      visible(view.stageText),
      style,
    ),
  ]
  if (view.provider !== null) lines.push(...prose('by', visible(view.provider), style))
  if (view.servers.length > 0) lines.push(...prose('asked', visible(view.servers.join(', ')), style))
  const next = view.nextAction
  if (next !== null) {
    const when = next.due ? '' : ` (${dates.dateTime(next.at)})`
    const [first = '', ...rest] = prose('next', `${visible(next.text)}${when}`, style)
    const strong = next.due ? paintStage : style.strong
    lines.push(`${first.slice(0, LABEL)}${strong(first.slice(LABEL))}`, ...rest)
  }
  return `${lines.join('\n')}\n`
}

function warnings(view: PlanView, style: Style): string {
  const lines = view.warnings.flatMap(({ text }) => marked(`  ${style.warn('! warning')}  `, 13, visible(text), style))
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

const STATUS_MARKS = { done: '✓', current: '▶', waiting: '○', blocked: '✗', late: '!' } as const

/** The room that dates want beside the titles; without it they stand below them. */
const DATES = 46

/** The arrow stands between what is over and what is to come. */
function timeline(view: PlanView, style: Style, dates: LocalDates): string {
  const here = view.phases.findIndex(({ status, id }) => status !== 'done' && id !== 'lower-ttl')
  const width = Math.max(...view.phases.map(({ title: text }) => text.length))
  const lines = view.phases.flatMap((phase, index) => {
    const line = timelineLine(view, phase, width, style, dates)
    return index === here ? [hereLine(view, style, dates), line] : [line]
  })
  return `${lines.join('\n')}\n`
}

function hereLine(view: PlanView, style: Style, dates: LocalDates): string {
  return style.strong(`  → you are here: ${dates.dateTime(view.now)}`)
}

function timelineLine(view: PlanView, phase: PhaseView, width: number, style: Style, dates: LocalDates): string {
  const { status, kind, notBefore, dueBy, doneAt } = phase
  const when =
    status === 'done'
      ? doneAt === null
        ? 'done'
        : `done ${dates.dateTime(doneAt)}`
      : kind === 'wait' && dueBy !== null
        ? `${dates.dateTime(notBefore)} to ${dates.dateTime(dueBy)}`
        : `${dates.dateTime(notBefore)}  ${distance(notBefore, view.now)}`
  const loud = status === 'late' || status === 'blocked' ? `  ${status.toUpperCase()}` : ''
  const wide = style.columns >= width + DATES
  const text = `  ${STATUS_MARKS[status]} ${wide ? phase.title.padEnd(width) : `${phase.title}\n   `}  ${when}${loud}`
  if (status === 'done') return style.good(text)
  if (status === 'late' || status === 'blocked') return style.bad(text)
  return status === 'current' ? style.strong(text) : style.dim(text)
}

/** A check shows only the current and next phases; the full plan was printed before. */
function isNear({ nextAction, phases }: PlanView, { id, status }: PhaseView): boolean {
  if (status === 'done') return phases.findLast(phase => phase.status === 'done')?.id === id
  return status !== 'waiting' || id === nextAction?.phase
}

/** Completed phases show only their evidence; upcoming ones are printed in full. */
function details(view: PlanView, style: Style, dates: LocalDates): string {
  const told = view.verdict === 'planned' ? view.phases : view.phases.filter(phase => isNear(view, phase))
  return told.map(phase => phaseText(phase, style, dates)).join('\n')
}

function phaseText(phase: PhaseView, style: Style, dates: LocalDates): string {
  const lines = [style.strong(`${STATUS_MARKS[phase.status]} ${phase.title}`)]
  /** Sentences are folded; what is to be copied stands as it is. */
  const say = (label: string, text: string | null): void => {
    if (text !== null && text !== '') lines.push(...prose(label, visible(text), style))
  }
  const add = (label: string, text: string | null): void => {
    if (text !== null && text !== '') lines.push(...block(label, text))
  }
  if (phase.status !== 'done') {
    say('when', `not before ${dates.dateTime(phase.notBefore)}: ${phase.why}`)
    if (phase.dueBy !== null) say(phase.kind === 'wait' ? 'until' : 'due by', dates.dateTime(phase.dueBy))
  }
  for (const [index, text] of phase.evidence.entries()) say(index === 0 ? 'seen' : '', text)
  if (phase.status === 'done') return `${lines.join('\n')}\n`
  for (const { title: change, text } of phase.changes) {
    say('record', change)
    if (text !== null) add('', text)
  }
  add('signer', phase.signerText?.split('\n').map(visible).join('\n') ?? null)
  add('run', phase.commands.map(visible).join('\n'))
  say('proof', phase.check)
  say('back', phase.rollback)
  return `${lines.join('\n')}\n`
}

const LABEL = 9

/** A sentence beside its label, folded. */
function prose(label: string, text: string, { columns }: Style): string[] {
  return wrapWords(text, columns - LABEL).map(
    (line, index) => `  ${(index === 0 ? label : '').padEnd(LABEL - 2)}${line}`,
  )
}

function block(label: string, text: string): string[] {
  return text
    .replace(/\n+$/, '')
    .split('\n')
    .map((line, index) => `  ${(index === 0 ? label : '').padEnd(LABEL - 2)}${line}`.trimEnd())
}

function inputs(view: PlanView, style: Style): string {
  const names = Object.keys(INPUT_NAMES) as (keyof typeof INPUT_NAMES)[]
  const lines = names.flatMap(name => {
    const { seconds, formula, observed } = view.inputs[name]
    const from = observed === null ? '' : `, seen at ${visible(observed)}`
    return marked(`  ${INPUT_NAMES[name].padEnd(15)}${`${seconds} s`.padEnd(11)}`, 28, `${formula}${from}`, style)
  })
  return `${style.strong('How the dates were calculated')}\n${lines.join('\n')}\n`
}
