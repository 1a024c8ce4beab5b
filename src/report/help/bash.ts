// Completion for bash, as a script of its own: nothing is run while completing, and no name that is found is ever evaluated.

import type { CommandPage, OptionRow, Values } from './page.js'
import { argumentValues, commandWord, KEY_ENDINGS, KEY_FILE_TYPES, longNames } from './words.js'

const FUNCTIONS = String.raw`
_dkim_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# readline completes names of files itself: it knows how to quote them
_dkim_files() {
  COMPREPLY=()
  compopt -o "$1" 2>/dev/null
}

# the words of a command line as they were typed: quotes are taken off, nothing is evaluated
_dkim_plain() {
  plain=\${1//[\\\"\']/}
  [[ $plain == '~/'* ]] && plain=$HOME\${plain:1}
}

_dkim_key_files() {
  local file plain
  _dkim_plain "$cur"
  for file in "$plain"*; do
    [[ -d $file || ( -f $file && $file == *.@(${KEY_FILE_TYPES.join('|')}) ) ]] || continue
    [[ $cur == '~/'* ]] && file="~\${file#"$HOME"}"
    COMPREPLY+=("$file")
  done
  compopt -o filenames -o default 2>/dev/null
}

# what the directories hold that the command line, the environment and the configuration name, and the working directory
_dkim_key_directories() {
  local index line plain word config=\${DKIM_CONFIG:-\${XDG_CONFIG_HOME:-~/.config}/dkim/config.toml}
  directories=(.)
  for ((index = 2; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index + 1]}
    [[ $word == = ]] && word=\${COMP_WORDS[index + 2]}
    _dkim_plain "$word"
    case \${COMP_WORDS[index]} in
      --key-dir | --out-dir) directories+=("$plain") ;;
      --key) [[ $plain == */* ]] && directories+=("\${plain%/*}/") ;;
    esac
  done
  [[ $DKIM_OUT_DIR ]] && directories+=("$DKIM_OUT_DIR")
  [[ -f $config && -r $config ]] || return 0
  local pattern='^(key|out-dir)[[:blank:]]*=[[:blank:]]*["'\'']([^"\'\'']+)["'\'']'
  while IFS= read -r line; do
    [[ $line =~ $pattern ]] || continue
    word=\${BASH_REMATCH[2]}
    [[ $word == /* ]] || word=\${config%/*}/$word
    [[ \${BASH_REMATCH[1]} == key ]] && word=\${word%/*}/
    directories+=("$word")
  done < "$config"
}

# _dkim_keys selector|domain|key-name: of the keys that keygen wrote there; names that DNS cannot hold are skipped
_dkim_keys() {
  local LC_ALL=C directories directory file ending name
  local -A found=()
  _dkim_key_directories
  for directory in "\${directories[@]}"; do
    for ending in ${KEY_ENDINGS.join(' ')}; do
      for file in "$directory"/*."$ending"; do
        name=\${file##*/}
        name=\${name%."$ending"}
        [[ $name =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] || continue
        case $1 in
          selector) name=\${name%%._domainkey.*} ;;
          domain) [[ $name == *._domainkey.* ]] && name=\${name#*._domainkey.} || continue ;;
          key-name) [[ $name == *._domainkey.* ]] || continue ;;
        esac
        [[ $name == "$cur"* ]] && found[$name]=1
      done
    done
  done
  COMPREPLY=("\${!found[@]}")
}
`.replaceAll('\\$', '$')

export function bashCompletion(program: CommandPage): string {
  return `# bash completion for dkim: needs bash 4.4 or newer
${FUNCTIONS.trim()}

_dkim() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    _dkim_words '${program.commands.map(commandWord).join(' ')} --help --version'
    return
  fi
  # --option=value is three words to bash
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  case $command in
${program.commands.map(commandCase).join('\n')}
  esac
}
complete -F _dkim dkim
`
}

function commandCase(page: CommandPage): string {
  const valued = page.options.filter(({ value }) => value !== null)
  return `    ${commandWord(page)})
      case $prev in
${valued.map(valueCase).join('\n')}
      esac${valued.some(({ value }) => value?.includes('...')) ? variadicCase(valued) : ''}
      if [[ $cur == -* ]]; then
        _dkim_words '${page.options.flatMap(longNames).join(' ')}'
      else
        ${reply(argumentValues(page))}
      fi
      ;;`
}

function valueCase(option: OptionRow): string {
  return `        ${longNames(option).join(' | ')}) ${reply(option.values)}; return ;;`
}

/** Of `--sample <files...>` every word up to the next option is a value. */
function variadicCase(valued: readonly OptionRow[]): string {
  const rows = valued.filter(({ value }) => value?.includes('...')).map(valueCase)
  return `
      local index=$((COMP_CWORD - 1))
      while [[ \${COMP_WORDS[index]} != -* && $index -gt 1 ]]; do ((index--)); done
      [[ $cur == -* ]] || case \${COMP_WORDS[index]} in
${rows.join('\n')}
      esac`
}

function reply(values: Values): string {
  if (typeof values === 'object') return `_dkim_words '${values.words.join(' ')}'`
  return REPLIES[values]
}

const REPLIES = {
  file: '_dkim_files default',
  'key-file': '_dkim_key_files',
  directory: '_dkim_files dirnames',
  selector: '_dkim_keys selector',
  domain: '_dkim_keys domain',
  'key-name': '_dkim_keys key-name',
  free: ':',
} as const satisfies Record<Extract<Values, string>, string>
