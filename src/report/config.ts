// The settings as dkim config shows them.

import { toJson } from './json/json.js'
import { PLAIN, type Style, visible } from './text/style.js'

export interface ConfigPlace {
  readonly path: string
  readonly exists: boolean
}

export interface ConfigRow {
  readonly name: string
  readonly text: string
  readonly commands: readonly string[]
  readonly variable: string
  readonly values: readonly string[] | null
  readonly source: string | null
}

/** `dkim.config/1` */
export function configJson(file: ConfigPlace | null, rows: readonly ConfigRow[]): string {
  return toJson({ schema: 'dkim.config/1', file, settings: rows })
}

export function configText(file: ConfigPlace | null, rows: readonly ConfigRow[], style: Style = PLAIN): string {
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2
  return [`${style.strong('file')}  ${placeText(file)}`, '', ...rows.map(row => line(row, width, style)), ''].join('\n')
}

function placeText(file: ConfigPlace | null): string {
  if (file === null) return 'none'
  return `${visible(file.path)}${file.exists ? '' : ' (does not exist)'}`
}

function line({ name, text, values, source }: ConfigRow, width: number, style: Style): string {
  const label = `${name}${' '.repeat(width - name.length)}`
  if (values === null) return style.dim(`  ${label}not set: ${text}`)
  return `  ${style.strong(label)}${values.map(visible).join(', ')}  ${style.dim(`(${visible(source ?? '')})`)}`
}
