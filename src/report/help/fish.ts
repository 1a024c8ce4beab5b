// Completion for fish.

import type { CommandPage, OptionRow } from './page.js'
import { kindOf } from './words.js'

export function fishCompletion(program: CommandPage): string {
  const lines = [
    '# fish completion for dkim',
    'complete -c dkim -f',
    ...program.commands.map(
      page => `complete -c dkim -n __fish_use_subcommand -a ${word(page)} -d ${quoted(page.summary)}`,
    ),
    ...program.commands.flatMap(commandLines),
  ]
  return `${lines.join('\n')}\n`
}

function word({ name }: CommandPage): string {
  return name.replace(/^.* /, '')
}

function commandLines(page: CommandPage): string[] {
  const start = `complete -c dkim -n '__fish_seen_subcommand_from ${word(page)}'`
  const choices = page.arguments[0]?.choices ?? []
  const rest = choices.length > 0 ? `${start} -a ${quoted(choices.join(' '))}` : `${start} -F`
  return [...(page.arguments.length === 0 ? [] : [rest]), ...page.options.map(option => optionLine(start, option))]
}

function optionLine(start: string, option: OptionRow): string {
  const short = option.short === null ? '' : ` -s ${option.short.slice(1)}`
  return `${start}${short} -l ${option.long.slice(2)}${valuePart(option)} -d ${quoted(option.text)}`
}

function valuePart(option: OptionRow): string {
  if (option.value === null) return ''
  if (option.choices.length > 0) return ` -x -a ${quoted(option.choices.join(' '))}`
  const kind = kindOf(option)
  if (kind === 'file') return ' -r -F'
  return kind === 'directory' ? " -x -a '(__fish_complete_directories)'" : ' -x'
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
