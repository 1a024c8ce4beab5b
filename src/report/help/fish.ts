// Completion for fish.

import type { CommandPage, OptionRow, Values } from './page.js'
import { argumentValues, commandWord, KEY_ENDINGS, KEY_FILE_TYPES } from './words.js'

const FUNCTIONS = String.raw`
function __dkim_using
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = "$argv[1]"
end

# files that look like keys, and folders; where there are none, all files
function __dkim_key_files
    set -l word (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    set -l files (complete -C "__fish_command_without_completions $word")
    string match -r -- '^.*(?:/|\.(?:${KEY_FILE_TYPES.join('|')}))$' $files; or printf '%s\n' $files
end

# what the directories hold that the command line, the environment and the configuration name, and the working directory
function __dkim_key_directories
    set -l words (commandline -opc)
    set -l config $DKIM_CONFIG
    test -n "$config"; or set config $XDG_CONFIG_HOME/dkim/config.toml
    test -n "$DKIM_CONFIG$XDG_CONFIG_HOME"; or set config $HOME/.config/dkim/config.toml
    echo .
    for index in (seq 3 (count $words))
        set -l word (string replace -r '^~/' "$HOME/" -- $words[$index])
        switch $words[(math $index - 1)]
            case --key-dir --out-dir
                echo $word
            case --key
                string match -rq / -- $word; and string replace -r '/[^/]*\z' / -- $word
        end
        string replace -rf '^--(?:key|out)-dir=' '' -- $words[$index]
    end
    test -n "$DKIM_OUT_DIR"; and echo $DKIM_OUT_DIR
    test -f "$config" -a -r "$config"; or return 0
    while read -l line
        set -l found (string match -r '^(key|out-dir)\s*=\s*["\']([^"\']+)["\']' -- $line); or continue
        set -l word $found[3]
        string match -q '/*' -- $word; or set word (string replace -r '/[^/]*\z' / -- $config)$word
        test $found[2] = key; and set word (string replace -r '/[^/]*\z' / -- $word)
        echo $word
    end <$config
end

# __dkim_keys selector|domain|key-name: of the keys that keygen wrote there; names that DNS cannot hold are skipped
function __dkim_keys
    set -l pattern '/([A-Za-z0-9_][A-Za-z0-9._-]*?)(?:\._domainkey\.([A-Za-z0-9._-]+))?\.(?:${KEY_ENDINGS.map(ending => ending.replace('.', '\\.')).join('|')})\z'
    for directory in (__dkim_key_directories)
        for file in $directory/*.{${KEY_ENDINGS.join(',')}}
            set -l found (string match -r -- $pattern $file); or continue
            switch $argv[1]
                case selector
                    echo $found[2]
                case domain
                    set -q found[3]; and echo $found[3]
                case key-name
                    set -q found[3]; and echo $found[2]._domainkey.$found[3]
            end
        end
    end
end
`

export function fishCompletion(program: CommandPage): string {
  const lines = [
    '# fish completion for dkim: nothing is run while completing, and no name that is found is ever evaluated',
    FUNCTIONS.trim(),
    '',
    'complete -c dkim -f',
    ...program.commands.map(
      page => `complete -c dkim -n __fish_use_subcommand -a ${commandWord(page)} -d ${quoted(page.summary)}`,
    ),
    ...program.commands.flatMap(commandLines),
  ]
  return `${lines.join('\n')}\n`
}

function commandLines(page: CommandPage): string[] {
  const start = `complete -c dkim -n '__dkim_using ${commandWord(page)}'`
  const rest = restOf(page)
  return [...(rest === '' ? [] : [`${start}${rest}`]), ...page.options.map(option => optionLine(start, option))]
}

/** The words that are not options; where a command takes none, those after `--sample <files...>`. */
function restOf(page: CommandPage): string {
  const variadic = page.options.find(({ value }) => value?.includes('...'))
  return offered(page.arguments.length === 0 ? (variadic?.values ?? 'free') : argumentValues(page))
}

function optionLine(start: string, option: OptionRow): string {
  const short = option.short === null ? '' : ` -s ${option.short.slice(1)}`
  return `${start}${short} -l ${option.long.slice(2)}${valuePart(option)} -d ${quoted(option.text)}`
}

function valuePart({ value, values }: OptionRow): string {
  if (value === null) return ''
  const offer = offered(values)
  return offer === ' -F' ? ' -r -F' : ` -x${offer}`
}

function offered(values: Values): string {
  if (typeof values === 'object')
    return ` -a ${quoted(values.words.map(word => word.replaceAll('*', '\\*')).join(' '))}`
  return OFFERS[values]
}

const OFFERS = {
  file: ' -F',
  'key-file': " -a '(__dkim_key_files)'",
  directory: " -a '(__fish_complete_directories)'",
  selector: " -a '(__dkim_keys selector)'",
  domain: " -a '(__dkim_keys domain)'",
  'key-name': " -a '(__dkim_keys key-name)'",
  free: '',
} as const satisfies Record<Extract<Values, string>, string>

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
