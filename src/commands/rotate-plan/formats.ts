// The forms a plan is written in, one row each.

import type { PlanView } from '../../report/rotation/view.js'
import type { Style } from '../../report/text/style.js'

export interface PlanFormatRow {
  /** Loaded only where it is asked for. */
  readonly load: () => Promise<(views: readonly PlanView[], style: Style) => string>
}

export const PLAN_FORMATS = {
  text: { load: async () => (await import('../../report/rotation/text.js')).planText },
  markdown: { load: async () => (await import('../../report/rotation/markdown.js')).planMarkdown },
  ics: { load: async () => (await import('../../report/rotation/ics.js')).planIcs },
  sh: { load: async () => (await import('../../report/rotation/sh.js')).planSh },
  nsupdate: { load: async () => (await import('../../report/rotation/nsupdate.js')).planNsupdate },
  svg: { load: async () => (await import('../../report/rotation/svg.js')).planSvg },
  html: { load: async () => (await import('../../report/rotation/html.js')).planHtml },
  json: { load: async () => (await import('../../report/rotation/json.js')).planJson },
  ndjson: { load: async () => (await import('../../report/rotation/json.js')).planNdjson },
} as const satisfies Record<string, PlanFormatRow>

export type PlanFormat = keyof typeof PLAN_FORMATS
