// Completion for zsh, for a file _dkim in a directory of $fpath.

import type { CommandPage, OptionRow, Values } from './page.js'
import { commandWord, KEY_ENDINGS, KEY_FILE_TYPES, longNames } from './words.js'

const FUNCTIONS = String.raw`
# what the directories hold that the command line, the environment and the configuration name, and the working directory
_dkim_key_directories() {
  local word line config=\${DKIM_CONFIG:-\${XDG_CONFIG_HOME:-$HOME/.config}/dkim/config.toml}
  local -i index
  directories=(.)
  for ((index = 2; index < CURRENT; index++)); do
    word=\${(Q)words[index + 1]/#\~\//$HOME/}
    case $words[index] in
      (--key-dir=*|--out-dir=*) directories+=(\${\${(Q)words[index]#*=}/#\~\//$HOME/}) ;;
      (--key-dir|--out-dir) directories+=($word) ;;
      (--key) [[ $word == */* ]] && directories+=(\${word:h}) ;;
    esac
  done
  [[ -n $DKIM_OUT_DIR ]] && directories+=($DKIM_OUT_DIR)
  [[ -f $config && -r $config ]] || return 0
  while IFS= read -r line; do
    [[ $line =~ '^(key|out-dir)[[:blank:]]*=[[:blank:]]*["'\'']([^"'\'']+)["'\'']' ]] || continue
    word=$match[2]
    [[ $word == /* ]] || word=\${config:h}/$word
    [[ $match[1] == key ]] && word=\${word:h}
    directories+=($word)
  done < $config
}

# _dkim_keys selector|domain|key-name: of the keys that keygen wrote there; names that DNS cannot hold are skipped
_dkim_keys() {
  emulate -L zsh
  setopt extended_glob
  local LC_ALL=C name part=$1
  local -a directories match mbegin mend
  local -aU names
  _dkim_key_directories
  for name in $^directories/[A-Za-z0-9_]*.(${KEY_ENDINGS.join('|')})(N:t); do
    name=\${name%.(${KEY_ENDINGS.join('|')})}
    [[ $name == [A-Za-z0-9._-]## ]] || continue
    case $part in
      (selector) name=\${name%%._domainkey.*} ;;
      (domain) [[ $name == *._domainkey.* ]] || continue; name=\${name#*._domainkey.} ;;
      (key-name) [[ $name == *._domainkey.* ]] || continue ;;
    esac
    names+=($name)
  done
  (( $#names )) && compadd -a names
}
`.replaceAll('\\$', '$')

export function zshCompletion(program: CommandPage): string {
  return `#compdef dkim
# zsh completion for dkim: nothing is run while completing, and no name that is found is ever evaluated
${FUNCTIONS.trim()}

_dkim() {
  local line state
  _arguments -C '1: :->command' '*:: :->rest' && return
  case $state in
    command)
      local -a commands=(
${program.commands.map(page => `        '${commandWord(page)}:${quoted(page.summary)}'`).join('\n')}
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

function commandCase(page: CommandPage): string {
  const [argument] = page.arguments
  const rest =
    argument === undefined
      ? []
      : [`            '${argument.variadic ? '*' : '1'}${action(argument, argument.name)}' \\`]
  return `        ${commandWord(page)})
          _arguments \\
${[...page.options.flatMap(specs), ...rest].join('\n')}
            && return
          ;;`
}

/** `*` lets an option be given again, which most of ours allow; `=` lets its value follow an equals sign. */
function specs(option: OptionRow): string[] {
  return longNames(option).map(name => {
    const equals = option.value !== null && name.startsWith('--') ? '=' : ''
    return `            '*${name}${equals}[${quoted(option.text)}]${optionAction(option)}' \\`
  })
}

function optionAction({ value, values }: OptionRow): string {
  if (value === null) return ''
  // Of <files...> every word up to the next option is a value.
  return `${value.includes('...') ? ':*-*' : ''}${action({ values }, value.replace(/[^A-Za-z-]/g, ''))}`
}

function action({ values }: { readonly values: Values }, label: string): string {
  if (typeof values === 'object')
    return `:${label}:(${values.words.map(word => word.replaceAll('*', '\\*')).join(' ')})`
  return `:${label}:${ACTIONS[values]}`
}

/** A space in front: _arguments hands the words on as they are. */
const ACTIONS = {
  file: '_files',
  'key-file': `_files -g "*.(${KEY_FILE_TYPES.join('|')})(-.)"`,
  directory: '_files -/',
  selector: ' _dkim_keys selector',
  domain: ' _dkim_keys domain',
  'key-name': ' _dkim_keys key-name',
  free: ' ',
} as const satisfies Record<Extract<Values, string>, string>

/** Inside single quotes, where [ ] : and \\ mean something to _arguments. */
function quoted(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&').replaceAll("'", "'\\''")
}
