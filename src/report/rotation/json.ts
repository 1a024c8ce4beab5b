// A plan as JSON: one object, or an array for several.

import { toJson, toJsonLine } from '../json/json.js'
import type { PlanView } from './view.js'

export function planJson(views: readonly PlanView[]): string {
  return toJson(views.length === 1 ? views[0] : views)
}

/** One object a line, whatever their number. */
export function planNdjson(views: readonly PlanView[]): string {
  return views.map(toJsonLine).join('')
}
