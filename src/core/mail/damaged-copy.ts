// What copying and saving does to a message that was signed: recognised in its first bytes, named, and never undone here.

/** What a person is told about a copy that was changed by copying or saving; null where nothing is recognised. `head` is latin1. */
export function damageOf(head: string): string | null {
  const start = head.slice(0, 32_768)
  const found = SIGNS.find(([sign]) => sign.test(start))
  if (found !== undefined) return SIGNATURE.test(start) ? found[1] : null
  const blank = /\r?\n\r?\n/.exec(start)
  return UNFOLDED.test(blank === null ? start : start.slice(0, blank.index))
    ? 'the continuation lines of folded fields have lost their indent: take the original message'
    : null
}

/** At a line start, also behind an indent or quote marks. */
const SIGNATURE = /(?:^|[\r\n])[ \t>]{0,20}DKIM-Signature[ \t]{0,20}:/i

/** A tag at a line start, where a folded signature has white space in front. */
const UNFOLDED = /(?:^|\n)DKIM-Signature[ \t]{0,20}:[^\r\n]*\r?\n[a-z]{1,4}=/i

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
    /^[A-Za-z-]+:[^\r\n]*\r?\n\r?\n[A-Za-z-]+:[^\r\n]*\r?\n\r?\n[A-Za-z-]+:/,
    'every line is followed by a blank line: take the original message',
  ],
]
