// A plan as a picture: one row a phase, or one row a rotation where there are several. Self-contained, light and dark, any width.

import { colourRules, FONT, STATUS_COLOURS, VERDICT_COLOURS } from './colours.js'
import { localDates } from './dates.js'
import { escapeMarkup, textWidth, wrapText } from './markup.js'
import { type Scale, scaleOf } from './timeline-scale.js'
import type { PhaseView, PlanView } from './view.js'

const FILE_WIDTH = 480
const MARGIN = 16
const TEXT = 15
const SMALL = 13
const HEADING = 20

export function planSvg(views: readonly PlanView[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${timelineSvg(views, FILE_WIDTH, { standalone: true })}\n`
}

export interface SvgOptions {
  /** A file of its own brings its colours and its background; inside a page both are the page's. */
  readonly standalone: boolean
}

/** A drawing grows downwards: each part adds itself below the ones before. */
class Drawing {
  readonly width: number
  readonly #parts: string[] = []
  readonly #bars: number[] = []
  height = MARGIN

  constructor(width: number) {
    this.width = width
  }

  get inner(): number {
    return this.width - 2 * MARGIN
  }

  add(markup: string): void {
    this.#parts.push(markup)
  }

  /** Wrapped text; moves down by its lines. */
  text(text: string, size: number, fill: string, weight = 400): void {
    for (const line of wrapText(text, size, this.inner)) {
      this.height += Math.round(size * 1.4)
      this.add(textAt(line, MARGIN, this.height - Math.round(size * 0.35), { size, fill, weight }))
    }
  }

  space(pixels: number): void {
    this.height += pixels
  }

  /** A bar of the time axis begins here: what the axis draws goes behind it, and never across a text. */
  bar(): number {
    this.#bars.push(this.height)
    return this.height
  }

  behindBars(draw: (y: number) => string): void {
    this.#parts.unshift(...this.#bars.map(draw))
  }

  toString(): string {
    return this.#parts.join('\n')
  }
}

interface TextStyle {
  readonly size: number
  readonly fill: string
  readonly weight?: number
  readonly anchor?: 'start' | 'middle' | 'end'
}

function textAt(text: string, x: number, y: number, { size, fill, weight = 400, anchor = 'start' }: TextStyle): string {
  const attributes = `x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" font-weight="${weight}" text-anchor="${anchor}"`
  return `<text ${attributes}>${escapeMarkup(text)}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

export function timelineSvg(views: readonly PlanView[], width: number, { standalone }: SvgOptions): string {
  const drawing = new Drawing(width)
  if (standalone) headings(drawing, views)
  const top = axis(drawing)
  const scale = scaleOf(views, drawing.inner, SMALL * 5.5)
  if (views.length === 1) phaseRows(drawing, views[0]!, scale)
  else for (const view of views) planRow(drawing, view, scale)
  grid(drawing, scale, top, views[0]!)
  legend(drawing)
  drawing.space(MARGIN)
  drawing.height = Math.ceil(drawing.height)
  const style = standalone ? `<style>${colourRules(':root')}svg{background:var(--paper)}</style>` : ''
  const background = standalone ? `<rect width="100%" height="100%" fill="var(--paper)"/>` : ''
  const label = escapeMarkup(titleOf(views))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${drawing.height}" role="img" aria-label="${label}" font-family="${FONT}"${standalone ? '' : ` width="${width}" height="${drawing.height}"`}>`,
    `<title>${label}</title>${style}${background}`,
    drawing.toString(),
    '</svg>',
  ].join('\n')
}

function titleOf(views: readonly PlanView[]): string {
  const [view] = views
  return views.length === 1 ? `DKIM key rotation ${nameOf(view!)}` : `${views.length} DKIM key rotations`
}

export function nameOf({ kind, domain, old, new: fresh }: PlanView): string {
  return kind === 'provider' ? `${domain}: ${old.selector}` : `${domain}: ${old.selector} → ${fresh.selector}`
}

function headings(drawing: Drawing, views: readonly PlanView[]): void {
  drawing.text(titleOf(views), HEADING, 'var(--ink)', 700)
  const [view] = views
  if (views.length > 1) return
  drawing.text(`${view!.stage}: ${view!.stageText}`, TEXT, VERDICT_COLOURS[view!.verdict], 600)
  if (view!.nextAction !== null) drawing.text(`next: ${nextText(view!)}`, TEXT, 'var(--ink)')
  drawing.space(8)
}

