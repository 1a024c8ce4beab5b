// What copying and saving does to a message that was signed: recognised in its first bytes, named, and never undone here.

/** What a person is told about a message in which no signature was found; null where nothing is recognised. `head` is latin1. */
export function damageOf(head: string): string | null {
  if (!SIGNATURE.test(head)) return null
  return SIGNS.find(([sign]) => sign.test(head))?.[1] ?? null
}

/** At a line start, also behind an indent or quote marks. */
const SIGNATURE = /(?:^|[\r\n])[ \t>]{0,20}DKIM-Signature[ \t]{0,20}:/i

const SIGNS: readonly (readonly [RegExp, string])[] = [
  [
    /^\d{1,12}[ \t]*\r?\n[A-Za-z-]+:/,
    'it starts with a byte count, as .emlx files of Apple Mail do: give the file the ending .emlx',
  ],
  [
    /^(?:[ \t]*\r?\n)+[A-Za-z-]+[ \t]*:/,
    'it starts with a blank line, and the header is below it: remove the blank line',
  ],
  [/^>[> ]*[A-Za-z-]+[ \t]*:/, 'every line starts with ">": remove the quote marks, or take the original message'],
  [/^[ \t]+[A-Za-z-]+[ \t]*:/, 'every line is indented: remove the indent, or take the original message'],
  [/^[^\r\n]+\r\r\n/, 'its lines end in CR CR LF: write CR LF instead'],
  [
    /^[A-Za-z-]+:[^\r\n]*\r?\n\r?\n[A-Za-z-]+:[^\r\n]*\r?\n\r?\n/,
    'every line is followed by a blank line: take the original message',
  ],
]
