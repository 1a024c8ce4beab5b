// A plan as one page: readable on a phone and on paper, light and dark, without scripts and without anything from elsewhere.

import { htmlPage } from '../html/document.js'
import { colourRules, FONT, STATUS_COLOURS, VERDICT_COLOURS } from './colours.js'
import { type LocalDates, localDates } from './dates.js'
import { escapeLines, escapeMarkup } from './markup.js'
import { nameOf, nextText, timelineSvg } from './svg.js'
import { INPUT_NAMES, type PhaseView, type PlanView } from './view.js'

const STYLE = [
  colourRules(':root'),
  `*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}`,
  `body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 ${FONT}}`,
  'main{max-width:60rem;margin:0 auto;padding:1rem}',
  'h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem}h3,.card h2{font-size:1rem;margin:0}',
  'h1,h2,h3,p,li,td,th,dd{overflow-wrap:anywhere}',
  'a{color:var(--now)}small,.soft{color:var(--soft)}',
  '.card{border:1px solid var(--line);border-left:.35rem solid var(--mark);background:var(--card);border-radius:.4rem;padding:.7rem 1rem;margin:.7rem 0}',
  '.card p{margin:.25rem 0}.badge{color:var(--mark);font-weight:700}',
  'pre{background:var(--paper);border:1px solid var(--line);border-radius:.3rem;padding:.5rem;margin:.3rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font:.85rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}',
  'dl{margin:.4rem 0 0;display:grid;grid-template-columns:5.5rem minmax(0,1fr);gap:.2rem .8rem}dt{color:var(--soft)}dd{margin:0;min-width:0}',
  'ul{padding-left:1.2rem}.figure{margin:1rem 0}.figure svg{display:block;max-width:100%;height:auto}.narrow{display:none}',
  'table{border-collapse:collapse;width:100%;font-size:.9rem}td,th{text-align:left;vertical-align:top;padding:.3rem .5rem .3rem 0;border-bottom:1px solid var(--line)}',
  '@media(max-width:45rem){.wide{display:none}.narrow{display:block}dl{grid-template-columns:minmax(0,1fr);gap:0}dt{margin-top:.35rem}thead{display:none}tr,td,th{display:block;border:0}td,th{padding:0}tr{padding:.5rem 0;border-bottom:1px solid var(--line)}}',
  '@media print{body{font-size:11pt}main{max-width:none;padding:0}.card{break-inside:avoid}pre{break-inside:avoid}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}',
].join('\n')

const WIDE = 900
const NARROW = 340

export function planHtml(views: readonly PlanView[]): string {
  const title = views.length === 1 ? `DKIM key rotation ${nameOf(views[0]!)}` : `${views.length} DKIM key rotations`
  return htmlPage(title, STYLE, [
    ...(views.length > 1 ? [figure(views), contents(views)] : []),
    ...views.map((view, index) => onePlan(view, index, views.length > 1)),
  ])
}

/** Drawn twice: a picture that is only scaled is not readable on a phone. */
function figure(views: readonly PlanView[]): string {
  const draw = (width: number): string => timelineSvg(views, width, { standalone: false })
  return `<div class="figure"><div class="wide">${draw(WIDE)}</div><div class="narrow">${draw(NARROW)}</div></div>`
}

function contents(views: readonly PlanView[]): string {
  const items = views.map(
    (view, index) =>
      `<li><a href="#plan-${index + 1}">${escapeMarkup(nameOf(view))}</a>: <span style="color:${VERDICT_COLOURS[view.verdict]}">${view.stage}</span>, ${escapeMarkup(nextText(view))}</li>`,
  )
  return `<ul>${items.join('\n')}</ul>`
}

