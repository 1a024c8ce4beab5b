// Reports as JSON: what JSON.stringify leaves raw and a terminal would act on is escaped as well.

import { INVISIBLE } from '../../core/syntax/invisible.js'

const UNSAFE = new RegExp(`[${INVISIBLE}]`, 'gu')

/** What cannot be seen, as \\uXXXX: still the same JSON value. The only control that is left raw ends a line between values. */
function escapeRaw(json: string): string {
  if (/^[\n -~]*$/.test(json)) return json
  return json.replace(UNSAFE, character => {
    if (character === '\n') return character
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
  })
}

export function toJson(value: unknown): string {
  return `${escapeRaw(JSON.stringify(value, null, 2))}\n`
}

/** One object on one line. */
export function toJsonLine(value: unknown): string {
  return `${escapeRaw(JSON.stringify(value))}\n`
}
