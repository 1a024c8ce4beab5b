// A plan as JSON: one object, or an array for several.

import { toJson } from '../json.js'
import type { PlanView } from './view.js'

export function planJson(views: readonly PlanView[]): string {
  return toJson(views.length === 1 ? views[0] : views)
}
