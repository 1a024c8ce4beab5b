// Help on a terminal: examples first, options in groups, exit codes last.

import { PLAIN, type Style } from '../text/style.js'
import { wrapWords } from '../text/wrap.js'
import { type CommandPage, EXIT_CODE_ROWS, optionGroups, optionTerm, optionText } from './page.js'

type Row = readonly [term: string, text: string]

const MAX_TERM = 28

export function helpText(page: CommandPage, columns: number, style: Style = PLAIN): string {
  const width = Math.min(Math.max(columns, 40), 100)
  const sections = [
    `${style.strong('Usage')}  ${page.usage}\n\n${wrapWords(page.description, width).join('\n')}`,
    section('Examples', examples(page, style), style),
    section('Commands', rows(page.commands.map(commandRow), width, style), style),
    section('Arguments', rows(argumentRows(page), width, style), style),
    ...Array.from(optionGroups(page), ([group, options]) =>
      section(
        group,
        rows(
          options.map(option => [optionTerm(option), optionText(option)]),
          width,
          style,
        ),
        style,
      ),
    ),
    ...page.tables.map(({ title, rows: list }) => section(title, rows(list, width, style), style)),
    page.notes.flatMap(note => wrapWords(note, width)).join('\n'),
    section('Exit codes', rows(EXIT_CODE_ROWS, width, style), style),
    closing(page, style),
  ]
  return `${sections.filter(text => text !== '').join('\n\n')}\n`
}

function section(title: string, lines: readonly string[], style: Style): string {
  return lines.length === 0 ? '' : [style.strong(title), ...lines].join('\n')
}

function examples({ examples: shown }: CommandPage, style: Style): string[] {
  return shown.flatMap(({ run, text }) => [
    ...(text === null ? [] : [`  ${style.dim(`# ${text}`)}`]),
    `  ${style.dim('$')} ${run}`,
  ])
}

function commandRow({ name, summary }: CommandPage): Row {
  return [name.replace(/^.* /, ''), summary]
}

function argumentRows({ arguments: list }: CommandPage): Row[] {
  return list.filter(({ text }) => text !== '').map(({ name, text }) => [name, text])
}

function rows(list: readonly Row[], width: number, style: Style): string[] {
  const column = Math.min(MAX_TERM, Math.max(0, ...list.map(([term]) => term.length))) + 4
  return list.flatMap(([term, text]) => {
    const lines = wrapWords(text, width - column)
    const alone = term.length + 4 > column
    const first = alone ? [`  ${style.good(term)}`] : []
    return [
      ...first,
      ...lines.map((line, position) =>
        position === 0 && !alone
          ? `  ${style.good(term)}${' '.repeat(column - 2 - term.length)}${line}`
          : `${' '.repeat(column)}${line}`,
      ),
    ]
  })
}

function closing({ commands }: CommandPage, style: Style): string {
  const more = commands.length === 0 ? 'dkim help' : 'dkim help COMMAND, dkim help REASON-CODE'
  return style.dim(`More: ${more}`)
}