export function nextText(view: PlanView): string {
  const { nextAction } = view
  if (nextAction === null) return 'nothing to do'
  return nextAction.due ? nextAction.text : `${nextAction.text} (${localDates(view.timeZone).dateTime(nextAction.at)})`
}

/** Room for the labels of the axis; they are written when the bars are known. */
function axis(drawing: Drawing): number {
  drawing.space(SMALL * 3.4)
  return drawing.height
}

function grid(drawing: Drawing, scale: Scale, top: number, { now, timeZone }: PlanView): void {
  const today = scale.x(Date.parse(now))
  const label = `today ${localDates(timeZone).date(now).slice(4)}`
  const half = textWidth(label, SMALL) / 2
  const center = Math.min(Math.max(today, half), drawing.inner - half)
  const style = { size: SMALL, fill: 'var(--now)', weight: 700, anchor: 'middle' } as const
  drawing.add(textAt(label, MARGIN + center, top - SMALL * 2.1, style))
  const [x, y] = [round(MARGIN + today), round(top - SMALL * 1.75)]
  drawing.add(`<path d="M${x - 4} ${y}h8l-4 6z" fill="var(--now)"/>`)
  tickLabels(drawing, scale, top)
  drawing.behindBars(bar => line(MARGIN + today, bar - 3, bar + BAR + 3, 'var(--now)', 2))
  drawing.behindBars(bar =>
    scale.ticks.map(({ time }) => line(MARGIN + scale.x(time), bar, bar + BAR, 'var(--line)', 1)).join(''),
  )
}

/** A label that would touch its neighbour is left out. */
function tickLabels(drawing: Drawing, scale: Scale, top: number): void {
  let free = -Infinity
  for (const { time, label } of scale.ticks) {
    const width = textWidth(label, SMALL)
    const left = Math.min(Math.max(scale.x(time) - width / 2, 0), drawing.inner - width)
    if (left < free) continue
    free = left + width + 8
    drawing.add(textAt(label, MARGIN + left, top - 4, { size: SMALL, fill: 'var(--soft)' }))
  }
}

function line(x: number, from: number, to: number, stroke: string, width: number): string {
  return `<line x1="${round(x)}" y1="${round(from)}" x2="${round(x)}" y2="${round(to)}" stroke="${stroke}" stroke-width="${width}"/>`
}

const BAR = 10

/** Two lines of text and a bar: the text stands above the bar, so that nothing depends on the length of either. */
function phaseRows(drawing: Drawing, view: PlanView, scale: Scale): void {
  for (const phase of view.phases) {
    const colour = STATUS_COLOURS[phase.status]
    const label = phase.title
    const date = phaseDate(view, phase)
    const gap = 24
    const oneLine = textWidth(label, TEXT) + textWidth(date, SMALL) + gap + 22 <= drawing.inner
    drawing.space(24)
    drawing.add(statusShape(phase.status, MARGIN + 7, drawing.height - 5))
    const weight = phase.status === 'waiting' ? 400 : 600
    drawing.add(textAt(label, MARGIN + 22, drawing.height, { size: TEXT, fill: 'var(--ink)', weight }))
    if (!oneLine) drawing.space(18)
    const [x, anchor] = oneLine ? ([MARGIN + drawing.inner, 'end'] as const) : ([MARGIN + 22, 'start'] as const)
    drawing.add(textAt(date, x, drawing.height, { size: SMALL, fill: 'var(--soft)', anchor }))
    drawing.space(10)
    if (phase.id !== 'next') drawing.add(phaseBar(phase, scale, drawing.bar(), colour))
    drawing.space(BAR + 4)
  }
}

function phaseDate(view: PlanView, { status, doneAt, notBefore, dueBy, kind }: PhaseView): string {
  const { dateTime } = localDates(view.timeZone)
  if (status === 'done') return doneAt === null ? 'done' : `done ${dateTime(doneAt)}`
  const word = status === 'late' || status === 'blocked' ? `${status}: ` : ''
  if (kind === 'wait' && dueBy !== null) return `${word}until ${dateTime(dueBy)}`
  return `${word}${status === 'current' ? 'since' : 'from'} ${dateTime(notBefore)}`
}

