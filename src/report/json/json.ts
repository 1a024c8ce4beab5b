// Reports as JSON: what JSON.stringify leaves raw and a terminal would act on is escaped as well.

/** DEL, C1, bidi and zero width characters, line separators and BOM as \\uXXXX: still the same JSON value. */
function escapeRaw(json: string): string {
  return json.replace(
    // biome-ignore lint/suspicious/noMisleadingCharacterClass: the point is to list such characters
    /[\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\udb40][\udc00-\udfff]/g,
    characters =>
      Array.from({ length: characters.length }, (_, index) => characters.charCodeAt(index))
        .map(unit => `\\u${unit.toString(16).padStart(4, '0')}`)
        .join(''),
  )
}

export function toJson(value: unknown): string {
  return `${escapeRaw(JSON.stringify(value, null, 2))}\n`
}

/** One object on one line. */
export function toJsonLine(value: unknown): string {
  return `${escapeRaw(JSON.stringify(value))}\n`
}
