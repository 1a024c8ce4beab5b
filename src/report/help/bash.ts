// Completion for bash, as a script of its own: nothing is run while completing.

import type { CommandPage, OptionRow } from './page.js'
import { kindOf, longNames } from './words.js'

export function bashCompletion(program: CommandPage): string {
  return `# bash completion for dkim
_dkim() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${program.commands.map(word).join(' ')} --help --version" -- "$cur"))
    return
  fi
  case $command in
${program.commands.map(commandCase).join('\n')}
  esac
}
complete -F _dkim dkim
`
}

function word({ name }: CommandPage): string {
  return name.replace(/^.* /, '')
}

function commandCase(page: CommandPage): string {
  const valued = page.options.filter(({ value }) => value !== null)
  return `    ${word(page)})
      case $prev in
${valued.map(valueCase).join('\n')}
      esac
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "${page.options.flatMap(longNames).join(' ')}" -- "$cur"))
      else
        ${reply(page.arguments[0]?.choices ?? [], 'file')}
      fi
      ;;`
}

function valueCase(option: OptionRow): string {
  return `        ${longNames(option).join('|')}) ${reply(option.choices, kindOf(option))}; return ;;`
}

function reply(choices: readonly string[], kind: 'file' | 'directory' | 'other'): string {
  if (choices.length > 0) return `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$cur"))`
  if (kind === 'other') return 'COMPREPLY=()'
  const action = kind === 'directory' ? '-d' : '-f'
  return `compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen ${action} -- "$cur")`
}