function phaseBar(phase: PhaseView, scale: Scale, y: number, colour: string): string {
  const [from, to] = spanOf(phase)
  const left = MARGIN + scale.x(from)
  const track = `<rect x="${MARGIN}" y="${y + BAR / 2 - 1}" width="${round(scale.x(scale.to))}" height="2" fill="var(--line)"/>`
  if (to === null) return `${track}<circle cx="${round(left)}" cy="${y + BAR / 2}" r="${BAR / 2}" fill="${colour}"/>`
  const width = Math.max(3, scale.x(to) - scale.x(from))
  return `${track}<rect x="${round(left)}" y="${y}" width="${round(width)}" height="${BAR}" rx="3" fill="${colour}"/>`
}

/** An action is a moment, a wait a span. */
function spanOf({ kind, status, notBefore, dueBy, doneAt }: PhaseView): readonly [number, number | null] {
  if (kind === 'wait') return [Date.parse(notBefore), Date.parse(doneAt ?? dueBy ?? notBefore)]
  return [Date.parse(status === 'done' && doneAt !== null ? doneAt : notBefore), null]
}

/** Shapes that tell the status without colour: a tick, a full circle, an empty one, a cross, an exclamation mark. */
function statusShape(status: PhaseView['status'], x: number, y: number): string {
  const colour = STATUS_COLOURS[status]
  const stroke = `fill="none" stroke="${colour}" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"`
  const shapes = {
    done: `<path d="M${x - 5} ${y}l3.5 4l7 -8" ${stroke}/>`,
    current: `<path d="M${x - 4} ${y - 6}l9 6l-9 6z" fill="${colour}"/>`,
    waiting: `<circle cx="${x}" cy="${y}" r="4.5" ${stroke}/>`,
    blocked: `<path d="M${x - 4.5} ${y - 4.5}l9 9m0 -9l-9 9" ${stroke}/>`,
    late: `<path d="M${x} ${y - 6}v7m0 4.4v.1" ${stroke}/>`,
  }
  return shapes[status]
}

/** One rotation of several: its name, where it stands, and its spans on one bar. */
function planRow(drawing: Drawing, view: PlanView, scale: Scale): void {
  drawing.space(6)
  drawing.text(nameOf(view), TEXT, 'var(--ink)', 600)
  drawing.text(`${view.stage}: ${nextText(view)}`, SMALL, VERDICT_COLOURS[view.verdict])
  drawing.space(4)
  const y = drawing.bar()
  const bars = view.phases
    .filter(({ id }) => id !== 'next' && id !== 'inventory')
    .map(phase => planSegment(phase, scale, y))
  drawing.add(
    `<rect x="${MARGIN}" y="${y + BAR / 2 - 1}" width="${round(scale.x(scale.to))}" height="2" fill="var(--line)"/>${bars.join('')}`,
  )
  drawing.space(BAR + 10)
}

function planSegment(phase: PhaseView, scale: Scale, y: number): string {
  const [from, to] = spanOf(phase)
  const colour = STATUS_COLOURS[phase.status]
  const title = `<title>${escapeMarkup(`${phase.title}: ${phase.status}`)}</title>`
  if (to === null) {
    const x = MARGIN + scale.x(from)
    return `<circle cx="${round(x)}" cy="${y + BAR / 2}" r="${BAR / 2 - 1}" fill="${colour}" stroke="var(--paper)" stroke-width="1">${title}</circle>`
  }
  const width = Math.max(3, scale.x(to) - scale.x(from))
  return `<rect x="${round(MARGIN + scale.x(from))}" y="${y + 1}" width="${round(width)}" height="${BAR - 2}" rx="3" fill="${colour}">${title}</rect>`
}

const LEGEND = ['done', 'current', 'waiting', 'late', 'blocked'] as const

function legend(drawing: Drawing): void {
  drawing.space(26)
  let x = 0
  for (const status of LEGEND) {
    const width = 24 + textWidth(status, SMALL) + 14
    if (x + width > drawing.inner) {
      x = 0
      drawing.space(20)
    }
    drawing.add(statusShape(status, MARGIN + x + 7, drawing.height - 5))
    drawing.add(textAt(status, MARGIN + x + 20, drawing.height, { size: SMALL, fill: 'var(--soft)' }))
    x += width
  }
}
