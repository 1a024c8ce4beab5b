// A command's manual page in man(7) macros.

import { type CommandPage, EXIT_CODE_ROWS, optionGroups, optionTerm, optionText } from './page.js'

/** `dkim-verify(1)` for `dkim verify`. */
export function manPage(page: CommandPage, version: string): string {
  const name = page.name.replaceAll(' ', '-')
  const lines = [
    `.TH "${name.toUpperCase()}" "1" "" "dkim ${version}" "User Commands"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(page.summary)}`,
    '.SH SYNOPSIS',
    `.B ${roff(page.name)}`,
    roff(page.usage.slice(page.name.length + 1)),
    '.SH DESCRIPTION',
    roff(page.description),
    ...page.notes.flatMap(note => ['.PP', roff(note)]),
    ...examples(page),
    ...commands(page),
    ...list(
      'ARGUMENTS',
      page.arguments.filter(({ text }) => text !== '').map(({ name, text }) => [name, text]),
    ),
    ...options(page),
    ...page.tables.flatMap(({ title, rows: items }) => list(roff(title.toUpperCase()), items)),
    ...list('EXIT STATUS', EXIT_CODE_ROWS),
    '.SH SEE ALSO',
    page.commands.length === 0 ? '.BR dkim (1)' : page.commands.map(seeAlso).join('\n'),
  ]
  return `${lines.join('\n')}\n`
}

type Row = readonly [term: string, text: string]

function examples({ examples: shown }: CommandPage): string[] {
  if (shown.length === 0) return []
  const blocks = shown.flatMap(({ run, text }) => [
    ...(text === null ? ['.PP'] : ['.PP', `${roff(text)}:`]),
    '.RS 4',
    '.nf',
    roff(run),
    '.fi',
    '.RE',
  ])
  return ['.SH EXAMPLES', ...blocks]
}

function commands({ commands: list }: CommandPage): string[] {
  if (list.length === 0) return []
  return ['.SH COMMANDS', ...rows(list.map(({ name, summary }) => [name, summary]))]
}

function options(page: CommandPage): string[] {
  const blocks = Array.from(optionGroups(page), ([group, shown]) => [
    ...(group === 'Options' || shown.length === 0 ? [] : [`.SS ${roff(group)}`]),
    ...rows(shown.map(option => [optionTerm(option), optionText(option)])),
  ])
  return ['.SH OPTIONS', ...blocks.flat()]
}

function list(title: string, items: readonly Row[]): string[] {
  return items.length === 0 ? [] : [`.SH ${title}`, ...rows(items)]
}

function rows(items: readonly Row[]): string[] {
  return items.flatMap(([term, text]) => ['.TP', `.B ${roff(term)}`, roff(text)])
}

function seeAlso({ name }: CommandPage): string {
  return `.BR ${roff(name.replaceAll(' ', '-'))} (1)`
}

/** Text that roff shows unchanged: no control line, no escape, hyphens that can be copied. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/[“”]/g, '"')
    .replaceAll('’', "'")
    .replace(
      /[^\n -~]/g,
      character => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replace(/^(?=[.'])/gm, '\\&')
}
