// Completion for zsh, for a file _dkim in a directory of $fpath.

import type { CommandPage, OptionRow } from './page.js'
import { kindOf, longNames } from './words.js'

export function zshCompletion(program: CommandPage): string {
  return `#compdef dkim
_dkim() {
  local line state
  _arguments -C '1: :->command' '*:: :->rest' && return
  case $state in
    command)
      local -a commands=(
${program.commands.map(page => `        '${word(page)}:${quoted(page.summary)}'`).join('\n')}
      )
      _describe -t commands command commands
      ;;
    rest)
      case $line[1] in
${program.commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _dkim ]; then _dkim "$@"; else compdef _dkim dkim; fi
`
}

function word({ name }: CommandPage): string {
  return name.replace(/^.* /, '')
}

function commandCase(page: CommandPage): string {
  const choices = page.arguments[0]?.choices ?? []
  const rest = choices.length > 0 ? `'*: :(${choices.join(' ')})'` : "'*:file:_files'"
  return `        ${word(page)})
          _arguments \\
${page.options.flatMap(specs).join('\n')}
            ${rest}
          ;;`
}

/** `*` lets an option be given again, which most of ours allow. */
function specs(option: OptionRow): string[] {
  return longNames(option).map(name => `            '*${name}[${quoted(option.text)}]${action(option)}' \\`)
}

function action(option: OptionRow): string {
  if (option.value === null) return ''
  const label = option.value.replace(/[^A-Za-z-]/g, '')
  if (option.choices.length > 0) return `:${label}:(${option.choices.join(' ')})`
  const kind = kindOf(option)
  return `:${label}:${kind === 'file' ? '_files' : kind === 'directory' ? '_files -/' : ' '}`
}

/** Inside single quotes, where [ ] : and \\ mean something to _arguments. */
function quoted(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&').replaceAll("'", "'\\''")
}