function onePlan(view: PlanView, index: number, several: boolean): string {
  const dates = localDates(view.timeZone)
  const level = several ? 3 : 2
  return [
    `<section id="plan-${index + 1}">`,
    several ? `<h2>${escapeMarkup(nameOf(view))}</h2>` : '',
    statusCard(view, dates),
    several || view.phases.length === 1 ? '' : figure([view]),
    ...view.phases.map(phase => phaseCard(phase, dates, level)),
    view.kind === 'provider' ? '' : figureTable(view, level),
    '</section>',
  ].join('\n')
}

function statusCard(view: PlanView, dates: LocalDates): string {
  const lines = [
    `<p><span class="badge">${view.stage}</span>: ${escapeMarkup(view.stageText)}</p>`,
    `<p>Next: <strong>${escapeMarkup(nextText(view))}</strong></p>`,
    `<p class="soft">${escapeMarkup(`${dates.dateTime(view.now)} ${dates.zone}`)}${view.servers.length === 0 ? '' : `; asked: ${escapeMarkup(view.servers.join(', '))}`}</p>`,
  ]
  if (view.provider !== null) lines.push(`<p>Managed by ${escapeMarkup(view.provider)}</p>`)
  const warnings = view.warnings.map(({ text }) => `<li>${escapeMarkup(text)}</li>`).join('\n')
  if (warnings !== '') lines.push(`<p><strong>Warnings</strong></p><ul>${warnings}</ul>`)
  return `<div class="card" style="--mark:${VERDICT_COLOURS[view.verdict]}">${lines.join('\n')}</div>`
}

/** Headings are one level below that of their plan. */
type Level = 2 | 3

function phaseCard(phase: PhaseView, dates: LocalDates, level: Level): string {
  const { title, status, kind, notBefore, dueBy, doneAt, why } = phase
  const rows: [string, string][] = []
  const add = (term: string, markup: string): void => void rows.push([term, markup])
  if (status === 'done') add('done', doneAt === null ? 'yes' : escapeMarkup(dates.dateTime(doneAt)))
  else {
    add('not before', `${escapeMarkup(dates.dateTime(notBefore))}<br><small>${escapeMarkup(why)}</small>`)
    if (dueBy !== null) add(kind === 'wait' ? 'until' : 'due by', escapeMarkup(dates.dateTime(dueBy)))
  }
  if (phase.evidence.length > 0) add('seen', phase.evidence.map(escapeMarkup).join('<br>'))
  if (status !== 'done') addInstructions(phase, add)
  const list = rows.map(([term, markup]) => `<dt>${term}</dt><dd>${markup}</dd>`).join('\n')
  return `<div class="card" style="--mark:${STATUS_COLOURS[status]}"><h${level}>${title} <small class="badge">${status}</small></h${level}><dl>${list}</dl></div>`
}

function addInstructions(phase: PhaseView, add: (term: string, markup: string) => void): void {
  for (const { title, text } of phase.changes) {
    add('record', `${escapeMarkup(title)}${text === null ? '' : block(text)}`)
  }
  if (phase.signerText !== null) add('signer', block(phase.signerText))
  if (phase.commands.length > 0) add('run', block(phase.commands.join('\n')))
  add('proof', escapeMarkup(phase.check))
  if (phase.rollback !== null) add('back', escapeMarkup(phase.rollback))
}

function block(text: string): string {
  return `<pre>${escapeLines(text.replace(/\n+$/, ''))}</pre>`
}

function figureTable({ inputs }: PlanView, level: Level): string {
  const rows = Object.entries(inputs).map(
    ([name, { seconds, formula, observed }]) =>
      `<tr><th scope="row">${INPUT_NAMES[name as keyof typeof INPUT_NAMES]}</th><td>${seconds} s</td><td>${escapeMarkup(formula)}</td><td>${escapeMarkup(observed ?? '')}</td></tr>`,
  )
  const heads = ['What', 'Value', 'Formula', 'Source'].map(head => `<th scope="col">${head}</th>`).join('')
  return `<h${level}>How the dates were calculated</h${level}><table><thead><tr>${heads}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`
}
