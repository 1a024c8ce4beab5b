// One word for a POSIX shell (XCU §2.2), whatever is in it: for every command line that is printed or written.

import { INVISIBLE } from './invisible.js'

/** `~` and `=` in front mean something to some shells, `-` to the program that is called. */
const PLAIN = /^[A-Za-z0-9_./:@%+][A-Za-z0-9_./:@%+,=-]*$/
/** What no one can see, or copy from a terminal. */
const HIDDEN = new RegExp(`[${INVISIBLE}]`, 'u')

/** Plain where no quoting is needed. */
export function shellQuote(text: string): string {
  if (PLAIN.test(text)) return text
  if (HIDDEN.test(text)) return printfWord(text)
  return shellQuoted(text)
}

/** Quoted in any case: inside single quotes nothing is special but the quote itself (XCU §2.2.2). */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The name of a file as the operand of a command: one that begins with `-` would be an option. */
export function shellPath(path: string): string {
  return shellQuote(path.startsWith('-') ? `./${path}` : path)
}

/** What moves the cursor or hides text is spelled out: it could be neither shown nor pasted. */
function printfWord(text: string): string {
  // A command substitution drops line ends at the end of what it gives.
  if (text.endsWith('\n')) return shellQuoted(text)
  const bytes = Array.from(Buffer.from(text), byte => {
    const character = String.fromCharCode(byte)
    if (character === '%') return '%%'
    return byte > 0x20 && byte < 0x7f && !/[\\'"$`!]/.test(character)
      ? character
      : `\\${byte.toString(8).padStart(3, '0')}`
  })
  // `--` for a text that begins with a hyphen.
  return `"$(printf -- '${bytes.join('')}')"`
}
